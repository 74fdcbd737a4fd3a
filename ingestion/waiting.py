"""Deletions of records that had not landed: they wait in quarantine, and take effect when an older version comes late.

So a record that its source deleted does not come to life because its deletion was the faster of the two.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ingestion.deletions import RULE
from ingestion.landing import Batch
from ingestion.storing import DELETED
from ingestion.tally import Tally
from ingestion.values import typed
from ingestion.versions import identity, newest_versions
from lake import delta
from lake.contracts.envelope import ENVELOPE
from lake.contracts.model import Entity
from lake.schemas import UTC, entity_schema

_DUE, _ID = "=deleted_at", "=quarantined"


def deleted_since(
    batch: Batch, entity: Entity, rows: Iterator[pl.DataFrame], tallies: list[Tally], *, committed: list[int]
) -> Iterator[pl.DataFrame]:
    """Give the rows, then a deletion for each record of them that was deleted, later than any version, before it came.

    The deletions count as tombstones: what asked for them was read, and quarantined, in its own batch. Those whose
    record has come now are settled, whether they took effect or a later version lives.
    """
    held = _waiting(batch, entity, committed)
    due = held.group_by(identity(entity)).agg(pl.col(_DUE).max())
    met: list[pl.DataFrame] = []
    for frame in rows:
        if not due.is_empty():
            met.append(frame.join(due, on=identity(entity), how="semi"))
        yield frame
    found = pl.concat(met) if met else None
    if found is None or found.is_empty():
        return
    by = identity(entity)
    tallies[0].settles += held.join(found, on=by, how="semi")[_ID].to_list()
    before = newest_versions(batch, entity, committed, found)
    newest = pl.concat([before.select(found.columns), found]).sort("updated_at", "_batch_id", "_file", "_row")
    newest = newest.unique(subset=by, keep="last", maintain_order=True).join(due, on=by, how="inner")
    late = newest.filter((pl.col("updated_at") < pl.col(_DUE)) & ~pl.col("is_deleted"))
    if late.is_empty():
        return
    buried = late.with_columns(
        pl.col(_DUE).alias("updated_at"),
        pl.lit(value=True).alias("is_deleted"),
        pl.lit(batch.started.batch_id, dtype=pl.Int64).alias("_batch_id"),
        pl.lit(0, dtype=pl.Int64).alias("_row"),
        pl.lit(batch.started.at, dtype=UTC).alias("_ingested_at"),
        pl.lit(DELETED).alias("_row_hash"),
    )
    tallies[0].bury(buried)
    yield buried.select(pl.col(n).cast(t) for n, t in entity_schema(entity).items())


def _waiting(batch: Batch, entity: Entity, committed: list[int]) -> pl.DataFrame:
    """Return key and time of each deletion that found no record, and which quarantined row it is."""
    held = (
        pl.scan_delta(delta.open_table(batch.lake, "quarantine"))
        .filter((pl.col("feed") == batch.feed) & (pl.col("entity") == entity.name) & (pl.col("rule") == RULE))
        .filter(pl.col("batch_id").is_in(committed))
        .select("raw", pl.concat_str("batch_id", "entity", "file", "row", separator="/").alias(_ID))
        .collect()
    )
    columns = {c.name: c for c in (*entity.columns, *ENVELOPE)}
    said = {n: pl.col("raw").str.json_path_match(f"$.{n}") for n in (*identity(entity), "updated_at")}
    cells = held.select(_ID, **said).rename({"updated_at": _DUE})
    read = {n: typed(columns[n], pl.col(n), "UTC") for n in identity(entity)}
    read[_DUE] = typed(columns["updated_at"], pl.col(_DUE), "UTC")
    return cells.with_columns(**read).drop_nulls()
