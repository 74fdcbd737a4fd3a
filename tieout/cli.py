"""The command `tieout`: one verb a habit, each safe to stop and run again."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from lake.errors import ConfigError, TieoutError
from tieout import settings as config
from tieout.report import Reporter

app = typer.Typer(
    name="tieout",
    help="Project finance you can sign: every figure labelled, every difference explained to the cent.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
adapter_app = typer.Typer(help="Draft and check the mapping of a source system.", no_args_is_help=True)
certificate_app = typer.Typer(help="Close certificates.", no_args_is_help=True)
app.add_typer(adapter_app, name="adapter")
app.add_typer(certificate_app, name="certificate")

ConfigOption = Annotated[Path | None, typer.Option("--config", help="The configuration file (default: tieout.yml).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Report progress as JSON lines on standard error.")]
Format = Literal["table", "csv", "json"]
LAST_DAY = datetime(2026, 10, 31)  # noqa: DTZ001 - a calendar day


@dataclass(frozen=True)
class Session:
    """What every command works with: its configuration and its voice."""

    settings: config.Settings
    events: Reporter


def _open(file: Path | None, *, as_json: bool) -> Session:
    return Session(settings=config.load(file), events=Reporter(as_json=as_json))


@app.command()
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
    as_json: JsonOption = False,
) -> None:
    """Write the extracts of a believable services firm, the same for the same seed."""
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


@app.command()
def ingest(
    *,
    feed: Annotated[list[str] | None, typer.Option(help="Only this feed (may be repeated).")] = None,
    file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Land whatever is new in the feeds, each batch whole or not at all, exactly once."""
    session = _open(file, as_json=as_json)
    from tieout import commands  # noqa: PLC0415

    refused = commands.ingest(session.settings, only=tuple(feed or ()), events=session.events)
    if refused:
        raise typer.Exit(1)


@app.command()
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
    session = _open(file, as_json=as_json)
    from tieout import commands  # noqa: PLC0415

    commands.build(session.settings, full_refresh=full_refresh, as_of=_moment(as_of), events=session.events)


@app.command()
def run(
    *,
    full_refresh: Annotated[bool, typer.Option("--full-refresh")] = False,
    file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ingest, then build and publish."""
    session = _open(file, as_json=as_json)
    from tieout import commands  # noqa: PLC0415

    refused = commands.ingest(session.settings, only=(), events=session.events)
    commands.build(session.settings, full_refresh=full_refresh, as_of=None, events=session.events)
    if refused:
        raise typer.Exit(1)


@app.command()
def contracts(
    entity: Annotated[str | None, typer.Argument(help="One entity; without it, the list of all.")] = None,
) -> None:
    """Print what an extract must say."""
    from lake.contracts import ENTITIES, describe  # noqa: PLC0415

    if entity is None:
        typer.echo(describe.index())
        return
    if entity not in ENTITIES:
        raise ConfigError(f"There is no entity {entity!r}; `tieout contracts` lists the {len(ENTITIES)} there are.")
    typer.echo(describe.describe(ENTITIES[entity]))


@app.command("app")
def serve(
    *,
    port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
    file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Serve the dashboards on this machine until stopped."""
    session = _open(file, as_json=as_json)
    from tieout import commands  # noqa: PLC0415

    raise typer.Exit(commands.serve(session.settings, port=port, events=session.events))


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help='For example "select * from mart.dim_project limit 5".')],
    *,
    output: Annotated[Format, typer.Option("--format", help="How rows are printed.")] = "table",
    file: ConfigOption = None,
) -> None:
    """Ask the published mart (`mart.*`) and the lake (`lake.*`), read-only."""
    from tieout import query as ask  # noqa: PLC0415

    typer.echo(ask.run(config.load(file), query, output=output), nl=False)


