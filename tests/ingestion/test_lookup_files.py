"""Files of a source that others look up: the newest counts, and none at all is a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lake.errors import BatchRefused
from tests.ingestion.conftest import CONSERVED, Drop

ADAPTER = """
system: brunel
sources:
  kopf: {files: "beleg_kopf_*.csv"}
  zeile: {files: "beleg_zeile_*.csv"}
entities:
  vendor:
    from: zeile
    join: [{source: kopf, match: {beleg: beleg}}]
    columns: {vendor_id: id, name: kopf.name}
"""
NAMES = "select name from lake.vendor"


@pytest.fixture
def brunel(drop: Drop, tmp_path: Path) -> Drop:
    (tmp_path / "brunel.yml").write_text(ADAPTER, "utf-8")
    drop.options |= {"system": str(tmp_path / "brunel.yml")}
    drop.put("beleg_zeile_1.csv", [{"id": "V1", "beleg": "7"}])
    return drop


def head(drop: Drop, number: int, name: str, at: int) -> None:
    os.utime(drop.put(f"beleg_kopf_{number}.csv", [{"beleg": "7", "name": name}]), (at, at))


def test_of_two_files_that_have_a_row_the_newer_one_counts(brunel: Drop) -> None:
    head(brunel, 8, "corrected", 1_770_000_200)
    head(brunel, 9, "old", 1_770_000_100)
    brunel.ingest()
    assert brunel.rows(NAMES) == [("corrected",)]


def test_of_the_same_time_the_higher_number_in_the_name_counts(brunel: Drop) -> None:
    head(brunel, 8, "old", 1_770_000_100)
    head(brunel, 10, "corrected", 1_770_000_100)
    brunel.ingest()
    assert brunel.rows(NAMES) == [("corrected",)]


def test_where_no_file_of_it_has_come_the_sentence_says_which_to_leave(brunel: Drop) -> None:
    with pytest.raises(BatchRefused) as refused:
        brunel.ingest()
    assert str(refused.value) == (
        "no file of the source kopf (beleg_kopf_*.csv) has come, which beleg_zeile_1.csv looks up: leave its files in "
        "the feed's folder; nothing is landed"
    )


def line(drop: Drop, number: int, *beleg: str) -> None:
    drop.put(f"beleg_zeile_{number}.csv", [{"id": f"V{number}-{b}", "beleg": b} for b in beleg])


def other_head(drop: Drop, number: int, beleg: str, name: str) -> None:
    drop.put(f"beleg_kopf_{number}.csv", [{"beleg": beleg, "name": name}])


def test_of_lines_that_came_before_only_those_of_a_new_header_land_again(brunel: Drop) -> None:
    other_head(brunel, 1, "7", "seven")
    line(brunel, 2, "7", "8")
    done = brunel.ingest()
    assert (done.counts.landed, done.counts.quarantined) == (2, 1), "a line whose header has not come has no name"
    other_head(brunel, 2, "8", "eight")
    line(brunel, 3, "8")
    done = brunel.ingest()
    assert (done.counts.rows_read, done.counts.landed, done.counts.excluded) == (4, 2, 2)
    assert brunel.rows("select vendor_id, name from lake.vendor where _batch_id = 2 order by 1") == [
        ("V2-8", "eight"), ("V3-8", "eight"),
    ]  # fmt: skip
    left_out = "select file, excluded_by from lake.batch_files where excluded > 0 order by 1"
    assert brunel.rows(left_out) == [
        ("beleg_zeile_1.csv", '{"unchanged": 1}'), ("beleg_zeile_2.csv", '{"unchanged": 1}'),
    ]  # fmt: skip
    other_head(brunel, 3, "7", "seven, renamed")
    assert brunel.ingest().counts.landed == 2, "a corrected header, too"
    newest = "select vendor_id, max_by(name, _batch_id) from lake.vendor group by 1 order by 1"
    assert brunel.rows(newest) == [
        ("V1", "seven, renamed"), ("V2-7", "seven, renamed"), ("V2-8", "eight"), ("V3-8", "eight"),
    ]  # fmt: skip
    assert brunel.rows(CONSERVED) == [(0,)]


def test_a_header_that_was_taken_out_of_the_folder_is_still_known(brunel: Drop) -> None:
    other_head(brunel, 1, "7", "seven")
    brunel.ingest()
    for name in ("beleg_kopf_1.csv", "beleg_zeile_1.csv"):
        (brunel.folder / name).unlink()
    assert brunel.ingest().status == "unchanged"
    line(brunel, 2, "7")
    brunel.ingest()
    (brunel.folder / "beleg_zeile_2.csv").unlink()
    other_head(brunel, 2, "8", "eight")
    line(brunel, 3, "7", "8")
    assert brunel.ingest().counts.landed == 2
    named = "select vendor_id, name from lake.vendor order by 1"
    assert brunel.rows(named) == [("V1", "seven"), ("V2-7", "seven"), ("V3-7", "seven"), ("V3-8", "eight")]


def test_a_header_that_is_gone_lands_no_line_again(brunel: Drop) -> None:
    other_head(brunel, 1, "7", "seven")
    brunel.ingest()
    (brunel.folder / "beleg_kopf_1.csv").unlink()
    assert brunel.ingest().status == "unchanged"


def test_a_header_file_that_is_written_anew_takes_the_place_of_what_it_said(brunel: Drop) -> None:
    other_head(brunel, 1, "7", "seven")
    brunel.ingest()
    other_head(brunel, 1, "8", "eight")
    line(brunel, 2, "7", "8")
    brunel.ingest()
    assert brunel.rows("select vendor_id, name from lake.vendor order by 1") == [("V1", "seven"), ("V2-8", "eight")]
    refused = "select file, row from lake.quarantine order by 1"
    assert brunel.rows(refused) == [("beleg_zeile_1.csv", 1), ("beleg_zeile_2.csv", 1)]


def reasons(drop: Drop) -> list[tuple[str]]:
    return drop.rows("select reason from lake.quarantine order by row")


def test_a_value_that_was_looked_up_is_refused_by_the_file_and_row_that_it_stands_in(brunel: Drop) -> None:
    brunel.put("beleg_kopf_1.csv", [{"beleg": "6", "name": "six"}, {"beleg": "7", "name": ""}])
    line(brunel, 2, "6", "7", "8")
    brunel.ingest()
    told = brunel.rows("select file, row, reason from lake.quarantine order by 1, 2")
    start = "file {}, row {}: name is empty, and every row must have it ("
    assert [(file, row, reason.removeprefix(start.format(file, row))) for file, row, reason in told] == [
        ("beleg_zeile_1.csv", 1, "looked up in beleg_kopf_1.csv, row 2)"),
        ("beleg_zeile_2.csv", 2, "looked up in beleg_kopf_1.csv, row 2)"),
        ("beleg_zeile_2.csv", 3, "looked up in beleg_kopf_*.csv, where no row matches)"),
    ]


def test_a_value_of_the_row_itself_names_no_other_file(brunel: Drop) -> None:
    other_head(brunel, 1, "7", "seven")
    brunel.put("beleg_zeile_1.csv", [{"id": "", "beleg": "7"}])
    brunel.ingest()
    assert reasons(brunel) == [("file beleg_zeile_1.csv, row 1: vendor_id is empty, and every row must have it",)]


def test_a_version_that_was_looked_up_is_refused_by_its_own_row(brunel: Drop, tmp_path: Path) -> None:
    upto = "upto: {stand: ab}"
    match = "match: {beleg: beleg}"
    (tmp_path / "brunel.yml").write_text(ADAPTER.replace(match, f"{match}, {upto}"), "utf-8")
    brunel.put("beleg_zeile_1.csv", [{"id": "V1", "beleg": "7", "stand": "2026-02-15"}])
    kopf = [{"beleg": "7", "ab": f"2026-0{month}-01", "name": "" if month == 2 else "n"} for month in (1, 2, 3)]
    brunel.put("beleg_kopf_1.csv", kopf)
    brunel.ingest()
    ((said,),) = reasons(brunel)
    assert said.endswith("(looked up in beleg_kopf_1.csv, row 2)")


def test_a_file_that_lacks_what_it_is_looked_up_by_is_named_with_what_it_has(brunel: Drop) -> None:
    brunel.put("beleg_kopf_1.csv", [{"belegnr": "7", "name": "seven"}])
    with pytest.raises(BatchRefused) as refused:
        brunel.ingest()
    assert str(refused.value) == (
        "file beleg_kopf_*.csv lacks a column that the adapter maps: beleg; it has 'belegnr', 'name': send it as "
        "before, or give the column's new name in the adapter (key `names` of its source)"
    )
