"""The verbs of a new source system: draft an adapter, check one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

verbs = typer.Typer(help="Draft and check the mapping of a source system.", no_args_is_help=True)


@verbs.command("check")
def adapter_check(
    adapter: Annotated[Path, typer.Argument(help="An adapter's YAML file.")],
    sample: Annotated[Path | None, typer.Option(help="A folder of sample files to try it on.")] = None,
) -> None:
    """Say in plain words whether an adapter holds together against the contracts, and against sample files."""
    from tieout import commands  # noqa: PLC0415

    for line in commands.adapter_check(adapter):
        typer.echo(line)
    if sample is not None:
        described, missing = commands.adapter_trial(adapter, sample)
        for line in (*described, *(f"Missing: {line}" for line in missing)):
            typer.echo(line)
        if missing:
            raise typer.Exit(1)


@verbs.command("new")
def adapter_new(
    sample: Annotated[Path, typer.Argument(help="A sample file, or a folder of them, of the new system.")],
) -> None:
    """Draft an adapter from sample files: columns, guessed types and likely targets, to be completed by a person."""
    from tieout import commands  # noqa: PLC0415

    typer.echo(commands.adapter_new(sample), nl=False)
