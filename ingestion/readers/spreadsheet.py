"""Excel workbooks: one sheet, its cells as text, numbers as the shortest decimal of the stored double."""

from __future__ import annotations

from collections.abc import Iterator

import fastexcel
import polars as pl

from ingestion.readers.chunk import ROW, Chunk, Source, check_names
from lake.errors import BatchRefused

#: A workbook is unpacked whole; larger extracts come as csv or parquet.
_LARGEST = 64 << 20


def read(source: Source) -> Iterator[Chunk]:
    """Give the rows below the header; rows are numbered from 1 below it."""
    if source.path.stat().st_size > _LARGEST:
        raise BatchRefused(f"file {source.name} is larger than {_LARGEST} bytes: send it as csv or parquet")
    try:
        book = fastexcel.read_excel(source.path.read_bytes())
        sheet = book.load_sheet(source.sheet or 0, header_row=0, dtypes="string")
        frame = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        brief = str(error).splitlines()[0][:200]
        raise BatchRefused(f"file {source.name} is not a readable workbook: {brief}") from None
    check_names(frame.columns, file=source.name)
    frame = frame.select(pl.all().cast(pl.String))
    yield Chunk(frame.with_columns(pl.Series(ROW, range(1, frame.height + 1), dtype=pl.Int64)))
