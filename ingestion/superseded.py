"""What a replay or a correction leaves out: rows that the source has replaced since they were received.

The newest `updated_at` wins and ties go to the later batch. A replayed batch is later than all, and so is one of
corrections, so that without this an old row would win over what its source sent later under the same time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from ingestion.landing import Batch
from ingestion.plan import RESUBMITTED
from ingestion.tally import Tally
from ingestion.versions import identity
from lake import actions, delta

if TYPE_CHECKING:
    from lake.contracts.model import Entity

SUPERSEDED = "superseded"


def leave_out(batch: Batch, entity: Entity, frames: Iterator[tuple[Tally, pl.DataFrame]]) -> Iterator[pl.DataFrame]:
    """Give the rows to land; those that what was received since has replaced are counted as left out.

    A version as new from a later batch replaces a row; so does a later snapshot, which says itself what is.
    A batch that is itself a replay counts as the batch that it replays: a second fix can be replayed, too.
    """
    by = [*identity(entity), "updated_at"]
    log = _log(batch)
    later = _later(batch, log)
    rows = pl.scan_delta(delta.open_table(batch.lake, entity.name)).filter(pl.col("_batch_id").is_in(later))
    newer = rows.select(by).unique().collect() if later else None
    gone = _gone(batch, entity, log.filter(pl.col("batch_id").is_in(later)))
    for tally, frame in frames:
        kept = frame if newer is None else frame.join(newer, on=by, how="anti", nulls_equal=True, maintain_order="left")
        if tally.item.content in gone:
            kept = frame.clear()
        if kept.height < frame.height:
            tally.leave_out(SUPERSEDED, frame.height - kept.height)
        tally.land(kept)
        yield kept


def later(batch: Batch) -> list[int]:
    """Return the committed batches that hold against what this one brings again; of an ordinary one, none."""
    if batch.plan.replays is None and batch.plan.resubmits is None:
        return []
    return _later(batch, _log(batch))


def _log(batch: Batch) -> pl.DataFrame:
    """Return the feed's committed batches, their mode, and what each replays or corrects."""
    log = delta.read(delta.open_table(batch.lake, "batches"), ["batch_id", "feed", "mode", "status", "plan"])
    log = log.filter(pl.col("feed") == batch.feed)
    committed = log.filter(pl.col("status") == "committed")["batch_id"]
    said = {name: pl.col("plan").str.json_path_match(f"$.{name}").cast(pl.Int64) for name in ("replays", "resubmits")}
    started = log.filter((pl.col("status") == "started") & pl.col("batch_id").is_in(committed.implode()))
    return started.select("batch_id", "mode", **said)


def _later(batch: Batch, log: pl.DataFrame) -> list[int]:
    """Return the committed batches that stand for something received after what this one brings again."""
    if batch.plan.resubmits is None:
        later = log.filter(pl.coalesce("replays", "batch_id") > batch.plan.replays)
        return later["batch_id"].to_list()
    # A correction is as old as the file that its row was refused from, however often it was refused again.
    stands_for = dict(log.select("batch_id", pl.coalesce("resubmits", "replays", "batch_id")).iter_rows())
    origin = _received(batch.plan.resubmits, stands_for)
    return [number for number in stands_for if _received(number, stands_for) > origin]


def _received(number: int, stands_for: dict[int, int]) -> int:
    while stands_for.get(number, number) != number:
        number = stands_for[number]
    return number


def _gone(batch: Batch, entity: Entity, later: pl.DataFrame) -> set[str]:
    """Return the corrections whose row the newest snapshot no longer has as it was refused."""
    snapshots = later.filter((pl.col("mode") == "snapshot") & pl.col("resubmits").is_null())["batch_id"]
    if batch.plan.resubmits is None or snapshots.is_empty():
        return set()
    files = pl.scan_delta(delta.open_table(batch.lake, "batch_files"))
    mine = (pl.col("entity") == entity.name) & ~pl.col("file").str.starts_with(RESUBMITTED)
    newest = files.filter(mine & pl.col("batch_id").is_in(snapshots.implode())).select(pl.col("batch_id").max())
    number = newest.collect().item()
    if number is None:
        return set()
    held = pl.scan_delta(delta.open_table(batch.lake, "quarantine")).filter(
        (pl.col("batch_id") == number) & (pl.col("entity") == entity.name)
    )
    refused = set(held.select("raw").collect()["raw"])
    proposed = {
        r["action_id"]: json.loads(r["payload"])["before"] for r in actions.read(batch.lake, "resubmit").to_dicts()
    }
    due = {item.content for item in batch.plan.items}
    return {action for action in due if proposed.get(action) not in refused}
