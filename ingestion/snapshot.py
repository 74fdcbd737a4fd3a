"""Snapshot feeds: what a whole extract changes, and what it no longer has.

Only rows that differ from the newest landed version of their key land, so that the lake grows by what
changed; the others are counted as left out by the filter `unchanged`. A key that is missing lands as a
tombstone: its last values, deleted as at the snapshot's time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from ingestion.landing import Batch, Tally
from ingestion.plan import Received
from lake import delta
from lake.contracts.model import Entity
from lake.errors import BatchRefused
from lake.schemas import UTC, entity_schema

UNCHANGED = "unchanged"
_ORDER = ("updated_at", "_batch_id", "_file", "_row")
_HASH = "_row_hash"


def identity(entity: Entity) -> list[str]:
    """Return the columns that say which record a row is a version of."""
    return ["source_system", *entity.key]


def newest_versions(batch: Batch, entity: Entity, committed: list[int]) -> pl.LazyFrame:
    """Return the newest landed version of each key that these batches brought, deleted ones too."""
    table = delta.open_table(batch.lake, entity.name)
    rows = pl.scan_delta(table).filter(pl.col("_batch_id").is_in(committed))
    return rows.sort(_ORDER).unique(subset=identity(entity), keep="last")


def compare(
    batch: Batch,
    entity: Entity,
    frames: Iterator[tuple[Tally, pl.DataFrame]],
    folder: Path,
    *,
    tallies: list[Tally],
    committed: list[int],
    max_delete_share: float,
) -> Iterator[pl.DataFrame]:
    """Give the rows of a snapshot that change something, then a tombstone for each key that is gone.

    Raises BatchRefused where the snapshot is empty, or would delete more than `max_delete_share`.
    """
    by = identity(entity)
    parts = _spooled(frames, folder, entity.name)
    sent = _keys(parts, by, entity)
    before = newest_versions(batch, entity, committed).select(*by, _HASH, "updated_at", "is_deleted").collect()
    gone = _missing(before, sent, tallies, entity, max_delete_share=max_delete_share)
    repeated = sent.group_by(by).len().filter(pl.col("len") > 1).select(by)
    for tally, path in parts:
        yield _changed(pl.read_parquet(path), before, repeated, by, tally)
    if not gone.is_empty():
        last = newest_versions(batch, entity, committed).collect()
        yield _tombstones(batch, entity, last.join(gone, on=by, how="semi", nulls_equal=True), tallies[0])


def _spooled(frames: Iterator[tuple[Tally, pl.DataFrame]], folder: Path, name: str) -> list[tuple[Tally, Path]]:
    """Keep the whole snapshot on disk: it is compared before any of it is written."""
    parts = []
    for number, (tally, frame) in enumerate(frames):
        path = folder / f"{name}-{number:06d}.parquet"
        frame.write_parquet(path, compression="lz4")
        parts.append((tally, path))
    return parts


def _keys(parts: list[tuple[Tally, Path]], columns: list[str], entity: Entity) -> pl.DataFrame:
    none = pl.DataFrame(schema=entity_schema(entity)).select(columns)
    return pl.concat([none, *(pl.read_parquet(path, columns=columns) for _, path in parts)])


def _missing(
    before: pl.DataFrame,
    sent: pl.DataFrame,
    tallies: list[Tally],
    entity: Entity,
    *,
    max_delete_share: float,
) -> pl.DataFrame:
    """Return the keys that are live and that the snapshot has not, neither landed nor refused."""
    by = identity(entity)
    live = before.filter(~pl.col("is_deleted").fill_null(value=False)).select(by)
    named = ", ".join(t.item.received.file for t in tallies)
    if not live.is_empty() and not any(t.rows_read for t in tallies):
        raise BatchRefused(
            f"the snapshot {named} of {entity.name} is empty, while {live.height} records are known: "
            "nothing is landed; send it again"
        )
    if any(t.refused_without_key for t in tallies):
        tallies[0].note = f"{entity.name}: some rows have no readable key, so that no deletion was looked for"
        return live.clear()
    present = pl.concat([sent.select(by), *(keys.select(by) for t in tallies for keys in t.refused_keys)])
    gone = live.join(present, on=by, how="anti", nulls_equal=True)
    if gone.height > max_delete_share * live.height:
        raise BatchRefused(
            f"the snapshot {named} of {entity.name} would delete {gone.height} of {live.height} records, "
            f"more than {max_delete_share:.0%}: nothing is landed; check that it is complete"
        )
    return gone


def _changed(
    frame: pl.DataFrame, before: pl.DataFrame, repeated: pl.DataFrame, by: list[str], tally: Tally
) -> pl.DataFrame:
    """Drop rows equal to the newest version of their key; let the others win over it.

    A snapshot says what is, so that a row that returns to earlier content wins even with its old time.
    A key that the snapshot has twice is landed whole: its rows are versions of each other.
    """
    old = before.rename({_HASH: "old_hash", "updated_at": "old_at"}).drop("is_deleted")
    wide = frame.join(old, on=by, how="left", maintain_order="left", nulls_equal=True)
    twice = repeated.with_columns(twice=pl.lit(value=True))
    wide = wide.join(twice, on=by, how="left", maintain_order="left", nulls_equal=True)
    same = (pl.col("old_hash") == pl.col(_HASH)).fill_null(value=False) & pl.col("twice").is_null()
    changed = wide.filter(~same).with_columns(pl.max_horizontal("updated_at", "old_at").alias("updated_at"))
    tally.leave_out(UNCHANGED, frame.height - changed.height)
    tally.land(changed)
    return changed.select(frame.columns)


def _tombstones(batch: Batch, entity: Entity, last: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Return the last versions of the missing keys as deleted at the snapshot's time."""
    received: Received = tally.item.received
    buried = last.with_columns(
        pl.max_horizontal("updated_at", pl.lit(received.as_at, dtype=UTC)).alias("updated_at"),
        pl.lit(value=True).alias("is_deleted"),
        pl.lit(batch.started.batch_id, dtype=pl.Int64).alias("_batch_id"),
        pl.lit(received.file).alias("_file"),
        pl.lit(0, dtype=pl.Int64).alias("_row"),
        pl.lit(batch.started.at, dtype=UTC).alias("_ingested_at"),
        pl.lit(batch.context(received).correlation_id).alias("_correlation_id"),
        pl.lit("deleted").alias(_HASH),
    )
    tally.bury(buried)
    return buried.select(pl.col(n).cast(t) for n, t in entity_schema(entity).items())
