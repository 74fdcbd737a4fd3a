"""The landed versions of an entity's records: which record a row is of, and which of several is the newest."""

from __future__ import annotations

import polars as pl

from ingestion.landing import Batch
from lake import delta
from lake.contracts.model import Entity

#: The newest `updated_at` wins; ties go to the later batch, file, row.
ORDER = ("updated_at", "_batch_id", "_file", "_row")


def identity(entity: Entity) -> list[str]:
    """Return the columns that say which record a row is a version of."""
    return ["source_system", *entity.key]


def landed(batch: Batch, entity: Entity, committed: list[int]) -> pl.LazyFrame:
    """Return every version that these batches brought."""
    return pl.scan_delta(delta.open_table(batch.lake, entity.name)).filter(pl.col("_batch_id").is_in(committed))


def newest_versions(batch: Batch, entity: Entity, committed: list[int], of: pl.DataFrame) -> pl.DataFrame:
    """Return the newest landed version, whole, of each key in `of` that these batches brought, deleted ones too."""
    by = identity(entity)
    systems = of["source_system"].unique().to_list()
    rows = landed(batch, entity, committed).filter(pl.col("source_system").is_in(systems))
    found = rows.join(of.lazy().select(by), on=by, how="semi", nulls_equal=True).collect(engine="streaming")
    return newest(found, by)


def newest(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return the newest version of each key; most keys have one version only, which need not be put in order."""
    several = rows.select(by).hash_rows().is_duplicated()
    if not several.any():
        return rows
    last = rows.filter(several).sort(ORDER).unique(subset=by, keep="last")
    return pl.concat([rows.filter(~several), last])
