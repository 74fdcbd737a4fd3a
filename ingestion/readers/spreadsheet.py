"""Excel workbooks: one sheet, its cells as text, numbers as the shortest decimal of the stored double."""

from __future__ import annotations

from collections.abc import Iterator

import fastexcel
import polars as pl

from ingestion.readers.chunk import Chunk, Source, check_names, numbered
from ingestion.readers.parquet import shortest_decimal
from lake.errors import BatchRefused

#: A workbook is unpacked whole; larger extracts come as csv or parquet.
_LARGEST = 64 << 20


def read(source: Source) -> Iterator[Chunk]:
    """Give the rows below the header; rows are numbered from 1 below it."""
    if source.path.stat().st_size > _LARGEST:
        raise BatchRefused(f"file {source.name} is larger than {_LARGEST} bytes: send it as csv or parquet")
    try:
        book = fastexcel.read_excel(source.path.read_bytes())
        more = [] if source.sheet else _more_sheets(book)
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
    check_names(frame.columns, file=source.name)
    # Nameless while they are worked on: Polars takes a column called `*` or `^…$` for a pattern.
    pairs = ((name, frame[name].alias(""), doubles[name].alias("")) for name in frame.columns)
    frame = pl.DataFrame([_exact(text, double).alias(name) for name, text, double in pairs])
    yield Chunk(numbered(frame, range(1, frame.height + 1)))


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
