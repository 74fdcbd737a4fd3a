"""Which files of a snapshot feed's folder make up a snapshot that is not the one that stands."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from ingestion.plan import RESUBMITTED, Item
from lake.errors import BatchRefused

#: The filter under which a file is noted that repeats the newest snapshot by another name; no row is read.
REPEAT = "same_as_newest_snapshot"


def newest_files(landed: pl.DataFrame) -> pl.DataFrame:
    """Return the files of an entity's newest snapshot, of its rows of batch_files."""
    own = landed.filter(
        ~pl.col("excluded_by").str.contains(REPEAT, literal=True) & ~pl.col("file").str.starts_with(RESUBMITTED)
    )
    return own.filter(pl.col("batch_id") == pl.col("batch_id").max())


def newest_snapshot(items: list[Item], landed: pl.DataFrame) -> tuple[list[Item], list[Item]]:
    """Return the items that make up a new snapshot, or else those that repeat the newest one by new names.

    A file is new where its name was not seen, or was last seen with other content: so that a file that is
    left lying in the folder does not count again, and one that returns to earlier content does. Where a
    new file takes the place of a part of the newest snapshot, the other parts still stand.
    """
    seen = dict(zip(landed["file"], landed["content_sha256"], strict=True))
    newest = newest_files(landed)
    again = _seen_again(items, newest)
    fresh = [i for i in items if seen.get(i.received.file) != i.content or i in again]
    if not fresh:
        return [], []
    if landed.is_empty():
        return fresh, []
    parts = set(newest["file"].to_list())
    if any(i.received.file in parts for i in fresh):
        fresh = [i for i in items if i in fresh or i.received.file in parts]
    if not again and {i.content for i in fresh} == set(newest["content_sha256"].to_list()):
        return [], [i for i in fresh if i.received.file not in parts]
    _refuse_older(fresh, newest)
    return fresh, []


def _seen_again(items: list[Item], newest: pl.DataFrame) -> list[Item]:
    """Return the files that say once more, later, what the newest snapshot said, where deletions wait for that."""
    if not newest["held_back"].fill_null(0).sum():
        return []
    before = dict(newest.select("content_sha256", pl.coalesce("window_to", "modified_at")).iter_rows())
    return [i for i in items if i.content in before and i.received.as_at > before[i.content]]


def _refuse_older(fresh: list[Item], newest: pl.DataFrame) -> None:
    """Raise where a snapshot is of an earlier time than what it would take the place of.

    Of a part that replaces one of its name, that part's time counts; of a set of new names, that of its newest.
    """
    times = newest.select("file", "content_sha256", as_at=pl.coalesce("window_to", "modified_at"))
    known = times["as_at"].max()
    parts = {file: (content, at) for file, content, at in times.iter_rows()}
    instead = [i for i in fresh if i.received.file in parts]
    for item in instead:
        content, before = parts[item.received.file]
        if item.content != content and item.received.as_at < before:
            raise _older(item, before)
    window = newest["window_to"].max()
    if not instead and isinstance(window, datetime):
        for item in fresh:
            if item.received.window_to and item.received.window_to < window:
                raise _older(item, window)
    last = max(fresh, key=lambda i: i.received.as_at)
    if not instead and isinstance(known, datetime) and last.received.as_at < known:
        raise _older(last, known)


def _older(item: Item, known: datetime) -> BatchRefused:
    said = item.received.as_at
    mend = (
        "take it away" if item.received.window_to else "take it away, or give it a newer time if it is what holds now"
    )
    return BatchRefused(
        f"the snapshot {item.received.file} of {item.entity} is as at {said.isoformat()}, older than "
        f"the newest landed, as at {known.isoformat()}: nothing is landed; {mend}"
    )
