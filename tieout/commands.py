"""What the verbs do: thin steps over the rooms, with their results put into words."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

import polars as pl

from ingestion import pipeline
from ingestion.feed import BatchResult, Feed
from lake import delta, publish, stop
from lake.errors import BuildError, ConfigError, TieoutError, plain
from lake.events import Events
from lake.store import Lake
from tieout import build as building
from tieout import folders, headline
from tieout.settings import FeedSettings, Settings
from tieout.stores import open_lake, published_mart


def simulate(
    folder: Path,
    *,
    consultants: int,
    months: int,
    seed: int,
    until: date,
    last_day_to: Path | None,
    events: Events,
) -> None:
    """Write a simulated firm's extracts into the empty or absent `folder`.

    Raises SourceError where it holds anything.
    """
    import simulator  # noqa: PLC0415 - only this verb needs it

    apart = folders.filled(last_day_to) if last_day_to is not None else contextlib.nullcontext()
    with folders.filled(folder) as out, apart as last_day:
        events("simulate_started", message=f"Simulating {consultants} consultants over {months} months (seed {seed})")
        summary = simulator.simulate(
            out, consultants=consultants, months=months, seed=seed, until=until, last_day_to=last_day, events=events
        )
    rows = sum(summary.rows.values())
    events("simulate_finished", message=f"Wrote {rows:,} rows of {len(summary.rows)} entities to {folder}", rows=rows)


def ingest(settings: Settings, *, only: tuple[str, ...], events: Events) -> int:
    """Ingest every feed (or `only` those named); return how many were refused.

    Whatever is wrong with one feed does not stop the others: its sentence is printed and the exit code tells.
    Raises ConfigError where there is no feed at all or none of that name.
    """
    unknown = sorted(set(only) - {feed.name for feed in settings.feeds})
    if unknown:
        raise ConfigError(f"There is no feed {unknown[0]!r}; key feeds has {_names(settings)}.")
    if not settings.feeds:
        raise ConfigError("Key feeds is empty: name at least one feed and the folder its extracts arrive in.")
    lake = Lake(settings.lake_root)
    lake.ensure()
    refused = 0
    for feed in settings.feeds:
        if only and feed.name not in only:
            continue
        events("feed_started", message=f"Feed {feed.name} ({feed.where})", feed=feed.name)
        try:
            result = pipeline.ingest(lake, _feed(feed, settings), events=events)
        except BrokenPipeError:  # nobody reads the answer any more
            raise
        except (TieoutError, OSError) as error:  # a full disk or a folder without rights is one feed's trouble, too
            stop.heed()
            refused += 1
            why = plain(error) if isinstance(error, OSError) else error
            for reason in str(why).splitlines():
                events("feed_refused", message=f"Feed {feed.name} refused: {reason}", feed=feed.name)
            for note in getattr(error, "__notes__", ()):
                events("batch_note", message=f"Note: feed {feed.name}: {note}", feed=feed.name)
            continue
        events("feed_finished", message=f"Feed {feed.name}: {_counted(result)}", feed=feed.name)
        _tell_notes(result, events)
    return refused


def build(settings: Settings, *, full_refresh: bool, as_of: datetime | None, events: Events) -> None:
    """Build, publish and print the headline figures of both bases with the bridge between them.

    Raises BuildError where there is no lake, nothing had landed by `as_of`, or a model or test fails.
    """
    lake = open_lake(settings)
    if as_of is not None and settings.clock == "now":  # by the data's own clock it says when a row was last changed
        _require_known(lake, as_of)
    built = building.build(settings, events=events, full_refresh=full_refresh, as_of=as_of)
    for warning in built.warnings:
        events("build_warning", message=f"Note: {warning}")
    print(headline.render(built.mart, currency=settings.group_currency))  # noqa: T201 - the command's own answer


def _require_known(lake: Lake, as_of: datetime) -> None:
    """Raise BuildError where nothing had landed by then: a mart of nothing proves nothing."""
    log = delta.read(delta.open_table(lake, "batches"), ["status", "at"])
    first = log.filter(pl.col("status") == "committed")["at"].min()
    if not isinstance(first, datetime):
        raise BuildError("No batch has landed yet; run `tieout ingest` first.")
    if as_of < first:
        raise BuildError(
            f"Nothing had landed by {as_of:%Y-%m-%d %H:%M} UTC; the first batch did at {first.isoformat()}."
        )


def serve(settings: Settings, *, port: int | None, events: Events, as_json: bool = False) -> NoReturn:
    """Become the server of the dashboards, so that whatever stops this process stops the server.

    Raises BuildError where no mart is published, ConfigError where the port is taken.
    """
    from dashboards import launch  # noqa: PLC0415 - only this verb needs it

    mart = settings.mart_folder / publish.POINTER
    published_mart(settings)
    number = port or settings.port
    _require_free(number)
    events("app_started", message=f"tieout is served at http://127.0.0.1:{number} (Ctrl-C stops it)", port=number)
    sys.stdout.flush()
    sys.stderr.flush()
    command = launch.command(mart=mart, port=number, as_json=as_json)
    os.execve(command[0], command, launch.environment(mart=mart, lake_root=settings.lake_root))  # noqa: S606 - our own interpreter and module, no shell


def _require_free(port: int) -> None:
    """Raise ConfigError where something else answers on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise ConfigError(f"Port {port} {reason}; give another with --port, or key port.") from error


