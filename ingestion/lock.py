"""One ingest of a feed at a time on one machine; across machines the Delta transactions decide."""

from __future__ import annotations

import contextlib
import fcntl
import re
from collections.abc import Iterator

from lake.errors import LakeError
from lake.events import Events
from lake.store import Lake


@contextlib.contextmanager
def hold(lake: Lake, feed: str, *, events: Events) -> Iterator[None]:
    """Hold the feed's lock, waiting for another ingest of it to end. The system frees a killed one's."""
    if not lake.is_local:
        yield
        return
    folder = lake.path("work", "locks")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / (re.sub(r"[^\w.-]", "_", feed) + ".lock")).open("w")
    except OSError as error:
        raise LakeError(f"the lock of feed {feed} in {folder} cannot be taken: {error.strerror}") from error
    with lock as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            events("waiting_for_other_ingest", feed=feed)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
