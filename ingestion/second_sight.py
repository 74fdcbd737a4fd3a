"""What a snapshot that nobody vouches for no longer has: deleted at once, or when the next one lacks it, too.

A file of lines may have been cut after any of them and look whole. It is taken for whole where it ends as the
snapshot before it ended, or in a new record: both stand behind everything that could have been cut off. And where
there are fewer files than before, one may still be on its way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from ingestion import landing
from ingestion.connectors.settled import LINES
from ingestion.joining import Lookup
from ingestion.known_rows import KnownRows
from ingestion.landing import Batch, accepted_frames
from ingestion.plan import Plan, from_json
from ingestion.standing import newest_files
from ingestion.tally import Tally
from lake import delta
from lake.contracts.model import Entity
from lake.errors import BatchRefused, ContractError
from lake.quarantine import Spool


@dataclass(frozen=True)
class Before:
    """The snapshot before this one: the files of the entity as batch_files has them, and the plan they came by."""

    files: pl.DataFrame
    plan: Plan | None


def deleted(  # noqa: PLR0917 - two snapshots
    batch: Batch, entity: Entity, gone: pl.DataFrame, known: KnownRows, tallies: list[Tally], folder: Path
) -> pl.DataFrame:
    """Return those of the missing keys `gone`, out of the `known` ones, that count as deleted now; the rest waits."""
    doubtful = [t for t in tallies if not _is_vouched_for(t)]
    if gone.is_empty() or not doubtful:
        return gone
    before = _before(batch, entity)
    ends = set(before.files["last_key"].drop_nulls().to_list())
    ended = all(_ends_as_known(t, ends, known) for t in doubtful if _may_be_cut(batch, t))
    if ended and len(tallies) >= before.files.height:
        return gone
    missed = _missed_before(batch, entity, gone, before, folder)
    waiting = gone.height - missed.height
    if waiting:
        file = doubtful[0].item.received.file
        tallies[0].held_back = waiting
        tallies[0].notes.append(
            f"{entity.name}: {waiting} records are missing from {file}, which ends elsewhere than the snapshot before "
            "or has fewer files, as one that was cut: they are deleted when the next one lacks them, too; a "
            "manifest.json with its row_count or sha256 says at once that it is whole"
        )
    return missed


def _is_vouched_for(tally: Tally) -> bool:
    received = tally.item.received
    return received.is_vouched_for or received.row_count is not None


def _may_be_cut(batch: Batch, tally: Tally) -> bool:
    return batch.input_of(tally.item).source.kind_of(tally.item.received.file) in LINES


def _ends_as_known(tally: Tally, ends: set[str], known: KnownRows) -> bool:
    """Whether a file ends where the snapshot before it did, or in a record that is new."""
    last = tally.last_key
    if last is None:
        return False
    return tally.end() in ends or not known.lives(last)


def _before(batch: Batch, entity: Entity) -> Before:
    """Return the newest snapshot that landed; of a replay, the one before what it replays."""
    log = delta.read(delta.open_table(batch.lake, "batches"), ["batch_id", "feed", "status"])
    done = log.filter((pl.col("feed") == batch.feed) & (pl.col("status") == "committed"))["batch_id"]
    earlier = done.filter(done < (batch.plan.replays or batch.started.batch_id))
    table = pl.scan_delta(delta.open_table(batch.lake, "batch_files"))
    files = newest_files(
        table.filter((pl.col("entity") == entity.name) & pl.col("batch_id").is_in(earlier.implode())).collect()
    )
    if files.is_empty():
        return Before(files, None)
    started = (pl.col("batch_id") == files["batch_id"][0]) & (pl.col("status") == "started")
    plans = pl.scan_delta(delta.open_table(batch.lake, "batches")).filter(started).select("plan").collect()
    return Before(files, from_json(plans["plan"][0]))


def _missed_before(batch: Batch, entity: Entity, gone: pl.DataFrame, before: Before, folder: Path) -> pl.DataFrame:
    """Return the keys that the snapshot before lacked as well: where some wait, it is read again from the archive."""
    if before.plan is None or not before.files["held_back"].fill_null(0).sum():
        return gone.clear()
    scratch = folder / "before"
    scratch.mkdir(exist_ok=True)
    spool = Spool(scratch, batch_id=batch.started.batch_id, feed=batch.feed, at=batch.started.at)
    then = replace(batch, plan=before.plan, spool=spool)
    try:
        there = list(_keys(then, entity, gone, landing.lookups(then)))
    except (BatchRefused, ContractError):
        # It cannot be read today, so that it says nothing about what it lacked.
        return gone.clear()
    return gone.join(pl.concat([gone.clear(), *there]), on=gone.columns, how="anti", nulls_equal=True)


def _keys(then: Batch, entity: Entity, gone: pl.DataFrame, joined: Mapping[str, Lookup]) -> Iterator[pl.DataFrame]:
    for tally in [Tally(item) for item in then.plan.items if item.entity == entity.name]:
        for frame in accepted_frames(then, tally.item, tally, joined):
            yield frame.select(gone.columns).join(gone, on=gone.columns, how="semi", nulls_equal=True)
        yield from (keys.select(gone.columns) for keys in tally.refused_keys)
