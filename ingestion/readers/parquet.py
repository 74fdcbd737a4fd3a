"""Parquet files, their typed columns written out as text."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.readers.chunk import BLOCK_ROWS, Chunk, Source, check_names, numbered
from lake.errors import BatchRefused

#: While a series is worked on it has this name: Polars takes `*` or `^…$` of a file for patterns.
_NEUTRAL = "value"


def read(source: Source) -> Iterator[Chunk]:
    """Give the rows in the file's order, numbered from 1."""
    done = 0
    try:
        with pq.ParquetFile(source.path) as file:
            check_names(file.schema_arrow.names, file=source.name)
            empty = file.schema_arrow.empty_table()
            yield Chunk(numbered(as_text(pl.DataFrame(pl.from_arrow(empty))), range(0)))
            for batch in file.iter_batches(batch_size=BLOCK_ROWS):
                # Nothing in the format makes sure that its texts are UTF-8; all that follows relies on it.
                batch.validate(full=True)
                frame = as_text(pl.DataFrame(pl.from_arrow(batch)))
                yield Chunk(numbered(frame, range(done + 1, done + frame.height + 1)))
                done += frame.height
    except (pa.ArrowException, OSError) as error:
        brief = str(error).splitlines()[0][:200]
        raise BatchRefused(f"file {source.name} is not readable Parquet after row {done}: {brief}") from None


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with every column as text that says the value exactly; nested values as JSON."""
    return pl.DataFrame([_text(frame[name].alias(_NEUTRAL)).alias(name) for name in frame.columns])


def _text(series: pl.Series) -> pl.Series:
    match series.dtype:
        case pl.Datetime(time_zone=zone):
            if zone:
                series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            return series.dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ" if zone else "%Y-%m-%dT%H:%M:%S%.f")
        case pl.Struct() | pl.List() | pl.Array():
            boxed = pl.DataFrame({"value": series}).select(pl.struct("value").struct.json_encode())
            written = boxed.to_series().str.slice(len('{"value":')).str.strip_suffix("}").alias(series.name)
            return written.to_frame().select(pl.when(series.is_not_null()).then(pl.first())).to_series()
        case pl.Float32() | pl.Float64():
            return _shortest(series)
    return series if series.dtype == pl.String else series.cast(pl.String)


def _shortest(series: pl.Series) -> pl.Series:
    """Write floats as the shortest decimal that is the same double, without an exponent."""
    written = [None if v is None else shortest_decimal(v) for v in series.to_list()]
    return pl.Series(series.name, written, dtype=pl.String)


def shortest_decimal(value: float) -> str:
    """Return a double as its shortest decimal, without an exponent and without a trailing `.0`."""
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")
