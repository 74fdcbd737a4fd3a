"""The condition that filters and rights put on a query, written once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.entitlement import predicate
from dashboards.mart import Parameter
from dashboards.scope import Scope


@dataclass(frozen=True)
class Columns:
    """Which column of a table answers to which filter; None where the table has none and the filter is not applied."""

    period: str | None = "period_id"
    entity: str | None = "legal_entity_key"
    region: str | None = None
    practice: str | None = None
    customer: str | None = None
    billing_model: str | None = None


def where(scope: Scope, columns: Columns, *, all_periods: bool = False) -> tuple[str, tuple[Parameter, ...]]:
    """Return the condition (without the word where) and its parameters.

    `all_periods` leaves the period filter out: for balances to date and trends that reach back.
    """
    granted, values = predicate(scope.rights, entity=columns.entity, practice=columns.practice)
    clauses = [granted]
    parameters: list[Parameter] = list(values)
    filters = scope.filters
    choices: Sequence[tuple[str | None, tuple[str, ...]]] = (
        (None if all_periods else columns.period, filters.periods),
        (columns.entity, filters.entities),
        (columns.region, filters.regions),
        (columns.practice, filters.practices),
        (columns.customer, filters.customers),
        (columns.billing_model, filters.billing_models),
    )
    for column, chosen in choices:
        if column is not None and chosen:
            clauses.append(f"{column} = any(?)")
            parameters.append(chosen)
    return " and ".join(clauses), tuple(parameters)
