"""`tieout status`: what landed, what was held back, what is published."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from lake import catalogue, publish
from lake.errors import BuildError
from lake.store import Lake
from tieout.query import render as render_rows
from tieout.settings import Settings

BATCHES = """
select
    source_system as feed, count(distinct batch_id) as batches, sum(rows_read) as rows_read, sum(landed) as landed,
    sum(quarantined) as quarantined, sum(excluded) as excluded,
    max("at") as newest_batch, max(max_updated_at) as data_as_of
from lake.batches
where status = 'committed'
group by source_system
order by source_system
"""


def render(settings: Settings, *, output: Literal["table", "csv", "json"]) -> str:
    """Return the state of the lake and the mart as text. Raises BuildError where there is no lake yet."""
    if settings.is_local and not (Path(settings.lake_root) / "tables").is_dir():
        raise BuildError(f"There is no lake at {settings.lake_root} yet; run `tieout ingest` first.")
    mart = publish.published(settings.mart_folder)
    with catalogue.connect(Lake(settings.lake_root), mart) as connection:
        result = connection.execute(BATCHES)
        names = [column[0] for column in result.description or []]
        text = render_rows(names, result.fetchall(), output=output)
    if output == "table":
        text += f"Published mart: {mart.name if mart else 'none yet; run `tieout build`'}\n"
    return text
