"""What a replay leaves out: rows that versions landed since have replaced without a later time of change.

The newest `updated_at` wins and ties go to the later batch. A replayed batch is later than all, so that
without this an old row would win over a correction that its source sent under the same time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from ingestion.landing import Batch, Tally
from ingestion.snapshot import identity
from lake import delta

if TYPE_CHECKING:
    from lake.contracts.model import Entity

SUPERSEDED = "superseded"


def leave_out(
    batch: Batch, entity: Entity, frames: Iterator[tuple[Tally, pl.DataFrame]], replayed: int
) -> Iterator[pl.DataFrame]:
    """Give the rows to land; those with a version as new from a batch after `replayed` are counted as left out.

    A batch that is itself a replay counts as the batch that it replays: a second fix can be replayed, too.
    """
    by = [*identity(entity), "updated_at"]
    later = _later(batch, replayed)
    rows = pl.scan_delta(delta.open_table(batch.lake, entity.name)).filter(pl.col("_batch_id").is_in(later))
    newer = rows.select(by).unique().collect() if later else None
    for tally, frame in frames:
        kept = frame if newer is None else frame.join(newer, on=by, how="anti", nulls_equal=True, maintain_order="left")
        if kept.height < frame.height:
            tally.leave_out(SUPERSEDED, frame.height - kept.height)
        tally.land(kept)
        yield kept


def _later(batch: Batch, replayed: int) -> list[int]:
    """Return the feed's committed batches that stand for something received after the batch `replayed`."""
    log = delta.read(delta.open_table(batch.lake, "batches"), ["batch_id", "feed", "status", "plan"])
    log = log.filter(pl.col("feed") == batch.feed)
    committed = log.filter(pl.col("status") == "committed")["batch_id"]
    origin = pl.col("plan").str.json_path_match("$.replays").cast(pl.Int64)
    started = log.filter((pl.col("status") == "started") & pl.col("batch_id").is_in(committed.implode()))
    later = started.filter(pl.coalesce(origin, pl.col("batch_id")) > replayed)
    return later["batch_id"].to_list()
