"""A lake with one landed batch and a changed drop, and what its readers see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingestion import appending, pipeline
from ingestion.feed import Feed
from lake import delta
from lake.batches import BatchLog
from lake.store import Lake
from tests.ingestion.faults.processes import FINE, in_child

#: Small enough that a batch has several commits of one table to be killed between.
appending.PART_ROWS = 90


@dataclass(frozen=True)
class Ground:
    """A lake with one landed batch, and a folder whose files changed since."""

    root: Path
    mode: str

    @property
    def lake(self) -> Lake:
        return Lake(str(self.root / "lake"))

    @property
    def feed(self) -> Feed:
        folder = str(self.root / "drop")
        # what is laid here is whole at once
        return Feed("psa", "canonical", folder, mode=self.mode, settle_seconds=0)  # type: ignore[arg-type]

    def ingest(self) -> None:
        pipeline.ingest(self.lake, self.feed)


def lay(root: Path, mode: str) -> Ground:
    """Land a first drop of 300 entries, then lay the second one: 100 changed, 100 as before, 100 new, 1 wrong."""
    ground = Ground(root, mode)
    _drop(root / "drop", range(300), hours="7.50")

    def first() -> None:
        ground.lake.ensure()
        ground.ingest()

    assert in_child(first) == FINE
    _drop(root / "drop", range(100), hours="8.00", file="a")
    _drop(root / "drop", range(100, 400), hours="7.50", file="b", wrong=True)
    (root / "drop/time_entry/first.csv").unlink()
    return ground


def _drop(folder: Path, numbers: range, *, hours: str, file: str = "first", wrong: bool = False) -> None:
    lines = ["time_entry_id,project_id,employee_id,work_date,hours,is_billable,status,updated_at"]
    day = "2026-04-01T00:00:00Z" if file == "a" else "2026-03-09T00:00:00Z"
    lines += [f"T{n},P1,E1,202{5 + n % 2}-03-02,{hours},true,approved,{day}" for n in numbers]
    lines += ["T999,P1,E1,2026-03-02,many,true,approved," + day] if wrong else []
    (folder / "time_entry").mkdir(parents=True, exist_ok=True)
    (folder / f"time_entry/{file}.csv").write_text("\n".join(lines) + "\n")
    (folder / "customer.csv").write_text(f"customer_id,name\nC1,{file}\n")


def _read(lake: Lake, name: str) -> pl.DataFrame:
    return delta.read(delta.open_table(lake, name))


def seen(lake: Lake) -> tuple[list[tuple[object, ...]], pl.DataFrame, pl.DataFrame]:
    """Return what readers see: the entries with their batch, the files, the quarantine."""
    log = _read(lake, "batches")
    landed = log.filter(pl.col("status") == "committed")["batch_id"].to_list()
    rows = _read(lake, "time_entry").filter(pl.col("_batch_id").is_in(landed))
    columns = ("time_entry_id", "hours", "is_deleted", "updated_at")
    files = _read(lake, "batch_files").filter(pl.col("batch_id").is_in(landed))
    held = _read(lake, "quarantine").filter(pl.col("batch_id").is_in(landed))
    return sorted(rows.select(columns).rows(), key=str), files, held


def check(ground: Ground, due: list[tuple[object, ...]]) -> None:
    """Raise AssertionError unless the lake holds what an undisturbed run would hold, each row once."""
    rows, files, held = seen(ground.lake)
    assert rows == due, f"{len(rows)} rows where {len(due)} are due"
    counted = files.select(pl.col("rows_read", "landed", "quarantined", "excluded", "tombstones").sum()).row(0)
    read, landed, quarantined, excluded, tombstones = counted
    assert landed + quarantined + excluded == read
    entries = files.filter(pl.col("entity") == "time_entry")
    assert int(entries["landed"].sum()) + int(entries["tombstones"].sum()) == len(rows), (landed, tombstones, len(rows))
    assert held.height == quarantined == 1
    assert BatchLog(ground.lake, "psa", "delta").unfinished() == []
    pipeline.ingest(ground.lake, ground.feed)
    assert seen(ground.lake)[0] == due, "a second run lands nothing"
