"""Workbooks whose cells lie far apart, or hold no value where one is due."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
import xlsxwriter

from lake.batches import BatchLog
from lake.errors import BatchRefused
from tests.ingestion.conftest import CONSERVED, Drop, entry


def book(*rows: dict[str, object], corner: tuple[int, int] = (0, 0)) -> bytes:
    """Return a workbook of entries: `=…` is a formula, its result after a bar (`=1/0|#DIV/0!`)."""
    out = io.BytesIO()
    top, left = corner
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet()
        sheet.write_row(top, left, list(rows[0]))
        for number, row in enumerate(rows, start=top + 1):
            for column, value in enumerate(row.values(), start=left):
                if isinstance(value, str) and value.startswith("="):
                    formula, _, result = value.partition("|")
                    sheet.write_formula(number, column, formula, None, result)
                else:
                    sheet.write(number, column, value)
    return out.getvalue()


def spoilt(content: bytes, old: str, new: str, member: str = "xl/worksheets/sheet1.xml") -> bytes:
    """Return the workbook with some of a member's XML otherwise."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            text = given.read(name)
            if name == member:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            made.writestr(name, text)
    return out.getvalue()


FAR = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>z</t></is></c></row></sheetData>'


def test_a_workbook_whose_cells_lie_worlds_apart_is_refused_and_its_batch_closed(drop: Drop) -> None:
    drop.write("time_entry.xlsx", spoilt(book(entry(1)), "</sheetData>", FAR))
    with pytest.raises(BatchRefused, match="reach from A1 to XFD1048576, too far apart to be read"):
        drop.ingest()
    assert BatchLog(drop.lake, "psa", "delta").unfinished() == []
    drop.write("time_entry.xlsx", book(entry(1)))
    assert drop.ingest().counts.landed == 1


def test_what_a_sheet_says_of_its_size_changes_nothing(drop: Drop) -> None:
    drop.write("time_entry.xlsx", spoilt(book(entry(1)), 'ref="A1:G2"', 'ref="A1:XFD1048576"'))
    assert drop.ingest().counts.landed == 1


def test_formats_to_the_end_of_a_sheet_do_not_make_it_large(drop: Drop) -> None:
    bare = '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    drop.write("time_entry.xlsx", spoilt(book(entry(1)), "</sheetData>", bare))
    assert drop.ingest().counts.landed == 1


@pytest.mark.parametrize("column", ["hours", "note", "budget_line_id"])
@pytest.mark.parametrize(
    ("cell", "said"),
    [("=1/0|#DIV/0!", "#DIV/0!"), ("=NA()|#N/A", "#N/A"), ("=A1+1", "a formula without a result")],
)
def test_a_row_whose_cell_is_an_error_is_quarantined_with_the_cell(
    drop: Drop, column: str, cell: str, said: str
) -> None:
    rows = [entry(n, note="n", budget_line_id="B") for n in range(3)]
    rows[1][column] = cell
    drop.write("time_entry.xlsx", book(*rows, corner=(4, 2)))
    counts = drop.ingest().counts
    assert (counts.rows_read, counts.landed, counts.quarantined) == (3, 2, 1)
    ((row, reason, raw),) = drop.rows('select "row", reason, raw from lake.quarantine')
    place = "CDEFGHIJK"[list(rows[0]).index(column)] + "7"
    assert row == 2
    assert reason.endswith(f"row 2: the record has no value where one is due: cell {place} ({column}) is {said}")
    assert json.loads(raw)[column] == said
    assert json.loads(raw)["project_id"] == "P1"
    assert drop.rows("select time_entry_id, _row from lake.time_entry order by 1") == [("T0", 1), ("T2", 3)]
    assert drop.rows(CONSERVED) == [(0,)]


def test_a_last_row_of_nothing_but_an_error_is_read_and_quarantined(drop: Drop) -> None:
    more = '<row r="9"><c r="B9" t="e"><v>#REF!</v></c></row></sheetData>'
    drop.write("time_entry.xlsx", spoilt(book(entry(1)), "</sheetData>", more))
    drop.ingest()
    assert drop.rows("select \"row\", rule from lake.quarantine where reason like '%B9 (project_id) is #REF!'") == [
        (8, "unreadable")
    ]


def test_a_header_that_is_an_error_is_refused(drop: Drop) -> None:
    content = spoilt(book(entry(1)), '<c r="G1" t="s"><v>6</v></c>', '<c r="G1" t="e"><v>#NAME?</v></c>')
    drop.write("time_entry.xlsx", content)
    with pytest.raises(BatchRefused, match=r"cell G1 of the header is #NAME\?"):
        drop.ingest()


def test_a_formula_that_gives_an_empty_text_lands_as_no_value(drop: Drop) -> None:
    row = entry(1, note='=""')
    empty = spoilt(book(row), '<c r="H2"><f>""</f><v></v></c>', '<c r="H2" t="str"><f>""</f><v></v></c>')
    drop.write("time_entry.xlsx", empty)
    assert drop.ingest().counts.landed == 1
    assert drop.rows("select note from lake.time_entry") == [(None,)]


@pytest.mark.parametrize("other", ["content.xml", "xl/workbook.bin", "XL/Workbook.xml"])
def test_a_workbook_that_may_be_read_as_two_things_is_refused(drop: Drop, other: str) -> None:
    out = io.BytesIO(book(entry(1)))
    with zipfile.ZipFile(out, "a") as more:
        more.writestr(other, "<x/>")
    drop.write("time_entry.xlsx", out.getvalue())
    with pytest.raises(BatchRefused, match="is not a readable workbook"):
        drop.ingest()


def test_a_header_that_names_a_column_twice_or_not_at_all_is_refused(drop: Drop) -> None:
    for name, why in (("hours", "the header names column 'hours' twice"), ("", "column 8 of the header has no name")):
        out = io.BytesIO()
        with xlsxwriter.Workbook(out) as made:
            sheet = made.add_worksheet()
            for at, (column, value) in enumerate([*entry(1).items(), (name, "1.00")]):
                sheet.write(0, at, column)
                sheet.write(1, at, value)
        drop.write("time_entry.xlsx", out.getvalue())
        with pytest.raises(BatchRefused, match=why):
            drop.ingest()
