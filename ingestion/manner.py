"""How a sample file is written: what parts its cells, and in which encoding."""

from __future__ import annotations

import codecs
from pathlib import Path

from ingestion import readers

_JUDGED = 1 << 16


def manner(name: str, path: Path) -> tuple[str, str]:
    """Return the sign that parts a csv's cells and how its text is written, judged by its first bytes."""
    if readers.format_of(name) != "csv" or readers.packing_of(name) is not None:
        return ",", "utf-8"
    with path.open("rb") as file:
        start = file.read(_JUDGED)
    encoding = "utf-8"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        try:
            codecs.getincrementaldecoder("utf-8")().decode(start)
        except UnicodeDecodeError:
            encoding = "windows-1252"
    head = start.decode(encoding, "replace").lstrip("\ufeff").split("\n", 1)[0]
    found = {mark: head.count(mark) for mark in (",", ";", "\t", "|")}
    best = max(found, key=lambda mark: found[mark])
    return (best if found[best] else ","), encoding
