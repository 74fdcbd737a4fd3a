"""Files that land again because what they look up has changed: only the rows that came out otherwise do."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ingestion.landing import Batch
from ingestion.snapshot import UNCHANGED
from ingestion.tally import Tally
from ingestion.versions import landed
from lake import delta
from lake.contracts.model import Entity

_SAME = ["_file", "_row", "updated_at", "_row_hash"]


def changed(
    batch: Batch,
    entity: Entity,
    frames: Iterator[tuple[Tally, pl.DataFrame]],
    tallies: list[Tally],
    *,
    committed: list[int],
) -> Iterator[pl.DataFrame]:
    """Give the rows that land; of a file that landed with these bytes, those that are not what last landed of them.

    The others are counted as left out by the filter `unchanged`, as those of a snapshot are.
    """
    again = _landed_before(batch, entity, tallies, committed)
    stood = _newest(batch, entity, again, committed) if again else None
    for tally, frame in frames:
        rows = frame
        if stood is not None and tally.item.received.file in again:
            rows = frame.join(stood, on=_SAME, how="anti", maintain_order="left")
            tally.leave_out(UNCHANGED, frame.height - rows.height)
        tally.land(rows)
        yield rows


def _landed_before(batch: Batch, entity: Entity, tallies: list[Tally], committed: list[int]) -> set[str]:
    """Return the files that look others up and that landed in the entity with the same bytes, under the same name."""
    asked = {t.item.received.file: t.item.received.sha256 for t in tallies if batch.input_of(t.item).joins}
    if not asked:
        return set()
    mine = (
        pl.scan_delta(delta.open_table(batch.lake, "batch_files"))
        .filter((pl.col("feed") == batch.feed) & (pl.col("entity") == entity.name))
        .filter(pl.col("batch_id").is_in(committed) & pl.col("file").is_in(list(asked)))
        .select("file", "sha256")
        .collect()
    )
    return {file for file, sha256 in mine.iter_rows() if asked[file] == sha256}


def _newest(batch: Batch, entity: Entity, files: set[str], committed: list[int]) -> pl.DataFrame:
    """Return what last landed of each row of some files."""
    rows = landed(batch, entity, committed).filter(pl.col("_file").is_in(list(files)))
    told = rows.select(*_SAME, "_batch_id").collect().sort("_batch_id")
    return told.unique(subset=["_file", "_row"], keep="last").select(_SAME)
