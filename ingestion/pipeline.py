"""Ingest a feed: find what is new, archive it, land it as one batch, exactly once."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

import polars as pl

from ingestion import adapter as adapters
from ingestion import corrected, correcting, intake, overwriting, refusals, relanding, superseded
from ingestion.appending import append, append_beside
from ingestion.connectors.offer import Cursor, offered
from ingestion.deletions import completed
from ingestion.feed import BatchResult, Feed
from ingestion.joining import Lookup
from ingestion.landing import Batch, accepted_frames, lookups
from ingestion.lock import hold
from ingestion.plan import RESUBMITTED, Item, Received, from_json
from ingestion.snapshot import compare
from ingestion.standing import REPEAT
from ingestion.tally import Tally, said
from ingestion.waiting import deleted_since
from ingestion.withdrawn import withdrawn
from lake import delta
from lake.batches import BatchLog, Counts, Started
from lake.contracts import ENTITIES
from lake.errors import BatchRefused, ContractError, OvertakenError, SourceError
from lake.events import Events, ignore
from lake.quarantine import Spool
from lake.schemas import SYSTEM_TABLES
from lake.store import Lake

#: How often a batch is taken up again when other writers' commits come in between.
OVERTAKEN_ATTEMPTS = 8


def ingest(lake: Lake, feed: Feed, *, events: Events = ignore) -> BatchResult:
    """Land the feed's new files as one batch over all its entities; first finish what a killed run left.

    The same content again lands nothing, unless it is a return to it. Raises BatchRefused, with one sentence, where
    the batch may not land; then nothing of it is visible; SourceError where the feed's folder cannot be read. Approved
    corrections land either way: then the error's notes say so.
    """
    lake.ensure()
    adapter = adapters.load(feed.system)
    log = BatchLog(lake, feed.name, feed.mode)
    landing = partial(land, lake, feed, adapter, log, events=events)
    with hold(lake, feed.name, events=events):
        done: list[correcting.Done] = []
        finish_left(lake, feed, adapter, log, done, events=events)
        try:
            done += _land_new(lake, feed, adapter, log, landing, events=events)
        except SourceError as error:
            _tell_beside(error, feed, *correcting.land_due(lake, log, adapter, landing, events=events))
            raise
        mended, refused = correcting.land_due(lake, log, adapter, landing, events=events)
        done += mended
    return result(feed, done, refused)


def _land_new(
    lake: Lake, feed: Feed, adapter: adapters.Adapter, log: BatchLog, landing: Callable[[Started], correcting.Done], *,
    events: Events,
) -> list[correcting.Done]:  # fmt: skip
    """Land what the feed offers that has not landed yet, as one batch; none where nothing is new."""
    seen, landed = log.closed(), log.landed_files()
    landed = landed.filter(~pl.col("file").str.starts_with(RESUBMITTED))
    with offered(lake, feed, adapter, _cursor(log, feed), events=events) as offer:
        found = _taken_in(lake, replace(feed, path=offer.folder), adapter, log, landed, events=events)
        _remember(lake, feed, landed, found.repeats)
        if found.plan is None:
            return []
        started = log.start(replace(found.plan, cursor=offer.cursor).to_json(), seen=seen)
        events("batch_started", feed=feed.name, batch_id=started.batch_id, files=len(found.plan.items))
        return [landing(started)]


def _tell_beside(error: SourceError, feed: Feed, mended: list[correcting.Done], refused: list[str]) -> None:
    """Add to a refusal, as its notes, what became of approved corrections: they wait for no drop."""
    for batch_id, counts, _ in mended:
        error.add_note(
            f"batch {batch_id}, of approved corrections, was committed all the same: {counts.landed:,} of "
            f"{counts.rows_read:,} landed"
        )
    for sentence in result(feed, mended, refused).notes:
        error.add_note(sentence)


def _taken_in(
    lake: Lake, feed: Feed, adapter: adapters.Adapter, log: BatchLog, landed: pl.DataFrame, *, events: Events
) -> intake.Intake:
    """Take in what the feed offers; what is refused before a batch begins stands in `batches` like any other refusal.

    No batch was planned then, so that the row has no plan and nothing to replay.
    """
    try:
        earlier = _looked_up_before(log, adapter) if feed.mode == "delta" and feed.connection is None else {}
        return intake.take_in(lake, feed, adapter, landed, earlier, events=events)
    except BatchRefused as error:
        events("batch_refused", feed=feed.name, batch_id=log.turn_away(str(error)), reason=str(error))
        raise


def _looked_up_before(log: BatchLog, adapter: adapters.Adapter) -> dict[str, tuple[Received, ...]]:
    """Return, for each source that others look up, the files that the newest batch with any of it knew."""
    wanted = {j.source for i in adapter.inputs for j in i.joins}
    found: dict[str, tuple[Received, ...]] = {}
    plans = log.landed_plans() if wanted else iter(())
    for plan in plans:
        files = from_json(plan).lookups
        found |= {name: files[name] for name in wanted - found.keys() if files.get(name)}
        if found.keys() == wanted:
            break
    return found


def _cursor(log: BatchLog, feed: Feed) -> Cursor:
    """Return how far a connection's sources were read by the newest batch that landed."""
    if feed.connection is None:
        return {}
    return next((c for c in map(_cursor_of, log.landed_plans()) if c is not None), {})


