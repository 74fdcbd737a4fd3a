"""The archive of received bytes, each under its SHA-256, so that any batch can be read again.

What is read out of it is held to its name: bytes that are others than those received are set aside, and never land.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import pyarrow.fs as pafs

from lake.errors import DamagedError, LakeError
from lake.store import Lake

_CHUNK = 1 << 20

#: Beside what was received lies what a connection remembers of it, which goes when a newer batch remembers more.
Room = Literal["archive", "seen"]

#: Files that this process has written or read whole, by what changes where anybody touches them.
_VERIFIED: set[tuple[int, ...]] = set()


@dataclass(frozen=True)
class Archived:
    """What was archived: the SHA-256 of the received bytes and how many they are."""

    sha256: str
    size: int


@dataclass(frozen=True)
class _Place:
    """Where the bytes of one hash lie."""

    lake: Lake
    sha256: str
    room: Room

    @property
    def path(self) -> Path:
        return self.lake.path(self.room, self.sha256[:2], self.sha256)

    @property
    def there(self) -> tuple[pafs.FileSystem, str]:
        files, base = pafs.FileSystem.from_uri(self.lake.uri(self.room))
        return files, f"{base}/{self.sha256[:2]}/{self.sha256}"

    def size(self) -> int | None:
        if self.lake.is_local:
            return self.path.stat().st_size if self.path.is_file() else None
        files, place = self.there
        found = files.get_file_info(place)
        return None if found.type == pafs.FileType.NotFound else int(found.size)

    def settle(self, temporary: Path) -> None:
        """Move a complete copy to its place in one step, so that the archive never shows half a file."""
        if self.lake.is_local:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(self.path)
            _VERIFIED.add(_state(self.path))
            return
        files, place = self.there
        pafs.copy_files(str(temporary), place, destination_filesystem=files)

    def set_aside(self) -> None:
        with contextlib.suppress(OSError):
            if self.lake.is_local:
                self.path.replace(self.path.with_name(f"{self.sha256}.damaged"))
            else:
                files, place = self.there
                files.move(place, f"{place}.damaged")


def store(lake: Lake, source: BinaryIO, *, perhaps_known: bool = True, room: Room = "archive") -> Archived:
    """Copy `source` to its end into the archive, under the hash of what was read; the same bytes once only.

    Where it is `perhaps_known` it is read once before it is copied, which costs less than a copy in vain.
    """
    try:
        if perhaps_known and source.seekable():
            start = source.tell()
            known = _hashed(source, None)
            if has(lake, known, room=room) and _is_whole(lake, known.sha256, room):
                return known
            source.seek(start)
        folder = lake.path("archive", "tmp") if lake.is_local else Path(tempfile.gettempdir())
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix="incoming-")
        try:
            with os.fdopen(handle, "wb") as target:
                kept = _hashed(source, target)
            _Place(lake, kept.sha256, room).settle(Path(name))
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


def has(lake: Lake, kept: Archived, *, room: Room = "archive") -> bool:
    """Whether the archive holds so many bytes under this name; what they are, reading them tells."""
    return _Place(lake, kept.sha256, room).size() == kept.size


def holds(lake: Lake, sha256: str, *, room: Room = "archive") -> bool:
    """Whether the archive holds anything under this name."""
    return _Place(lake, sha256, room).size() is not None


def _is_whole(lake: Lake, sha256: str, room: Room) -> bool:
    try:
        with local_copy(lake, sha256, room=room):
            return True
    except DamagedError:
        return False


@contextlib.contextmanager
def local_copy(lake: Lake, sha256: str, *, room: Room = "archive", trust: bool = False) -> Iterator[Path]:
    """Give the archived bytes as a local file for as long as the block runs.

    Raises DamagedError where the archive has lost them, or holds others than those received; those are set aside, so
    that the same file is archived anew when it comes again. Whoever only wants to know says `trust`, and looks itself.
    """
    place = _Place(lake, sha256, room)
    if place.size() is None:
        raise DamagedError(f"the archive of lake {lake.root} has lost the file {sha256}")
    if lake.is_local:
        if not trust:
            _require_named(place, place.path)
        yield place.path
        return
    with tempfile.TemporaryDirectory(prefix="tieout-") as folder:
        copy = Path(folder) / sha256
        files, name = place.there
        pafs.copy_files(name, str(copy), source_filesystem=files)
        if not trust:
            _require_named(place, copy)
        yield copy


def _state(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _require_named(place: _Place, copy: Path) -> None:
    state = _state(copy)
    if state in _VERIFIED:
        return
    with copy.open("rb") as kept:
        found = _hashed(kept, None)
    if found.sha256 == place.sha256:
        _VERIFIED.add(state)
        return
    place.set_aside()
    raise DamagedError(
        f"the archive of lake {place.lake.root} holds other bytes under {place.sha256} than those received "
        f"({found.size} bytes, now set aside as {place.sha256}.damaged): nothing is landed; put the file back from a "
        "backup, or send it again"
    )


def require_unchanged(lake: Lake, sha256: str) -> None:
    """Raise DamagedError where the archive has lost the file, or holds other bytes than those it was named after."""
    with local_copy(lake, sha256):
        pass
