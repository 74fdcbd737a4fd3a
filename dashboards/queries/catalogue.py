"""What is in the lake and the mart: batches, freshness, conservation, quarantine, drift, tables."""

from __future__ import annotations

import polars as pl

from dashboards.mart import fetch, tables
from dashboards.scope import Scope

NEWEST = 500


def rows(scope: Scope, table: str, *, order: str) -> pl.DataFrame | None:
    """Return the newest rows of one observability table; None where this run does not hold it."""
    if table not in tables(scope.run):
        return None
    return fetch(scope.run, scope.rights, f"select * from mart.{table} order by {order} limit {NEWEST}")


def mart_tables(scope: Scope) -> pl.DataFrame:
    """Return every table of the mart with its columns."""
    return fetch(
        scope.run, scope.rights,
        """
        with known as (  -- a table stands in two schemas of the file: as itself, and under the name mart
            select distinct table_name, column_name, ordinal_position
            from information_schema.columns where table_catalog = 'mart'
        )
        select table_name, string_agg(column_name, ', ' order by ordinal_position) as columns
        from known group by table_name order by table_name
        """,
    )  # fmt: skip