def _cursor_of(plan: str) -> Cursor | None:
    return from_json(plan).cursor


def finish_left(
    lake: Lake, feed: Feed, adapter: adapters.Adapter, log: BatchLog, done: list[correcting.Done], *, events: Events
) -> None:
    """Land what a killed run left unfinished, oldest first, and add it to `done`."""
    for left in log.unfinished():
        events("batch_resumed", feed=feed.name, batch_id=left.batch_id)
        correcting.finish(left, partial(land, lake, feed, adapter, log, events=events), done)


def result(feed: Feed, done: list[correcting.Done], refused: Iterable[str] = ()) -> BatchResult:
    """Put what became of some batches together; `refused` says which corrections may not land."""
    return BatchResult(
        feed=feed.name,
        status="committed" if done else "unchanged",
        batch_ids=tuple(batch_id for batch_id, _, _ in done),
        counts=sum((counts for _, counts, _ in done), Counts()),
        tombstones=sum(t.tombstones for _, _, tallies in done for t in tallies),
        held_back=sum(t.held_back for _, _, tallies in done for t in tallies),
        files=sum(len(tallies) for _, _, tallies in done),
        notes=(*(sentence for _, _, tallies in done for sentence in said(tallies)), *refused),
    )


def land(
    lake: Lake, feed: Feed, adapter: adapters.Adapter, log: BatchLog, started: Started, *, events: Events
) -> correcting.Done:
    """Write everything of a batch and close it; a refusal closes it too, and is raised again.

    Where a maintenance came in between, the batch is taken up again as after a kill: what was committed is
    only counted.
    """
    for _ in range(OVERTAKEN_ATTEMPTS):
        try:
            return _land_once(lake, feed, adapter, log, started, events=events)
        except OvertakenError:
            events("batch_resumed", feed=feed.name, batch_id=started.batch_id)
    return _land_once(lake, feed, adapter, log, started, events=events)


