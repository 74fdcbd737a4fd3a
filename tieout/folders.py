"""A folder that appears whole or not at all."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from lake.errors import SourceError


@contextlib.contextmanager
def filled(target: Path) -> Iterator[Path]:
    """Give a folder beside the empty or absent `target` to write to, which takes its place when the block is done.

    Where the block does not end well, nothing is left; what a killed run left is cleared away by the next.
    Raises SourceError where `target` holds anything, so that no real extract is overwritten.
    """
    target = target.absolute()
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise SourceError(f"{target} is not empty; name a new folder, so that no real extract is overwritten.")
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir()
        yield partial
        partial.rename(target)
    except OSError as error:
        if error.filename is not None:  # the folder that the person named
            error.filename = str(error.filename).replace(str(partial), str(target))
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
