"""The plan of a batch: which archived files go into which entities.

It is written with the batch's start, so that an unfinished batch is finished from the plan and the archive
alone, whatever the feed's folder holds by then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingestion.adapter import SourceFiles
from ingestion.readers import Source, packing_of
from lake.errors import LakeError

#: Corrected rows land from files of our own under this name, which no feed's folder can hold.
RESUBMITTED = "_resubmitted/"


@dataclass(frozen=True)
class Received:
    """A file as it was received and archived, with what the drop's manifest says of it.

    `correlation_id` is the thread of rows that do not bring their own; None is the batch's. `is_vouched_for` where the
    manifest gave its hash or count, so that it is known to be whole.
    """

    file: str
    sha256: str
    content_sha256: str
    bytes: int
    modified_at: datetime
    window_from: datetime | None = None
    window_to: datetime | None = None
    row_count: int | None = None
    control_totals: Mapping[str, str] = field(default_factory=dict)
    correlation_id: str | None = None
    is_vouched_for: bool = False

    @property
    def as_at(self) -> datetime:
        """When its rows count as last changed, where they do not say so themselves."""
        return self.window_to or self.modified_at

    def totals(self) -> dict[str, Decimal]:
        """Return the control totals as numbers."""
        return {column: Decimal(total) for column, total in self.control_totals.items()}


@dataclass(frozen=True)
class Item:
    """One received file on its way into one entity, by the adapter's input for (entity, source).

    `content` identifies what is landed: the hash of the unpacked file, and of what is joined to it.
    """

    entity: str
    source: str
    content: str
    received: Received


@dataclass(frozen=True)
class Plan:
    """All items of a batch, and the files of the sources that they look up.

    `replays` is the batch that this one lands again from the archive, `resubmits` the one whose refused rows it
    brings corrected; both None where it is an ordinary one.
    `cursor` is how far a connection's sources have been read once the batch has landed. `notes` are sentences on the
    drop that a person should know of though it landed.
    """

    system: str
    time_zone: str
    items: tuple[Item, ...]
    lookups: Mapping[str, tuple[Received, ...]] = field(default_factory=dict)
    replays: int | None = None
    resubmits: int | None = None
    cursor: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()

    def thread(self, feed: str, batch: int) -> str:
        """Return the correlation id of rows that bring none, and that are received for the first time.

        What batch `batch` lands again belongs to the thread of the batch that it was received in.
        """
        return f"{feed}-{batch if self.replays is None else self.replays}"

    def entities(self) -> list[str]:
        """Return the entities the batch touches, in the plan's order."""
        return list(dict.fromkeys(item.entity for item in self.items))

    def to_json(self) -> str:
        """Write the plan down."""
        return json.dumps(asdict(self), default=lambda v: v.isoformat(), ensure_ascii=False)


def from_json(text: str) -> Plan:
    """Read a plan that `to_json` wrote."""
    try:
        said = json.loads(text)
        items = tuple(Item(i["entity"], i["source"], i["content"], _received(i["received"])) for i in said["items"])
        lookups = {name: tuple(_received(r) for r in files) for name, files in said["lookups"].items()}
        rest = said.get("replays"), said.get("resubmits"), said.get("cursor")
        return Plan(said["system"], said["time_zone"], items, lookups, *rest, notes=tuple(said.get("notes") or ()))
    except (ValueError, KeyError, TypeError) as error:
        raise LakeError(f"the plan of an unfinished batch cannot be read: {error}") from None


def _received(said: dict[str, Any]) -> Received:
    moments = {k: said[k] and datetime.fromisoformat(said[k]) for k in ("modified_at", "window_from", "window_to")}
    return Received(**(said | moments))


def by_age(file: str, as_at: datetime) -> tuple[datetime, list[str | int]]:
    """Return what puts files in the order in which they count, the newest last; of one age, by the numbers in names."""
    parts = re.split("([0-9]+)", file)
    return as_at, [int(part) if place % 2 else part for place, part in enumerate(parts)]


def source_of(received: Received, files: SourceFiles, path: Path, *, most: int | None = None) -> tuple[Source, str]:
    """Return how to read a received file whose bytes are at `path`, and its format; it may unpack to `most` bytes."""
    if received.file.startswith(RESUBMITTED):
        return Source(path, received.file), "ndjson"
    kind = files.kind_of(received.file)
    packing = packing_of(received.file)
    rest = (files.records, files.sheet, files.separator, files.encoding)
    return Source(path, received.file, packing, *rest, most), kind
