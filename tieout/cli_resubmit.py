"""The verbs by which a quarantined row is corrected: one proposes, another approves, ingest lands it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lake.errors import ConfigError
from lake.store import Lake
from tieout import report
from tieout import settings as config
from tieout.options import ConfigOption, Format, LinesOption, form

verbs = typer.Typer(
    help="Correct quarantined rows: propose, approve; the next ingest lands them.", no_args_is_help=True
)

_COLUMNS = ("action_id", "item_id", "actor", "approver", "reason", "before", "after", "state", "why")


@verbs.command("propose")
def propose(
    batch: Annotated[int, typer.Argument(min=1, help="The batch that refused the row.")],
    row_file: Annotated[str, typer.Argument(metavar="FILE", help="The file, as lake.quarantine names it.")],
    row: Annotated[int, typer.Argument(min=1, help="The row's number in it.")],
    *,
    changes: Annotated[list[str], typer.Option("--set", help="column=value of the source (may be repeated).")],
    actor: Annotated[str, typer.Option(help="Who corrects it.")],
    reason: Annotated[str, typer.Option(help="Why the corrected value is right.")],
    entity: Annotated[str | None, typer.Option(help="The entity that refused it, where several did.")] = None,
    source: Annotated[str | None, typer.Option(help="The adapter's source, where one entity has several.")] = None,
    replaces: Annotated[
        str | None, typer.Option(help="The key of the live record that the row is a version of, where it had another.")
    ] = None,
    file: ConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """Propose a refused row with some cells changed; somebody else must approve it."""
    from ingestion import resubmit  # noqa: PLC0415

    said = dict(_cell(change) for change in changes)
    action = resubmit.propose(
        _lake(file),
        batch=batch,
        file=row_file,
        row=row,
        changes=said,
        actor=actor,
        reason=reason,
        entity=entity,
        source=source,
        replaces=replaces,
    )
    done = f"Proposed as {action}; somebody else approves it: tieout resubmit approve {action} --approver NAME"
    report.answer(done, as_json=as_json, event="proposed", action_id=action, actor=actor)


@verbs.command("approve")
def approve(
    proposal: Annotated[str, typer.Argument(help="The proposal's id.")],
    *,
    approver: Annotated[str, typer.Option(help="Who approves it; not who proposed it.")],
    file: ConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """Approve a correction, so that the next `tieout ingest` lands it."""
    from ingestion import resubmit  # noqa: PLC0415

    resubmit.approve(_lake(file), proposal, approver=approver)
    said = "Approved; the next `tieout ingest` lands it."
    report.answer(said, as_json=as_json, event="approved", action_id=proposal, approver=approver)


@verbs.command("withdraw")
def withdraw(
    proposal: Annotated[str, typer.Argument(help="The proposal's id.")],
    *,
    actor: Annotated[str, typer.Option(help="Who takes it back.")],
    reason: Annotated[str, typer.Option(help="Why it is taken back.")],
    file: ConfigOption = None,
    as_json: LinesOption = False,
) -> None:
    """Take back a correction that has not landed; it stays on record, and its row can be corrected anew."""
    from ingestion import resubmit  # noqa: PLC0415

    resubmit.withdraw(_lake(file), proposal, actor=actor, reason=reason)
    said = "Withdrawn; the row stands in quarantine as it was received."
    report.answer(said, as_json=as_json, event="withdrawn", action_id=proposal, actor=actor)


@verbs.command("list")
def show(
    *,
    file: ConfigOption = None,
    output: Annotated[Format, typer.Option("--format")] = "table",
    as_json: LinesOption = False,
) -> None:
    """List all corrections: who, what, before, after, who approved, what became of them and why."""
    from ingestion.corrections import corrections  # noqa: PLC0415
    from tieout.query import render  # noqa: PLC0415

    rows = [tuple(getattr(one, name) for name in _COLUMNS) for one in corrections(_lake(file))]
    typer.echo(render(_COLUMNS, rows, output=form(output, as_json=as_json)), nl=False)


def _lake(file: Path | None) -> Lake:
    from tieout.stores import open_lake  # noqa: PLC0415

    return open_lake(config.load(file))


def _cell(change: str) -> tuple[str, str]:
    name, equals, value = change.partition("=")
    if not equals or not name:
        raise ConfigError(f"--set {change!r} is not column=value.")
    return name, value
