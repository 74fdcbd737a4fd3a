"""Decide what of a feed's folder is new, archive it and plan the batch."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from ingestion import manifest
from ingestion.adapter import MANIFEST, Adapter, Input
from ingestion.connectors.folder import Found, discover, open_regular, require_settled, still_the_same
from ingestion.feed import Feed
from ingestion.known_files import Known, KnownFiles
from ingestion.plan import Item, Plan, Received
from ingestion.returned import returned
from ingestion.unpacking import content_hash
from lake import archive
from lake.errors import BatchRefused, SourceError
from lake.events import Events
from lake.store import Lake

#: The filter under which a file is noted that repeats the newest snapshot by another name; no row is read.
REPEAT = "same_as_newest_snapshot"


@dataclass(frozen=True)
class Intake:
    """What a folder offers: the plan of what is new, if anything; and repeats of a snapshot by new names."""

    plan: Plan | None
    repeats: tuple[Item, ...] = ()


def take_in(lake: Lake, feed: Feed, adapter: Adapter, landed: pl.DataFrame, *, events: Events) -> Intake:
    """Archive what the feed's folder holds and plan the batch of what is new in it."""
    found = discover(feed.path, feed=feed.name)
    inputs = [i for i in adapter.inputs if feed.entities is None or i.entity in feed.entities]
    wanted = [f for f in found if any(_uses(i, adapter, f.name) for i in inputs)]
    for other in found:
        if other not in wanted and other.name != MANIFEST:
            events("file_ignored", feed=feed.name, file=other.name)
    entries = _manifest(found, wanted, feed.time_zone)
    sizes = set(landed["bytes"].to_list())
    known = KnownFiles.load(lake, feed)
    received = {f.name: _receive(lake, feed, f, entries, known, perhaps_landed=f.size in sizes) for f in wanted}
    known.keep()
    chosen: list[Item] = []
    also: list[Item] = []
    for entity in dict.fromkeys(i.entity for i in inputs):
        items = route([i for i in inputs if i.entity == entity], adapter, received)
        before = landed.filter(pl.col("entity") == entity)
        if feed.mode == "snapshot":
            fresh, same = newest_snapshot(items, before)
            chosen, also = chosen + fresh, also + same
        else:
            chosen += not_landed(items, before)
    return Intake(_plan(feed, adapter, inputs, chosen, received) if chosen else None, tuple(also))


def _plan(feed: Feed, adapter: Adapter, inputs: list[Input], chosen: list[Item], received: dict[str, Received]) -> Plan:
    taken = {(item.entity, item.source) for item in chosen}
    names = dict.fromkeys(j.source for i in inputs if (i.entity, i.source.name) in taken for j in i.joins)
    lookups = {n: tuple(r for f, r in received.items() if adapter.sources[n].matches(f)) for n in names}
    return Plan(adapter.system, feed.time_zone, tuple(chosen), lookups)


def route(inputs: Iterable[Input], adapter: Adapter, received: dict[str, Received]) -> list[Item]:
    """Return what the folder offers an entity; a file counts as other content where what it joins changed."""
    items = []
    taken: set[tuple[str, str]] = set()
    for step in inputs:
        joined = sorted(
            r.content_sha256
            for j in step.joins
            for name, r in received.items()
            if adapter.sources[j.source].matches(name)
        )
        for name, file in received.items():
            if step.source.matches(name):
                content = file.content_sha256
                # What a second source of the entity reads out of the same file is no repeat of the first.
                again = [step.source.name] if (step.entity, name) in taken else []
                taken.add((step.entity, name))
                if joined or again:
                    content = hashlib.sha256(" ".join([content, *joined, *again]).encode()).hexdigest()
                items.append(Item(step.entity, step.source.name, content, file))
    return items


def _uses(step: Input, adapter: Adapter, file: str) -> bool:
    return step.source.matches(file) or any(adapter.sources[j.source].matches(file) for j in step.joins)


def _manifest(found: list[Found], wanted: list[Found], zone: str) -> dict[str, manifest.Entry] | None:
    for file in found:
        if file.name == MANIFEST:
            entries = manifest.load(file.path, zone)
            missing = sorted(entries.keys() - {f.name for f in found})
            if missing:
                raise BatchRefused(f"{MANIFEST} lists {missing[0]}, which is not there: the drop is incomplete")
            unlisted = [f.name for f in wanted if f.name not in entries]
            if unlisted:
                raise BatchRefused(f"{MANIFEST} does not list {unlisted[0]}: list it, or take it away")
            return entries
    return None


