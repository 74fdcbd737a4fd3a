"""Where an amount would tell what one person costs, and to whom it is shown."""

from __future__ import annotations

from dashboards.entitlement import granted
from dashboards.queries.where import Columns
from dashboards.scope import Scope

#: Cost of single time entries, and what is posted for them. An accrual or a manual journal is nobody's hour.
PERSONAL_COST = """(
    (flow = 'labor_cost' and coalesce(origin_type, 'none') not in ('accrual', 'manual'))
    or (flow in ('vendor_cost', 'intercompany') and origin_type = 'time_entry')
)"""


def withheld(scope: Scope, columns: Columns) -> tuple[str, tuple[str, ...]]:
    """Return the condition, and its parameters, of the rows whose amounts are hidden from the visitor.

    The hours of the same rows are known to whoever plans or approves them, so the amount is what tells the rate.
    """
    condition, values = granted(scope.rights.rates, entity=columns.entity, practice=columns.practice)
    # A row without a practice fits no grant of one: unknown is not granted.
    return f"({PERSONAL_COST} and not coalesce({condition}, false))", values


def blanked(*amounts: str) -> str:
    """Return a select list that gives `amounts` of the rows that are not withheld."""
    return ", ".join(f"case when not amount_withheld then {one} end as {one}" for one in amounts)
