"""Records that fall under a filter of the adapter since they landed: they land once more, as deleted.

A row that a filter leaves out is no version of its record, but it says that the record counts no longer. It withdraws
what is older; of the same time, the later batch, file and row counts, as among versions. A snapshot needs no such
rows: there, what is left out is missing. A row that another input of the entity reads too, and takes, is not left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from ingestion import superseded
from ingestion.deletions import in_this_batch
from ingestion.joining import Lookup
from ingestion.landing import Batch
from ingestion.plan import RESUBMITTED
from ingestion.storing import DELETED
from ingestion.tally import Tally
from ingestion.versions import identity, newest_versions
from lake.contracts.model import Entity
from lake.schemas import UTC, entity_schema

_OWN = ("updated_at", "_file", "_row")
_TALLY, _SOURCE = "=tally", "=source"


def withdrawn(  # noqa: PLR0917 - as what lands
    batch: Batch,
    entity: Entity,
    rows: Iterator[pl.DataFrame],
    tallies: list[Tally],
    joined: Mapping[str, Lookup],
    folder: Path,
    *,
    committed: list[int],
) -> Iterator[pl.DataFrame]:
    """Give the rows, then a tombstone for each live record of which the newest that was said is a row left out."""
    by = identity(entity)
    if not any(batch.input_of(t.item).exclude for t in tallies):
        yield from rows
        return
    sent = [pl.DataFrame(schema=entity_schema(entity)).select(*_OWN, "is_deleted", number=pl.struct(by).hash())]
    for frame in rows:
        sent.append(frame.select(*_OWN, "is_deleted", number=pl.struct(by).hash()))
        yield frame
    left_out = _left_out(batch, entity, tallies)
    if left_out.is_empty():
        return
    standing = _standing(batch, entity, left_out, pl.concat(sent), committed=committed)
    gone = standing.filter(~pl.col("is_deleted").fill_null(value=False) & ~pl.col("stands")).drop("is_deleted")
    own = gone.filter("is_own")
    last = [newest_versions(batch, entity, committed, gone.filter(~pl.col("is_own")))]
    if not own.is_empty():
        last.append(in_this_batch(batch, tallies, joined, folder, own.select(by)).select(last[0].columns))
    due = pl.concat(last).join(gone.select(*by, _TALLY, due="updated_at", said="_row"), on=by).sort(by)
    for (number,), found in due.partition_by(_TALLY, as_dict=True, maintain_order=True).items():
        yield _tombstones(batch, entity, found, tallies[int(str(number))])


def _left_out(batch: Batch, entity: Entity, tallies: list[Tally]) -> pl.DataFrame:
    """Return the newest row of each key that every input that reads it leaves out."""
    found = []
    for number, tally in enumerate(tallies):
        file, source = tally.item.received.file, tally.item.source
        for rows in tally.left_out:
            told = rows.with_columns(pl.lit(number).alias(_TALLY), pl.lit(source).alias(_SOURCE), _file=pl.lit(file))
            found.append(told.with_columns(ways=pl.lit(_ways_in(batch, tally))))
    if not found:
        return pl.DataFrame(schema=[*identity(entity), *_OWN])
    every = pl.concat(found)
    by_all = every.filter(pl.col(_SOURCE).n_unique().over("_file", "_row") == pl.col("ways"))
    whole = by_all.drop_nulls([*identity(entity), "updated_at"])
    return whole.sort(_OWN).unique(subset=identity(entity), keep="last", maintain_order=True)


def _ways_in(batch: Batch, tally: Tally) -> int:
    """Return how many inputs of the entity read the rows of a file: what one leaves out may be for another."""
    mine = batch.input_of(tally.item).source
    file = mine.patterns[0] if tally.item.received.file.startswith(RESUBMITTED) else tally.item.received.file
    others = [i.source for i in batch.adapter.inputs if i.entity == tally.item.entity and i.source != mine]
    same = [s for s in others if (s.records, s.sheet) == (mine.records, mine.sheet)]
    return 1 + sum(s.matches(file) or s.patterns == mine.patterns for s in same)


def _standing(
    batch: Batch, entity: Entity, left_out: pl.DataFrame, sent: pl.DataFrame, *, committed: list[int]
) -> pl.DataFrame:
    """Return, of each row left out whose record is known, if that `stands`, and if the batch itself brought it.

    A replay's rows are as old as the batch that it replays: what came since under the same time stands.
    """
    by = identity(entity)
    asked = left_out.with_columns(number=pl.struct(by).hash())
    before = newest_versions(batch, entity, committed, left_out).select(
        *by, "is_deleted", at="updated_at", order=pl.struct(_OWN), came="_batch_id"
    )
    own = sent.join(asked.select("number", *by), on="number").select(
        *by, "is_deleted", at="updated_at", order=pl.struct(_OWN), came=pl.lit(batch.started.batch_id, dtype=pl.Int64)
    )
    every = pl.concat([before, own]).sort("at", "came", "order")
    newest = every.unique(subset=by, keep="last", maintain_order=True)
    wide = asked.drop("number").join(newest, on=by, how="inner", maintain_order="left")
    is_own = pl.col("came") == batch.started.batch_id
    later = pl.col("came").is_in(superseded.later(batch))
    as_new = pl.col("at") == pl.col("updated_at")
    stands = (pl.col("at") > pl.col("updated_at")) | (as_new & (later | (is_own & ~_is_before("order"))))
    return wide.with_columns(is_own=is_own, stands=stands).drop("at", "order", "came")


def _is_before(order: str) -> pl.Expr:
    """Whether a row of the batch, of the same time, comes before the row left out."""
    file, row = pl.col(order).struct.field("_file"), pl.col(order).struct.field("_row")
    return (file < pl.col("_file")) | ((file == pl.col("_file")) & (row < pl.col("_row")))


def _tombstones(batch: Batch, entity: Entity, last: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Return the last versions as deleted by the rows that withdraw them: of their time, file and number."""
    received = tally.item.received
    buried = last.with_columns(
        pl.col("due").alias("updated_at"),
        pl.lit(value=True).alias("is_deleted"),
        pl.lit(batch.started.batch_id, dtype=pl.Int64).alias("_batch_id"),
        pl.lit(received.file).alias("_file"),
        pl.col("said").alias("_row"),
        pl.lit(batch.started.at, dtype=UTC).alias("_ingested_at"),
        pl.lit(batch.context(received).correlation_id).alias("_correlation_id"),
        pl.lit(DELETED).alias("_row_hash"),
    )
    tally.bury(buried)
    are = "1 record {} falls" if buried.height == 1 else f"{buried.height} records {{}} fall"
    counts = "counts" if buried.height == 1 else "count"
    said = are.format(f"of {received.file}")
    tally.notes.append(f"{entity.name}: {said} under a filter of the adapter by now and {counts} as deleted")
    return buried.select(pl.col(n).cast(t) for n, t in entity_schema(entity).items())
