"""What is booked ahead on projects."""

from __future__ import annotations

import polars as pl

from dashboards.mart import fetch
from dashboards.queries.where import Columns, where
from dashboards.scope import Scope

RUNOFF = Columns(region="region", practice="practice", customer="customer_key", billing_model="billing_model")


def runoff(scope: Scope) -> pl.DataFrame:
    """Return what is booked ahead, as the newest balance knows it: quarter (`2027 Q1`), backlog_type, amount.

    Amounts are in group currency, bookings `scheduled` or `soft`.
    """
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
