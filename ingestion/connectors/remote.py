"""Files of a remote folder: which are to be brought, and where a copy that was cut short goes on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.adapter import MANIFEST
from ingestion.connectors.offer import Cursor, Errand, keep_only

_FILES = "files"


@dataclass(frozen=True)
class RemoteFile:
    """A file as a server lists it: its name below the folder, its bytes and when it changed, in seconds."""

    name: str
    size: int
    changed: float

    @property
    def state(self) -> str:
        """What tells this content from another of the same name."""
        return f"{self.size}:{self.changed}"

    def target(self, folder: Path) -> Path:
        """Return where the whole copy goes."""
        return folder / self.name

    def partial(self, folder: Path) -> Path:
        """Return where the copy grows; another content of the same name never goes on there."""
        known = hashlib.sha256(f"{self.name}\0{self.state}".encode()).hexdigest()[:24]
        return folder / f".{known}.part"

    def is_here(self, folder: Path) -> bool:
        """Whether an earlier run has brought the whole of it."""
        try:
            found = self.target(folder).stat()
        except OSError:
            return False
        return found.st_size == self.size and found.st_mtime == self.changed

    def settle(self, folder: Path) -> None:
        """Move the whole copy to its place, with the time of the original."""
        target = self.target(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.utime(self.partial(folder), (self.changed, self.changed))
        self.partial(folder).replace(target)


def is_plain(name: str) -> bool:
    """Whether one part of a name, which a server could have made up, stays below the folder and is no hidden one."""
    return bool(name) and not name.startswith((".", "_")) and not any(c in name for c in "/\\\0") and name.isprintable()


def wanted(errand: Errand, listed: Iterable[RemoteFile]) -> list[RemoteFile]:
    """Return the files to bring: those of the feed, less those that have landed as they are and are not needed again.

    A drop with a manifest is looked at whole.
    """
    mine = [f for f in sorted(listed, key=lambda f: f.name) if errand.wants(f.name)]
    if not errand.alone or any(f.name == MANIFEST for f in mine):
        return mine
    known = errand.cursor.get(_FILES) or {}
    return [f for f in mine if known.get(f.name) != f.state]


def missing(errand: Errand, files: Sequence[RemoteFile]) -> list[RemoteFile]:
    """Return the files that are still to be copied; of what an earlier run left, only the others and their parts stay.

    A file that the server no longer has, or has otherwise, must not land because it was copied once.
    """
    here = {f.name: f.is_here(errand.folder) for f in files}
    keep_only(errand.folder, {f.target(errand.folder) if here[f.name] else f.partial(errand.folder) for f in files})
    return [f for f in files if not here[f.name]]


def cursor(errand: Errand, listed: Iterable[RemoteFile], brought: Iterable[RemoteFile]) -> Cursor:
    """Return what is known of the folder once the files `brought` have landed: only of files that it still holds."""
    there = {f.name for f in listed}
    before = errand.cursor.get(_FILES) or {}
    return {_FILES: {n: s for n, s in before.items() if n in there} | {f.name: f.state for f in brought}}