@app.command()
def export(
    table: Annotated[str, typer.Argument(help="A table of the mart.")],
    target: Annotated[Path, typer.Argument(help="A file ending in .csv, .parquet or .xlsx.")],
    *,
    file: ConfigOption = None,
) -> None:
    """Write one table of the published mart to a file."""
    from tieout import query as ask  # noqa: PLC0415

    rows = ask.export(config.load(file), table, target)
    typer.echo(f"Wrote {rows} rows of {table} to {target}.")


@app.command()
def status(*, file: ConfigOption = None, output: Annotated[Format, typer.Option("--format")] = "table") -> None:
    """Show what landed, what was held back, which mart is published and how the tables are."""
    from tieout import status as overview  # noqa: PLC0415

    typer.echo(overview.render(config.load(file), output=output), nl=False)


@app.command()
def exceptions(
    *,
    owner: Annotated[str | None, typer.Option(help="Only this owner's items.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 20,
    output: Annotated[Format, typer.Option("--format")] = "table",
    file: ConfigOption = None,
) -> None:
    """List the open reconciliation items, largest first."""
    from tieout import query as ask  # noqa: PLC0415

    typer.echo(ask.exceptions(config.load(file), owner=owner, limit=limit, output=output), nl=False)


@app.command()
def replay(
    batch: Annotated[int, typer.Argument(min=1, help="The batch to land again from the archive.")],
    *,
    file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Land a batch again from the archived bytes, through today's adapter, as a new batch."""
    session = _open(file, as_json=as_json)
    from tieout import commands  # noqa: PLC0415

    commands.replay(session.settings, batch, events=session.events)


@app.command()
def maintain(*, file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Compact small files, write checkpoints and prune old mart runs; no version is lost."""
    session = _open(file, as_json=as_json)
    from tieout import commands  # noqa: PLC0415

    commands.maintain(session.settings, events=session.events)


@adapter_app.command("check")
def adapter_check(adapter: Annotated[Path, typer.Argument(help="An adapter's YAML file.")]) -> None:
    """Say in plain words whether an adapter holds together against the contracts."""
    from tieout import commands  # noqa: PLC0415

    for line in commands.adapter_check(adapter):
        typer.echo(line)


@adapter_app.command("new")
def adapter_new(
    sample: Annotated[Path, typer.Argument(help="A sample file, or a folder of them, of the new system.")],
) -> None:
    """Draft an adapter from sample files: columns, guessed types and likely targets, to be completed by a person."""
    from tieout import commands  # noqa: PLC0415

    typer.echo(commands.adapter_new(sample), nl=False)


@certificate_app.command("verify")
def certificate_verify(
    entity: Annotated[str, typer.Argument(help="A legal entity's key, as in mart.dim_legal_entity.")],
    period: Annotated[str, typer.Argument(help="A period, such as 2026-09.")],
    *,
    file: ConfigOption = None,
) -> None:
    """Check the certificate of an entity's period against the published figures."""
    from tieout import query as ask  # noqa: PLC0415

    certified, text = ask.certificate(config.load(file), entity, period)
    typer.echo(text)
    if not certified:
        raise typer.Exit(1)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--as-of {text!r} is not an ISO time such as 2026-09-30T18:00:00+00:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def guard(action: Callable[[], object]) -> int:
    """Run `action`; turn a refusal into one sentence and an exit code."""
    try:
        action()
    except TieoutError as error:
        sys.stderr.write(f"tieout: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("tieout: stopped; run the command again to go on.\n")
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person gets a sentence, support the trace
        trace = Path(tempfile.gettempdir()) / f"tieout-fault-{os.getpid()}.log"
        trace.write_text(traceback.format_exc(), encoding="utf-8")
        reason = " ".join(str(error).split())[:200]
        sys.stderr.write(
            f"tieout: a fault of tieout itself ({type(error).__name__}: {reason}); send {trace} to support.\n"
        )
        return 70
    return 0


def main() -> None:
    """Entry point of the command."""
    sys.exit(guard(app))
