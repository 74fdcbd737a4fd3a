"""What is booked ahead on projects."""

from __future__ import annotations

import polars as pl

from dashboards.mart import fetch
from dashboards.queries.metrics import LAST
from dashboards.queries.where import Columns, where
from dashboards.scope import Scope

RUNOFF = Columns(region="region", practice="practice", customer="customer_key", billing_model="billing_model")


def runoff(scope: Scope) -> pl.DataFrame:
    """Return what is booked ahead, as each entity's newest balance knows it: quarter (`2027 Q1`), backlog_type, amount.

    Amounts are in group currency, bookings `scheduled` or `soft`.
    """
    condition, parameters = where(scope, RUNOFF, all_periods=True)
    return fetch(
        scope.run, scope.rights,
        f"""
        with last_periods as ({LAST}), booked as (
            select legal_entity_key, runoff_period_id, backlog_type, backlog_group
            from mart.fct_backlog join last_periods using (legal_entity_key, period_id)
            where backlog_type in ('scheduled', 'soft') and {condition}
        ), periods as ( -- a quarter of 4-4-5 periods may end in the next quarter's first days
            select legal_entity_key, period_id as runoff_period_id,
                   start_date + cast((end_date - start_date) // 2 as integer) as middle
            from mart.dim_period
        )
        select year(middle) || ' Q' || quarter(middle) as quarter, backlog_type, sum(backlog_group) as amount
        from booked join periods using (legal_entity_key, runoff_period_id)
        group by quarter, backlog_type order by quarter, backlog_type
        """,
        (None, None, *parameters),
    )  # fmt: skip
