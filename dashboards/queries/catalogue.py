"""What is in the lake and the mart: batches, freshness, conservation, quarantine, drift, tables."""

from __future__ import annotations

import polars as pl

from dashboards.entitlement import Rights
from dashboards.mart import fetch, tables
from dashboards.scope import Scope

NEWEST = 500
#: What these tables hold of the rows themselves, of any entity: values as they came, amounts of the whole firm.
CONTENT = {
    "obs_quarantine": ("given_value", "reason"),
    "obs_batches": ("message",),
    "obs_conservation": ("expected", "found", "difference"),
}


def hidden(rights: Rights, table: str) -> tuple[str, ...]:
    """Return the columns of one observability table that are empty for this person.

    The tables name no legal entity, and a value as it came may be a pay rate: only who may see everything sees it.
    """
    return () if rights.everything and rights.every_rate else CONTENT.get(table, ())


def rows(scope: Scope, table: str, *, order: str) -> pl.DataFrame | None:
    """Return the newest rows of one observability table; None where this run does not hold it.

    Someone to whom nothing is granted is shown no row; `hidden` columns are empty.
    """
    if table not in tables(scope.run):
        return None
    blank = ", ".join(f"null as {one}" for one in hidden(scope.rights, table))
    shown = f"* replace ({blank})" if blank else "*"
    granted = "true" if scope.rights.grants else "false"
    return fetch(
        scope.run, scope.rights,
        f"select {shown} from mart.{table} where {granted} order by {order} limit {NEWEST}",
    )  # fmt: skip


def mart_tables(scope: Scope) -> pl.DataFrame:
    """Return one row a table of the mart: table_name, and columns, their names in order with commas between."""
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
