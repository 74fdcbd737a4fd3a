"""What a chunk's columns take from rows that were looked up, so that a refused value is found where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ingestion.joining import place_of


@dataclass(frozen=True)
class Borrowed:
    """`places` has, row for row, where each join's row stands; `joins` which of them a column takes its value from.

    `files` has by join the patterns of the files that it looks into.
    """

    places: pl.DataFrame
    joins: Mapping[str, tuple[str, ...]]
    files: Mapping[str, str]

    def told(self, column: str, mask: pl.Series) -> pl.Series:
        """Return, for each row of the mask, where a column's value was looked up; nothing where it is the row's own."""
        parts = [self._told(join) for join in self.joins.get(column, ())]
        return self.places.filter(mask).select(pl.concat_str(parts) if parts else pl.lit("")).to_series()

    def _told(self, join: str) -> pl.Expr:
        place = pl.col(place_of(join))
        file, row = place.struct.field("file"), place.struct.field("row")
        found = pl.format(" (looked up in {}, row {})", file.fill_null(self.files[join]), row)
        return (
            pl.when(row.is_null())
            .then(pl.lit(f" (looked up in {self.files[join]}, where no row matches)"))
            .otherwise(found)
        )
