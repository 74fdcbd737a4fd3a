"""Decide what of a feed's folder is new, archive it and plan the batch."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl

from ingestion import manifest
from ingestion.adapter import MANIFEST, Adapter, Input
from ingestion.connectors.folder import Found, discover, open_regular, still_the_same
from ingestion.connectors.settled import require_settled
from ingestion.feed import AHEAD, Feed
from ingestion.known_files import Known, KnownFiles
from ingestion.plan import Item, Plan, Received
from ingestion.returned import returned
from ingestion.standing import newest_snapshot
from ingestion.unpacking import content_hash
from lake import archive
from lake.errors import BatchRefused, SourceError, together
from lake.events import Events
from lake.store import Lake


@dataclass(frozen=True)
class Intake:
    """What a folder offers: the plan of what is new, if anything; and repeats of a snapshot by new names."""

    plan: Plan | None
    repeats: tuple[Item, ...] = ()


def take_in(
    lake: Lake,
    feed: Feed,
    adapter: Adapter,
    landed: pl.DataFrame,
    earlier: Mapping[str, tuple[Received, ...]],
    *,
    events: Events,
) -> Intake:
    """Archive what the feed's folder holds and plan the batch of what is new in it.

    `earlier` has by source the files that were looked up before: one that is no longer in the folder still counts,
    but for one whose name another content has taken.
    """
    found = discover(feed.path, feed=feed.name)
    inputs = [i for i in adapter.inputs if feed.entities is None or i.entity in feed.entities]
    wanted = [f for f in found if any(_uses(i, adapter, f.name) for i in inputs)]
    for other in found:
        if other not in wanted and other.name != MANIFEST:
            events("file_ignored", feed=feed.name, file=other.name)
    sent = _manifest(found, wanted, feed.time_zone)
    sizes = set(landed["bytes"].to_list())
    known = KnownFiles.load(lake, feed)
    kinds = {f.name: {s.kind_of(f.name) for s in adapter.sources.values() if s.matches(f.name)} for f in wanted}
    named: dict[str, set[tuple[str, int]]] = {}
    for name, sha256, size in landed.select("file", "sha256", "bytes").iter_rows():
        named.setdefault(name, set()).add((sha256, size))
    had = set(landed["entity"].to_list())
    first = {f.name for f in wanted if not had & {i.entity for i in inputs if _uses(i, adapter, f.name)}}
    received: dict[str, Received] = {}
    refused: list[SourceError] = []
    for file in wanted:
        try:
            received[file.name] = _receive(
                lake, feed, file, kinds[file.name], sent.files if sent else None, known,
                before=named.get(file.name, ()), perhaps_landed=file.size in sizes, is_first=file.name in first,
            )  # fmt: skip
        except SourceError as error:
            refused.append(error)
    known.keep()
    if refused:
        raise together(refused)
    offered = _with_earlier(adapter, received, earlier)
    chosen: list[Item] = []
    also: list[Item] = []
    for entity in dict.fromkeys(i.entity for i in inputs):
        items = route([i for i in inputs if i.entity == entity], adapter, received, offered)
        mine = landed.filter(pl.col("entity") == entity)
        if feed.mode == "snapshot":
            fresh, same = newest_snapshot(items, mine)
            chosen, also = chosen + fresh, also + same
        else:
            chosen += not_landed(items, mine)
    if not chosen:
        return Intake(None, tuple(also))
    plan = _plan(feed, adapter, inputs, chosen, offered)
    return Intake(replace(plan, notes=sent.notes) if sent else plan, tuple(also))


def _with_earlier(
    adapter: Adapter, received: Mapping[str, Received], earlier: Mapping[str, tuple[Received, ...]]
) -> dict[str, Received]:
    """Return the files received with those that were looked up before, by name."""
    gone = {r.file: r for name, files in earlier.items() for r in files if adapter.sources[name].matches(r.file)}
    return gone | dict(received)


def _plan(feed: Feed, adapter: Adapter, inputs: list[Input], chosen: list[Item], offered: dict[str, Received]) -> Plan:
    taken = {(item.entity, item.source) for item in chosen}
    names = dict.fromkeys(j.source for i in inputs if (i.entity, i.source.name) in taken for j in i.joins)
    lookups = {n: tuple(r for f, r in offered.items() if adapter.sources[n].matches(f)) for n in names}
    return Plan(adapter.system, feed.time_zone, tuple(chosen), lookups)


def route(
    inputs: Iterable[Input],
    adapter: Adapter,
    received: Mapping[str, Received],
    offered: Mapping[str, Received] | None = None,
) -> list[Item]:
    """Return what the folder offers an entity; a file counts as other content where what it joins changed.

    What it joins is among `offered`, which is all that was `received` where nothing else is said.
    """
    items = []
    taken: set[tuple[str, str]] = set()
    for step in inputs:
        joined = sorted(
            r.content_sha256
            for j in step.joins
            for name, r in (received if offered is None else offered).items()
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


def _manifest(found: list[Found], wanted: list[Found], zone: str) -> manifest.Manifest | None:
    for file in found:
        if file.name == MANIFEST:
            sent = manifest.load(file.path, zone)
            missing = sorted(sent.files.keys() - {f.name for f in found})
            wrong = [BatchRefused(f"{MANIFEST} lists {n}, which is not there: the drop is incomplete") for n in missing]
            unlisted = [f.name for f in wanted if f.name not in sent.files]
            wrong += [BatchRefused(f"{MANIFEST} does not list {n}: list it, or take it away") for n in unlisted]
            if wrong:
                raise together(wrong)
            return sent
    return None


def _receive(  # noqa: PLR0917 - what is known of a file
    lake: Lake,
    feed: Feed,
    found: Found,
    kinds: set[str],
    entries: Mapping[str, manifest.Entry] | None,
    known: KnownFiles,
    *,
    before: Collection[tuple[str, int]],
    perhaps_landed: bool,
    is_first: bool,
) -> Received:
    """Archive a file, or recall it where it lies there as it was, and check it against the manifest.

    `before` has hash and size of what landed under its name.
    """
    entry = entries[found.name] if entries else manifest.Entry(found.name)
    is_said = entry.sha256 is not None or entry.row_count is not None
    # What landed under its name lies there whole, however short ago: only its bytes tell.
    perhaps_same = any(size == found.size for _, size in before)
    if not is_said and not perhaps_same:
        require_settled(found, feed, kinds, is_first=is_first)
    same = known.recall(found) or _read(lake, feed, found, known, perhaps_landed=perhaps_landed)
    if not is_said and perhaps_same and (same.sha256, found.size) not in before:
        require_settled(found, feed, kinds, is_first=is_first)
    if entry.sha256 is not None and entry.sha256 != same.sha256:
        raise BatchRefused(
            f"file {found.name} has the SHA-256 {same.sha256} where {MANIFEST} says {entry.sha256}: "
            "nothing of the drop is landed; send it again"
        )
    received = Received(
        file=found.name,
        sha256=same.sha256,
        content_sha256=same.content_sha256,
        bytes=found.size,
        modified_at=found.modified_at,
        window_from=entry.window_from,
        window_to=entry.window_to,
        row_count=entry.row_count,
        control_totals={column: str(total) for column, total in entry.control_totals.items()},
        is_vouched_for=is_said,
    )
    if received.as_at > datetime.now(UTC) + AHEAD[feed.clock]:
        said = f"{MANIFEST} gives file {found.name} a window to" if received.window_to else f"file {found.name} is of"
        raise BatchRefused(
            f"{said} {received.as_at:%Y-%m-%dT%H:%M:%SZ}, a time to come, and nothing could ever replace rows that "
            "take it as theirs: nothing of the drop is landed; set it right"
        )
    return received


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