def replay(settings: Settings, batch: int, *, events: Events) -> None:
    """Land an archived batch again through today's adapter.

    Raises BuildError where there is no lake, ConfigError where it has no such batch or its feed is gone.
    """
    from ingestion.replay import replay as land_again  # noqa: PLC0415 - only this verb needs it

    lake = open_lake(settings)
    feeds = {feed.name: _feed(feed, settings) for feed in settings.feeds}
    result = land_again(lake, batch, feeds=feeds, events=events)
    events("replay_finished", message=f"Batch {batch} replayed: {_counted(result)}")
    _tell_notes(result, events)


def maintain(settings: Settings, *, events: Events) -> None:
    """Compact and checkpoint the lake's tables, and prune mart runs that nobody holds.

    Raises BuildError where there is no lake.
    """
    from lake import maintenance  # noqa: PLC0415

    maintenance.maintain(open_lake(settings), events=events)
    if settings.mart_folder.is_dir():
        deleted = publish.prune(settings.mart_folder, keep=settings.keep_runs)
        events("pruned", message=f"Pruned {len(deleted)} old mart runs", runs=len(deleted))


def adapter_check(file: Path) -> list[str]:
    """Return what an adapter maps, in plain words; raises ContractError where it does not hold together."""
    from ingestion.adapter_check import check  # noqa: PLC0415

    return check(file)


def adapter_trial(file: Path, sample: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what an adapter makes of sample files, and what is missing, in plain words; nothing is landed.

    Raises ContractError where the adapter does not hold together, SourceError where there are no samples.
    """
    from ingestion.adapter import load  # noqa: PLC0415
    from ingestion.adapter_trial import attempt  # noqa: PLC0415

    tried = attempt(load(str(file)), sample)
    return tried.described, tried.missing


def adapter_new(sample: Path) -> str:
    """Return a drafted adapter as YAML text. Raises SourceError where no sample can be read."""
    from ingestion import drafting  # noqa: PLC0415

    return drafting.draft(sample)


def _counted(result: BatchResult) -> str:
    """Return what one ingest did, with the counts that must add up."""
    if not result.batch_ids:
        return "nothing new"
    counts = result.counts
    waiting = f", {result.held_back:,} more wait for the next snapshot" if result.held_back else ""
    return (
        f"{counts.rows_read:,} rows read = {counts.landed:,} landed + {counts.quarantined:,} quarantined"
        f" + {counts.excluded:,} excluded by a named filter; {result.tombstones:,} deletions found{waiting}"
    )


def _tell_notes(result: BatchResult, events: Events) -> None:
    """Say what a person should know of what landed."""
    for note in result.notes:
        events("batch_note", message=f"Note: feed {result.feed}: {note}", feed=result.feed)


def _feed(feed: FeedSettings, settings: Settings) -> Feed:
    return Feed(
        name=feed.name,
        system=feed.system,
        path=str(feed.path or ""),
        connection=feed.connection,
        mode=feed.mode,
        time_zone=feed.time_zone,
        entities=feed.entities,
        drift=feed.drift,
        max_delete_share=feed.max_delete_share,
        max_unpack_ratio=feed.max_unpack_ratio,
        settle_seconds=feed.settle_seconds,
        clock=settings.clock,
    )


def _names(settings: Settings) -> str:
    return ", ".join(feed.name for feed in settings.feeds) or "none"
