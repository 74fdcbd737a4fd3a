"""Snapshot feeds: what a whole extract changes, and what it no longer has.

Only rows that differ from the newest landed version of their key land, so that the lake grows by what
changed; the others are counted as left out by the filter `unchanged`. A key that is missing lands as a
tombstone: its last values, deleted as at the snapshot's time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from ingestion import second_sight
from ingestion.landing import Batch
from ingestion.plan import Received
from ingestion.tally import Tally
from lake import delta
from lake.contracts.model import Entity
from lake.errors import BatchRefused
from lake.schemas import UTC, entity_schema

UNCHANGED = "unchanged"
_ORDER = ("updated_at", "_batch_id", "_file", "_row")
_HASH = "_row_hash"
_PART, _PLACE, _OLD_AT = "=part", "=place", "=old_at"


def identity(entity: Entity) -> list[str]:
    """Return the columns that say which record a row is a version of."""
    return ["source_system", *entity.key]


def newest_versions(batch: Batch, entity: Entity, committed: list[int], of: pl.DataFrame) -> pl.DataFrame:
    """Return the newest landed version, whole, of each key in `of` that these batches brought, deleted ones too."""
    by = identity(entity)
    systems = of["source_system"].unique().to_list()
    rows = _landed(batch, entity, committed).filter(pl.col("source_system").is_in(systems))
    found = rows.join(of.lazy().select(by), on=by, how="semi", nulls_equal=True).collect(engine="streaming")
    return _newest(found, by)


def _landed(batch: Batch, entity: Entity, committed: list[int]) -> pl.LazyFrame:
    return pl.scan_delta(delta.open_table(batch.lake, entity.name)).filter(pl.col("_batch_id").is_in(committed))


def _newest(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return the newest version of each key; most keys have one version only, which need not be put in order."""
    several = rows.select(by).is_duplicated()
    if not several.any():
        return rows
    last = rows.filter(several).sort(_ORDER).unique(subset=by, keep="last")
    return pl.concat([rows.filter(~several), last])


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
    parts = _spooled(frames, folder, entity.name, by)
    sent = _sent(parts, by, entity)
    wanted = list(dict.fromkeys((*by, _HASH, "is_deleted", *_ORDER)))
    before = _newest(_landed(batch, entity, committed).select(wanted).collect(), by)
    live = before.filter(~pl.col("is_deleted").fill_null(value=False)).select(by)
    missing = _missing(live, sent, tallies, entity, max_delete_share=max_delete_share)
    gone = second_sight.deleted(batch, entity, missing, live, tallies, folder)
    different = _different(sent, before, by, parts).partition_by(_PART, as_dict=True)
    rows = sent.group_by(_PART).len()
    heights = dict(zip(rows[_PART], rows["len"], strict=True))
    for number, (tally, path) in enumerate(parts):
        changed = _changed(path, different.get((number,)))
        tally.leave_out(UNCHANGED, heights.get(number, 0) - (0 if changed is None else changed.height))
        if changed is not None:
            tally.land(changed)
            yield changed
    if not gone.is_empty():
        yield _tombstones(batch, entity, newest_versions(batch, entity, committed, gone), tallies[0])


def _spooled(
    frames: Iterator[tuple[Tally, pl.DataFrame]], folder: Path, name: str, by: list[str]
) -> list[tuple[Tally, Path]]:
    """Keep the whole snapshot on disk: it is compared before any of it is written."""
    parts = []
    for number, (tally, frame) in enumerate(frames):
        path = folder / f"{name}-{number:06d}.parquet"
        frame.write_parquet(path, compression="lz4")
        tally.reach(frame, by)
        parts.append((tally, path))
    return parts


def _sent(parts: list[tuple[Tally, Path]], by: list[str], entity: Entity) -> pl.DataFrame:
    """Return key and content of every row of the snapshot, and where it is kept: its part and its place there."""
    none = pl.DataFrame(schema=entity_schema(entity)).select(*by, _HASH)
    kept = [
        pl.read_parquet(path, columns=[*by, _HASH])
        .with_row_index(_PLACE)
        .with_columns(pl.lit(number, dtype=pl.Int64).alias(_PART))
        for number, (_, path) in enumerate(parts)
    ]
    return pl.concat(
        [none.with_row_index(_PLACE).with_columns(pl.lit(0, dtype=pl.Int64).alias(_PART)), *kept], how="vertical"
    )


def _missing(
    live: pl.DataFrame,
    sent: pl.DataFrame,
    tallies: list[Tally],
    entity: Entity,
    *,
    max_delete_share: float,
) -> pl.DataFrame:
    """Return the keys that are live and that the snapshot has not, neither landed nor refused."""
    by = identity(entity)
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


def _different(
    sent: pl.DataFrame, before: pl.DataFrame, by: list[str], parts: list[tuple[Tally, Path]]
) -> pl.DataFrame:
    """Return where the rows to land are, in their order, each with the time of the version that it must win over.

    Those are the rows that differ from the newest version of their key. Rows of a key that the snapshot has twice are
    versions of each other: the one that wins among them speaks for all, and only it is made to win over what stands.
    """
    old = before.select(*by, pl.col(_HASH).alias("old_hash"), pl.col("updated_at").alias(_OLD_AT))
    wide = sent.join(old, on=by, how="left", maintain_order="left", nulls_equal=True)
    same = (wide["old_hash"] == wide[_HASH]).fill_null(value=False)
    several = sent.select(by).is_duplicated()
    found = wide.filter(~same & ~several).select(_PART, _PLACE, _OLD_AT)
    if not several.any():
        return found
    return pl.concat([found, _of_several(wide.filter(several), by, parts)]).sort(_PART, _PLACE)


def _of_several(rows: pl.DataFrame, by: list[str], parts: list[tuple[Tally, Path]]) -> pl.DataFrame:
    """Return what `_different` does of keys that the snapshot has more than once: all rows of such a key, or none."""
    within = ("updated_at", "_file", "_row")
    timed = pl.concat(
        pl.concat([some, pl.read_parquet(parts[number][1], columns=list(within))[some[_PLACE]]], how="horizontal")
        for (number,), some in rows.partition_by(_PART, as_dict=True).items()
    )
    last = timed.sort(within).unique(subset=by, keep="last")
    changes = last.filter((pl.col("old_hash") != pl.col(_HASH)).fill_null(value=True))
    wins = changes.select(_PART, _PLACE, wins=pl.lit(value=True))
    landing = timed.join(changes, on=by, how="semi", nulls_equal=True)
    told = landing.join(wins, on=[_PART, _PLACE], how="left")
    return told.select(_PART, _PLACE, pl.when("wins").then(_OLD_AT).alias(_OLD_AT))


def _changed(path: Path, different: pl.DataFrame | None) -> pl.DataFrame | None:
    """Return the rows of a part that are different, later than what they replace; a part without any is not read.

    A snapshot says what is, so that a row that returns to earlier content wins even with its old time.
    """
    if different is None:
        return None
    rows = pl.read_parquet(path)[different[_PLACE]]
    return rows.with_columns(pl.max_horizontal(pl.col("updated_at"), different[_OLD_AT]).alias("updated_at"))


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
