"""A JSON document that is one list of records."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.readers.chunk import BLOCK_ROWS, Chunk, Source, Unreadable
from ingestion.readers.json_cells import cell, chunk
from ingestion.readers.json_lines import flat, parse
from ingestion.readers.json_lists import LISTS, each, exploded
from lake.errors import BatchRefused

#: A document is parsed whole; larger extracts come one record a line.
_LARGEST = 256 << 20


def read(source: Source) -> Iterator[Chunk]:
    """Give the records of a list; rows are numbered by their place in it, from 1.

    Members of a nested object become columns joined by a dot (`fields.name`).
    """
    with source.open() as raw:
        try:
            text = raw.read(_LARGEST + 1)
        except (OSError, EOFError) as error:
            raise BatchRefused(f"file {source.name} cannot be read: {error}") from None
    if len(text) > _LARGEST:
        raise BatchRefused(f"file {source.name} is larger than {_LARGEST} bytes: send it as ndjson")
    try:
        value = parse(text.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise BatchRefused(f"file {source.name} is not JSON: {error}") from None
    if LISTS in (source.records or ""):
        yield from exploded(list(each(value, source.records or "", file=source.name)))
        return
    if not isinstance(value, list):
        raise BatchRefused(f"file {source.name} is not a list of records")
    for start in range(0, max(len(value), 1), BLOCK_ROWS):
        yield _chunk(value[start : start + BLOCK_ROWS], start, source.records)


def _chunk(values: list[object], start: int, path: str | None) -> Chunk:
    rows: list[tuple[int, dict[str, str | None]]] = []
    unreadable = []
    for number, value in enumerate(values, start=start + 1):
        record = flat(value if path else _unnested(value), path)
        if isinstance(record, dict):
            rows.append((number, record))
        else:
            unreadable.append(Unreadable(number, cell(value) or "", record))
    return chunk(rows, unreadable)


def _unnested(value: object) -> object:
    """Lift the members of nested objects, so that they can be mapped by name."""
    if not isinstance(value, dict):
        return value
    lifted: dict[str, object] = {}
    for name, member in value.items():
        if isinstance(member, dict):
            lifted |= {f"{name}.{inner}": deep for inner, deep in member.items()}
        else:
            lifted[name] = member
    return lifted
