"""Rows that were refused, kept with their raw text and the reason, until the batch is complete."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl

from lake.schemas import SYSTEM_TABLES, UTC

_SCHEMA = SYSTEM_TABLES["quarantine"]


class Spool:
    """Refused rows of one batch, gathered in local files so that any number of them fits in memory."""

    def __init__(self, folder: Path, *, batch_id: int, feed: str, at: datetime) -> None:
        """Start an empty spool in an existing folder."""
        self._folder, self._batch_id, self._feed, self._at = folder, batch_id, feed, at
        self._parts = 0

    def add(self, rejected: pl.DataFrame, *, entity: str, file: str, source: str) -> None:
        """Keep refused rows: row, column_name, value, rule, reason and raw; `source` is what the file was read as."""
        if rejected.is_empty():
            return
        full = rejected.with_columns(
            batch_id=pl.lit(self._batch_id, dtype=pl.Int64),
            feed=pl.lit(self._feed),
            source_system=pl.lit(self._feed),
            entity=pl.lit(entity),
            file=pl.lit(file),
            source=pl.lit(source),
            at=pl.lit(self._at, dtype=UTC),
        )
        full.select(pl.col(n).cast(t) for n, t in _SCHEMA.items()).write_parquet(self._part(self._parts))
        self._parts += 1

    def _part(self, number: int) -> Path:
        return self._folder / f"quarantine-{number:06d}.parquet"

    def frames(self) -> Iterator[pl.DataFrame]:
        """Give everything kept, in the form of the lake's quarantine table."""
        for number in range(self._parts):
            yield pl.read_parquet(self._part(number))