def _receive(
    lake: Lake,
    feed: Feed,
    found: Found,
    entries: dict[str, manifest.Entry] | None,
    known: KnownFiles,
    *,
    perhaps_landed: bool,
) -> Received:
    """Archive a file, or recall it where it lies there as it was, and check it against the manifest."""
    entry = entries[found.name] if entries else manifest.Entry(found.name)
    if entry.sha256 is None and entry.row_count is None:
        require_settled(found, feed)
    same = known.recall(found) or _read(lake, feed, found, known, perhaps_landed=perhaps_landed)
    if entry.sha256 is not None and entry.sha256 != same.sha256:
        raise BatchRefused(
            f"file {found.name} has the SHA-256 {same.sha256} where {MANIFEST} says {entry.sha256}: "
            "nothing of the drop is landed; send it again"
        )
    return Received(
        file=found.name,
        sha256=same.sha256,
        content_sha256=same.content_sha256,
        bytes=found.size,
        modified_at=found.modified_at,
        window_from=entry.window_from,
        window_to=entry.window_to,
        row_count=entry.row_count,
        control_totals={column: str(total) for column, total in entry.control_totals.items()},
    )


def _read(lake: Lake, feed: Feed, found: Found, known: KnownFiles, *, perhaps_landed: bool) -> Known:
    """Archive a file and look what is packed in it; raises SourceError where it is still being written."""
    begun = time.time_ns()
    with open_regular(found, feed=feed.name) as stream:
        kept = archive.store(lake, stream, perhaps_known=perhaps_landed)
    if not still_the_same(found):
        raise SourceError(f"feed {feed.name}: file {found.name} is still being written; run again when it is complete")
    content = content_hash(lake, kept.sha256, found.name, size=kept.size, ratio=feed.max_unpack_ratio)
    return known.note(found, kept.sha256, content, read_ns=begun)


def not_landed(items: list[Item], landed: pl.DataFrame) -> list[Item]:
    """Return the items whose content has not landed yet under any name, or returns, each content once."""
    known = set(landed["content_sha256"].to_list())
    fresh = {item.content: item for item in reversed(items) if item.content not in known}
    fresh |= {item.content: item for item in returned((i for i in items if i.content in known), landed)}
    return [item for item in items if fresh.get(item.content) is item]


def newest_snapshot(items: list[Item], landed: pl.DataFrame) -> tuple[list[Item], list[Item]]:
    """Return the items that make up a new snapshot, or else those that repeat the newest one by new names.

    A file is new where its name was not seen, or was last seen with other content: so that a file that is
    left lying in the folder does not count again, and one that returns to earlier content does. Where a
    new file takes the place of a part of the newest snapshot, the other parts still stand.
    """
    seen = dict(zip(landed["file"], landed["content_sha256"], strict=True))
    fresh = [i for i in items if seen.get(i.received.file) != i.content]
    if not fresh:
        return [], []
    if landed.is_empty():
        return fresh, []
    newest = landed.filter(pl.col("batch_id") == pl.col("batch_id").max())
    newest = newest.filter(~pl.col("excluded_by").str.contains(REPEAT, literal=True))
    parts = set(newest["file"].to_list())
    if any(i.received.file in parts for i in fresh):
        fresh = [i for i in items if i in fresh or i.received.file in parts]
    if {i.content for i in fresh} == set(newest["content_sha256"].to_list()):
        return [], [i for i in fresh if i.received.file not in parts]
    _refuse_older(fresh, newest)
    return fresh, []


def _refuse_older(fresh: list[Item], newest: pl.DataFrame) -> None:
    """Raise where a snapshot is of an earlier time than what it would take the place of.

    Of a part that replaces one of its name, that part's time counts; of a set of new names, that of its newest.
    """
    times = newest.select("file", "content_sha256", as_at=pl.coalesce("window_to", "modified_at"))
    known = times["as_at"].max()
    parts = {file: (content, at) for file, content, at in times.iter_rows()}
    instead = [i for i in fresh if i.received.file in parts]
    for item in instead:
        content, before = parts[item.received.file]
        if item.content != content and item.received.as_at < before:
            raise _older(item, before)
    window = newest["window_to"].max()
    if not instead and isinstance(window, datetime):
        for item in fresh:
            if item.received.window_to and item.received.window_to < window:
                raise _older(item, window)
    last = max(fresh, key=lambda i: i.received.as_at)
    if not instead and isinstance(known, datetime) and last.received.as_at < known:
        raise _older(last, known)


def _older(item: Item, known: datetime) -> BatchRefused:
    said = item.received.as_at
    mend = (
        "take it away" if item.received.window_to else "take it away, or give it a newer time if it is what holds now"
    )
    return BatchRefused(
        f"the snapshot {item.received.file} of {item.entity} is as at {said.isoformat()}, older than "
        f"the newest landed, as at {known.isoformat()}: nothing is landed; {mend}"
    )