def _land_once(
    lake: Lake, feed: Feed, adapter: adapters.Adapter, log: BatchLog, started: Started, *, events: Events
) -> correcting.Done:
    batch_id = started.batch_id
    plan = from_json(started.plan)
    stand = corrected.Corrected(lake) if plan.replays is None else corrected.standing(lake, plan.replays)
    with tempfile.TemporaryDirectory(prefix="tieout-") as folder:
        spool = Spool(Path(folder), batch_id=batch_id, feed=feed.name, at=started.at)
        batch = Batch(
            lake,
            feed.name,
            started,
            plan,
            adapter,
            spool,
            feed.drift,
            feed.max_unpack_ratio,
            feed.clock,
            stand,
        )
        try:
            tallies = _write(batch, feed, log, Path(folder), events=events)
            tallies[0].notes[:0] = plan.notes
            append_beside(batch, "quarantine", spool.frames())
            append_beside(batch, "batch_files", [_records(batch, tallies)])
        except (BatchRefused, ContractError) as first:
            error = refusals.every(batch, first, Path(folder)) if isinstance(first, BatchRefused) else first
            log.refuse(batch_id, error)
            events("batch_refused", feed=feed.name, batch_id=batch_id, reason=" | ".join(str(error).splitlines()))
            if error is first:
                raise
            raise error from first
    counts = sum((t.counts() for t in tallies), Counts())
    newest = max((t.max_updated_at for t in tallies if t.max_updated_at), default=None)
    note = "; ".join(said(tallies)) or None
    log.commit(batch_id, counts, max_updated_at=newest, note=note)
    events("batch_committed", feed=feed.name, batch_id=batch_id, **vars(counts))
    return batch_id, counts, tallies


def _write(batch: Batch, feed: Feed, log: BatchLog, folder: Path, *, events: Events) -> list[Tally]:
    joined = lookups(batch)
    tallies: list[Tally] = []
    for name in batch.plan.entities():
        entity = ENTITIES[name]
        mine = [Tally(item) for item in batch.plan.items if item.entity == name]
        committed = log.committed()
        deleted = completed(batch, entity, mine, joined, folder, committed=committed)
        frames: Iterator[tuple[Tally, pl.DataFrame]] = chain(_frames(batch, mine, joined), deleted)
        if feed.mode == "snapshot" and batch.plan.resubmits is None:
            rows = compare(
                batch,
                entity,
                frames,
                folder,
                tallies=mine,
                committed=committed,
                max_delete_share=feed.max_delete_share,
            )
        elif batch.plan.replays is not None or batch.plan.resubmits is not None:
            if batch.plan.resubmits is not None:
                frames = overwriting.require_own(batch, entity, frames, joined, committed=committed)
            rows = superseded.leave_out(batch, entity, frames)
        else:
            rows = relanding.changed(batch, entity, frames, mine, committed=committed)
        if feed.mode == "delta":
            rows = deleted_since(batch, entity, rows, mine, committed=committed)
            rows = withdrawn(batch, entity, rows, mine, joined, folder, committed=committed)
        append(batch, entity, rows)
        tallies += mine
        total = sum((t.counts() for t in mine), Counts())
        events("entity_landed", feed=feed.name, entity=name, files=len(mine), **vars(total))
    return tallies


def _frames(batch: Batch, tallies: list[Tally], joined: Mapping[str, Lookup]) -> Iterator[tuple[Tally, pl.DataFrame]]:
    for tally in tallies:
        for frame in accepted_frames(batch, tally.item, tally, joined):
            yield tally, frame


def _remember(lake: Lake, feed: Feed, landed: pl.DataFrame, repeats: tuple[Item, ...]) -> None:
    """Note under which other names the newest snapshot was received, so that they do not count as new later."""
    rows = []
    for item in repeats:
        mine = landed.filter(pl.col("entity") == item.entity)["batch_id"].max()
        rows.append(Tally(item, excluded={REPEAT: 0}).record(int(str(mine)), feed.name))
    if rows:
        frame = pl.DataFrame(rows, schema=SYSTEM_TABLES["batch_files"])
        delta.append_alone(lake, "batch_files", lambda _: (frame, None))


def _records(batch: Batch, tallies: list[Tally]) -> pl.DataFrame:
    rows = [t.record(batch.started.batch_id, batch.feed) for t in tallies]
    return pl.DataFrame(rows, schema=SYSTEM_TABLES["batch_files"])
