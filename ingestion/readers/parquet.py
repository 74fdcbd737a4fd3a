"""Parquet files, their typed columns written out as text."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.readers.chunk import BLOCK_ROWS, FLOOR_BYTES, Chunk, Source, bomb, check_names, numbered
from lake.errors import BatchRefused

#: While a series is worked on it has this name: Polars takes `*` or `^…$` of a file for patterns.
_NEUTRAL = "value"
#: About how many bytes of texts that stood once in a file, and are meant many times, are written out at once.
_SPREAD = 32 << 20
#: What a file may unpack to where nobody said otherwise, as a multiple of its size.
_RATIO = 250


def read(source: Source) -> Iterator[Chunk]:
    """Give the rows in the file's order, numbered from 1.

    A text that stands once in the file and is meant a million times is written out a part at a time; raises
    BatchRefused where all of that is more than the file may unpack to.
    """
    done = spread = 0
    most = source.most or max(FLOOR_BYTES, _RATIO * source.path.stat().st_size)
    try:
        with pq.ParquetFile(source.path) as file:
            check_names(file.schema_arrow.names, file=source.name)
            yield Chunk(numbered(as_text(pl.DataFrame(pl.from_arrow(file.schema_arrow.empty_table()))), range(0)))
            shared = _shared(file)
        with pq.ParquetFile(source.path, read_dictionary=shared) as file:
            for batch in file.iter_batches(batch_size=BLOCK_ROWS):
                # Nothing in the format makes sure that its texts are UTF-8; all that follows relies on it.
                batch.validate(full=True)
                sizes = sum((_sizes(c) for c in batch.columns), start=np.zeros(batch.num_rows, dtype=np.int64))
                spread += int(sizes.sum())
                if spread > most:
                    raise bomb(source.name, most)
                for part in _cut(batch, sizes):
                    frame = as_text(pl.DataFrame(pl.from_arrow(part)))
                    yield Chunk(numbered(frame, range(done + 1, done + frame.height + 1)))
                    done += frame.height
    except (pa.ArrowException, OSError) as error:
        brief = str(error).splitlines()[0][:200]
        raise BatchRefused(f"file {source.name} is not readable Parquet after row {done}: {brief}") from None


def _shared(file: pq.ParquetFile) -> list[str]:
    """Return the columns of texts that are kept apart from their rows, each text once."""
    footer = file.metadata
    found: dict[str, None] = {}
    for group in range(footer.num_row_groups):
        for number in range(footer.num_columns):
            chunk = footer.row_group(group).column(number)
            if chunk.physical_type == "BYTE_ARRAY" and any("DICTIONARY" in e for e in chunk.encodings):
                found[chunk.path_in_schema] = None
    return list(found)


def _sizes(array: pa.Array) -> np.ndarray:
    """Return for each value the bytes of the texts in it that stand apart."""
    sizes = np.zeros(len(array), dtype=np.int64)
    if isinstance(array, pa.DictionaryArray):
        lengths = pc.binary_length(array.dictionary).cast(pa.int64())
        sizes += pc.fill_null(lengths.take(array.indices), 0).to_numpy(zero_copy_only=False)
    elif isinstance(array, pa.StructArray):
        for inner in array.flatten():
            sizes += _sizes(inner)
    elif isinstance(array, pa.ListArray | pa.LargeListArray | pa.FixedSizeListArray | pa.MapArray):
        counts = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
        ends = np.cumsum(counts, dtype=np.int64)
        summed = np.concatenate([[0], np.cumsum(_sizes(array.flatten()))])
        sizes += summed[ends] - summed[ends - counts]
    return sizes


def _cut(batch: pa.RecordBatch, sizes: np.ndarray) -> Iterator[pa.RecordBatch]:
    """Give a batch in parts of about _SPREAD bytes, with every text in its row."""
    part_of = np.cumsum(sizes) // _SPREAD
    starts = [0, *(np.flatnonzero(np.diff(part_of)) + 1).tolist(), batch.num_rows]
    plain = pa.schema([pa.field(f.name, _plain(f.type)) for f in batch.schema])
    for start, end in pairwise(starts):
        yield batch.slice(start, end - start).cast(plain)


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return a type with every text in its place, and the others as they are."""
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_struct(kind):
        return pa.struct([f.with_type(_plain(f.type)) for f in kind])
    if pa.types.is_map(kind):
        return pa.map_(_plain(kind.key_type), _plain(kind.item_type))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        make = pa.list_ if pa.types.is_list(kind) else pa.large_list
        return make(kind.value_field.with_type(_plain(kind.value_type)))
    return kind


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
