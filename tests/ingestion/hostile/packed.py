"""Archives, bombs, workbooks, Parquet, and names that lie about them."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from tests.ingestion.conftest import entry
from tests.ingestion.hostile.case import GOOD, HEADER, MIB, Case, csv, one


def _zip(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def _xlsx(rows: list[dict[str, object]]) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(rows).write_excel(out)
    return out.getvalue()


def _sheets(*cells: str, hidden: bool = False) -> bytes:
    """Return a workbook with a time entry on its first sheet, and one more sheet for each of the cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        first = book.add_worksheet()
        for number, row in enumerate((HEADER, GOOD)):
            first.write_row(number, 0, row.split(","))
        for cell in cells:
            more = book.add_worksheet()
            more.write(7, 7, cell)
            if hidden:
                more.hide()
    return out.getvalue()


def _sheet_twice() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((f"{HEADER},hours", f"{GOOD},8.00")):
            sheet.write_row(number, 0, row.split(","))
    return out.getvalue()


def _xlsx_bomb() -> bytes:
    """Return a small workbook whose sheet unpacks to 34 megabytes of spaces."""
    out, blank = io.BytesIO(_xlsx([entry(1)])), b" " * MIB
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet9.xml", "w") as sheet,
    ):
        for _ in range(34):
            sheet.write(blank)
    return out.getvalue()


def _parquet(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


def _parquet_bomb() -> bytes:
    """Return a small file of one enormous cell."""
    row = {name: [str(value)] for name, value in entry(1).items()} | {"note": ["x" * (34 * MIB)]}
    return _parquet(pa.table(row), compression="zstd", use_dictionary=False, write_statistics=False)


def _spread_bomb() -> bytes:
    """Return a file of half a megabyte whose one long text, which stands in it once, is meant in 60,000 rows."""
    number = 60_000
    rows = {name: pa.array([str(value)] * number) for name, value in entry(1).items()}
    rows["time_entry_id"] = pa.array([f"T{n}" for n in range(number)])
    once = pa.DictionaryArray.from_arrays(pa.array([0] * number, pa.int32()), ["x" * (MIB // 4)])
    return _parquet(pa.table(rows | {"note": once}), compression="zstd")


def _spread_list_bomb() -> bytes:
    """Return the same where the text is meant in lists of each row."""
    values = pa.DictionaryArray.from_arrays(pa.array([0] * 60_000, pa.int32()), ["x" * (MIB // 4)])
    lists = pa.ListArray.from_arrays(pa.array(range(0, 60_001, 6000), pa.int32()), values)
    rows = {name: pa.array([str(value)] * 10) for name, value in entry(1).items()}
    return _parquet(pa.table(rows | {"note": lists}), compression="zstd")


def _entries(number: int = 1, **said: object) -> pa.Table:
    return pa.Table.from_pylist([entry(n, **said) for n in range(number)])


def _gz_bomb() -> bytes:
    return gzip.compress(csv(GOOD) + b"\n" * (34 * MIB), compresslevel=6)


def _zst_bomb() -> bytes:
    return _zst(csv(GOOD) + b"\n" * (34 * MIB))


def _zst(content: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(content))


PACKED: tuple[Case, ...] = (
    # archives
    one("gzip cut short", gzip.compress(csv(GOOD) * 50)[:-20], "time_entry.csv.gz", refusal="cannot be unpacked"),
    one("gzip with a flipped bit", gzip.compress(csv(GOOD))[:-6] + b"\0" * 6, "time_entry.csv.gz",
        refusal="cannot be unpacked"),
    one("zstd cut short", _zst(csv(GOOD) * 50)[:-9], "time_entry.csv.zst", refusal="cannot be unpacked"),
    one("gzip bomb", _gz_bomb, "time_entry.csv.gz", refusal="unpacks to more than"),
    one("zstd bomb", _zst_bomb, "time_entry.csv.zst", refusal="unpacks to more than"),
    one("workbook bomb", _xlsx_bomb, "time_entry.xlsx", refusal="unpacks to more than"),
    one("Parquet bomb", _parquet_bomb, "time_entry.parquet", refusal="unpacks to more than"),
    one("Parquet of a text spread over gigabytes", _spread_bomb, "time_entry.parquet", refusal="unpacks to more than"),
    one("Parquet of a text spread over lists", _spread_list_bomb, "time_entry.parquet",
        refusal="unpacks to more than"),
    one("archive within an archive", gzip.compress(gzip.compress(csv(GOOD))), "time_entry.csv.gz",
        refusal="not UTF-8 text"),
    # lying extensions
    one("CSV called gz", csv(GOOD), "time_entry.csv.gz", refusal="cannot be unpacked"),
    one("gzip called CSV", gzip.compress(csv(GOOD)), refusal="not UTF-8 text"),
    one("CSV called Parquet", csv(GOOD), "time_entry.parquet", refusal="is not readable Parquet"),
    one("Parquet called CSV", _parquet(_entries()), refusal="not UTF-8 text"),
    one("CSV called XLSX", csv(GOOD), "time_entry.xlsx", refusal="is not a readable workbook"),
    one("any zip called XLSX", _zip({"a.txt": b"a"}), "time_entry.xlsx", refusal="is not a readable workbook"),
    one("Parquet cut short", _parquet(_entries())[:-30], "time_entry.parquet", refusal="is not readable Parquet"),
    one("Parquet with a broken page", _parquet(_entries(50), compression=None).replace(b"T17", b"\xff\xff\xff"),
        "time_entry.parquet", refusal="Parquet"),
    one("Parquet of binary cells", _parquet(pa.table({k: [str(v).encode()] for k, v in entry(1).items()})),
        "time_entry.parquet", lands=1),
    one("workbook with a header twice the same", _sheet_twice(), "time_entry.xlsx",
        refusal="names column 'hours' twice"),
    one("workbook of two sheets", _sheets("lost?"), "time_entry.xlsx", refusal="cells on more than its first"),
    one("workbook with an empty and a hidden sheet", _sheets("", "x", hidden=True), "time_entry.xlsx", lands=1),
    one("workbook with a formula", _xlsx([entry(1, note="=1+1")]), "time_entry.xlsx", lands=1),
)  # fmt: skip
