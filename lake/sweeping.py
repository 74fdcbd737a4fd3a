"""What runs leave behind outside of the tables: taken away once nothing can need it any more.

What was received is never touched. What goes is older than any run: halves of files, and what a connection's reading
remembered that never landed, or that the feed's newest batch no longer asks for.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator

import polars as pl
import pyarrow.fs as pafs

from lake import delta
from lake.store import Lake


def half_received(lake: Lake, *, older_than_hours: float) -> int:
    """Delete what killed runs left of files they were receiving; return how many."""
    folder = lake.path("archive", "tmp") if lake.is_local else None
    swept = 0
    for left in folder.glob("incoming-*") if folder else ():
        with contextlib.suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - older_than_hours * 3600:
                left.unlink()
                swept += 1
    return swept


def remembered(lake: Lake, *, older_than_hours: float) -> int:
    """Delete what readings remembered of rows they had seen, and no feed goes on from; return how many files."""
    files, base = pafs.FileSystem.from_uri(lake.uri("seen"))
    found = files.get_file_info(pafs.FileSelector(base, recursive=True, allow_not_found=True))
    oldest = (time.time() - older_than_hours * 3600) * 1e9
    old = [f for f in found if f.type == pafs.FileType.File and f.mtime_ns < oldest]
    # A cursor is written after its file: what is asked for is read later than the list of what is there.
    needed = set(_asked_for(lake)) if old else set()
    swept = [f.path for f in old if f.base_name not in needed]
    for path in swept:
        files.delete_file(path)
    return len(swept)


def _asked_for(lake: Lake) -> Iterator[str]:
    """Give the names of the files that the newest cursor of each feed, and each batch that is not closed, asks for."""
    log = delta.read(delta.open_table(lake, "batches"), ["batch_id", "feed", "status", "plan"])
    state = log.group_by("batch_id").agg(
        pl.col("status").is_in(["committed", "refused"]).any().alias("closed"),
        (pl.col("status") == "committed").any().alias("landed"),
    )
    cursor = pl.col("plan").str.json_path_match("$.cursor")
    plans = log.filter(pl.col("status") == "started").with_columns(cursor=cursor).drop_nulls("cursor")
    plans = plans.join(state, on="batch_id")
    newest = plans.filter("landed").sort("batch_id").unique("feed", keep="last")
    for text in [*newest["cursor"], *plans.filter(~pl.col("closed"))["cursor"]]:
        for known in json.loads(text).values():
            if isinstance(known, dict) and known.get("seen_in"):
                yield str(known["seen_in"])
