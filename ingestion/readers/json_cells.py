"""JSON values as text cells, and records of them as a chunk."""

from __future__ import annotations

import json

import polars as pl

from ingestion.readers.chunk import Chunk, Unreadable, numbered


def chunk(rows: list[tuple[int, dict[str, str | None]]], unreadable: list[Unreadable]) -> Chunk:
    """Make a chunk of numbered records; a record that lacks a column has null there."""
    names = list(dict.fromkeys(name for _, record in rows for name in record))
    columns: dict[str, list[str | None]] = {n: [record.get(n) for _, record in rows] for n in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return Chunk(numbered(frame, pl.Series([number for number, _ in rows])), tuple(unreadable))


def cell(value: object) -> str | None:
    """Return a JSON value as text: a nested one as JSON, null and an empty text as None."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
