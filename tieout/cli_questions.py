"""The verbs that answer: contracts, sql, export, status, exceptions, certificates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lake.errors import ConfigError
from tieout import cli_exceptions
from tieout import settings as config
from tieout.options import (
    ConfigOption,
    Format,
    JsonOption,
    LinesOption,
    UnusedConfigOption,
    form,
    open_session,
    read_only,
)

verbs = typer.Typer()
certificate_verbs = typer.Typer(help="Close certificates.", no_args_is_help=True)
verbs.add_typer(certificate_verbs, name="certificate")
verbs.add_typer(cli_exceptions.verbs, name="exceptions")


@verbs.command()
def contracts(
    entity: Annotated[str | None, typer.Argument(help="One entity; without it, the list of all.")] = None,
    *,
    file: UnusedConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """Print what an extract must say."""
    read_only(file)
    from lake.contracts import ENTITIES, describe  # noqa: PLC0415

    if entity is not None and entity not in ENTITIES:
        raise ConfigError(f"There is no entity {entity!r}; `tieout contracts` lists the {len(ENTITIES)} there are.")
    if as_json:
        for row in describe.entities() if entity is None else describe.columns(ENTITIES[entity]):
            typer.echo(json.dumps(row))
    else:
        typer.echo(describe.index() if entity is None else describe.describe(ENTITIES[entity]))


@verbs.command()
def sql(
    query: Annotated[str, typer.Argument(help='For example "select * from mart.dim_project limit 5".')],
    *,
    output: Annotated[Format, typer.Option("--format", help="How rows are printed.")] = "table",
    file: ConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """Ask the published mart (`mart.*`) and the lake (`lake.*`), read-only."""
    from tieout import query as ask  # noqa: PLC0415

    typer.echo(ask.run(config.load(file), query, output=form(output, as_json=as_json)), nl=False)


@verbs.command()
def export(
    table: Annotated[str, typer.Argument(help="A table of the mart.")],
    target: Annotated[Path, typer.Argument(help="A file ending in .csv, .parquet or .xlsx.")],
    *,
    file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one table of the published mart to a file."""
    session = open_session(file, as_json=as_json)
    from tieout import query as ask  # noqa: PLC0415

    if as_json:
        session.events("export_started", message=f"Reading {table}", table=table)
    rows = ask.export(session.settings, table, target)
    said = f"Wrote {rows} rows of {table} to {target}."
    if as_json:
        session.events("exported", message=said, table=table, rows=rows, file=str(target))
    else:
        typer.echo(said)


@verbs.command()
def status(
    *,
    file: ConfigOption = None,
    output: Annotated[Format, typer.Option("--format")] = "table",
    as_json: LinesOption = False,
) -> None:
    """Show what landed, what was held back, which mart is published and how the tables are."""
    from tieout import status as overview  # noqa: PLC0415

    typer.echo(overview.render(config.load(file), output=form(output, as_json=as_json)), nl=False)


@verbs.command()
def lineage(
    given: Annotated[
        str, typer.Argument(metavar="ID", help="A GL or invoice line, or a time entry, expense, bill line …")
    ],
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    file: ConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """Follow a posted line to the records behind it, with batch, file and row of each; or a record to its postings."""
    from tieout import tracing  # noqa: PLC0415

    typer.echo(tracing.trace(config.load(file), given, limit=limit, as_json=as_json))


@certificate_verbs.command("verify")
def certificate_verify(
    *,
    entity: Annotated[
        str | None, typer.Option(help="Only this legal entity's key, as in mart.dim_legal_entity.")
    ] = None,
    period: Annotated[str | None, typer.Option(help="Only this period, such as 2026-09.")] = None,
    file: ConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """Compute the seals of the close certificates anew from the mart, the lake's batches and the archive."""
    from tieout import query as ask  # noqa: PLC0415

    is_intact, text = ask.certificates(config.load(file), entity=entity, period=period, as_json=as_json)
    typer.echo(text)
    if not is_intact:
        raise typer.Exit(1)
