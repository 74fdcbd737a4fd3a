"""What of the fact tables adds up: which rows are never added to each other, and which columns never over time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """A table whose measures do not add up over everything.

    Rows that differ in one of the columns `apart` are never added. A sum of a column of `balances` is of one period of
    each legal entity; with `balance_metrics` it is so where the row's metric is a balance.
    """

    name: str
    measures: frozenset[str]
    apart: tuple[str, ...] = ()
    balances: frozenset[str] = frozenset()
    balance_metrics: bool = False


def _fact(
    name: str, *, flows: str = "", balances: str = "", apart: tuple[str, ...] = (), balance_metrics: bool = False
) -> Fact:
    standing = frozenset(balances.split())
    return Fact(name, frozenset(flows.split()) | standing, apart, standing, balance_metrics)


BY_METRIC = ("metric_id", "basis")
FACTS = {
    one.name: one
    for one in (
        _fact("fct_metric", flows="numerator denominator", apart=BY_METRIC, balance_metrics=True),
        _fact("fct_metric_distribution", flows="value weight", apart=BY_METRIC),
        _fact(
            "fct_project_ledger",
            flows="amount_transaction amount_functional amount_group hours billable_hours",
            apart=("basis",),
        ),
        _fact(
            "fct_project_period",
            flows="revenue_services revenue_reimbursable revenue_recurring labor_cost expense_cost vendor_cost"
            " loss_provision billing intercompany hours billable_hours",
            apart=("basis",),
        ),
        _fact(
            "fct_backlog",
            balances="amount_in_force recognized_to_date backlog_transaction overrun_transaction backlog_group"
            " overrun_group hours unpriced_hours",
            apart=("basis", "backlog_type"),
        ),
        _fact(
            "fct_wip_rollforward",
            flows="recognized_functional billed_functional written_off_functional recognized_group billed_group"
            " written_off_group translation_functional translation_group",
            balances="opening_contract closing_contract opening_functional closing_functional opening_group"
            " closing_group",
            apart=("basis",),
        ),
        _fact(
            "fct_forecast",
            flows="actual_cost actual_revenue plan_cost plan_revenue forecast_cost forecast_revenue forecast_agreed"
            " forecast_larger outlook_cost",
            balances="cost_to_date revenue_to_date recharged_to_date remaining_cost remaining_hours"
            " estimate_at_completion revenue_at_completion margin_at_completion budget_cost budget_revenue"
            " budget_hours quoted_revenue quoted_cost quoted_hours quoted_margin",
        ),
        _fact(
            "fct_margin_walk",
            balances="hours_from hours_to revenue_from revenue_to cost_from cost_to margin_from volume_effect"
            " mix_effect bill_rate_effect cost_rate_effect unexplained_effect margin_to",
        ),
    )
}
