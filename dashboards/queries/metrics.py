"""Headline figures: sums of `fct_metric`, and the words that define them from `dim_metric`."""

from __future__ import annotations

from typing import Literal

import polars as pl

from dashboards.mart import fetch
from dashboards.queries.where import Columns, where
from dashboards.scope import Scope

Member = Literal["legal_entity_key", "region", "practice", "role", "customer_key", "project_key", "billing_model"]

FACT = Columns(region="region", practice="practice", customer="customer_key", billing_model="billing_model")


def definitions(scope: Scope) -> pl.DataFrame:
    """Return the metric catalogue, one row a metric and basis, headline metrics first."""
    return fetch(
        scope.run, scope.rights,
        "select * from mart.dim_metric order by is_headline desc, headline_order nulls last, metric_id, basis",
    )  # fmt: skip


def by_period(scope: Scope, metric_ids: tuple[str, ...], *, all_periods: bool = False) -> pl.DataFrame:
    """Return numerator and denominator of the metrics by basis and period, oldest period first.

    `all_periods` also returns the periods that are not chosen: what is known of coming ones, and balances of now.
    """
    condition, parameters = where(scope, FACT, all_periods=all_periods)
    return fetch(
        scope.run, scope.rights,
        f"""
        select metric_id, basis, period_id, max(period_end) as period_end,
               sum(numerator) as numerator, sum(denominator) as denominator
        from mart.fct_metric
        where metric_id = any(?) and {condition}
        group by metric_id, basis, period_id
        order by period_end, period_id, metric_id, basis
        """,
        (metric_ids, *parameters),
    )  # fmt: skip


def by_member(scope: Scope, metric_ids: tuple[str, ...], member: Member) -> pl.DataFrame:
    """Return numerator and denominator of the metrics by basis, period and one dimension's member."""
    condition, parameters = where(scope, FACT)
    return fetch(
        scope.run, scope.rights,
        f"""
        select metric_id, basis, {member} as member, period_id, max(period_end) as period_end,
               sum(numerator) as numerator, sum(denominator) as denominator
        from mart.fct_metric
        where metric_id = any(?) and {condition}
        group by metric_id, basis, {member}, period_id
        order by metric_id, basis, member, period_end
        """,
        (metric_ids, *parameters),
    )  # fmt: skip
