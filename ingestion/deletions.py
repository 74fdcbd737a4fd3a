"""Deletions that say only which record is gone: they land with the record's last values, as deleted.

So every row of the lake is whole, and whoever reads a deleted record sees what it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from ingestion.conform import REJECTED
from ingestion.joining import Lookup
from ingestion.landing import Batch, accepted_frames
from ingestion.tally import Tally
from ingestion.versions import identity, newest_versions
from lake.contracts.envelope import AUDIT, ENVELOPE
from lake.contracts.model import Entity
from lake.quarantine import Spool
from lake.schemas import entity_schema

RULE = "unknown_record"
_WRITTEN = "%Y-%m-%dT%H:%M:%S%.6fZ"


def completed(
    batch: Batch,
    entity: Entity,
    tallies: list[Tally],
    joined: Mapping[str, Lookup],
    folder: Path,
    *,
    committed: list[int],
) -> Iterator[tuple[Tally, pl.DataFrame]]:
    """Give the entity's bare deletions as whole rows; one of a record that never landed is refused."""
    if not any(t.deletions for t in tallies):
        return
    by = identity(entity)
    wanted = pl.concat([d.select(by) for t in tallies for d in t.deletions]).unique()
    last = newest_versions(batch, entity, committed, wanted)
    missing = wanted.join(last, on=by, how="anti")
    if not missing.is_empty():
        last = pl.concat([last, in_this_batch(batch, tallies, joined, folder, missing)])
    for tally in tallies:
        for bare in tally.deletions:
            found = bare.join(last, on=by, how="semi", maintain_order="left")
            if not found.is_empty():
                yield tally, _whole(found, last, entity)
            _refuse(batch, tally, bare.join(last, on=by, how="anti", maintain_order="left"), entity)


def in_this_batch(
    batch: Batch,
    tallies: list[Tally],
    joined: Mapping[str, Lookup],
    folder: Path,
    missing: pl.DataFrame,
) -> pl.DataFrame:
    """Read the batch's files once more for records that it both brings and deletes."""
    scratch = folder / "again"
    scratch.mkdir(exist_ok=True)
    spool = Spool(scratch, batch_id=batch.started.batch_id, feed=batch.feed, at=batch.started.at)
    again = replace(batch, spool=spool)
    found = [
        frame.join(missing, on=missing.columns, how="semi")
        for tally in tallies
        for frame in accepted_frames(again, tally.item, Tally(tally.item), joined)
    ]
    whole = pl.concat(found).sort("updated_at", "_file", "_row")
    return whole.unique(subset=missing.columns, keep="last")


def _whole(bare: pl.DataFrame, last: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Fill what the deletions leave out from the records' last values."""
    by = identity(entity)
    own = {c.name for c in (*ENVELOPE, *AUDIT)} | set(by)
    filled = [name for name in entity_schema(entity) if name not in own]
    wide = bare.join(last.select(*by, *filled), on=by, how="left", suffix=":last", maintain_order="left")
    values = {name: pl.coalesce(name, f"{name}:last") for name in filled}
    return wide.with_columns(**values).select(bare.columns)


def _refuse(batch: Batch, tally: Tally, unknown: pl.DataFrame, entity: Entity) -> None:
    if unknown.is_empty():
        return
    file = tally.item.received.file
    key = pl.concat_str([pl.col(k).cast(pl.String) for k in entity.key], separator=", ")
    text = pl.format(f"file {{}}, row {{}}: it deletes {entity.name} '{{}}', which never landed", "_file", "_row", key)
    said = (*identity(entity), "is_deleted")
    rows = unknown.select(
        row="_row",
        column_name=pl.lit("is_deleted"),
        value=pl.lit("true"),
        rule=pl.lit(RULE),
        reason=text,
        raw=pl.struct(*said, pl.col("updated_at").dt.to_string(_WRITTEN)).struct.json_encode(),
    )
    tally.quarantined += rows.height
    batch.spool.add(rows.select(*REJECTED, "raw"), entity=entity.name, file=file, source=tally.item.source)
