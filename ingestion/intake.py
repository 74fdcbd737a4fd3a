"""Decide what of a feed's folder is new, archive it and plan the batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import polars as pl
import pyarrow as pa

from ingestion import manifest
from ingestion.adapter import MANIFEST, Adapter, Input
from ingestion.connectors.folder import Found, discover, open_regular, still_the_same
from ingestion.feed import Feed
from ingestion.plan import Item, Plan, Received
from ingestion.readers import packing_of
from lake import archive
from lake.errors import BatchRefused, SourceError
from lake.events import Events
from lake.store import Lake


def plan(lake: Lake, feed: Feed, adapter: Adapter, landed: pl.DataFrame, *, events: Events) -> Plan | None:
    """Return the plan of what is new in the feed's folder, archived; None where nothing is."""
    found = discover(feed.path, feed=feed.name)
    inputs = [i for i in adapter.inputs if feed.entities is None or i.entity in feed.entities]
    wanted = [f for f in found if any(_uses(i, adapter, f.name) for i in inputs)]
    for other in found:
        if other not in wanted and other.name != MANIFEST:
            events("file_ignored", feed=feed.name, file=other.name)
    entries = _manifest(found, wanted)
    received = {f.name: _receive(lake, feed, f, entries) for f in wanted}
    chosen: list[Item] = []
    for entity in dict.fromkeys(i.entity for i in inputs):
        mine = [i for i in inputs if i.entity == entity]
        chosen += _new(entity, mine, received, landed.filter(pl.col("entity") == entity), feed)
    if not chosen:
        return None
    names = dict.fromkeys(j.source for i in inputs for j in i.joins if any(c.source == i.source.name and c.entity == i.entity for c in chosen))
    lookups = {n: tuple(r for f, r in received.items() if adapter.sources[n].matches(f)) for n in names}
    return Plan(adapter.system, feed.time_zone, tuple(chosen), lookups)


def _uses(step: Input, adapter: Adapter, file: str) -> bool:
    return step.source.matches(file) or any(adapter.sources[j.source].matches(file) for j in step.joins)


def _manifest(found: list[Found], wanted: list[Found]) -> dict[str, manifest.Entry] | None:
    for file in found:
        if file.name == MANIFEST:
            entries = manifest.load(file.path)
            missing = sorted(entries.keys() - {f.name for f in found})
            if missing:
                raise BatchRefused(f"{MANIFEST} lists {missing[0]}, which is not there: the drop is incomplete")
            unlisted = [f.name for f in wanted if f.name not in entries]
            if unlisted:
                raise BatchRefused(f"{MANIFEST} does not list {unlisted[0]}: list it, or take it away")
            return entries
    return None


def _receive(lake: Lake, feed: Feed, found: Found, entries: dict[str, manifest.Entry] | None) -> Received:
    """Archive a file and check it against the manifest."""
    with open_regular(found, feed=feed.name) as stream:
        kept = archive.store(lake, stream)
    if not still_the_same(found):
        raise SourceError(f"feed {feed.name}: file {found.name} is still being written; run again when it is complete")
    entry = entries[found.name] if entries else manifest.Entry(found.name)
    if entry.sha256 is not None and entry.sha256 != kept.sha256:
        raise BatchRefused(
            f"file {found.name} has the SHA-256 {kept.sha256} where {MANIFEST} says {entry.sha256}: "
            "nothing of the drop is landed; send it again"
        )
    return Received(
        file=found.name,
        sha256=kept.sha256,
        content_sha256=_content_hash(lake, kept.sha256, found.name),
        bytes=kept.size,
        modified_at=found.modified_at,
        window_from=entry.window_from,
        window_to=entry.window_to,
        row_count=entry.row_count,
        control_totals={column: str(total) for column, total in entry.control_totals.items()},
    )


def _content_hash(lake: Lake, sha256: str, name: str) -> str:
    """Return the hash of the unpacked bytes, so that content is recognised however it is packed."""
    packing = packing_of(name)
    if packing is None:
        return sha256
    digest = hashlib.sha256()
    with archive.local_copy(lake, sha256) as path:
        try:
            with pa.input_stream(str(path), compression=packing) as stream:
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
        except (OSError, EOFError, pa.ArrowException) as error:
            brief = str(error).splitlines()[0][:200]
            raise BatchRefused(f"file {name} cannot be unpacked: {brief}") from None
    return digest.hexdigest()


def _new(
    entity: str, inputs: Iterable[Input], received: dict[str, Received], landed: pl.DataFrame, feed: Feed
) -> list[Item]:
    """Return the entity's files whose content has not landed in it yet, each content once."""
    known = set(landed["content_sha256"].to_list())
    chosen: list[Item] = []
    for step in inputs:
        for name, file in received.items():
            if step.source.matches(name) and file.content_sha256 not in known:
                known.add(file.content_sha256)
                chosen.append(Item(entity, step.source.name, file))
    return chosen
