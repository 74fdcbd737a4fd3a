"""Headline figures: sums of `fct_metric`, and the words that define them from `dim_metric`."""

from __future__ import annotations

from typing import Literal

import polars as pl

from dashboards.mart import fetch
from dashboards.queries.where import FACT, where
from dashboards.scope import Scope
from lake.figures import ranked

Member = Literal[
    "legal_entity_key", "region", "practice", "role", "customer_key", "project_key", "billing_model", "flow",
]  # fmt: skip

#: Of each legal entity the last period that has begun, among those chosen: where its balances stand.
LAST = """
    select legal_entity_key, max_by(period_id, end_date) as period_id, true as is_last
    from mart.dim_period
    where
        has_begun
        and (cast(? as varchar[]) is null or period_id = any(cast(? as varchar[])))
    group by legal_entity_key
"""


def definitions(scope: Scope) -> pl.DataFrame:
    """Return the metric catalogue, one row a metric and basis, headline metrics first."""
    return fetch(
        scope.run, scope.rights,
        "select * from mart.dim_metric order by is_headline desc, headline_order nulls last, metric_id, basis",
    )  # fmt: skip


def by_period(scope: Scope, metric_ids: tuple[str, ...], *, all_periods: bool = False) -> pl.DataFrame:
    """Return one row a metric, basis and period, oldest period first, with numerator and denominator.

    `last_numerator` and `last_denominator` are the sums over each legal entity's last period alone, and
    `is_provisional` and `last_is_provisional` say whether a period in them was still running. `all_periods` also
    returns the periods that are not chosen: what is known of coming ones, and balances of now.
    """
    condition, parameters = where(scope, FACT, all_periods=all_periods)
    chosen = None if all_periods else scope.filters.periods or None
    return fetch(
        scope.run, scope.rights,
        f"""
        with last_periods as ({LAST})
        select metric_id, basis, period_id, max(period_end) as period_end,
               sum(numerator) as numerator, sum(denominator) as denominator,
               sum(numerator) filter (where is_last) as last_numerator,
               sum(denominator) filter (where is_last) as last_denominator,
               bool_or(is_provisional) as is_provisional,
               coalesce(bool_or(is_provisional) filter (where is_last), false) as last_is_provisional
        from mart.fct_metric left join last_periods using (legal_entity_key, period_id)
        where metric_id = any(?) and {condition}
        group by metric_id, basis, period_id
        order by period_end, period_id, metric_id, basis
        """,
        (chosen, chosen, metric_ids, *parameters),
    )  # fmt: skip


def by_member(
    scope: Scope, metric_ids: tuple[str, ...], member: Member, *, within: Member | None = None
) -> pl.DataFrame:
    """Return one row a metric, basis, period and `member` of one dimension, with the sums that `by_period` returns.

    `within` names a second dimension, whose members split the first one's further, in the column `within`.
    """
    condition, parameters = where(scope, FACT)
    chosen = scope.filters.periods or None
    more = f", {within}" if within else ""
    named = f", coalesce({within}, 'none') as within" if within else ""
    return fetch(
        scope.run, scope.rights,
        f"""
        with last_periods as ({LAST})
        select metric_id, basis, {member} as member{named}, period_id, max(period_end) as period_end,
               sum(numerator) as numerator, sum(denominator) as denominator,
               sum(numerator) filter (where is_last) as last_numerator,
               sum(denominator) filter (where is_last) as last_denominator,
               bool_or(is_provisional) as is_provisional,
               coalesce(bool_or(is_provisional) filter (where is_last), false) as last_is_provisional
        from mart.fct_metric left join last_periods using (legal_entity_key, period_id)
        where metric_id = any(?) and {condition}
        group by metric_id, basis, {member}{more}, period_id
        order by metric_id, basis, member, period_end
        """,
        (chosen, chosen, metric_ids, *parameters),
    )  # fmt: skip


def percentiles(scope: Scope, metric_ids: tuple[str, ...], *members: Member | Literal["period_id"]) -> pl.DataFrame:
    """Return one row a metric, basis and combination of `members` over the periods chosen: value, taken anew.

    Besides is_provisional: whether a period in it was still running. Without members one row a metric and basis.
    """
    condition, parameters = where(scope, FACT)
    names = ("metric_id", "basis", *members)
    listed = ", ".join(names)
    weighed = f"""
        select {listed}, value, sum(weight) as weight, bool_or(is_provisional) as is_provisional
        from mart.fct_metric_distribution where metric_id = any(?) and {condition} group by {listed}, value
    """
    return fetch(
        scope.run, scope.rights,
        f"""
        select {listed}, min(value) filter (where reached >= whole * quantile) as value,
               bool_or(is_provisional) as is_provisional
        from ({ranked(names, weighed)}) join mart.dim_metric using (metric_id, basis)
        group by {listed} order by {listed}
        """,
        (metric_ids, *parameters),
    )  # fmt: skip
