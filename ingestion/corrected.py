"""Rows that stand corrected: a replay of the batch that refused them leaves them as they landed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from ingestion.corrections import PROPOSED, corrections, file_of
from ingestion.plan import RESUBMITTED, Item
from ingestion.readers.chunk import ROW, Chunk
from ingestion.tally import Tally
from ingestion.versions import identity
from lake import actions, delta
from lake.contracts import ENTITIES
from lake.store import Lake

CORRECTED = "corrected"


@dataclass(frozen=True)
class Corrected:
    """The corrections that stand, by the entity, file and source of their row and its number."""

    lake: Lake
    actions: Mapping[tuple[str, str, str | None], Mapping[int, str]] = field(default_factory=dict)

    def leave_out(self, chunk: Chunk, item: Item, tally: Tally) -> Chunk:
        """Return a file's rows without those that stand corrected, which are counted as left out.

        Under which key they stand is remembered: a snapshot has them, though not as it was sent.
        """
        named = (item.entity, item.received.file)
        mine = {**self.actions.get((*named, None), {}), **self.actions.get((*named, item.source), {})}
        stands = chunk.frame[ROW].is_in(list(mine)) if mine and chunk.frame.height else None
        unread = [bad for bad in chunk.unreadable if bad.row in mine]
        rows = [*([] if stands is None else chunk.frame[ROW].filter(stands).to_list()), *(bad.row for bad in unread)]
        if not rows:
            return chunk
        tally.leave_out(CORRECTED, len(rows))
        self._remember([mine[row] for row in rows], item, tally)
        frame = chunk.frame if stands is None else chunk.frame.filter(~stands)
        return replace(chunk, frame=frame, unreadable=tuple(bad for bad in chunk.unreadable if bad not in unread))

    def _remember(self, found: list[str], item: Item, tally: Tally) -> None:
        entity, files = ENTITIES[item.entity], [file_of(action) for action in found]
        log = delta.read(delta.open_table(self.lake, "batches"), ["batch_id", "status"])
        committed = log.filter(pl.col("status") == "committed")["batch_id"]
        table = pl.scan_delta(delta.open_table(self.lake, entity.name))
        mine = pl.col("_file").is_in(files) & pl.col("_batch_id").is_in(committed.implode())
        landed = table.filter(mine).select(*identity(entity), "_batch_id").collect()
        if landed.is_empty():
            return
        tally.refuse(landed.select(identity(entity)).unique())
        batch = max(landed["_batch_id"].to_list())
        are = "1 row stands" if len(found) == 1 else f"{len(found)} rows stand"
        tally.notes.append(
            f"{entity.name}: {are} corrected since in {item.received.file}, last by batch {batch}, and no replay of "
            "the batch that refused them changes that; `tieout resubmit list` shows them"
        )


def standing(lake: Lake, replays: int) -> Corrected:
    """Return the corrections of rows that batch `replays` brought first, or a replay of it, and that have landed.

    One that was refused again and corrected once more stands for the row that was received.
    """
    said = {row["action_id"]: json.loads(row["payload"]) for row in actions.read(lake, PROPOSED).to_dicts()}
    if not said:
        return Corrected(lake)
    table = pl.scan_delta(delta.open_table(lake, "batches"))
    mine = (pl.col("status") == "started") & pl.col("batch_id").is_in({one["batch"] for one in said.values()})
    plans = table.filter(mine).select("batch_id", "plan").collect()
    first_of = dict(
        plans.select(
            "batch_id",
            pl.coalesce(pl.col("plan").str.json_path_match("$.replays").cast(pl.Int64, strict=False), "batch_id"),
        ).iter_rows()
    )
    found: dict[tuple[str, str, str | None], dict[int, str]] = {}
    for known in corrections(lake):
        step = known.action_id if known.state in ("landed", "superseded") else ""
        while step in said:
            one = said[step]
            if first_of.get(one["batch"]) == replays:
                key = (one["entity"], one["file"], one.get("source"))
                found.setdefault(key, {})[one["row"]] = known.action_id
            is_again = one["file"].startswith(RESUBMITTED)
            step = one["file"].removeprefix(RESUBMITTED).removesuffix(".ndjson") if is_again else ""
    return Corrected(lake, found)
