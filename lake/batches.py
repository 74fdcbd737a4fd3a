"""The batch log: which batches were started, which are landed, and which files each of them brought.

A batch is landed when its row says `committed`, the last thing that is written of it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import polars as pl
from deltalake import DeltaTable

from lake import delta
from lake.errors import Frozen, LakeError, Refusals, TieoutError
from lake.schemas import SYSTEM_TABLES
from lake.store import Lake

Mode = Literal["delta", "snapshot"]
#: Plans name every file of their batch: what a feed has landed in years is not read to know the newest.
_PLANS_AT_ONCE = 20

Status = Literal["started", "committed", "refused"]


@dataclass(frozen=True)
class Counts:
    """What became of the rows read: landed + quarantined + excluded = rows_read."""

    rows_read: int = 0
    landed: int = 0
    quarantined: int = 0
    excluded: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Add two counts field by field."""
        return Counts(
            rows_read=self.rows_read + other.rows_read,
            landed=self.landed + other.landed,
            quarantined=self.quarantined + other.quarantined,
            excluded=self.excluded + other.excluded,
        )


@dataclass(frozen=True)
class Started:
    """An unfinished batch: its number, when it was started and the plan it was started with (JSON)."""

    batch_id: int
    at: datetime
    plan: str


@dataclass(frozen=True)
class BatchLog:
    """The log of one feed's batches in a lake."""

    lake: Lake
    feed: str
    mode: Mode

    def _row(
        self,
        batch_id: int,
        status: Status,
        *,
        at: datetime,
        counts: Counts | None = None,
        message: str | None = None,
        max_updated_at: datetime | None = None,
        plan: str | None = None,
        frozen: Frozen | None = None,
    ) -> pl.DataFrame:
        row = {
            "batch_id": batch_id,
            "feed": self.feed,
            "source_system": self.feed,
            "mode": self.mode,
            "status": status,
            "at": at,
            "rows_read": counts.rows_read if counts else None,
            "landed": counts.landed if counts else None,
            "quarantined": counts.quarantined if counts else None,
            "excluded": counts.excluded if counts else None,
            "message": message,
            "max_updated_at": max_updated_at,
            "plan": plan,
            "frozen_entity": frozen and frozen.entity,
            "frozen_file": frozen and frozen.file,
            "frozen_columns": frozen and json.dumps(frozen.columns),
        }
        return pl.DataFrame([row], schema=SYSTEM_TABLES["batches"])

    def start(self, plan: str, *, seen: Collection[int] | None = None) -> Started:
        """Take the next free number of the whole lake for a batch with this plan.

        Two writers never get the same number: the row lands only if nobody else's did since the newest
        number was read. `seen` are the feed's batches that the plan was made after, all of them closed:
        raises LakeError where another writer has started or landed one since, perhaps of the same files.
        """

        def decide(table: DeltaTable) -> tuple[pl.DataFrame, Started]:
            log = delta.read(table, ["batch_id", "feed"])
            newest = log["batch_id"].max()
            others = set(log.filter(pl.col("feed") == self.feed)["batch_id"].to_list()) - set(seen or ())
            if seen is not None and others:
                other = f"another ingest of feed {self.feed} started batch {max(others)} meanwhile"
                raise LakeError(f"{other}: run again when it is done")
            number = (newest if isinstance(newest, int) else 0) + 1
            started = Started(batch_id=number, at=datetime.now(UTC), plan=plan)
            return self._row(number, "started", at=started.at, plan=plan), started

        return delta.append_alone(self.lake, "batches", decide)

    def commit(
        self, batch_id: int, counts: Counts, *, max_updated_at: datetime | None, note: str | None = None
    ) -> bool:
        """Write the row that makes the batch visible; False where it was already closed."""
        return self._close(batch_id, "committed", counts=counts, max_updated_at=max_updated_at, message=note)

    def refuse(self, batch_id: int, error: TieoutError) -> bool:
        """Close the batch without landing anything of it; False where it was already closed.

        Which columns a frozen feed was refused for stays on record: they were seen, though nothing landed.
        """
        reasons = error.reasons if isinstance(error, Refusals) else (error,)
        frozen = next((reason for reason in reasons if isinstance(reason, Frozen)), None)
        return self._close(batch_id, "refused", message=str(error), frozen=frozen)

    def turn_away(self, message: str) -> int:
        """Note that what the feed offers was refused before a batch began; return the number it is noted under.

        The same refusal again, with nothing of the feed in between, is the same: it keeps its number and its time.
        """

        def decide(table: DeltaTable) -> tuple[pl.DataFrame, int]:
            log = delta.read(table, ["batch_id", "feed", "status", "message"])
            last = log.filter(pl.col("feed") == self.feed).sort("batch_id").tail(1)
            if last.height and last["status"][0] == "refused" and last["message"][0] == message:
                return self._row(0, "refused", at=datetime.now(UTC)).clear(), int(last["batch_id"][0])
            newest = log["batch_id"].max()
            number = (newest if isinstance(newest, int) else 0) + 1
            return self._row(number, "refused", at=datetime.now(UTC), message=message), number

        return delta.append_alone(self.lake, "batches", decide)

    def _close(
        self,
        batch_id: int,
        status: Status,
        *,
        counts: Counts | None = None,
        message: str | None = None,
        max_updated_at: datetime | None = None,
        frozen: Frozen | None = None,
    ) -> bool:
        row = self._row(
            batch_id,
            status,
            at=datetime.now(UTC),
            counts=counts,
            message=message,
            max_updated_at=max_updated_at,
            frozen=frozen,
        )

        def decide(table: DeltaTable) -> tuple[pl.DataFrame, bool]:
            log = delta.read(table, ["batch_id", "status"])
            closed = log.filter((pl.col("batch_id") == batch_id) & (pl.col("status") != "started"))
            return (row, True) if closed.is_empty() else (row.clear(), False)

        return delta.append_alone(self.lake, "batches", decide)

    def unfinished(self) -> list[Started]:
        """Return the feed's batches that were started and neither committed nor refused, oldest first."""
        table = delta.open_table(self.lake, "batches")
        mine = delta.read(table, ["batch_id", "feed", "status"]).filter(pl.col("feed") == self.feed)
        closed = mine.filter(pl.col("status") != "started")["batch_id"]
        still_open = set(mine["batch_id"].to_list()) - set(closed.to_list())
        if not still_open:
            return []
        found = delta.read(table, ["batch_id", "at", "plan"]).filter(pl.col("batch_id").is_in(still_open))
        return [Started(**row) for row in found.sort("batch_id").to_dicts()]

    def closed(self) -> list[int]:
        """Return the numbers of the feed's batches that were committed or refused.

        Not of those that are started and open: another machine may be landing one, of the very files that are
        planned next, and a plan that counted it as seen would land them twice.
        """
        log = delta.read(delta.open_table(self.lake, "batches"), ["batch_id", "feed", "status"])
        mine = log.filter((pl.col("feed") == self.feed) & (pl.col("status") != "started"))
        return mine["batch_id"].unique().sort().to_list()

    def committed(self) -> list[int]:
        """Return the numbers of the feed's committed batches."""
        log = delta.read(delta.open_table(self.lake, "batches"), ["batch_id", "feed", "status"])
        mine = log.filter((pl.col("feed") == self.feed) & (pl.col("status") == "committed"))
        return mine["batch_id"].to_list()

    def landed_plans(self) -> Iterator[str]:
        """Give the plans of the feed's committed batches, the newest first; older ones are read only when asked for."""
        table = delta.open_table(self.lake, "batches")
        numbers = sorted(self.committed(), reverse=True)
        for first in range(0, len(numbers), _PLANS_AT_ONCE):
            some = pl.col("batch_id").is_in(numbers[first : first + _PLANS_AT_ONCE])
            found = pl.scan_delta(table).filter(some & (pl.col("status") == "started")).select("batch_id", "plan")
            yield from found.collect().sort("batch_id", descending=True)["plan"]

    def landed_files(self) -> pl.DataFrame:
        """Return the feed's rows of batch_files, of committed batches only, in the order they landed."""
        files = delta.read(delta.open_table(self.lake, "batch_files"))
        return files.filter(pl.col("batch_id").is_in(self.committed())).sort("batch_id", maintain_order=True)
