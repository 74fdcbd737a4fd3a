"""`tieout restate`: two marts found or built, compared, and what moved said in tables."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from lake import publish, restatement
from lake.errors import ConfigError
from lake.events import Events
from lake.store import Lake
from tieout import build as building
from tieout import files
from tieout.settings import Settings
from tieout.stores import published_mart

FOLDER = "restatements"
SUMMARY = """
select measure, flow, category, cause, count(*), sum(change_group)
from recon_restatement group by all order by measure desc, flow, category nulls first, abs(sum(change_group)) desc
"""
LARGEST = """
select
    coalesce(category, measure), flow, legal_entity_key, project_key, period_id, change_group, cause,
    concat_ws(' ', cause_entity, cause_id), cause_version, cause_batch_id, concat_ws(':', cause_file, cause_row),
    cause_rows
from recon_restatement order by abs(change_group) desc, change_id limit ?
"""
CERTIFIED = """
select
    count(distinct (legal_entity_key, period_id)) filter (where change_operational <> 0 or change_posted <> 0),
    count(distinct (legal_entity_key, period_id)), bool_and(is_reproduced), any_value(run_id)
from recon_restatement_certificate where is_certified
"""


def restate(settings: Settings, since: str, until: str, *, output: Path | None, limit: int, events: Events) -> str:
    """Compare what was known at two moments and return the tables that say what moved and why.

    A moment is a run id, `now`, or an ISO time, whose as-of mart is built where none is published yet.
    Raises ConfigError where a moment or the output cannot be.
    """
    if output is not None:
        files.require_known(output)
    before, after = _mart(settings, since, events), _mart(settings, until, events)
    folder = settings.mart_folder / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{_run(before)}__{_run(after)}.duckdb"
    done = restatement.restate(Lake(settings.lake_root), before, after, target, clock=settings.clock)
    with duckdb.connect(str(target), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        text = _render(connection, done, limit)
        if output is not None:
            frame = connection.execute("select * from recon_restatement order by change_id").pl()
            files.write(frame, output, name="recon_restatement")
    return text


def _run(mart: Path) -> str:
    return mart.resolve().stem.removeprefix("mart_")


def _mart(settings: Settings, moment: str, events: Events) -> Path:
    if moment == "now":
        return published_mart(settings)
    named = settings.mart_folder / f"mart_{moment}.duckdb"
    if publish.RUN_FILE.match(named.name) and named.is_file():
        return named
    try:
        at = datetime.fromisoformat(moment)
    except ValueError as error:
        raise ConfigError(
            f"{moment!r} is neither a kept run nor an ISO time such as 2026-09-30T18:00:00+00:00."
        ) from error
    at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    kept = sorted(settings.mart_folder.glob(f"mart_asof-{at:%Y%m%dT%H%M%SZ}-*.duckdb"))
    return kept[-1] if kept else building.build(settings, events=events, as_of=at).mart


def _render(connection: duckdb.DuckDBPyConnection, done: restatement.Restated, limit: int) -> str:
    out = io.StringIO()
    console = Console(file=out, width=200)
    moved = Table("Figure", "Flow", "Because of", "Changes", "Group currency", title="What moved")
    for measure, flow, category, cause, count, amount in connection.execute(SUMMARY).fetchall():
        moved.add_row(category or measure, flow, cause, f"{count:,}", f"{amount:,.2f}")
    console.print(moved)
    if limit:
        largest = Table(
            "Figure", "Flow", "Entity", "Project", "Period", "Change", "Because of", "Row", "Version", "Batch",
            "File:row", "Rows", title="The largest changes",
        )  # fmt: skip
        for row in connection.execute(LARGEST, [limit]).fetchall():
            largest.add_row(*("–" if value is None else str(value) for value in row))
        console.print(largest)
    out.write(
        f"{done.changes:,} changes by {done.causes:,} source rows; {done.unattributed:,} unattributed, "
        f"{done.remainders:,} remainders. All of them: {done.file}\n"
    )
    certified = connection.execute(CERTIFIED).fetchone()
    if certified and certified[1]:
        moved_periods, periods, is_reproduced, run = certified
        same = "as they were sealed" if is_reproduced else "NOT as they were sealed"
        out.write(
            f"Against the certificates of run {run}: the earlier figures are {same}; of {periods} certified periods "
            f"{moved_periods} have moved since.\n"
        )
    return out.getvalue()
