"""The verb that asks for a figure by its name, rolled up as the catalogue allows and no other way."""

from __future__ import annotations

from typing import Annotated

import typer

from lake.errors import ConfigError
from tieout import settings as config
from tieout.options import ConfigOption, Format, LinesOption, form

verbs = typer.Typer()


@verbs.command()
def metric(
    name: Annotated[str | None, typer.Argument(help="A metric's id; without it, the list of all.")] = None,
    *,
    basis: Annotated[str | None, typer.Option(help="operational, finance_posted or cross_basis.")] = None,
    by: Annotated[list[str] | None, typer.Option(help="A dimension or period_id to split by; may be repeated.")] = None,
    period: Annotated[list[str] | None, typer.Option(help="Only this period, as 2026-09; may be repeated.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only one member, as region=EMEA; may be repeated.")] = None,
    output: Annotated[Format, typer.Option("--format", help="How rows are printed.")] = "table",
    file: ConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """Print a figure of the published mart: a ratio of sums, a balance's last period, never two bases in one."""
    from tieout import query as ask  # noqa: PLC0415

    chosen = dict(_member(text) for text in only or [])
    settings = config.load(file)
    output = form(output, as_json=as_json)
    if name is None:
        typer.echo(ask.run(settings, "select distinct metric_id, label, unit, additivity, formula from mart.dim_metric"
                                     " order by metric_id", output=output), nl=False)  # fmt: skip
        return
    text = ask.figures(settings, name, basis=basis, by=by or [], periods=period or [], only=chosen, output=output)
    typer.echo(text, nl=False)


def _member(text: str) -> tuple[str, str]:
    dimension, separator, member = text.partition("=")
    if not separator:
        raise ConfigError(f"--only takes a dimension and its member, as region=EMEA; {text!r} has no `=`.")
    return dimension, member
