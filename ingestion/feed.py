"""A feed as configured, and what became of one ingest of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingestion.connectors.spec import Connection
from lake.batches import Counts, Mode
from lake.contracts import ENTITIES
from lake.errors import ConfigError

Drift = Literal["evolve", "freeze", "discard"]
#: Whether "now" is the wall's, or the newest change landed, as of samples.
Clock = Literal["now", "data"]
#: How long after it was received a row may say that it was last changed: clocks differ, and samples may be of any year
#: near, but nothing could ever replace a row of the year 9999.
AHEAD: Mapping[Clock, timedelta] = {"now": timedelta(days=1), "data": timedelta(days=3652)}


@dataclass(frozen=True)
class Feed:
    """One source: `name` is its instance (the source_system of its rows), `system` names its adapter.

    `drift` says what becomes of columns that the contract does not know: `evolve` keeps them in `_extra`,
    `discard` does not, `freeze` refuses the batch; each way they are reported.
    `path` is the folder its files arrive in, or `connection` says where they are fetched; `mode` says whether they
    are upserts or whole entities, and a timestamp without an offset is read in `time_zone`. `entities` limits what is
    landed; None is all. A snapshot that would delete more than the share `max_delete_share` of an entity is refused,
    and so is a file that unpacks to more than `max_unpack_ratio` times its size (and more than 32 MiB): an archive
    bomb. A file of lines that breaks off within one counts as complete when nobody has touched it for `settle_seconds`.
    By the `clock` of the data a row may be of years ahead, by the wall's no more than a day.
    """

    name: str
    system: str
    path: str
    mode: Mode = "delta"
    time_zone: str = "UTC"
    entities: tuple[str, ...] | None = None
    drift: Drift = "evolve"
    max_delete_share: float = 0.2
    max_unpack_ratio: float = 250
    settle_seconds: float = 300
    connection: Connection | None = None
    clock: Clock = "data"

    def __post_init__(self) -> None:
        """Refuse what no feed can be, naming the key of the configuration; raises ConfigError."""
        where = f"feed {self.name}:"
        if self.mode not in get_args(Mode):
            raise ConfigError(f"{where} key mode is {self.mode!r}; use one of {', '.join(get_args(Mode))}")
        if self.drift not in get_args(Drift):
            raise ConfigError(f"{where} key drift is {self.drift!r}; use one of {', '.join(get_args(Drift))}")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ConfigError(
                f"{where} key time_zone {self.time_zone!r} is no time zone; use e.g. Europe/Berlin"
            ) from None
        unknown = sorted(set(self.entities or ()) - ENTITIES.keys())
        if unknown:
            raise ConfigError(f"{where} key entities names {unknown[0]!r}; `tieout contracts` lists those there are")
        if not 0 <= self.max_delete_share <= 1:
            raise ConfigError(f"{where} key max_delete_share is {self.max_delete_share}; use a share from 0 to 1")


@dataclass(frozen=True)
class BatchResult:
    """What an ingest did: `committed` a batch, or found nothing new; `notes` say what a person should know of it."""

    feed: str
    status: Literal["committed", "unchanged"]
    batch_ids: tuple[int, ...] = ()
    counts: Counts = field(default_factory=Counts)
    tombstones: int = 0
    held_back: int = 0
    files: int = 0
    notes: tuple[str, ...] = ()

    @property
    def batch_id(self) -> int | None:
        """The newest batch committed, None where nothing was new."""
        return self.batch_ids[-1] if self.batch_ids else None

    def __str__(self) -> str:
        """Say in one sentence what the ingest did."""
        if self.status == "unchanged":
            return f"feed {self.feed}: nothing new"
        counts = self.counts
        parts = [f"{counts.rows_read:,} rows read from {self.files} file{'s' if self.files != 1 else ''}"]
        parts.append(f"{counts.landed:,} landed")
        named = {
            "quarantined": counts.quarantined,
            "excluded": counts.excluded,
            "deleted": self.tombstones,
            "missing until the next snapshot lacks them too": self.held_back,
        }
        parts += [f"{number:,} {word}" for word, number in named.items() if number]
        batches = ", ".join(map(str, self.batch_ids))
        return f"feed {self.feed}: batch {batches} committed, {', '.join(parts)}"
