"""The folder connector: which files a feed's folder holds, without following anything out of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from lake.errors import SourceError

#: A feed's folder is not a file system: deeper nesting is a mistake.
_DEEPEST = 4


@dataclass(frozen=True)
class Found:
    r"""A regular file under the feed's folder: `name` is its path relative to it, with slashes.

    A name that is not UTF-8 is shown with its odd bytes as `\xff`.
    `state` tells whether it was touched since: no writer can set the time that the system keeps of that, `touched_ns`.
    """

    name: str
    path: Path
    size: int
    modified_at: datetime
    state: str = ""
    touched_ns: int = 0


def discover(folder: str, *, feed: str) -> list[Found]:
    """Return the regular files under a folder by name; hidden ones, links, pipes and devices are left out.

    Raises SourceError where the folder is missing or may not be read.
    """
    root = Path(folder)
    if not root.is_dir():
        trouble = "is a file; name the folder that it lies in" if root.exists() else "does not exist; create it"
        raise SourceError(f"feed {feed}: folder {folder} {trouble} or correct feeds.path")
    try:
        files = sorted(_walk(root, "", 0), key=lambda found: found.name)
    except OSError as error:
        raise SourceError(f"feed {feed}: {error.filename} cannot be read: {error.strerror}") from None
    alike = [one.name for one, other in pairwise(files) if one.name == other.name]
    if alike:
        raise SourceError(f"feed {feed}: two files are called {alike[0]!r}, one of them not in UTF-8: rename one")
    return files


def _walk(folder: Path, prefix: str, depth: int) -> Iterator[Found]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "_")) or entry.is_symlink():
                continue
            shown = os.fsencode(entry.name).decode("utf-8", "backslashreplace")
            if entry.is_dir(follow_symlinks=False):
                if depth < _DEEPEST:
                    yield from _walk(Path(entry.path), f"{prefix}{shown}/", depth + 1)
                continue
            state = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(state.st_mode):
                changed = datetime.fromtimestamp(state.st_mtime, tz=UTC)
                name, touched = f"{prefix}{shown}", state.st_ctime_ns
                known_by = f"{state.st_dev}:{state.st_ino}:{state.st_size}:{state.st_mtime_ns}:{touched}"
                yield Found(name, Path(entry.path), state.st_size, changed, known_by, touched)


def open_regular(found: Found, *, feed: str) -> BinaryIO:
    """Open a found file, refusing what has become a link or a pipe since it was found."""
    try:
        handle = os.open(found.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise SourceError(f"feed {feed}: file {found.name} cannot be opened: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise SourceError(f"feed {feed}: file {found.name} is no regular file any more")
    return os.fdopen(handle, "rb")


def still_the_same(found: Found) -> bool:
    """Whether the file has neither grown nor changed since it was found."""
    try:
        state = found.path.stat(follow_symlinks=False)
    except OSError:
        return False
    changed = datetime.fromtimestamp(state.st_mtime, tz=UTC)
    return state.st_size == found.size and changed == found.modified_at
