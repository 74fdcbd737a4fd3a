"""Excel workbooks: one sheet, its cells as text, numbers as the shortest decimal of the stored double."""

from __future__ import annotations

import json
from collections.abc import Iterator

import fastexcel
import polars as pl

from ingestion.readers import sheet_cells
from ingestion.readers.chunk import ROW, Chunk, Source, Unreadable, check_names, numbered
from ingestion.readers.parquet import shortest_decimal
from lake.errors import BatchRefused

#: A workbook is unpacked whole; larger extracts come as csv or parquet.
_LARGEST = 64 << 20


def read(source: Source) -> Iterator[Chunk]:
    """Give the rows below the header, numbered from 1 below it; one with a cell that is an error is no good row."""
    if source.path.stat().st_size > _LARGEST:
        raise BatchRefused(f"file {source.name} is larger than {_LARGEST} bytes: send it as csv or parquet")
    walked = sheet_cells.sheets(source.path, source.name)
    try:
        book = fastexcel.read_excel(source.path.read_bytes())
        more = [] if source.sheet else _more_sheets(book)
        # The library gives a second column of a name another one, and a nameless one a name.
        names = book.load_sheet(source.sheet or 0, header_row=None, n_rows=1, dtypes="string").to_polars()
        frame = book.load_sheet(source.sheet or 0, header_row=0, dtypes="string").to_polars()
        doubles = book.load_sheet(source.sheet or 0, header_row=0, dtypes="float").to_polars()
    except fastexcel.FastExcelError as error:
        brief = str(error).splitlines()[0][:200]
        raise BatchRefused(f"file {source.name} is not a readable workbook: {brief}") from None
    if more:
        raise BatchRefused(
            f"file {source.name} has cells on more than its first sheet ({book.sheet_names[0]!r}), on "
            f"{', '.join(map(repr, more))} too: send one sheet a file, or name the `sheet` in the adapter"
        )
    # Nameless while they are worked on: Polars takes a column called `*` or `^…$` for a pattern.
    pairs = ((name, frame[name].alias(""), doubles[name].alias("")) for name in frame.columns)
    frame = pl.DataFrame([_exact(text, double).alias(name) for name, text, double in pairs])
    number = book.sheet_names.index(source.sheet) if source.sheet else 0
    chunk = _without_void(numbered(frame, range(1, frame.height + 1)), walked[number], source.name)
    check_names([name or "" for name in names.row(0)] if names.height else frame.columns, file=source.name)
    yield chunk


def _without_void(frame: pl.DataFrame, cells: sheet_cells.Cells, file: str) -> Chunk:
    """Take out the rows with a cell that has no value but should have one; the reader left those cells empty."""
    faults: dict[int, dict[int, str]] = {}
    for (row, column), said in sorted(cells.void.items()):
        faults.setdefault(row - cells.top, {})[column - cells.left] = said
    if 0 in faults:
        column, said = next(iter(faults[0].items()))
        where = f"{sheet_cells.letters(column + cells.left)}{cells.top + 1}"
        raise BatchRefused(f"file {file}: cell {where} of the header is {said}: give the column a name")
    if not faults:
        return Chunk(frame)
    names = [name for name in frame.columns if name != ROW]
    unreadable = []
    # A row that holds nothing but such cells may lie below the last that the reader gives.
    kept = {
        row: values for row, values in zip(frame[ROW], frame.select(names).iter_rows(), strict=True) if row in faults
    }
    for row, wrong in faults.items():
        raw = dict(zip(names, kept.get(row, (None,) * len(names)), strict=True))
        told = []
        for column, value in wrong.items():
            where = f"{sheet_cells.letters(column + cells.left)}{row + cells.top + 1}"
            if column < len(names):
                raw[names[column]] = value
                where += f" ({names[column]})"
            told.append(f"cell {where} is {value}")
        why = f"has no value where one is due: {'; '.join(told)}"
        unreadable.append(Unreadable(row, json.dumps(raw, ensure_ascii=False), why))
    good = frame.filter(~pl.col(ROW).is_in(list(faults)))
    return Chunk(good, tuple(unreadable))


def _more_sheets(book: fastexcel.ExcelReader) -> list[str]:
    """Return the visible sheets behind the first that have any cell: what is not read must not go unnoticed."""
    found = []
    for name in book.sheet_names[1:]:
        sheet = book.load_sheet(name, header_row=None, n_rows=1, dtypes="string")
        if sheet.visible == "visible" and sheet.width:
            found.append(name)
    return found


def _exact(text: pl.Series, double: pl.Series) -> pl.Series:
    """Return cells as text; a number that its text rounds is written as the shortest decimal it is."""
    text = text.cast(pl.String)
    if double.dtype != pl.Float64:
        return text
    rounded = double.is_not_null() & (text.cast(pl.Float64, strict=False) != double).fill_null(value=False)
    if not rounded.any():
        return text
    cells = zip(text, double, rounded, strict=True)
    return pl.Series(text.name, [shortest_decimal(d) if wrong else t for t, d, wrong in cells], pl.String)
