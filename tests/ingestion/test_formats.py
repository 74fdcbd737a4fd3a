"""The same rows land alike from every format, and numbers keep the digits they were sent with."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion import readers
from ingestion.readers import Source
from ingestion.readers.parquet import shortest_decimal
from tests.ingestion.conftest import Drop, entry

ROWS = [entry(1, hours="7.50", note='comma, "quote"\nand line'), entry(2, hours="-0.25", note=None)]


def _csv() -> bytes:
    out = io.BytesIO()
    pl.DataFrame(ROWS).write_csv(out)
    return out.getvalue()


def _ndjson() -> bytes:
    numbers = [json.dumps(row).replace(f'"{row["hours"]}"', str(row["hours"])) for row in ROWS]
    return "\n".join(numbers).encode()


def _parquet() -> bytes:
    frame = pl.DataFrame(ROWS).with_columns(
        pl.col("hours").cast(pl.Decimal(9, 2)),
        pl.col("work_date").str.to_date(),
        pl.col("is_billable") == "true",
    )
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


FILES = {
    "time_entry.csv": _csv,
    "time_entry.csv.gz": lambda: gzip.compress(_csv()),
    "time_entry.ndjson": _ndjson,
    "time_entry.ndjson.gz": lambda: gzip.compress(_ndjson()),
    "time_entry.parquet": _parquet,
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_lands_the_same_values(drop: Drop, name: str) -> None:
    drop.write(name, FILES[name]())
    drop.ingest()
    found = drop.rows("select time_entry_id, hours, work_date, is_billable, note, _row from lake.time_entry")
    day = date(2026, 3, 2)
    assert sorted(found) == [
        ("T1", Decimal("7.50"), day, True, 'comma, "quote"\nand line', 1),
        ("T2", Decimal("-0.25"), day, True, None, 2),
    ]


def test_zstandard_is_unpacked(drop: Drop) -> None:
    path = drop.folder / "time_entry.csv.zst"
    with pa.OSFile(str(path), "wb") as raw, pa.CompressedOutputStream(raw, "zstd") as stream:
        stream.write(_csv())
    assert drop.ingest().counts.landed == 2


def test_a_workbook_lands_its_numbers_dates_and_texts(drop: Drop) -> None:
    _workbook(
        drop.folder / "time_entry.xlsx",
        [
            ["time_entry_id", "project_id", "employee_id", "work_date", "hours", "is_billable", "status"],
            ["T1", "P1", "E1", date(2026, 3, 2), 7.1, True, "approved"],
            ["007", "P1", "E1", date(2026, 3, 3), 8, False, "approved"],
        ],
    )
    drop.ingest()
    found = drop.rows("select time_entry_id, work_date, hours, is_billable from lake.time_entry order by 2")
    assert found == [
        ("T1", date(2026, 3, 2), Decimal("7.10"), True),
        ("007", date(2026, 3, 3), Decimal("8.00"), False),
    ]


def test_a_workbooks_number_is_not_rounded_to_what_a_screen_shows(drop: Drop) -> None:
    columns = list(entry(1))
    rows = [columns, [0.1 + 0.2 if c == "hours" else v for c, v in entry(1).items()]]
    _workbook(drop.folder / "time_entry.xlsx", rows)
    drop.ingest()
    assert drop.rows("select value from lake.quarantine") == [("0.30000000000000004",)]


def _workbook(path: Path, rows: list[list[Any]]) -> None:
    """Write a minimal workbook: inline texts, numbers, booleans, and dates as styled day numbers."""

    def cell(value: object) -> str:
        if isinstance(value, bool):
            return f'<c t="b"><v>{int(value)}</v></c>'
        if isinstance(value, date):
            return f'<c s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        if isinstance(value, int | float):
            return f"<c><v>{value!r}</v></c>"
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            book.writestr(name, text)


def test_json_numbers_keep_all_their_digits(drop: Drop) -> None:
    line = '{"gl_line_id":"G1","journal_id":"J1","legal_entity_id":"L","period_id":"2026-03",'
    line += '"posting_date":"2026-03-02","posted_at":"2026-03-02T00:00:00Z","account_id":"A","currency":"EUR",'
    drop.write("gl_line.ndjson", line + '"amount":1234567890123456.78,"functional_amount":-0.10}\n')
    drop.ingest()
    found = drop.rows("select amount, functional_amount from lake.gl_line")
    assert found == [(Decimal("1234567890123456.78"), Decimal("-0.10"))]


def test_a_broken_json_line_is_quarantined_with_its_text(drop: Drop) -> None:
    drop.write("customer.ndjson", '{"customer_id":"C1","name":"One"}\n{"customer_id":\n[1]\n')
    assert drop.ingest().counts.quarantined == 2
    assert drop.rows('select "row", raw from lake.quarantine order by 1') == [(2, '{"customer_id":'), (3, "[1]")]


def test_parquet_times_land_as_the_moment_they_mean(drop: Drop) -> None:
    moment = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
    table = pa.table(
        {
            "customer_id": ["C1"],
            "name": ["One"],
            "updated_at": pa.array([moment], pa.timestamp("us", "America/New_York")),
        }
    )
    pq.write_table(table, drop.folder / "customer.parquet")
    drop.ingest()
    assert drop.rows("select updated_at from lake.customer") == [(moment,)]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (7.0, "7"), (1e-7, "0.0000001"), (1e22, "1" + "0" * 22), (0.1 + 0.2, "0.30000000000000004")],
)
def test_a_double_is_written_as_its_shortest_decimal(value: float, text: str) -> None:
    assert shortest_decimal(value) == text


def test_a_large_file_comes_in_chunks_with_running_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    path.write_text("a,b\n" + "".join(f"{n},{'x' * 90}\n" for n in range(400_000)))
    chunks = [c.frame for c in readers.read(Source(path, "big.csv"), "csv")]
    assert len(chunks) > 2
    numbers = pl.concat(chunks, how="diagonal")
    assert (numbers["_row"] == pl.Series(range(1, 400_001))).all()
    assert (numbers["a"].cast(pl.Int64) + 1 == numbers["_row"]).all()
