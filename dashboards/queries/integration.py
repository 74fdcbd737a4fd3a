"""How the interfaces do, and what finance waits for because of them."""

from __future__ import annotations

from typing import Literal

import polars as pl

from dashboards.mart import fetch
from dashboards.queries.where import LOCATED, Columns, located, where
from dashboards.scope import Scope

TRAFFIC = Columns(period=None, entity=None, region="region")
SPAN = """
    day between (select min(start_date) from mart.dim_period where period_id = any(?))
            and (select max(end_date) from mart.dim_period where period_id = any(?))
"""


def by_day(scope: Scope, *, step: Literal["day", "week"]) -> pl.DataFrame:
    """Return messages a day or week (its Monday): attempts, how many arrived or failed, latency p50 and p95."""
    condition, parameters = where(scope, TRAFFIC)
    periods = scope.filters.periods
    first_day = f"date_trunc('{step}', day)::date"
    return fetch(
        scope.run, scope.rights,
        f"""
        with days as (
            select {first_day} as first_day, * from mart.obs_integration where {SPAN} and {condition}
        ), counted as (
            select first_day, sum(attempts) as attempts, sum(succeeded) as succeeded,
                   sum(failed) + sum(dead_letter) as failed
            from days group by first_day
        ), latencies as ({_latencies(f"{first_day} as first_day", "first_day", condition)})
        select counted.*, latency_p50_seconds, latency_p95_seconds
        from counted left join latencies using (first_day) order by first_day
        """,
        (periods, periods, *parameters) * 2,
    )  # fmt: skip


def by_flow(scope: Scope) -> pl.DataFrame:
    """Return one row a flow, region and target over the periods chosen, most failures first.

    Columns: those three, attempts, failed (given up included), failed_share (of attempts, 0 to 1), retries,
    dead_letter, queue_depth (on the newest day), latency_p50_seconds, latency_p95_seconds.
    """
    condition, parameters = where(scope, TRAFFIC)
    periods = scope.filters.periods
    names = "flow, region, target"
    return fetch(
        scope.run, scope.rights,
        f"""
        with counted as (
            select {names}, sum(attempts) as attempts, sum(failed) + sum(dead_letter) as failed,
                   (sum(failed) + sum(dead_letter)) / nullif(sum(attempts), 0)::double as failed_share,
                   sum(retries) as retries,
                   sum(dead_letter) as dead_letter, arg_max(queue_depth, day) as queue_depth
            from mart.obs_integration where {SPAN} and {condition} group by {names}
        ), latencies as ({_latencies(names, names, condition)})
        select counted.*, latency_p50_seconds, latency_p95_seconds
        from counted left join latencies using ({names}) order by failed desc, {names}
        """,
        (periods, periods, *parameters) * 2,
    )  # fmt: skip


def _latencies(selected: str, names: str, condition: str) -> str:
    """Return the query that takes p50 and p95 anew: the latency that so large a part of the messages kept to."""
    return f"""
        select {names}, min(latency_seconds) filter (where reached >= 0.50 * whole) as latency_p50_seconds,
               min(latency_seconds) filter (where reached >= 0.95 * whole) as latency_p95_seconds
        from (
            select *, sum(messages) over (partition by {names} order by latency_seconds) as reached,
                   sum(messages) over (partition by {names}) as whole
            from (
                select {selected}, latency_seconds, sum(messages) as messages
                from mart.obs_integration_latency where {SPAN} and {condition} group by all
            )
        )
        group by {names}
    """


def waiting(scope: Scope) -> pl.DataFrame:
    """Return every open difference, exception or not, one row a flow, category and owner, the largest first.

    Columns: those three, items, amount (sum without signs, in group currency), oldest_days (days past due).
    """
    condition, parameters = where(scope, LOCATED)
    return fetch(
        scope.run, scope.rights,
        f"""
        select flow, category, owner, count(*) as items, sum(abs(difference_group)) as amount,
               max(age_days_due) as oldest_days
        from {located(scope, "recon_item")} where status = 'open' and {condition}
        group by flow, category, owner order by amount desc nulls last, flow, category
        """,
        parameters,
    )  # fmt: skip


def ages(scope: Scope) -> pl.DataFrame:
    """Return every open difference, exception or not, one row a bucket of days past due.

    Columns: bucket (0 not past due, 1 up to 7 days, 2 up to 30, 3 up to 90, 4 more), items, amount (sum without signs,
    in group currency).
    """
    condition, parameters = where(scope, LOCATED)
    return fetch(
        scope.run, scope.rights,
        f"""
        select case when age_days_due is null or age_days_due <= 0 then 0 when age_days_due <= 7 then 1
                    when age_days_due <= 30 then 2 when age_days_due <= 90 then 3 else 4 end as bucket,
               count(*) as items, sum(abs(difference_group)) as amount
        from {located(scope, "recon_item")} where status = 'open' and {condition} group by bucket order by bucket
        """,
        parameters,
    )  # fmt: skip
