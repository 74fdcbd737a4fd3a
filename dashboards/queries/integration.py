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
    """Return messages a day or week (its Monday): attempts, how they ended, queue at its end, latency.

    p50 is the mean of the days' p50 weighted by messages, p95 the worst day's.
    """
    condition, parameters = where(scope, TRAFFIC)
    periods = scope.filters.periods
    return fetch(
        scope.run, scope.rights,
        f"""
        with days as (
            select date_trunc('{step}', day)::date as first_day, *
            from mart.obs_integration where {SPAN} and {condition}
        )
        select first_day, sum(attempts) as attempts, sum(succeeded) as succeeded, sum(failed) as failed,
               sum(dead_letter) as dead_letter, sum(retries) as retries,
               sum(queue_depth) filter (where day = newest_day) as queue_depth,
               sum(latency_p50_seconds * attempts) / nullif(sum(attempts), 0) as latency_p50_seconds,
               max(latency_p95_seconds) as latency_p95_seconds
        from (select *, max(day) over (partition by first_day) as newest_day from days)
        group by first_day order by first_day
        """,
        (periods, periods, *parameters),
    )  # fmt: skip


def by_flow(scope: Scope) -> pl.DataFrame:
    """Return messages by flow, region and target over the periods chosen."""
    condition, parameters = where(scope, TRAFFIC)
    periods = scope.filters.periods
    return fetch(
        scope.run, scope.rights,
        f"""
        select flow, region, target, sum(attempts) as attempts, sum(failed) as failed,
               sum(failed) / nullif(sum(attempts), 0)::double as failed_share, sum(retries) as retries,
               sum(dead_letter) as dead_letter, arg_max(queue_depth, day) as queue_depth,
               sum(latency_p50_seconds * attempts) / nullif(sum(attempts), 0) as latency_p50_seconds,
               max(latency_p95_seconds) as latency_p95_seconds
        from mart.obs_integration where {SPAN} and {condition}
        group by flow, region, target order by failed desc, flow, region, target
        """,
        (periods, periods, *parameters),
    )  # fmt: skip


def waiting(scope: Scope) -> pl.DataFrame:
    """Return open breaks by flow, category and owner: how many, how much, how old."""
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
    """Return open breaks by days past due: not due, up to 7, up to 30, up to 90, older."""
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
