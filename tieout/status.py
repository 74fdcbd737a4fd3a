"""`tieout status`: what landed, what was held back, what is published, how the lake's tables are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

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
TABLES = ("table", "rows", "files", "small_files", "megabytes", "commits_since_checkpoint", "state")


def render(settings: Settings, *, output: Literal["table", "csv", "json"]) -> str:
    """Return the state of the lake and the mart as text: the feeds, then the tables that hold anything.

    As JSON an object with `feeds`, `tables` and `mart`; as CSV two blocks with a blank line between them.
    Raises BuildError where there is no lake yet.
    """
    if settings.is_local and not (Path(settings.lake_root) / "tables").is_dir():
        raise BuildError(f"There is no lake at {settings.lake_root} yet; run `tieout ingest` first.")
    mart = publish.published(settings.mart_folder)
    lake = Lake(settings.lake_root)
    with catalogue.connect(lake, mart) as connection:
        result = connection.execute(BATCHES)
        names = [column[0] for column in result.description or []]
        feeds = render_rows(names, result.fetchall(), output=output)
    tables = render_rows(TABLES, _tables(lake), output=output)
    if output == "json":
        said = {"feeds": json.loads(feeds), "tables": json.loads(tables), "mart": mart.name if mart else None}
        return json.dumps(said, indent=1) + "\n"
    if output == "csv":
        return f"{feeds}\n{tables}"
    return f"{feeds}{tables}Published mart: {mart.name if mart else 'none yet; run `tieout build`'}\n"


def _tables(lake: Lake) -> list[tuple[object, ...]]:
    return [
        (
            table.table, table.rows, table.files, table.small_files, round(table.bytes / 2**20, 1),
            table.commits_since_checkpoint, table.state,
        )
        for table in health.tables(lake)
        if table.files
    ]  # fmt: skip
