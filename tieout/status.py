"""`tieout status`: what landed, what was held back, what is published, how the lake's tables are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import duckdb

from lake import catalogue, health, publish
from lake.errors import BuildError
from lake.store import Lake
from tieout.query import render as render_rows
from tieout.settings import Settings

BATCHES = """
select
    source_system as feed, count(*) as batches, sum(rows_read) as rows_read, sum(landed) as landed,
    sum(quarantined) as quarantined, sum(excluded) as excluded,
    max("at") as newest_batch, max(max_updated_at) as data_as_of
from lake.batches
where status = 'committed'
group by source_system
order by source_system
"""
#: What was refused and has not been put right since by a batch of the same feed; nothing of it landed.
REFUSED = """
with closed as (
    select
        source_system as feed, batch_id, "at", message, status,
        max(batch_id) filter (where status = 'committed') over (partition by source_system) as newest_committed,
        count(*) filter (where status = 'refused') over (partition by source_system) as refused_ever
    from lake.batches
    where status <> 'started'
)
select feed, max(batch_id) as batch, max("at") as refused_at, max_by(message, batch_id) as reason,
    count(*) as refused_since_last_landed, max(refused_ever) as refused_ever
from closed
where status = 'refused' and batch_id > coalesce(newest_committed, 0)
group by feed
order by feed
"""
TABLES = ("table", "rows", "files", "small_files", "megabytes", "commits_since_checkpoint", "state")


def render(settings: Settings, *, output: Literal["table", "csv", "json"]) -> str:
    """Return the state of the lake and the mart as text: the feeds, what was refused, the tables that hold anything.

    As JSON an object with `feeds`, `refused`, `tables` and `mart`; as CSV two blocks, feeds and tables, with a
    blank line between them.
    Raises BuildError where there is no lake yet.
    """
    if settings.is_local and not (Path(settings.lake_root) / "tables").is_dir():
        raise BuildError(f"There is no lake at {settings.lake_root} yet; run `tieout ingest` first.")
    mart = publish.published(settings.mart_folder)
    lake = Lake(settings.lake_root)
    with catalogue.connect(lake, mart) as connection:
        feeds = _asked(connection, BATCHES, output)
        refused = _asked(connection, REFUSED, "json")
    tables = render_rows(TABLES, _tables(lake), output=output)
    if output == "json":
        said = {"feeds": json.loads(feeds), "refused": json.loads(refused), "tables": json.loads(tables)}
        return json.dumps(said | {"mart": mart.name if mart else None}, indent=1) + "\n"
    if output == "csv":
        return f"{feeds}\n{tables}"
    sentences = "".join(
        f"Refused: feed {one['feed']}, batch {one['batch']}: {one['reason']}\n" for one in json.loads(refused)
    )
    return f"{feeds}{sentences}{tables}Published mart: {mart.name if mart else 'none yet; run `tieout build`'}\n"


def _asked(connection: duckdb.DuckDBPyConnection, query: str, output: Literal["table", "csv", "json"]) -> str:
    result = connection.execute(query)
    return render_rows([column[0] for column in result.description or []], result.fetchall(), output=output)


def _tables(lake: Lake) -> list[tuple[object, ...]]:
    return [
        (
            table.table, table.rows, table.files, table.small_files, round(table.bytes / 2**20, 1),
            table.commits_since_checkpoint, table.state,
        )
        for table in health.tables(lake)
        if table.files
    ]  # fmt: skip
