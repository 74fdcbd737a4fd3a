"""What became of a file's rows, counted while they stream by."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import polars as pl

from ingestion.histories import Backwards
from ingestion.plan import Item
from lake.batches import Counts


@dataclass
class Tally:
    """What became of one file's rows in one entity, counted while they stream by."""

    item: Item
    rows_read: int = 0
    landed: int = 0
    quarantined: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    tombstones: int = 0
    max_updated_at: datetime | None = None
    drift: dict[str, None] = field(default_factory=dict)
    totals: dict[str, Decimal] = field(default_factory=dict)
    refused_keys: list[pl.DataFrame] = field(default_factory=list)
    refused_without_key: int = 0
    deletions: list[pl.DataFrame] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    backwards: Backwards = field(default_factory=Backwards)
    last_row: int = 0
    last_key: pl.DataFrame | None = None
    held_back: int = 0
    left_out: list[pl.DataFrame] = field(default_factory=list)
    settles: list[str] = field(default_factory=list)

    def counts(self) -> Counts:
        """Return the row counts."""
        return Counts(self.rows_read, self.landed, self.quarantined, sum(self.excluded.values()))

    def leave_out(self, name: str, rows: int) -> None:
        """Count rows that a named filter left out."""
        self.excluded[name] = self.excluded.get(name, 0) + rows

    def land(self, accepted: pl.DataFrame) -> None:
        """Count rows that are about to be written."""
        self.landed += accepted.height
        newest = accepted["updated_at"].max()
        if isinstance(newest, datetime):
            self.max_updated_at = max(newest, self.max_updated_at or newest)

    def bury(self, tombstones: pl.DataFrame) -> None:
        """Count rows that are written beyond those read: keys that a snapshot no longer has."""
        self.tombstones += tombstones.height
        newest = tombstones["updated_at"].max()
        if isinstance(newest, datetime):
            self.max_updated_at = max(newest, self.max_updated_at or newest)

    def refuse(self, keys: pl.DataFrame) -> None:
        """Remember the keys of refused rows: they are at the source, though they did not land."""
        whole = keys.drop_nulls()
        self.refused_without_key += keys.height - whole.height
        if not whole.is_empty():
            self.refused_keys.append(whole)

    def reach(self, accepted: pl.DataFrame, by: list[str]) -> None:
        """Note the key of the file's last row, as far as it has been read."""
        if accepted.height and accepted["_row"][-1] > self.last_row:
            self.last_row, self.last_key = int(accepted["_row"][-1]), accepted[-1].select(by)

    def end(self) -> str | None:
        """Return the key of the file's last row as JSON."""
        if self.last_key is None:
            return None
        return str(self.last_key.select(pl.struct(pl.all()).struct.json_encode()).item())

    def record(self, batch_id: int, feed: str) -> dict[str, object]:
        """Return the file's row of batch_files."""
        received = self.item.received
        return {
            "batch_id": batch_id,
            "feed": feed,
            "source_system": feed,
            "entity": self.item.entity,
            "file": received.file,
            "sha256": received.sha256,
            "content_sha256": self.item.content,
            "bytes": received.bytes,
            "modified_at": received.modified_at,
            "rows_read": self.rows_read,
            "landed": self.landed,
            "quarantined": self.quarantined,
            "excluded": sum(self.excluded.values()),
            "excluded_by": json.dumps(self.excluded),
            "tombstones": self.tombstones,
            "max_updated_at": self.max_updated_at,
            "window_from": received.window_from,
            "window_to": received.window_to,
            "drift": json.dumps(list(self.drift)),
            "last_key": self.end(),
            "held_back": self.held_back,
            "settles": json.dumps(self.settles),
        }


def said(tallies: Iterable[Tally]) -> list[str]:
    """Return what a person should know of files though they landed, in one sentence each."""
    sentences, backwards = [], dict[str, Backwards]()
    for tally in tallies:
        sentences += tally.notes
        backwards.setdefault(tally.item.entity, Backwards()).add(tally.backwards)
    return sentences + [told for entity, found in backwards.items() if (told := found.sentence(entity))]
