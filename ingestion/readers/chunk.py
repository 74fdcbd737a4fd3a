"""What every reader takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import polars as pl
import pyarrow as pa

from lake.errors import BatchRefused

ROW = "_row"

#: About how many bytes of a file, or rows of it, are in memory as one chunk.
BLOCK_BYTES = 8 << 20
BLOCK_ROWS = 100_000

#: What any file may unpack to, however small it is.
FLOOR_BYTES = 32 << 20


@dataclass(frozen=True)
class Source:
    """A file to read: `path` holds the bytes, `name` is what people call it, `packing` gzip, zstd or None.

    `records` is the path, with dots, to the record inside each JSON value or XML document; `sheet` names a
    spreadsheet's; `separator` and `encoding` are a text file's. `most` is how many bytes it may unpack to, where only
    reading tells.
    """

    path: Path
    name: str
    packing: str | None = None
    records: str | None = None
    sheet: str | None = None
    separator: str = ","
    encoding: str = "utf-8"
    most: int | None = None

    def open(self) -> BinaryIO:
        """Open the unpacked bytes; raises BatchRefused where the file is empty."""
        if self.path.stat().st_size == 0:
            raise BatchRefused(f"file {self.name} is empty: not even a header; send it again")
        stream = pa.input_stream(str(self.path), compression=self.packing, buffer_size=1 << 20)
        if self.encoding != "utf-8":
            stream = pa.transcoding_input_stream(stream, self.encoding, "utf-8")
        return cast("BinaryIO", stream)


#: The rules that records break which are no rows; what they hold stands in quarantine as text.
UNREADABLE, REPEATED_HEADER = "unreadable", "repeated_header"


@dataclass(frozen=True)
class Unreadable:
    """A record that could not be read as a row: its number, its text, what is wrong with it and the rule it breaks."""

    row: int
    raw: str
    why: str
    rule: str = UNREADABLE


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file as text columns plus `_row`, and the records that could not be read."""

    frame: pl.DataFrame
    unreadable: tuple[Unreadable, ...] = ()


def numbered(frame: pl.DataFrame, numbers: pl.Series | range) -> pl.DataFrame:
    """Return the frame with its rows' numbers as `_row`; a column of that name in the file gives way."""
    given = frame.rename({ROW: f"{ROW}_given"}) if ROW in frame.columns else frame
    return given.with_columns(pl.Series(ROW, numbers, dtype=pl.Int64))


def bomb(name: str, limit: int) -> BatchRefused:
    """Return the refusal of a file that unpacks to more than it may."""
    return BatchRefused(
        f"file {name} unpacks to more than {limit:,} bytes: send it in smaller files, or raise key "
        "feeds.max_unpack_ratio if this is what the source sends"
    )


def check_names(names: list[str], *, file: str) -> None:
    """Raise BatchRefused where a header names a column twice or not at all."""
    seen: set[str] = set()
    for position, name in enumerate(names, start=1):
        if not name:
            raise BatchRefused(f"file {file}: column {position} of the header has no name")
        if name in seen:
            raise BatchRefused(f"file {file}: the header names column {name!r} twice")
        seen.add(name)
