"""Snapshot feeds: what a whole extract changes, and what it no longer has.

Only rows that differ from the newest landed version of their key land, so that the lake grows by what
changed; the others are counted as left out by the filter `unchanged`. A key that is missing lands as a
tombstone: its last values, deleted as at the snapshot's time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from ingestion import second_sight
from ingestion.known_rows import HASH, KnownRows
from ingestion.landing import Batch
from ingestion.plan import Received
from ingestion.storing import DELETED, hashes
from ingestion.tally import Tally
from ingestion.versions import identity, newest_versions
from lake.contracts.model import Entity
from lake.errors import BatchRefused
from lake.schemas import UTC, entity_schema

UNCHANGED = "unchanged"
_PART, _PLACE, _OLD_AT = "=part", "=place", "old_at"
#: Which of several rows of a key wins within a snapshot.
_WITHIN = ("updated_at", "_file", "_row")


@dataclass(frozen=True)
class _Part:
    """A piece of the snapshot: where its rows that differ are kept, if any, and of every row the number of its key.

    `rows` has the number, `updated_at`, `_row` and whether the row is what its record is already (`same`).
    """

    tally: Tally
    rows: pl.DataFrame
    path: Path | None


@dataclass(frozen=True)
class _Sent:
    """A whole snapshot, read: it is compared before any of it is written."""

    entity: Entity
    parts: list[_Part] = field(default_factory=list)

    def numbers(self) -> pl.Series:
        """Return the number of every row's key."""
        none = pl.Series("number", [], dtype=pl.UInt64)
        return pl.concat([none, *(part.rows["number"] for part in self.parts)])

    def kept(self) -> pl.DataFrame:
        """Return what tells the rows that differ: key, fingerprint, order, and where each is: its part and place."""
        columns = list(dict.fromkeys((*identity(self.entity), HASH, *_WITHIN)))
        none = pl.DataFrame(schema=entity_schema(self.entity)).select(columns)
        found = [none.with_row_index(_PLACE).with_columns(pl.lit(0, dtype=pl.Int64).alias(_PART))]
        for number, part in enumerate(self.parts):
            if part.path is not None:
                rows = pl.read_parquet(part.path, columns=columns).select(columns).with_row_index(_PLACE)
                found.append(rows.with_columns(pl.lit(number, dtype=pl.Int64).alias(_PART)))
        return pl.concat(found)


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
    known = KnownRows.load(batch, entity, committed)
    sent = _read(frames, folder, entity, known)
    numbers = sent.numbers()
    missing = _missing(known, numbers, tallies, entity, max_delete_share=max_delete_share)
    gone = second_sight.deleted(batch, entity, missing, known, tallies, folder)
    different = _different(sent, numbers, known).partition_by(_PART, as_dict=True)
    for number, part in enumerate(sent.parts):
        changed = _changed(part, different.get((number,)))
        part.tally.leave_out(UNCHANGED, part.rows.height - (0 if changed is None else changed.height))
        if changed is not None:
            part.tally.land(changed)
            yield changed
    if not gone.is_empty():
        yield _tombstones(batch, entity, newest_versions(batch, entity, committed, gone), tallies[0])


def _read(frames: Iterator[tuple[Tally, pl.DataFrame]], folder: Path, entity: Entity, known: KnownRows) -> _Sent:
    """Read the snapshot to its end, keeping on disk only the rows that differ from what is known."""
    sent = _Sent(entity)
    for tally, frame in frames:
        tally.reach(frame, known.by)
        numbers = known.number(frame)
        same = known.has(numbers, frame)
        path = None
        if not same.all():
            path = folder / f"{entity.name}-{len(sent.parts):06d}.parquet"
            frame.filter(~same).write_parquet(path, compression="lz4", statistics=False)
        told = frame.select("updated_at", "_row").with_columns(numbers.alias("number"), same.alias("same"))
        sent.parts.append(_Part(tally, told, path))
    return sent


