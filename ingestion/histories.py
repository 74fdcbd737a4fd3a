"""Versions of a history that count on no day: they land as their source has them, and are reported."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ingestion.storing import ROW
from lake.contracts.model import Entity


@dataclass
class Backwards:
    """The versions of a history that end on the day they begin, or before it."""

    rows: int = 0
    first: str = ""

    def count(self, accepted: pl.DataFrame, entity: Entity) -> None:
        """Count those among rows that are about to land; the first one is remembered."""
        if entity.interval is None:
            return
        begins, ends = (pl.col(name) for name in entity.interval)
        found = accepted.filter((ends <= begins) & ~pl.col("is_deleted").fill_null(value=False))
        if found.is_empty():
            return
        if not self.rows:
            since, until = entity.interval
            first = found.row(0, named=True)
            self.first = f"file {first['_file']}, row {first[ROW]}, {since} {first[since]}, {until} {first[until]}"
        self.rows += found.height

    def add(self, other: Backwards) -> None:
        """Count what was found in another file."""
        self.rows, self.first = self.rows + other.rows, self.first or other.first

    def sentence(self, where: str) -> str | None:
        """Say what was found in `where`; None where there is none."""
        if not self.rows:
            return None
        rows, their, count = (
            ("1 row ends", "its", "counts") if self.rows == 1 else (f"{self.rows:,} rows end", "their", "count")
        )
        return (
            f"{where}: {rows} on or before the day of {their} valid_from, and so {count} on no day (first: "
            f"{self.first}): landed as sent; correct at the source what should count"
        )
