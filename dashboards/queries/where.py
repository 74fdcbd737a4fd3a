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


#: How fct_metric answers to the filters.
FACT = Columns(region="region", practice="practice", customer="customer_key", billing_model="billing_model")


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


LOCATED = Columns(region="region", practice="practice", customer="project_customer_key", billing_model="billing_model")


def located(scope: Scope, table: str, *, rates: bool = False) -> str:
    """Return what to select from so that a table with projects and entities answers to every filter.

    Practice, customer and billing model are the project's, the region the legal entity's. The joins are made
    only where a filter or a right needs them; `rates` says that the right to see cost rates is asked for.
    """
    filters = scope.filters
    narrowed = filters.regions or filters.practices or filters.customers or filters.billing_models
    if scope.rights.everything and not narrowed and not (rates and scope.rights.hides_rates):
        return f"mart.{table}"
    return f"""(
        select located.*, projects.practice, projects.billing_model, entities.region,
               projects.customer_key as project_customer_key
        from mart.{table} as located
        left join mart.dim_project as projects on projects.project_key = located.project_key
        left join mart.dim_legal_entity as entities on entities.legal_entity_key = located.legal_entity_key
    )"""