def _missing(
    known: KnownRows, numbers: pl.Series, tallies: list[Tally], entity: Entity, *, max_delete_share: float
) -> pl.DataFrame:
    """Return the keys that are live and that the snapshot has not, neither landed nor refused."""
    live = known.live_count()
    named = ", ".join(t.item.received.file for t in tallies)
    if live and not any(t.rows_read for t in tallies):
        raise BatchRefused(
            f"the snapshot {named} of {entity.name} is empty, while {live} records are known: "
            "nothing is landed; send it again"
        )
    absent = known.absent(numbers)
    if any(t.refused_without_key for t in tallies):
        tallies[0].notes.append(f"{entity.name}: some rows have no readable key, so that no deletion was looked for")
        return absent.clear()
    refused = pl.concat([absent.clear(), *(keys.select(known.by) for t in tallies for keys in t.refused_keys)])
    gone = absent.join(refused, on=known.by, how="anti", nulls_equal=True)
    if gone.height > max_delete_share * live:
        raise BatchRefused(
            f"the snapshot {named} of {entity.name} would delete {gone.height} of {live} records, "
            f"more than {max_delete_share:.0%}: nothing is landed; check that it is complete"
        )
    return gone


def _different(sent: _Sent, numbers: pl.Series, known: KnownRows) -> pl.DataFrame:
    """Return where the rows to land are, in their order, each with the time of the version that it must win over.

    Those are the rows that differ from the newest version of their key. Rows of a key that the snapshot has twice are
    versions of each other: the one that wins among them speaks for all, and only it is made to win over what stands.
    """
    kept = sent.kept()
    before = known.told(known.number(kept))
    wide = kept.join(before, on=known.by, how="left", maintain_order="left", nulls_equal=True)
    wide = wide.with_columns(same=(pl.col("old") == hashes(HASH)).fill_null(value=False))
    several = numbers.filter(numbers.is_duplicated()) if numbers.n_unique() < numbers.len() else numbers.clear()
    if several.is_empty():
        return wide.filter(~pl.col("same")).select(_PART, _PLACE, _OLD_AT)
    twice = known.number(wide).is_in(several.unique().implode())
    found = wide.filter(~twice & ~pl.col("same")).select(_PART, _PLACE, _OLD_AT)
    return pl.concat([found, _of_several(wide.filter(twice), _unchanged(sent, several, known), known.by)]).sort(
        _PART, _PLACE
    )


def _unchanged(sent: _Sent, several: pl.Series, known: KnownRows) -> pl.DataFrame:
    """Return key and order of the unchanged rows among those of keys that the snapshot has more than once."""
    found = [known.rows.clear().select(known.by).with_columns(**dict.fromkeys(_WITHIN, None))]
    wanted = several.unique().implode()
    for part in sent.parts:
        rows = part.rows.filter(pl.col("same") & pl.col("number").is_in(wanted))
        keys = known.rows.select(known.by)[known.position(rows["number"])]
        times = rows.select("updated_at", pl.lit(part.tally.item.received.file).alias("_file"), "_row")
        found.append(pl.concat([keys, times], how="horizontal"))
    return pl.concat(found, how="vertical_relaxed")


def _of_several(rows: pl.DataFrame, unchanged: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return what `_different` does of keys that the snapshot has more than once: all that differ of one, or none."""
    others = unchanged.with_columns(same=pl.lit(value=True))
    columns = [*by, *_WITHIN, "same", _PART, _PLACE]
    every = pl.concat([rows.select(columns), others], how="diagonal_relaxed").select(columns)
    changes = every.sort(_WITHIN).unique(subset=by, keep="last").filter(~pl.col("same"))
    wins = changes.select(_PART, _PLACE, wins=pl.lit(value=True))
    landing = rows.filter(~pl.col("same")).join(changes, on=by, how="semi", nulls_equal=True)
    told = landing.join(wins, on=[_PART, _PLACE], how="left")
    return told.select(_PART, _PLACE, pl.when("wins").then(_OLD_AT).alias(_OLD_AT))


def _changed(part: _Part, different: pl.DataFrame | None) -> pl.DataFrame | None:
    """Return the rows of a part that are different, later than what they replace; a part without any is not read.

    A snapshot says what is, so that a row that returns to earlier content wins even with its old time.
    """
    if different is None or part.path is None:
        return None
    rows = pl.read_parquet(part.path)[different[_PLACE]]
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
        pl.lit(DELETED).alias(HASH),
    )
    tally.bury(buried)
    return buried.select(pl.col(n).cast(t) for n, t in entity_schema(entity).items())
