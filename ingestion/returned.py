"""Upserts that return to earlier content: what was sent before, and means something else now.

Rows that say themselves when they changed are the same versions whenever they come. Rows that take their file's
time are new ones under a newer time, where the source has said something else in between.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from ingestion.plan import Item


def returned(items: Iterable[Item], landed: pl.DataFrame) -> list[Item]:
    """Return the items of content that landed before other content and is sent again since, each content once.

    `landed` is the entity's part of batch_files, in the order it landed. A file that lies there under its name as it
    landed last is none, and neither is one as old as before.
    """
    if landed.is_empty():
        return []
    files = landed.select("batch_id", "file", "content_sha256", "max_updated_at", as_at=_AS_AT)
    last_of = files.group_by("file").agg(pl.col("content_sha256").filter(_NEWEST_BATCH))
    seen = {file: set(contents) for file, contents in last_of.iter_rows()}
    found: dict[str, Item] = {}
    for item in items:
        if item.content in seen.get(item.received.file, ()) or not _is_newer(item, files):
            continue
        best = found.setdefault(item.content, item)
        if item.received.as_at > best.received.as_at:
            found[item.content] = item
    return list(found.values())


_AS_AT = pl.coalesce("window_to", "modified_at")
_NEWEST_BATCH = pl.col("batch_id") == pl.col("batch_id").max()


def _is_newer(item: Item, files: pl.DataFrame) -> bool:
    """Whether content that is known was replaced by other content of an age between its last landing and now.

    Under the same name the same time will do: what a file joins may have changed and changed back.
    """
    mine = files.filter(pl.col("content_sha256") == item.content)
    # Rows that took the file's time make it the newest of the file; all others are younger than the file.
    if mine.is_empty() or not (mine["max_updated_at"] >= mine["as_at"]).any():
        return False
    last = mine.select(pl.col("batch_id").max(), pl.col("as_at").max()).row(0, named=True)
    now = item.received.as_at
    before_now = (pl.col("as_at") < now) | ((pl.col("as_at") == now) & (pl.col("file") == item.received.file))
    since = (pl.col("batch_id") > last["batch_id"]) & (pl.col("as_at") >= last["as_at"]) & before_now
    return not files.filter(since).is_empty()
