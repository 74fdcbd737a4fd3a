"""Adapters are data, checked when they are read; their mapping leaves no row uncounted."""

from __future__ import annotations

import json

import polars as pl
import pytest

from ingestion import adapter, mapping
from ingestion.functions import FUNCTIONS
from lake.errors import BatchRefused, ContractError
from tests.ingestion.conftest import CONSERVED, Drop

HEAD = """
system: erp
sources:
  header: {files: "headers.csv"}
  line: {files: "lines*.csv"}
entities:
  vendor:
    from: line
"""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[", "is not YAML"),
        ("system: x", "must name its `system` and its `entities`"),
        (HEAD + "    colums: {}", "unknown key 'colums'"),
        (HEAD + "    join: [{source: nobody, match: {a: a}}]", "names the source 'nobody'"),
        (HEAD + "    join: [{source: header}]", "must name a `source` and what to `match`"),
        (HEAD + "    columns: {vendor: a}", "maps 'vendor', which the contract does not declare"),
        (HEAD + "    columns: {name: a}\n    assume: {name: b}", "both maps and assumes 'name'"),
        (HEAD + "    columns: {name: {sql: a, apply: upper_case}}", "there is no function 'upper_case'"),
        (HEAD + "    columns: {name: 'a ||'}", "cannot be understood"),
        (HEAD + "    exclude: {odd: 'a = = b'}", "cannot be understood"),
        (HEAD.replace("vendor", "vendors"), "there is no such entity"),
        (HEAD.replace('files: "headers.csv"', "format: csv"), "must say which `files`"),
        (HEAD.replace('"headers.csv"', '"h", format: dbf'), "'dbf' is not one of"),
    ],
)
def test_an_adapter_that_does_not_hold_together_is_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ContractError, match=sentence):
        adapter.parse(text, name="erp.yml")


def test_an_unknown_system_names_those_there_are() -> None:
    with pytest.raises(ContractError, match=r"use one of bamboohr, canonical, .*, xero, or name a YAML file"):
        adapter.load("sap")


MAPPED = (
    HEAD
    + """
    join: [{source: header, match: {header_no: no}}]
    exclude: {cancelled: "header.state = 'X'", sundry: "starts_with(vendor_no, '9')"}
    columns:
      vendor_id: "'V-' || vendor_no"
      name: {sql: header.name, apply: trim, map: {ACME: Acme}}
      updated_at: {sql: header.day, apply: start_of_day}
    assume: {country: US}
"""
)


@pytest.fixture
def erp(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> Drop:
    monkeypatch.setattr("ingestion.adapter.load", lambda _: adapter.parse(MAPPED, name="erp.yml"))
    drop.options = {"system": "erp"}
    drop.write("headers.csv", "no,name,state,day\n1, ACME ,A,2026-03-02\n2,Two,X,2026-03-02\n")
    drop.write("lines1.csv", "header_no,vendor_no\n1,10\n2,20\n1,99\n")
    drop.write("lines2.csv", "header_no,vendor_no\n1,30\n3,40\n")
    return drop


def test_lines_land_with_what_their_headers_say_and_named_filters_count(erp: Drop) -> None:
    erp.ingest()
    found = erp.rows("select vendor_id, name, country, updated_at::text from lake.vendor order by 1")
    day = "2026-03-02 00:00:00+00"
    assert found == [("V-10", "Acme", "US", day), ("V-30", "Acme", "US", day)]
    files = erp.rows("select file, rows_read, landed, quarantined, excluded_by from lake.batch_files order by 1")
    assert files[0][:4] == ("lines1.csv", 3, 1, 0)
    assert json.loads(files[0][4]) == {"cancelled": 1, "sundry": 1}
    assert files[1][:4] == ("lines2.csv", 2, 1, 1)
    assert erp.rows(CONSERVED) == [(0,)]


def test_a_refused_row_keeps_the_sources_own_columns(erp: Drop) -> None:
    erp.ingest()
    (raw,) = erp.rows("select raw from lake.quarantine")
    assert json.loads(raw[0]) == {"header_no": "3", "vendor_no": "40"}


def test_a_changed_header_brings_its_lines_again(erp: Drop) -> None:
    erp.ingest()
    assert erp.ingest().status == "unchanged"
    erp.write("headers.csv", "no,name,state,day\n1,Renamed,A,2026-03-09\n2,Two,X,2026-03-02\n")
    erp.ingest()
    newest = "select max_by(name, updated_at) from lake.vendor where vendor_id = 'V-10'"
    assert erp.rows(newest) == [("Renamed",)]


def test_a_source_that_lacks_a_mapped_column_is_refused_by_name(erp: Drop) -> None:
    erp.write("headers.csv", "no,name,state\n1,ACME,A\n")
    with pytest.raises(BatchRefused, match="lacks a column that the adapter maps: day"):
        erp.ingest()


def test_a_join_never_multiplies_rows() -> None:
    step = adapter.parse(MAPPED, name="erp.yml").inputs[0]
    header = pl.DataFrame({"no": ["1", "1"], "name": ["a", "b"], "state": ["A", "A"], "day": ["x", "x"]})
    lines = pl.DataFrame({"header_no": ["1"], "vendor_no": ["5"], "_row": [1]})
    mapped = mapping.apply(lines, step, {"header": header}, file="lines.csv")
    assert mapped.frame["name"].to_list() == ["b"]


@pytest.mark.parametrize(
    ("function", "given", "expected"),
    [
        ("date_part", "2026-03-02T23:30:00Z", "2026-03-02"),
        ("day_after", "2024-02-28", "2024-02-29"),
        ("day_after", "someday", "someday"),
        ("month", "2026-03-02", "2026-03"),
        ("negate", "12.50", "-12.50"),
        ("negate", "-12.50", "12.50"),
        ("negate", "0.00", "0.00"),
        ("negate", "n/a", "n/a"),
        ("plain_number", "1.5E+3", "1500"),
        ("plain_number", "2.5e-2", "0.025"),
        ("plain_number", "1.50", "1.50"),
        ("epoch_milliseconds", "1697745978746", "2023-10-19T20:06:18.746Z"),
        ("epoch_milliseconds", "soon", "soon"),
        ("start_of_day", "2026-03-02", "2026-03-02T00:00:00"),
        ("trim", "  x ", "x"),
    ],
)
def test_a_function_reads_what_it_knows_and_passes_the_rest_on(function: str, given: str, expected: str) -> None:
    frame = pl.DataFrame({"text": [given]}).select(FUNCTIONS[function](pl.col("text")))
    assert frame.item() == expected
