"""Replay: land a batch again from the archived bytes, through today's adapter, as a new batch.

Nothing is doubled: a row that comes out as before is one more version of its key with the same content.
A row that comes out otherwise, or that was held back before and is accepted now, takes effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from ingestion import adapter as adapters
from ingestion import correcting, intake, pipeline
from ingestion.feed import BatchResult, Feed
from ingestion.lock import hold
from ingestion.plan import RESUBMITTED, Item, Plan, Received, from_json
from ingestion.standing import newest_files
from lake import archive, delta
from lake.batches import BatchLog
from lake.errors import ConfigError, ContractError, SourceError
from lake.events import Events, ignore
from lake.store import Lake


@dataclass(frozen=True)
class Origin:
    """The batch to replay: whose it was, and the plan it was landed or refused by.

    `number` is the batch that it stands for itself, where it is a replay.
    """

    number: int
    feed: str
    mode: str
    plan: Plan


def replay(lake: Lake, batch: int, *, feeds: Mapping[str, Feed], events: Events = ignore) -> BatchResult:
    """Land batch number `batch` again as a new batch of the same feed, with the feed's settings of today.

    Raises ConfigError where there is no such batch or feed, or a correction in it was withdrawn, SourceError where a
    newer snapshot has taken
    the batch's place, LakeError where its bytes are lost, BatchRefused where it may not land as it is.
    """
    lake.ensure()
    origin = _origin(lake, batch)
    feed = _feed(origin, feeds)
    adapter = adapters.load(feed.system)
    log = BatchLog(lake, feed.name, feed.mode)
    with hold(lake, feed.name, events=events):
        pipeline.finish_left(lake, feed, adapter, log, [], events=events)
        received = log.landed_files().filter(~pl.col("file").str.starts_with(RESUBMITTED))
        if origin.plan.resubmits is not None:
            correcting.require_standing(lake, origin.plan)
        plan = _plan(origin, feed, adapter, received, events=events)
        _require_bytes(lake, plan)
        started = log.start(plan.to_json())
        events("batch_started", feed=feed.name, batch_id=started.batch_id, replays=batch, files=len(plan.items))
        done = pipeline.land(lake, feed, adapter, log, started, events=events)
    return pipeline.result(feed, [done])


def _origin(lake: Lake, batch: int) -> Origin:
    log = delta.read(delta.open_table(lake, "batches"), ["batch_id", "feed", "mode", "status", "plan"])
    log = log.filter(pl.col("batch_id") == batch)
    mine = log.filter(pl.col("status") == "started").to_dicts()
    if not mine and log.height:
        raise SourceError(
            f"batch {batch} of feed {log['feed'][0]} was refused before it began, so that there is nothing to replay: "
            "put right what its sentence in lake.batches names, and run `tieout ingest`"
        )
    if not mine:
        raise ConfigError(f'There is no batch {batch}; `tieout sql "select * from lake.batches"` lists those landed.')
    plan = from_json(mine[0]["plan"])
    return Origin(plan.replays or batch, mine[0]["feed"], mine[0]["mode"], plan)


def _feed(origin: Origin, feeds: Mapping[str, Feed]) -> Feed:
    feed = feeds.get(origin.feed)
    if feed is None:
        named = ", ".join(feeds) or "none"
        raise ConfigError(f"Batch {origin.number} came from feed {origin.feed!r}; key feeds has {named}: add it again.")
    if feed.mode != origin.mode:
        raise ConfigError(
            f"Batch {origin.number} of feed {feed.name} was landed as {origin.mode}, and key feeds.mode is "
            f"{feed.mode} today: a file of one kind cannot be replayed as the other."
        )
    return feed


def _plan(origin: Origin, feed: Feed, adapter: adapters.Adapter, landed: pl.DataFrame, *, events: Events) -> Plan:
    """Plan the batch's own files anew, as today's adapter routes them; corrections go where they went."""
    if origin.plan.resubmits is not None:
        return replace(origin.plan, replays=origin.number)
    before = {(i.entity, i.received.file) for i in origin.plan.items}
    own = {i.received.file: i.received for i in origin.plan.items}
    received = {r.file: r for files in origin.plan.lookups.values() for r in files} | own
    inputs = [i for i in adapter.inputs if feed.entities is None or i.entity in feed.entities]
    known = set(landed.select("entity", "sha256").iter_rows())
    # A file that was only looked up in this batch landed in another; a file's way into an entity is new
    # where the adapter has gained it since.
    items = [
        item
        for item in intake.route(inputs, adapter, received)
        if item.received.file in own
        and ((item.entity, item.received.file) in before or (item.entity, item.received.sha256) not in known)
    ]
    for entity, file in sorted(before - {(i.entity, i.received.file) for i in items}):
        events("replay_left_out", message=f"{file} no longer goes into {entity}", file=file, entity=entity)
    if not items:
        raise ContractError(
            f"adapter {adapter.system} maps none of the files of batch {origin.number} ({', '.join(sorted(own))}) today"
        )
    if feed.mode == "snapshot":
        items = _standing(origin, items, landed, events=events)
    taken = {(i.entity, i.source) for i in items}
    names = dict.fromkeys(j.source for i in inputs if (i.entity, i.source.name) in taken for j in i.joins)
    lookups = {n: tuple(r for f, r in received.items() if adapter.sources[n].matches(f)) for n in names}
    return Plan(adapter.system, feed.time_zone, tuple(items), lookups, origin.number)


def _standing(origin: Origin, items: Iterable[Item], landed: pl.DataFrame, *, events: Events) -> list[Item]:
    """Return the items of those entities whose newest snapshot this is: an older one says no longer what is."""
    items, standing = list(items), []
    newest: dict[str, int] = {}
    for entity in dict.fromkeys(i.entity for i in items):
        mine = [i for i in items if i.entity == entity]
        last = newest_files(landed.filter(pl.col("entity") == entity))
        same = set(last["sha256"].to_list()) == {i.received.sha256 for i in mine}
        if last.is_empty() or same or int(last["batch_id"][0]) <= origin.number:
            standing += mine
        else:
            newest[entity] = int(last["batch_id"][0])
            events(
                "replay_left_out",
                message=f"{entity}: the snapshot of batch {newest[entity]} is newer and stands; replay that one",
                entity=entity,
                batch_id=newest[entity],
            )
    if not standing:
        entity, batch = next(iter(newest.items()))
        raise SourceError(
            f"batch {origin.number} of the snapshot feed {origin.feed} has been replaced: replay batch {batch}, "
            f"the newest snapshot of {entity}"
        )
    return standing


def _require_bytes(lake: Lake, plan: Plan) -> None:
    """Raise LakeError where the archive has lost or changed a file, before a batch is started that could never end."""
    files: list[Received] = [i.received for i in plan.items] + [r for found in plan.lookups.values() for r in found]
    for sha256 in dict.fromkeys(r.sha256 for r in files):
        archive.require_unchanged(lake, sha256)
