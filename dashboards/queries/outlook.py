"""The way of a margin from the quote to the books, and unbilled work rolled forward."""

from __future__ import annotations

from typing import Literal

import polars as pl

from dashboards.mart import fetch
from dashboards.queries.where import Columns, where
from dashboards.scope import Scope

Part = Literal["practice", "customer_key", "project_key", "billing_model"]

WALK = Columns(region="region", practice="practice", customer="customer_key", billing_model="billing_model")
ROLLED = Columns(region="region", customer="customer_key")


def walk(scope: Scope, part: Part | None = None) -> pl.DataFrame:
    """Return the steps of the margin walk in group currency, summed over projects, by `part` where one is named.

    A project passes over a stage that nobody stated, so a step holds only the projects that took it. Projects of
    subscriptions alone have neither revenue of services nor cost anywhere, and so no step.
    """
    condition, parameters = where(scope, WALK, all_periods=True)
    return fetch(
        scope.run, scope.rights,
        f"""
        select {part or "''"} as member, from_stage, to_stage, count(*) as projects,
               sum(margin_from) as margin_from, sum(volume_effect) as volume_effect, sum(mix_effect) as mix_effect,
               sum(bill_rate_effect) as bill_rate_effect, sum(cost_rate_effect) as cost_rate_effect,
               sum(unexplained_effect) as unexplained_effect, sum(margin_to) as margin_to
        from mart.fct_margin_walk
        where {condition} and (revenue_from <> 0 or cost_from <> 0 or revenue_to <> 0 or cost_to <> 0)
        group by 1, 2, 3
        order by member, case to_stage when 'baseline' then 1 when 'current' then 2 else 3 end, from_stage desc
        """,
        parameters,
    )  # fmt: skip


def roll_forward(scope: Scope, basis: Literal["finance_posted", "cross_basis"]) -> pl.DataFrame:
    """Return unbilled work less deferred revenue, one row a period, oldest first.

    Columns: period_id, and in group currency opening, recognized, billed, written_off, translation, closing.
    """
    condition, parameters = where(scope, ROLLED)
    return fetch(
        scope.run, scope.rights,
        f"""
        select period_id, sum(opening_group) as opening, sum(recognized_group) as recognized,
               sum(billed_group) as billed, sum(written_off_group) as written_off,
               sum(translation_group) as translation, sum(closing_group) as closing
        from (
            select rolled.*, entities.region
            from mart.fct_wip_rollforward as rolled
            left join mart.dim_legal_entity as entities using (legal_entity_key)
            where rolled.basis = ?
        )
        where {condition}
        group by period_id order by max(period_end), period_id
        """,
        (basis, *parameters),
    )  # fmt: skip


def tied(scope: Scope) -> pl.DataFrame:
    """Return one row a legal entity and period whose balances the ERP gives.

    Columns: legal_entity_key, period_id, movement_difference (functional currency), is_tied.
    """
    condition, parameters = where(scope, Columns(region="region"))
    return fetch(
        scope.run, scope.rights,
        f"""
        select legal_entity_key, period_id, movement_difference, is_tied
        from (
            select tie_out.*, entities.region
            from mart.fct_wip_tie_out as tie_out
            left join mart.dim_legal_entity as entities using (legal_entity_key)
        )
        where {condition} order by period_id, legal_entity_key
        """,
        parameters,
    )  # fmt: skip
