"""`tieout exceptions`: the open reconciliation items, and what people decide about them."""

from __future__ import annotations

from typing import Annotated

import typer

from tieout import report
from tieout import settings as config
from tieout.options import ConfigOption, Format, LinesOption, form

verbs = typer.Typer(help="List the open reconciliation items; accept or assign them.", no_args_is_help=False)

ItemArgument = Annotated[str, typer.Argument(help="The item's id, or its first letters where no other begins so.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides.")]
ReasonOption = Annotated[str, typer.Option(help="Why.")]


@verbs.callback(invoke_without_command=True)
def exceptions(
    context: typer.Context,
    *,
    owner: Annotated[str | None, typer.Option(help="Only this owner's items.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 20,
    output: Annotated[Format, typer.Option("--format")] = "table",
    file: ConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """List the open reconciliation items, largest first."""
    if context.invoked_subcommand is not None:
        return
    from tieout import query as ask  # noqa: PLC0415

    shown = form(output, as_json=as_json)
    typer.echo(ask.exceptions(config.load(file), owner=owner, limit=limit, output=shown), nl=False)


@verbs.command()
def accept(
    item: ItemArgument,
    *,
    reason: ReasonOption,
    by: ByOption,
    approver: Annotated[str | None, typer.Option(help="Who has approved it, where a second person must.")] = None,
    file: ConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """Say that an item may stand at its present amount; another amount needs another decision."""
    from tieout import decisions  # noqa: PLC0415

    said = decisions.accept(config.load(file), item, reason=reason, actor=by, approver=approver)
    report.answer(said, as_json=as_json, event="accepted", item=item, actor=by)


@verbs.command()
def withdraw(
    item: ItemArgument, *, reason: ReasonOption, by: ByOption, file: ConfigOption = None, as_json: LinesOption = False
) -> None:
    """Take an acceptance back."""
    from tieout import decisions  # noqa: PLC0415

    said = decisions.withdraw(config.load(file), item, reason=reason, actor=by)
    report.answer(said, as_json=as_json, event="withdrawn", item=item, actor=by)


@verbs.command()
def assign(
    item: ItemArgument,
    to: Annotated[str, typer.Option(help="Who is to see to it.")],
    *,
    by: ByOption,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    file: ConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """Say who is to see to an item."""
    from tieout import decisions  # noqa: PLC0415

    said = decisions.assign(config.load(file), item, to=to, reason=reason, actor=by)
    report.answer(said, as_json=as_json, event="assigned", item=item, actor=by)
