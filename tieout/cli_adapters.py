"""The verbs of a new source system: draft an adapter, check one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tieout import report
from tieout.options import LinesOption, UnusedConfigOption, read_only

verbs = typer.Typer(help="Draft and check the mapping of a source system.", no_args_is_help=True)


@verbs.command("check")
def adapter_check(
    adapter: Annotated[Path, typer.Argument(help="An adapter's YAML file.")],
    sample: Annotated[Path | None, typer.Option(help="A folder of sample files to try it on.")] = None,
    *,
    file: UnusedConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """Say in plain words whether an adapter holds together against the contracts, and against sample files."""
    read_only(file)
    from tieout import commands  # noqa: PLC0415

    for line in commands.adapter_check(adapter):
        report.answer(line, as_json=as_json, event="adapter_maps")
    if sample is not None:
        described, missing = commands.adapter_trial(adapter, sample)
        for line in described:
            report.answer(line, as_json=as_json, event="adapter_tried")
        for line in missing:
            report.answer(f"Missing: {line}", as_json=as_json, event="adapter_lacks")
        if missing:
            raise typer.Exit(1)


@verbs.command("new")
def adapter_new(
    sample: Annotated[Path, typer.Argument(help="A sample file, or a folder of them, of the new system.")],
    *,
    file: UnusedConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """Draft an adapter from sample files: columns, guessed types and likely targets, to be completed by a person."""
    read_only(file)
    from tieout import commands  # noqa: PLC0415

    report.answer(commands.adapter_new(sample).rstrip("\n"), as_json=as_json, event="adapter_drafted")
