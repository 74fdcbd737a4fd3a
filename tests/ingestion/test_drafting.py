"""`tieout adapter new` drafts an adapter that holds together, and leaves to a person what only a person knows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest
import yaml

from ingestion import mapping
from ingestion.adapter import parse
from ingestion.adapter_check import check
from ingestion.drafting import draft
from ingestion.profiling import profile
from ingestion.readers import Source, read
from ingestion.readers.chunk import ROW
from lake.contracts import ENTITIES
from lake.contracts.model import Column, Kind
from lake.errors import ContractError, SourceError

EXAMPLE = {
    Kind.DATE: ("2026-03-02", "2026-03-03"), Kind.TS: ("2026-03-02T10:00:00Z", "2026-03-03T11:00:00Z"),
    Kind.INT: ("1", "2"), Kind.BOOL: ("true", "false"), Kind.ID: ("A-1", "B-2"),
    Kind.TEXT: ("some words", "more words"),
}  # fmt: skip
TIMES = """Entry ID,Date,Client,Project Label,Staff ID,Hours,Billable?,State,Last Modified,Hourly Rate
1,2026-01-05,Acme,P-1,E1,7.5,Yes,Approved,2026-01-06T10:00:00Z,120.1234567
2,2026-01-06,Acme,P-1,E2,8,No,Waiting,2026-01-07T10:00:00Z,120.00
"""
STAFF = """Worker ID,Legal Name,Hire Date,Worker Type
001,Ann,05.01.2020,Contractor
002,Bob,06.01.2020,Employee
"""
HOSTILE = (
    "order",
    'quo"te',
    "semi;colon",
    "it's",
    "new\nline",
    "#comment: [x]",
    "{{ 7*7 }}",
    "!!python/object/apply:os.system",
    "nested.member",
    "1; drop table x",
    "Größe 日本 😀",
    "\u2028sep",
    "*alias",
    "null",
)


def example(column: Column) -> tuple[str, str]:
    if column.values:
        return column.values[0], column.values[-1]
    return EXAMPLE.get(column.kind, ("1.50", "2.25"))


def write(file: Path, columns: Mapping[str, Sequence[str]]) -> Path:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(out.getvalue(), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ENTITIES)
def test_a_draft_for_a_canonical_file_is_complete_and_passes_the_check(tmp_path: Path, name: str) -> None:
    sample = write(tmp_path / f"{name}.csv", {c.name: example(c) for c in ENTITIES[name].columns})
    file = tmp_path / f"{name}.yml"
    file.write_text(draft(sample), encoding="utf-8")
    assert check(file)[0] == f"{name}: feeds 1 entity."
    (step,) = parse(file.read_text("utf-8"), name=file.name).inputs
    assert step.entity == name
    assert step.columns is not None
    assert {c: m.sql.strip('"') for c, m in step.columns.items()} == {c.name: c.name for c in ENTITIES[name].columns}


def test_a_vendors_files_become_likely_entities_with_a_todo_for_every_decision(tmp_path: Path) -> None:
    for month in ("01", "02"):
        (tmp_path / f"Time Report 2026-{month}.csv").write_text(TIMES, encoding="utf-8")
    (tmp_path / "staff.csv").write_text(STAFF, encoding="utf-8")
    text = draft(tmp_path)
    adapter = parse(text, name="x.yml")
    assert {i.entity: i.source.patterns for i in adapter.inputs} == {
        "time_entry": ("Time Report *.csv",),
        "employee": ("staff.csv",),
    }
    times = next(i for i in adapter.inputs if i.entity == "time_entry")
    assert times.columns is not None
    assert {c: m.sql for c, m in times.columns.items()} == {
        "time_entry_id": '"Entry ID"',
        "employee_id": '"Staff ID"',
        "work_date": '"Date"',
        "hours": '"Hours"',
        "is_billable": '"Billable?"',
        "status": '"State"',
        "updated_at": '"Last Modified"',
    }
    assert times.columns["status"].values == {"Approved": "approved"}
    assert 'TODO required: project_id (id): map a column or assume a constant; perhaps "Project Label".' in text
    assert 'which of draft, submitted, approved, rejected these are: "Waiting"' in text
    assert 'Not used: "Client"' in text
    assert "apply: {date: '%d.%m.%Y'}" in text
    file = tmp_path / "x.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match="time_entry: the required column project_id must be mapped"):
        check(file)


def test_a_completed_draft_maps_the_sample(tmp_path: Path) -> None:
    sample = tmp_path / "staff.csv"
    sample.write_text(STAFF, encoding="utf-8")
    (step,) = parse(draft(sample), name="x.yml").inputs
    frame = pl.read_csv(sample, infer_schema=False).with_row_index(ROW, offset=1)
    mapped = mapping.apply(frame, step, {}, file="staff.csv").frame
    assert mapped["employee_id"].to_list() == ["001", "002"]
    assert mapped["worker_type"].to_list() == ["contractor", "employee"]


def test_hostile_headers_are_quoted_and_mean_nothing_but_themselves(tmp_path: Path) -> None:
    for number, header in enumerate(HOSTILE):
        # The name alone decides: it is followed by what makes it look like a customer's name.
        columns = {"customer_id": ("A", "B"), f"{header} name": (f"x{number}", f"y{number}")}
        sample = write(tmp_path / f"{number}" / "customer.csv", columns)
        text = draft(sample)
        (step,) = parse(text, name="x.yml").inputs
        assert step.columns is not None
        frame = pl.DataFrame({**columns, ROW: [1, 2]})
        mapped = mapping.apply(frame, step, {}, file="customer.csv").frame
        if "name" in step.columns:
            assert mapped["name"].to_list() == [f"x{number}", f"y{number}"], header
        else:
            assert "Not used: " in text, header
        assert text.isascii()
        assert all(line.isprintable() for line in text.split("\n")), header


@pytest.mark.parametrize("header", ["^.*$", "*", "^customer.*$"])
def test_a_header_that_would_be_a_pattern_over_columns_is_never_mapped(tmp_path: Path, header: str) -> None:
    sample = write(tmp_path / "customer.csv", {header: ("1", "2"), "customer_id": ("A", "B"), "name": ("x", "y")})
    (step,) = parse(draft(sample), name="x.yml").inputs
    assert step.columns is not None
    assert header not in {m.sql.strip('"') for m in step.columns.values()}


@pytest.mark.parametrize("name", ["a[1]b*.csv", "it's: {x}.csv", "#no.csv", 'quo"te.csv', "yes.csv", "new\nline.csv"])
def test_hostile_file_names_find_their_own_file_only(tmp_path: Path, name: str) -> None:
    sample = write(tmp_path / "drop" / name, {"customer_id": ("A", "B"), "name": ("x", "y")})
    adapter = parse(draft(sample.parent), name="x.yml")
    (step,) = adapter.inputs
    assert step.source.matches(name)
    assert not step.source.matches("ab.csv")
    assert len(yaml.safe_load(draft(sample))["sources"]) == 1


def test_files_of_one_name_with_other_columns_are_two_sources(tmp_path: Path) -> None:
    write(tmp_path / "d/people_1.csv", {"employee_id": ("A", "B"), "full_name": ("x", "y")})
    write(tmp_path / "d/people_2.csv", {"customer_id": ("A", "B"), "name": ("x", "y")})
    adapter = parse(draft(tmp_path / "d"), name="x.yml")
    assert sorted(s.patterns for s in adapter.sources.values()) == [("people_1.csv",), ("people_2.csv",)]


def test_what_cannot_be_read_or_looks_like_nothing_is_said_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "odd.csv").write_text("foo;bar\n1;2\n", encoding="utf-8")
    text = draft(tmp_path)
    assert text.count("# Not read: ") == 3
    assert "no entity looks like the source odd" in text
    assert "separator: ';'" in text
    assert parse(text, name="x.yml").inputs == ()


def test_no_sample_is_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.csv"):
        with pytest.raises(SourceError):
            draft(path)


def test_no_value_of_a_sample_is_quoted_but_an_enumerations(tmp_path: Path) -> None:
    sample = write(
        tmp_path / "employee.csv", {"employee_id": ("S3CRET-1", "S3CRET-2"), "full_name": ("Ann S3CRET",) * 2}
    )
    assert "S3CRET" not in draft(sample)


@pytest.mark.parametrize(
    ("values", "guess"),
    [
        (["", None], "empty"),
        (["2026-01-01", None], "date"),
        (["31.12.2026", "1.1.2027"], "other_date"),
        (["2026-01-01 10:00"], "ts"),
        (["1767225600000"], "epoch"),
        (["7", "-8"], "int"),
        (["7", "8.25"], "decimal"),
        (["1.234,50", "7,5"], "comma_decimal"),
        (["Yes", "no"], "bool"),
        (["007", "012"], "id"),
        (["A-1", "A-2"], "id"),
        (["some words", "A-2"], "text"),
    ],
)
def test_kinds_are_guessed_only_where_every_value_agrees(values: list[str | None], guess: str) -> None:
    (found,) = profile(pl.DataFrame({"c": values}, schema={"c": pl.String}))
    assert found.guess == guess
    assert found.scale == (2 if guess == "decimal" else 0)


def test_records_inside_of_json_objects_are_found_and_a_file_without_any_is_named(tmp_path: Path) -> None:
    folder = Path(__file__).parent / "fixtures/harvest"
    for file in folder.glob("*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "broken.json").write_text('{"clients": [', encoding="utf-8")
    (tmp_path / "settings.json").write_text('{"theme": "dark"}', encoding="utf-8")
    text = draft(tmp_path)
    assert '# Not read: "file broken.json is not JSON' in text
    assert '# Not read: "file settings.json has no list of records"' in text
    said = yaml.safe_load(text)
    assert said["sources"]["clients"]["records"] == "clients[]"
    assert said["sources"]["invoices"]["records"] == "invoices[]"
    assert '"invoices[].line_items[]" are records of their own' in text
    assert said["entities"]["customer"]["columns"]["customer_id"] == "id"
    found = parse(text, name="x.yml").sources["expenses"]
    chunks = list(read(Source(tmp_path / "expenses.json", "expenses.json", records=found.records), "json"))
    assert chunks[0].frame["project.id"].null_count() == 0


def test_records_inside_of_xml_are_found(tmp_path: Path) -> None:
    rows = "".join(f"<Row><Id>{n}</Id><Name>N{n}</Name></Row>" for n in range(3))
    (tmp_path / "people.xml").write_text(f"<All><Head><By>x</By></Head><Group>{rows}</Group></All>", encoding="utf-8")
    assert yaml.safe_load(draft(tmp_path))["sources"]["people"]["records"] == "All.Group.Row"
    (tmp_path / "people.xml").write_text("<All><By>x</By></All>", encoding="utf-8")
    with pytest.raises(SourceError, match="has no element that comes more than once and holds others"):
        draft(tmp_path)


ERP = """JRNL_ID,LINE_NO,CO,PER,POST_DT,ACCT,PROJ,CC,AMT,CUR,FUNC_AMT,DESCR,LAST_UPD
J1,1,DE01,2026-03,2026-03-02,4000,P1,C1,100.00,EUR,100.00,fees,2026-03-02T10:00:00Z
J1,2,DE01,2026-03,2026-03-02,1200,P1,C1,-100.00,EUR,-100.00,debtor,2026-03-02T10:00:00Z
J2,1,DE01,2026-03,2026-03-03,4000,P2,C2,50.00,USD,45.00,fees,2026-03-03T10:00:00Z
"""


def test_short_names_of_an_erp_are_proposed(tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(ERP, encoding="utf-8")
    said = yaml.safe_load(draft(tmp_path / "ledger.csv"))["entities"]["gl_line"]["columns"]
    assert said == {
        "gl_line_id": "\"JRNL_ID\" || '/' || \"LINE_NO\"",
        "journal_id": '"JRNL_ID"', "legal_entity_id": '"CO"', "period_id": '"PER"', "posting_date": '"POST_DT"',
        "account_id": '"ACCT"', "project_id": '"PROJ"', "cost_center_id": '"CC"', "amount": '"AMT"',
        "currency": '"CUR"', "functional_amount": '"FUNC_AMT"', "description": '"DESCR"', "updated_at": '"LAST_UPD"',
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "key", "said"),
    [
        # one journal alone: its lines are unique, and yet no key
        (("J1,1,DE01", "J1,2,DE01"), '"JRNL_ID" || \'/\' || "LINE_NO"', None),
        # every company numbers its journals from one
        (("J1,1,DE01", "J1,1,US01"), '"CO" || \'/\' || "JRNL_ID" || \'/\' || "LINE_NO"', None),
        (("J1,1,DE01", "J1,1,DE01"), '"LINE_NO"', "1 values in 2 rows: no columns together were found"),
    ],
)
def test_the_key_of_a_line_is_measured(tmp_path: Path, rows: Sequence[str], key: str, said: str | None) -> None:
    lines = [f"{row},2026-03-02,4000,{n}.00,EUR" for n, row in enumerate(rows, start=1)]
    text = "\n".join(["JRNL_ID,LINE_NO,CO,POST_DT,ACCT,AMT,CUR", *lines])
    (tmp_path / "ledger.csv").write_text(text + "\n", encoding="utf-8")
    drafted = draft(tmp_path / "ledger.csv")
    assert yaml.safe_load(drafted)["entities"]["gl_line"]["columns"]["gl_line_id"] == key
    assert (said in drafted) if said else ("no columns together" not in drafted)
