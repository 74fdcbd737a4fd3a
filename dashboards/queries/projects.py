"""Projects on both bases side by side, and capacity by person."""

from __future__ import annotations

import polars as pl

from dashboards.mart import fetch
from dashboards.queries.where import Columns, where
from dashboards.scope import Scope

PROJECTS = Columns(entity="f.legal_entity_key", practice="p.practice", customer="p.customer_key",
                   billing_model="p.billing_model", period="f.period_id", region="e.region")  # fmt: skip
CAPACITY = Columns(region="region", practice="practice")
RUNOFF = Columns(region="region", practice="practice", customer="customer_key", billing_model="billing_model")


def margins(scope: Scope) -> pl.DataFrame:
    """Return one row a project: revenue, cost and margin of each basis in group currency, the largest first."""
    condition, parameters = where(scope, PROJECTS)
    sums = ", ".join(
        f"sum({expression}) filter (where basis = '{basis}') as {name}_{suffix}"
        for basis, suffix in (("operational", "operational"), ("finance_posted", "posted"))
        for name, expression in (
            ("revenue", "revenue_services + revenue_reimbursable + revenue_recurring"),
            ("cost", "labor_cost + expense_cost + vendor_cost + loss_provision"),
        )
    )
    return fetch(
        scope.run, scope.rights,
        f"""
        with sums as (
            select f.project_key, any_value(p.customer_key) as customer_key, any_value(p.practice) as practice,
                   any_value(p.billing_model) as billing_model, {sums}
            from mart.fct_project_period f
            left join mart.dim_project p on p.project_key = f.project_key
            left join mart.dim_legal_entity e on e.legal_entity_key = f.legal_entity_key
            where {condition} group by f.project_key
        )
        , margins as (
            select *, revenue_operational - cost_operational as margin_operational,
                   revenue_posted - cost_posted as margin_posted
            from sums
        )
        select *, margin_posted - margin_operational as distance,
               margin_operational::double / nullif(revenue_operational, 0)::double as share_operational,
               margin_posted::double / nullif(revenue_posted, 0)::double as share_posted
        from margins order by revenue_posted desc nulls last, project_key
        """,
        parameters,
    )  # fmt: skip


def runoff(scope: Scope) -> pl.DataFrame:
    """Return what is booked ahead by quarter, kind of booking and group amount, as the newest balance knows it."""
    condition, parameters = where(scope, RUNOFF, all_periods=True)
    return fetch(
        scope.run, scope.rights,
        f"""
        with ends as (
            select period_id as runoff_period_id, max(end_date) as end_date from mart.dim_period group by period_id
        ), booked as (
            select backlog_type, runoff_period_id, backlog_group
            from mart.fct_backlog
            where backlog_type in ('scheduled', 'soft') and {condition}
                and period_id = (select max_by(fct_backlog.period_id, ends.end_date) from mart.fct_backlog
                                 join ends on ends.runoff_period_id = fct_backlog.period_id
                                 where backlog_type in ('scheduled', 'soft'))
        )
        select year(end_date) || ' Q' || quarter(end_date) as quarter, backlog_type, sum(backlog_group) as amount
        from booked join ends using (runoff_period_id)
        group by quarter, backlog_type order by quarter, backlog_type
        """,
        parameters,
    )  # fmt: skip


def capacity_by_period(scope: Scope) -> pl.DataFrame:
    """Return employees' capacity, absence, available and target hours by period; contractors sell no capacity."""
    condition, parameters = where(scope, CAPACITY)
    return fetch(
        scope.run, scope.rights,
        f"""
        select period_id, sum(capacity_hours) as capacity_hours, sum(absence_hours) as absence_hours,
               sum(available_hours) as available_hours, sum(target_hours) as target_hours
        from mart.fct_capacity where worker_type = 'employee' and {condition}
        group by period_id order by period_id
        """,
        parameters,
    )  # fmt: skip
