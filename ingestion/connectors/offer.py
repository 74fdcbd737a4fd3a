"""What a feed offers: its folder, or what its connection brought into one since the last batch that landed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.adapter import MANIFEST, Adapter, SourceFiles
from ingestion.connectors.spec import PostgresSpec, RestSpec, S3Spec, SftpSpec
from ingestion.feed import Feed
from lake.errors import ConfigError
from lake.events import Events
from lake.store import Lake

#: How far each source has been read; what it holds is its connector's business.
Cursor = Mapping[str, Any]


@dataclass(frozen=True)
class Errand:
    """What a connector is to bring: these sources, from where they were read to, into this folder."""

    feed: Feed
    sources: tuple[SourceFiles, ...]
    looked_up: frozenset[str]
    cursor: Cursor
    folder: Path
    events: Events
    lake: Lake
    #: Whether sources stand for tables of the same name, where they do not say which.
    by_name: bool = False

    def wants(self, file: str) -> bool:
        """Whether a file of this name is one of the feed's."""
        return file == MANIFEST or any(s.matches(file) for s in self.sources)

    @property
    def alone(self) -> bool:
        """Whether a file that has landed is not needed again: nothing is compared with it or looked up beside it."""
        return self.feed.mode == "delta" and not self.looked_up

    def whole(self, source: SourceFiles) -> bool:
        """Whether a source must be read whole: for a snapshot, or because others look its rows up."""
        return self.feed.mode == "snapshot" or source.name in self.looked_up


@dataclass(frozen=True)
class Offer:
    """A folder of files, and how far its sources will have been read once they have landed."""

    folder: str
    cursor: Cursor | None = None


def _fetch(errand: Errand) -> Cursor:
    spec = errand.feed.connection
    # Each connector's library is imported where one is used, and nowhere else.
    if isinstance(spec, PostgresSpec):
        from ingestion.connectors import postgres  # noqa: PLC0415

        return postgres.fetch(spec, errand)
    if isinstance(spec, RestSpec):
        from ingestion.connectors import rest  # noqa: PLC0415

        return rest.fetch(spec, errand)
    if isinstance(spec, SftpSpec):
        from ingestion.connectors import sftp  # noqa: PLC0415

        return sftp.fetch(spec, errand)
    if isinstance(spec, S3Spec):
        from ingestion.connectors import object_store  # noqa: PLC0415

        return object_store.fetch(spec, errand)
    raise ConfigError(f"feed {errand.feed.name}: key connection is of a kind that cannot be read")


@contextlib.contextmanager
def offered(lake: Lake, feed: Feed, adapter: Adapter, cursor: Cursor, *, events: Events) -> Iterator[Offer]:
    """Give the feed's files; what a connection brought is removed when the block ends.

    What a connection could not bring to its end stays; the next run goes on from as much of it as it finds at the
    source as it was, and from nothing else.
    """
    if feed.connection is None:
        yield Offer(feed.path)
        return
    folder = staging(lake, feed)
    folder.mkdir(parents=True, exist_ok=True)
    brought = _fetch(_errand(lake, feed, adapter, cursor, folder, events))
    try:
        yield Offer(str(folder), brought)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep_only(folder: Path, kept: Collection[Path]) -> None:
    """Remove everything below a folder but the files `kept`: what an earlier run left there may be gone at the source.

    Raises OSError where something cannot be removed: it would land.
    """
    for here, inner, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(here, name)
            if path not in kept:
                path.unlink()
        for name in inner:
            # One that holds something kept stays.
            with contextlib.suppress(OSError):
                Path(here, name).rmdir()


def staging(lake: Lake, feed: Feed) -> Path:
    """Return the folder, on a local disk, that a feed's connection brings its files to."""
    if lake.is_local:
        return lake.path("work", "fetched", feed.name)
    known = hashlib.sha256(lake.root.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tieout-fetched-{known}" / feed.name


def _errand(  # noqa: PLR0917 - what an errand is made of
    lake: Lake, feed: Feed, adapter: Adapter, cursor: Cursor, folder: Path, events: Events
) -> Errand:
    inputs = [i for i in adapter.inputs if feed.entities is None or i.entity in feed.entities]
    looked_up = frozenset(j.source for i in inputs for j in i.joins)
    names = dict.fromkeys([*(i.source.name for i in inputs), *sorted(looked_up)])
    sources = tuple(adapter.sources[name] for name in names)
    by_name = all(i.columns is None for i in adapter.inputs)
    return Errand(feed, sources, looked_up, cursor, folder, events, lake, by_name)
