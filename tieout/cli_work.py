"""The verbs that do the work: simulate, ingest, build, serve, replay, maintain."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from lake.errors import ConfigError
from tieout.options import ConfigOption, JsonOption, UnusedConfigOption, open_session, read_only
from tieout.report import Reporter

verbs = typer.Typer()
LAST_DAY = datetime(2026, 10, 31)  # noqa: DTZ001 - a calendar day


@verbs.command()
def simulate(
    folder: Annotated[Path, typer.Argument(help="Where the extracts go; must be empty or absent.")],
    *,
    consultants: Annotated[int, typer.Option(min=5, max=50_000)] = 300,
    months: Annotated[int, typer.Option(min=1, max=60)] = 12,
    seed: Annotated[int, typer.Option(min=0)] = 7,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last simulated day.")] = LAST_DAY,
    last_day_to: Annotated[
        Path | None, typer.Option(help="Put what arrives on the last day into this folder instead.")
    ] = None,
    file: UnusedConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the extracts of a believable services firm, the same for the same seed."""
    read_only(file)
    from tieout import commands  # noqa: PLC0415 - each command pays for its own imports only

    last: date = until.date()
    events = Reporter(as_json=as_json)
    commands.simulate(
        folder,
        consultants=consultants,
        months=months,
        seed=seed,
        until=last,
        last_day_to=last_day_to,
        events=events,
    )


@verbs.command()
def ingest(
    *,
    feed: Annotated[list[str] | None, typer.Option(help="Only this feed (may be repeated).")] = None,
    file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Land whatever is new in the feeds, each batch whole or not at all, exactly once."""
    session = open_session(file, as_json=as_json)
    from tieout import commands  # noqa: PLC0415

    refused = commands.ingest(session.settings, only=tuple(feed or ()), events=session.events)
    if refused:
        raise typer.Exit(1)


@verbs.command()
def build(
    *,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Rebuild every model from the lake.")] = False,
    as_of: Annotated[
        str | None, typer.Option(help="Build the mart as it was known then (ISO time) and publish it beside.")
    ] = None,
    file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build the mart with all its tests and publish it."""
    session = open_session(file, as_json=as_json)
    from tieout import commands  # noqa: PLC0415

    commands.build(session.settings, full_refresh=full_refresh, as_of=_moment(as_of), events=session.events)


@verbs.command()
def run(
    *,
    full_refresh: Annotated[bool, typer.Option("--full-refresh")] = False,
    file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ingest, then build and publish."""
    session = open_session(file, as_json=as_json)
    from tieout import commands  # noqa: PLC0415

    refused = commands.ingest(session.settings, only=(), events=session.events)
    commands.build(session.settings, full_refresh=full_refresh, as_of=None, events=session.events)
    if refused:
        raise typer.Exit(1)


@verbs.command("app")
def serve(
    *,
    port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
    file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Serve the dashboards on this machine until stopped."""
    session = open_session(file, as_json=as_json)
    from tieout import commands  # noqa: PLC0415

    commands.serve(session.settings, port=port, events=session.events, as_json=as_json)


@verbs.command()
def replay(
    batch: Annotated[int, typer.Argument(min=1, help="The batch to land again from the archive.")],
    *,
    file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Land a batch again from the archived bytes, through today's adapter, as a new batch."""
    session = open_session(file, as_json=as_json)
    from tieout import commands  # noqa: PLC0415

    commands.replay(session.settings, batch, events=session.events)


@verbs.command()
def maintain(*, file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Compact small files, write checkpoints and prune old mart runs; no version is lost."""
    session = open_session(file, as_json=as_json)
    from tieout import commands  # noqa: PLC0415

    commands.maintain(session.settings, events=session.events)


@verbs.command()
def restate(
    *,
    since: Annotated[str, typer.Option("--from", help="An ISO time or a run id: what was reported then.")],
    until: Annotated[str, typer.Option("--to", help="An ISO time, a run id, or `now`: the published mart.")] = "now",
    output: Annotated[
        Path | None, typer.Option(help="Also write every change to this .csv, .parquet or .xlsx.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, max=1_000, help="How many of the largest changes are printed.")] = 10,
    file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why figures have moved between two builds: every change with the source rows that arrived in between."""
    session = open_session(file, as_json=as_json)
    from tieout import restating  # noqa: PLC0415

    typer.echo(restating.restate(session.settings, since, until, output=output, limit=limit, events=session.events))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--as-of {text!r} is not an ISO time such as 2026-09-30T18:00:00+00:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
