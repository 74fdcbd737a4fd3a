"""JSON values as text cells, and records of them as a chunk."""

from __future__ import annotations

import json

import polars as pl

from ingestion.readers.chunk import Chunk, Unreadable, numbered


def chunk(rows: list[tuple[int, dict[str, str | None]]], unreadable: list[Unreadable]) -> Chunk:
    """Make a chunk of numbered records; a record that lacks a column has null there.

    One with a text that cannot be stored goes to those that could not be read.
    """
    try:
        return _chunk(rows, unreadable)
    except UnicodeEncodeError:
        broken = [Unreadable(n, json.dumps(r), HALF) for n, r in rows if _has_half(r)]
        whole = [(n, r) for n, r in rows if not _has_half(r)]
        return _chunk(whole, sorted([*unreadable, *broken], key=lambda u: u.row))


def _chunk(rows: list[tuple[int, dict[str, str | None]]], unreadable: list[Unreadable]) -> Chunk:
    names = list(dict.fromkeys(name for _, record in rows for name in record))
    columns: dict[str, list[str | None]] = {n: [record.get(n) for _, record in rows] for n in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return Chunk(numbered(frame, pl.Series([number for number, _ in rows])), tuple(unreadable))


def _has_half(record: dict[str, str | None]) -> bool:
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


#: What is wrong with a record whose texts are no Unicode: JSON can escape half of a surrogate pair.
HALF = "is not Unicode text: an escape in it is half of a pair"


def cell(value: object) -> str | None:
    """Return a JSON value as text: a nested one as JSON, null and an empty text as None."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
