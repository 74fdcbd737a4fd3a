"""The life of reconciliation items: what each published mart showed of them, where it was new or had changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from deltalake import DeltaTable

from lake import catalogue, delta
from lake.schemas import SYSTEM_TABLES
from lake.store import Lake

#: What makes another state of an item: its ages and totals move daily and say nothing new.
STATE = (
    "status", "category", "owner", "severity", "assigned_to", "accepted_by", "accepted_at", "acceptance_reason",
    "difference_transaction", "difference_functional", "difference_group", "difference_hours",
    "gl_line_ids", "correlation_id", "integration_error", "hold_reason",
)  # fmt: skip
_OF_THE_RUN = ("run_id", "build_time", "published_at")


def append(lake: Lake, mart: Path) -> int:
    """Append those items of a published mart that the history does not have in that state; return how many.

    Run again for the same mart it adds nothing.
    """
    lake.ensure()

    def decide(table: DeltaTable) -> tuple[pl.DataFrame, int]:
        fresh = _changed(lake, mart)
        return delta.fitted(fresh, table), fresh.height

    return delta.append_alone(lake, "recon_item_history", decide)


def _changed(lake: Lake, mart: Path) -> pl.DataFrame:
    schema = SYSTEM_TABLES["recon_item_history"]
    columns = ", ".join(f"items.{name}" for name in schema if name not in _OF_THE_RUN)
    query = f"""
        with newest as (
            select item_id, arg_max(md5(concat_ws('|', {_texts(STATE)})), (published_at, run_id)) as state_hash
            from lake.recon_item_history group by item_id
        ), items as (
            select *, md5(concat_ws('|', {_texts(STATE)})) as state_hash from mart.recon_item
        )
        select build.run_id, build.build_time, {columns}
        from items
        cross join mart.build_info as build
        left join newest using (item_id)
        where items.state_hash is distinct from newest.state_hash
    """
    with catalogue.connect(lake, mart, tables=("recon_item_history",)) as connection:
        rows = connection.execute(query).pl()
    now = datetime.now(UTC)
    return rows.with_columns(published_at=pl.lit(now)).select(pl.col(n).cast(t) for n, t in schema.items())


def _texts(columns: tuple[str, ...]) -> str:
    return ", ".join(f"coalesce(cast({name} as varchar), '')" for name in columns)
