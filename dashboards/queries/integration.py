"""How the interfaces do, and what finance waits for because of them."""

from __future__ import annotations

from typing import Literal

import polars as pl

from dashboards.mart import fetch
from dashboards.queries.where import LOCATED, Columns, located, where
from dashboards.scope import Scope
from lake.figures import ranked

#: Messages are of an entity and a region; days and targets are no dimension of the catalogue (docs/adr/0106).
TRAFFIC = Columns(region="region")


def by_day(scope: Scope, *, step: Literal["day", "week"]) -> pl.DataFrame:
    """Return messages a day or week (its Monday): attempts, how many arrived or failed, latency p50 and p95.

    The days are those of the periods chosen, so they add up to the figures of the cards.
    """
    condition, parameters = where(scope, TRAFFIC)
    first_day = f"date_trunc('{step}', day)::date as first_day"
    weighed = f"""
        select {first_day}, latency_seconds as value, sum(messages) as weight
        from mart.obs_integration_latency where {condition} group by all
    """
    return fetch(
        scope.run, scope.rights,
        f"""
        with counted as (
            select {first_day}, sum(attempts) as attempts, sum(succeeded) as succeeded,
                   sum(failed) + sum(dead_letter) as failed
            from mart.obs_integration where {condition} group by all
        ), latencies as (
            select first_day, min(value) filter (where reached >= 0.50 * whole) as latency_p50_seconds,
                   min(value) filter (where reached >= 0.95 * whole) as latency_p95_seconds
            from ({ranked(("first_day",), weighed)}) group by first_day
        )
        select counted.*, latency_p50_seconds, latency_p95_seconds
        from counted left join latencies using (first_day) order by first_day
        """,
        parameters * 2,
    )  # fmt: skip


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
