"""Comma-separated files, as text, in blocks.

Arrow's streaming parser does the work. It cannot number a ragged row and takes text behind a closing quote for
part of the cell, so that at the first of either the rest of the file is read again, record by record, by Python's
parser, which numbers and is strict.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from ingestion.readers import quotes
from ingestion.readers.chunk import (
    BLOCK_BYTES,
    BLOCK_ROWS,
    REPEATED_HEADER,
    ROW,
    Chunk,
    Source,
    Unreadable,
    check_names,
    numbered,
)
from lake.errors import BatchRefused

_FIELD_LIMIT = BLOCK_BYTES
_LONGEST = 2 * BLOCK_BYTES
_TAIL = 1 << 16
#: A line above the header that names the separator, as spreadsheets write it.
_SAID = re.compile(r'(?i)"?sep=([,;|\t])"?')
#: What parts cells where the separator that was set parts none.
_MARKS = (",", ";", "\t", "|")
_AGAIN = "is the header once more, as where files were put together: take the line out"


def read(source: Source) -> Iterator[Chunk]:
    """Give the rows below a header, numbered from 1, an empty chunk where there are none; an empty cell is null."""
    source, names, skip = _settled(source)
    check_names(names, file=source.name)
    done = 0
    ragged: list[object] = []

    def note(row: object) -> str:
        ragged.append(row)
        return "skip"

    last: str | None = None
    watched = _Watched(source.open(), source.separator)
    try:
        for batch in _blocks(watched, names, note, separator=source.separator, skip=skip):
            if ragged or not watched.quotes.plain:
                break
            frame = pl.DataFrame(pl.from_arrow(batch))
            last = frame[-1, -1]
            yield _without_headers(Chunk(numbered(frame, range(done + 1, done + frame.height + 1))), names)
            done += frame.height
    except (pa.ArrowInvalid, OSError) as error:
        if watched.quotes.plain or isinstance(error, OSError):
            raise BatchRefused(f"file {source.name} cannot be read after row {done}: {_brief(error)}") from None
    if ragged or not watched.quotes.plain:
        yield from _carefully(source, names, done, skip)
    elif done and not closed(watched.tail, last, source.separator):
        raise _unclosed(source, done)
    elif not done:
        yield Chunk(numbered(pl.DataFrame(schema=dict.fromkeys(names, pl.String)), range(0)))


def header(source: Source) -> list[str]:
    """Return the names in the first line of a file."""
    return _settled(source)[1]


def _settled(source: Source) -> tuple[Source, list[str], int]:
    """Return the source with the separator that its file is written with, its header, and how many lines lie before it.

    Those are blank, or say `sep=;` as spreadsheets write it. Where the separator that was set parts nothing, and one
    other parts the header and the row below it alike, it is that one.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    skip, first = 0, ""
    with source.open() as raw:
        try:
            lines = _lines(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
            for first in lines:
                said = _SAID.fullmatch(first.strip("\r\n"))
                if said is None and first.strip("\r\n"):
                    break
                source = source if said is None else replace(source, separator=said[1])
                skip, first = skip + 1, ""  # noqa: PLW2901 - nothing may follow
            records = csv.reader(chain([first], lines), strict=True, delimiter=source.separator)
            two = list(islice(records, 1))
            if two and len(two[0]) == 1:
                with suppress(csv.Error):  # of a row; whoever reads the rows says so
                    two += islice(records, 1)
        except UnicodeDecodeError:
            raise BatchRefused(f"file {source.name} is not UTF-8 text: save it as UTF-8") from None
        except (OSError, EOFError, csv.Error) as error:
            raise BatchRefused(f"file {source.name} cannot be read: {_brief(error)}") from None
    if not first:
        raise BatchRefused(f"file {source.name} is empty: not even a header; send it again")
    if len(two[0]) > 1:
        return source, two[0], skip
    ways = {mark: [_parted(record, mark) for record in two] for mark in _MARKS if mark != source.separator}
    fitting = {m: w[0] for m, w in ways.items() if len(w[0]) > 1 and all(len(r) == len(w[0]) for r in w)}
    if len(fitting) == 1:
        ((mark, names),) = fitting.items()
        return replace(source, separator=mark), names, skip
    return source, two[0], skip


def _parted(record: list[str], mark: str) -> list[str]:
    """Return the cells of a line that another separator parts; none of a line that it cannot read."""
    try:
        return next(csv.reader(record[:1], strict=True, delimiter=mark), []) if len(record) == 1 else []
    except csv.Error:
        return []


def _without_headers(chunk: Chunk, names: list[str]) -> Chunk:
    """Return rows without those that say the header once more, as where files were put together."""
    frame = chunk.frame
    if not (frame[names[0]] == names[0]).any():
        return chunk
    again = frame.select(pl.all_horizontal(frame[name] == name for name in names).fill_null(value=False)).to_series()
    bad = [Unreadable(row, _line(names), _AGAIN, REPEATED_HEADER) for row in frame[ROW].filter(again)]
    unreadable = tuple(sorted((*chunk.unreadable, *bad), key=lambda one: one.row))
    return Chunk(frame.filter(~again), unreadable)


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Give lines, reading no more of one than tells that it is too long."""
    while line := text.readline(_LONGEST + 1):
        if len(line) > _LONGEST:
            message = f"a line is longer than {_LONGEST} bytes"
            raise csv.Error(message)
        yield line


class _Watched(io.RawIOBase):
    """A stream that looks at its quotes and remembers its last bytes: they tell whether the last one was closed."""

    def __init__(self, stream: BinaryIO, separator: str) -> None:
        self._stream = stream
        self.tail = b""
        self.quotes = quotes.Quotes(separator)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        part = self._stream.read(size)
        if part:
            self.quotes.look(part)
            self.tail = (self.tail + part)[-_TAIL:] if len(part) < _TAIL else part[-_TAIL:]
        return part

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever memory the caller offers
        part = self.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self._stream.close()
        super().close()


def closed(tail: bytes, last: str | None, separator: str = ",") -> bool:
    """Whether the quotes of the last cell, read as `last`, are closed in a file that ends in `tail`."""
    end = tail.rstrip(b"\r\n")
    text, mark = (last or "").encode(), separator.encode()
    if not text:
        return not end.endswith((mark + b'"', b'\n"'))
    if end.endswith(b'"'):
        return True
    return not (b"\n" in text or mark in text or end.removesuffix(text).endswith(b'"'))


def _unclosed(source: Source, row: int) -> BatchRefused:
    return BatchRefused(f"file {source.name} cannot be read: the quote opened in row {row} is never closed")


def _blocks(stream: _Watched, names: list[str], note: object, *, separator: str, skip: int) -> Iterator[pa.RecordBatch]:
    convert = pa_csv.ConvertOptions(
        column_types={name: pa.large_string() for name in names},
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
        null_values=[""],
    )
    parse = pa_csv.ParseOptions(delimiter=separator, newlines_in_values=True, invalid_row_handler=note)
    with stream:
        try:
            yield from pa_csv.open_csv(
                stream,
                read_options=pa_csv.ReadOptions(block_size=BLOCK_BYTES, skip_rows=skip),
                parse_options=parse,
                convert_options=convert,
            )
        except pa.ArrowInvalid as error:
            # A file of a header alone, or with nothing but ragged rows, has no block to give.
            if "Empty CSV file" not in str(error):
                raise


def _carefully(source: Source, names: list[str], done: int, skip: int) -> Iterator[Chunk]:
    """Read on from row `done` + 1 with exact record numbers, keeping what does not fit the header."""
    csv.field_size_limit(_FIELD_LIMIT)
    with source.open() as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        for _ in range(skip):
            text.readline()
        numbered = islice(_records(source, text), done + 1, None)
        while part := list(islice(numbered, BLOCK_ROWS)):
            yield _without_headers(_sort_out(part, names), names)


def _records(source: Source, text: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
    """Give the records below the header with their numbers; raises BatchRefused at the first that breaks a rule."""
    row = 0
    try:
        for record in csv.reader(_lines(text), strict=True, delimiter=source.separator):
            if record:
                yield row, record
                row += 1
    except (csv.Error, UnicodeDecodeError) as error:
        if "unexpected end" in str(error):
            raise _unclosed(source, row) from None
        if "expected after" in str(error):
            raise BatchRefused(
                f"file {source.name}, row {row}: there is text behind a closing quote, so that where the cell and the "
                "row end is a guess: write a quote inside of a quoted cell twice, and send the file again"
            ) from None
        raise BatchRefused(f"file {source.name} cannot be read after row {row - 1}: {_brief(error)}") from None


def _sort_out(part: list[tuple[int, list[str]]], names: list[str]) -> Chunk:
    fitting = [(row, record) for row, record in part if len(record) == len(names)]
    columns = {name: [record[i] or None for _, record in fitting] for i, name in enumerate(names)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    unreadable = tuple(
        Unreadable(row, _line(record), f"has {len(record)} cells where the header names {len(names)}")
        for row, record in part
        if len(record) != len(names)
    )
    return Chunk(numbered(frame, pl.Series([row for row, _ in fitting])), unreadable)


def _line(record: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(record)
    return out.getvalue()


def _brief(error: BaseException) -> str:
    if "straddling" in str(error):
        return f"a row is longer than {BLOCK_BYTES} bytes, or its quote is never closed"
    if "UTF8" in str(error):
        return "it is not UTF-8 text: save it as UTF-8"
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
