"""JSON, one value a line, with every number kept as it was written."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import cast

from ingestion.readers.chunk import BLOCK_ROWS, Chunk, Source, Unreadable
from ingestion.readers.json_cells import cell, chunk
from ingestion.readers.json_lists import LISTS, each, exploded
from lake.errors import BatchRefused

#: A line longer than this is no record of a business system.
_LONGEST = 16 << 20
_BUFFER = 1 << 20


def read(source: Source) -> Iterator[Chunk]:
    """Give the record of each line that is not blank; rows are numbered by line.

    Where `records` names lists inside of each line, rows are numbered as they come.
    """
    if LISTS in (source.records or ""):
        yield from _exploded(source, source.records or "")
        return
    rows: list[tuple[int, dict[str, str | None]]] = []
    unreadable: list[Unreadable] = []
    with source.open() as raw:
        for number, line in _lines(source, io.BufferedReader(cast("io.RawIOBase", raw), _BUFFER)):
            record = _record(line, source.records)
            if isinstance(record, dict):
                rows.append((number, record))
            else:
                unreadable.append(Unreadable(number, line.decode("utf-8", "replace"), record))
            if len(rows) + len(unreadable) >= BLOCK_ROWS:
                yield chunk(rows, unreadable)
                rows, unreadable = [], []
    yield chunk(rows, unreadable)


def _exploded(source: Source, path: str) -> Iterator[Chunk]:
    with source.open() as raw:
        done = 0
        values: list[dict[str, str | None] | Unreadable] = []
        for number, line in _lines(source, io.BufferedReader(cast("io.RawIOBase", raw), _BUFFER)):
            try:
                value = parse(line)
            except (ValueError, RecursionError) as error:
                raise BatchRefused(f"file {source.name}, line {number} is not JSON: {error}") from None
            values += each(value, path, file=source.name)
            if len(values) >= BLOCK_ROWS:
                yield from exploded(values, start=done)
                done, values = done + len(values), []
        yield from exploded(values, start=done)


def _lines(source: Source, raw: io.BufferedReader) -> Iterator[tuple[int, bytes]]:
    try:
        # No more of a line is read than tells that it is too long.
        for number, line in enumerate(iter(lambda: raw.readline(_LONGEST + 1), b""), start=1):
            if len(line) > _LONGEST:
                raise BatchRefused(f"file {source.name}, line {number} is longer than {_LONGEST} bytes")
            if line.strip():
                yield number, line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")
    except (OSError, EOFError) as error:
        raise BatchRefused(f"file {source.name} cannot be read: {error}") from None


def _constant(name: str) -> str:
    return name


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build an object, refusing one that gives a name two values."""
    result = dict(pairs)
    if len(result) != len(pairs):
        message = "an object names a member twice"
        raise ValueError(message)
    return result


def parse(text: bytes | str) -> object:
    """Parse JSON with numbers, NaN and infinities as the text they were written as; raises ValueError."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=_constant, object_pairs_hook=_once)


def flat(value: object, path: str | None) -> dict[str, str | None] | str:
    """Return the record at `path` inside a JSON value as text cells, or why there is none.

    Plain members of the objects around the record come along, named by their own path (`record.emitted_at`).
    """
    around: dict[str, str | None] = {}
    passed = ""
    for step in path.split(".") if path else ():
        if not isinstance(value, dict) or step not in value:
            return f"has no record at {path}"
        around |= {passed + k: cell(v) for k, v in value.items() if k != step and not isinstance(v, dict | list)}
        passed, value = f"{passed}{step}.", value[step]
    if not isinstance(value, dict):
        return "is not an object"
    return {n: v for n, v in around.items() if n not in value} | {str(k): cell(v) for k, v in value.items()}


def _record(line: bytes, path: str | None) -> dict[str, str | None] | str:
    try:
        value = parse(line)
    except (ValueError, RecursionError) as error:
        return f"is not JSON: {error}"
    return flat(value, path)
