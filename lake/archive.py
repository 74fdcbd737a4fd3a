"""The archive of received bytes, each under its SHA-256, so that any batch can be read again."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow.fs as pafs

from lake.errors import LakeError
from lake.store import Lake

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Archived:
    """What was archived: the SHA-256 of the received bytes and how many they are."""

    sha256: str
    size: int


def _address(sha256: str) -> tuple[str, str, str]:
    return "archive", sha256[:2], sha256


def store(lake: Lake, source: BinaryIO, *, perhaps_known: bool = True) -> Archived:
    """Copy `source` to its end into the archive, under the hash of what was read; the same bytes once only.

    Where it is `perhaps_known` it is read once before it is copied, which costs less than a copy in vain.
    """
    try:
        if perhaps_known and source.seekable():
            start = source.tell()
            known = _hashed(source, None)
            if has(lake, known):
                return known
            source.seek(start)
        folder = lake.path("archive", "tmp") if lake.is_local else Path(tempfile.gettempdir())
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix="incoming-")
        try:
            with os.fdopen(handle, "wb") as target:
                kept = _hashed(source, target)
            _settle(lake, Path(name), kept)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise LakeError(f"the archive of lake {lake.root} cannot be written: {error.strerror}") from error
    return kept


def _hashed(source: BinaryIO, target: BinaryIO | None) -> Archived:
    """Read `source` to its end, hashing and, where there is a target, copying it."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if target is not None:
            target.write(chunk)
    return Archived(sha256=digest.hexdigest(), size=size)


def has(lake: Lake, kept: Archived) -> bool:
    """Whether the archive holds these bytes whole: a machine that lost its power may have left half of them."""
    if lake.is_local:
        place = lake.path(*_address(kept.sha256))
        return place.is_file() and place.stat().st_size == kept.size
    files, base = pafs.FileSystem.from_uri(lake.uri("archive"))
    found = files.get_file_info(f"{base}/{kept.sha256[:2]}/{kept.sha256}")
    return bool(found.type != pafs.FileType.NotFound and found.size == kept.size)


def _settle(lake: Lake, temporary: Path, kept: Archived) -> None:
    """Move a complete copy to its place in one step, so that the archive never shows half a file."""
    if lake.is_local:
        place = lake.path(*_address(kept.sha256))
        place.parent.mkdir(parents=True, exist_ok=True)
        if not has(lake, kept):
            temporary.replace(place)
        return
    files, base = pafs.FileSystem.from_uri(lake.uri("archive"))
    if not has(lake, kept):
        place_there = f"{base}/{kept.sha256[:2]}/{kept.sha256}"
        pafs.copy_files(str(temporary), place_there, destination_filesystem=files)


@contextlib.contextmanager
def local_copy(lake: Lake, sha256: str) -> Iterator[Path]:
    """Give the archived bytes as a local file for as long as the block runs."""
    if lake.is_local:
        place = lake.path(*_address(sha256))
        if not place.is_file():
            raise LakeError(f"the archive of lake {lake.root} has lost the file {sha256}")
        yield place
        return
    files, base = pafs.FileSystem.from_uri(lake.uri("archive"))
    with tempfile.TemporaryDirectory(prefix="tieout-") as folder:
        copy = Path(folder) / sha256
        pafs.copy_files(f"{base}/{sha256[:2]}/{sha256}", str(copy), source_filesystem=files)
        yield copy


def require_unchanged(lake: Lake, sha256: str) -> None:
    """Raise LakeError where the archive has lost the file, or holds other bytes than those it was named after."""
    with local_copy(lake, sha256) as place, place.open("rb") as kept:
        found = _hashed(kept, None).sha256
    if found != sha256:
        raise LakeError(
            f"the archive of lake {lake.root} holds other bytes under {sha256} than those received: nothing is landed; "
            "put the file back from a backup"
        )
