"""Whether a file may be taken for whole, or its sender could still be at it: one that stalls leaves it so."""

from __future__ import annotations

import os
import time
from collections.abc import Collection

from ingestion.connectors.folder import Found, open_regular
from ingestion.feed import Feed
from ingestion.readers import packing_of
from lake.errors import SourceError

#: Formats that may end after any line, and still be read; all others show themselves that they were cut.
LINES = frozenset({"csv", "ndjson"})


def require_settled(found: Found, feed: Feed, kinds: Collection[str], *, is_first: bool = False) -> None:
    """Raise SourceError where a file of lines was touched too shortly ago to count as complete.

    That is one of a snapshot, whose missing rows would be deletions, and a csv that breaks off within a line. `kinds`
    are the formats that it is read as. What arrives whole or not at all is not asked, and neither is a snapshot that
    `is_first`: it can delete nothing, and what it may lack comes with the next.
    """
    if not found.size or packing_of(found.name) is not None or not LINES & set(kinds):
        return
    if feed.connection is not None and feed.connection.arrives_whole:
        return
    if _age(found, feed) >= feed.settle_seconds:
        return
    again = f"{feed.settle_seconds:.0f} seconds after its last change (key feeds.settle_seconds): run again then"
    # A line of JSON that breaks off is none, and is quarantined; the last cell of a csv could be any shorter one.
    if "csv" in kinds and not _ends_a_line(found, feed):
        raise SourceError(
            f"feed {feed.name}: file {found.name} breaks off within a line, as if it were still being written; it "
            f"counts as whole {again}, or end it with a line end"
        )
    if feed.mode == "snapshot" and not is_first:
        raise SourceError(
            f"feed {feed.name}: file {found.name} may still be written, and what a snapshot lacks is deleted; it "
            f"counts as whole {again}, or bring a manifest.json with its row_count or sha256"
        )


def _age(found: Found, feed: Feed) -> float:
    """Return for how many seconds nobody has touched a file at its source.

    In a folder the system's own time tells, which no sender sets; of a copy only the time that the server gave.
    """
    if feed.connection is None:
        return (time.time_ns() - found.touched_ns) / 1e9
    return time.time() - found.modified_at.timestamp()


def _ends_a_line(found: Found, feed: Feed) -> bool:
    with open_regular(found, feed=feed.name) as stream:
        stream.seek(-min(found.size, 4), os.SEEK_END)
        return stream.read().rstrip(b"\0").endswith((b"\n", b"\r"))
