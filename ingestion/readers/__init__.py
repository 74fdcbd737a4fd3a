"""Readers: a file as chunks of text columns with row numbers. Every format gives the same shape."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, get_args

from ingestion.readers import delimited, json_lines, json_text, parquet, spreadsheet, xml
from ingestion.readers.chunk import Chunk, Source, Unreadable
from lake.errors import ContractError

Format = Literal["csv", "ndjson", "json", "parquet", "xlsx", "xml"]
FORMATS: tuple[str, ...] = get_args(Format)

_READERS: dict[str, Callable[[Source], Iterator[Chunk]]] = {
    "csv": delimited.read,
    "ndjson": json_lines.read,
    "json": json_text.read,
    "parquet": parquet.read,
    "xlsx": spreadsheet.read,
    "xml": xml.read,
}

#: How text files may be written, where they are not UTF-8; XML says so itself.
ENCODINGS = ("utf-8", "utf-16", "iso-8859-1", "iso-8859-15", "windows-1250", "windows-1252", "cp850")

#: Endings that name another format than they read like.
_ALIASES = {"jsonl": "ndjson"}
_PACKED = {"gz": "gzip", "zst": "zstd"}


@functools.cache
def format_of(name: str) -> str | None:
    """Return the format that a file's name promises, None where it promises none that is known."""
    suffixes = [s.removeprefix(".").lower() for s in Path(name).suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    last = suffixes[-1] if suffixes else ""
    last = _ALIASES.get(last, last)
    return last if last in FORMATS else None


def packing_of(name: str) -> str | None:
    """Return the compression that a file's name promises: gzip, zstd or None."""
    return _PACKED.get(name.rsplit(".", 1)[-1].lower())


def read(source: Source, kind: str) -> Iterator[Chunk]:
    """Read a file of the given format; raises BatchRefused with one sentence where it cannot be read."""
    if kind not in _READERS:
        raise ContractError(f"there is no reader for format {kind!r}: use one of {', '.join(FORMATS)}")
    return _READERS[kind](source)


__all__ = ["ENCODINGS", "FORMATS", "Chunk", "Source", "Unreadable", "format_of", "packing_of", "read"]
