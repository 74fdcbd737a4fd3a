"""What a packed file holds: the hash of it, and whether it is a bomb. Nothing is unpacked further than its limit."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.readers import packing_of
from ingestion.readers.chunk import FLOOR_BYTES, bomb
from lake import archive
from lake.errors import BatchRefused, brief
from lake.store import Lake

#: A workbook is held in memory whole.
_LARGEST_WORKBOOK = 1 << 30
_PIECE = 1 << 20


def content_hash(lake: Lake, sha256: str, name: str, *, size: int, ratio: float) -> str:
    """Return the hash of the unpacked bytes, so that content is recognised however it is packed.

    Raises BatchRefused where the file unpacks to more than `ratio` times its `size`, or cannot be unpacked.
    """
    limit = most_bytes(size, ratio)
    packing = packing_of(name)
    with archive.local_copy(lake, sha256) as path:
        if packing is not None:
            return _unpacked(path, name, packing, limit)
        with path.open("rb") as file:
            start = file.read(4)
        if start == b"PK\x03\x04":
            _require_small_zip(path, name, min(limit, _LARGEST_WORKBOOK))
        elif start == b"PAR1":
            _require_small_parquet(path, name, limit)
    return sha256


def most_bytes(size: int, ratio: float) -> int:
    """Return how many bytes a file of this size may unpack to."""
    return max(FLOOR_BYTES, int(size * ratio))


def _unpacked(path: Path, name: str, packing: str, limit: int) -> str:
    digest, size = hashlib.sha256(), 0
    try:
        with pa.input_stream(str(path), compression=packing) as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                if size > limit:
                    raise bomb(name, limit)
    except (OSError, EOFError, pa.ArrowException) as error:
        raise BatchRefused(f"file {name} cannot be unpacked: {brief(error)}") from None
    return digest.hexdigest()


def _require_small_zip(path: Path, name: str, limit: int) -> None:
    """Unpack every member and count, as what a zip says of its members' sizes is no more than a claim."""
    size = 0
    try:
        with zipfile.ZipFile(path) as packed:
            for member in packed.infolist():
                with packed.open(member) as stream:
                    while piece := stream.read(_PIECE):
                        size += len(piece)
                        if size > limit:
                            raise bomb(name, limit)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError):
        return  # not a zip that can be unpacked: its reader says so


def _require_small_parquet(path: Path, name: str, limit: int) -> None:
    """Add up what the file's footer says: a reader trusts it, too, and fails where it lies."""
    try:
        footer = pq.read_metadata(path)
    except (pa.ArrowException, OSError):
        return  # not readable: its reader says so
    groups = (footer.row_group(i) for i in range(footer.num_row_groups))
    size = sum(max(g.total_byte_size, 0) for g in groups)
    if max(size, footer.num_rows) > limit:
        raise bomb(name, limit)
