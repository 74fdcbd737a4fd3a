"""What the filters offer, how keys are named, and how fresh the mart is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl
import streamlit as st

from dashboards.entitlement import LOCAL, Rights, predicate
from dashboards.mart import Run, columns, fetch
from dashboards.queries.where import FACT, Columns, where
from dashboards.scope import Scope

NAME_COLUMNS = {
    "legal_entity": ("legal_entity_name", "name", "legal_entity_id"),
    "customer": ("customer_name", "name", "customer_id"),
    "project": ("project_name", "name", "project_code", "project_id"),
    "worker": ("worker_name", "name", "worker_id", "employee_id"),
    "contract_line": ("contract_line_id",),
}


@dataclass(frozen=True)
class Freshness:
    """How old the figures are: the time the data stands at, the run, and the last period closed everywhere."""

    run_id: str
    data_as_of: datetime | None
    group_currency: str
    last_closed_period: str | None


def periods(run: Run, rights: Rights) -> pl.DataFrame:
    """Return the periods that hold figures: period_id, start_date, end_date, is_closed; oldest first."""
    return fetch(
        run, rights,
        """
        with measured as (select distinct period_id from mart.fct_metric where period_id is not null)
        select period_id, min(start_date) as start_date, max(end_date) as end_date,
               bool_and(closed_at is not null) as is_closed
        from mart.dim_period semi join measured using (period_id)
        -- the members that stand for what is not given have generated periods that nobody closes
        where legal_entity_key not in ('unmapped', 'none')
        group by period_id
        order by end_date, period_id
        """,
    )  # fmt: skip


def members(run: Run, rights: Rights, column: str) -> tuple[str, ...]:
    """Return the members of one dimension that have figures and are granted, in order."""
    condition, values = predicate(rights, entity="legal_entity_key", practice="practice")
    frame = fetch(
        run, rights,
        f"""
        select distinct {column} as member from mart.fct_metric
        where {column} is not null and {column} <> '' and {condition} order by member
        """,
        values,
    )  # fmt: skip
    return tuple(frame["member"])


@st.cache_data(max_entries=64, show_spinner=False)
def names(run: Run, noun: str) -> dict[str, str]:
    """Return the display name of every key of a dimension; a key without a name stands for itself."""
    table = f"dim_{noun}"
    known = columns(run, table)
    chosen = next((name for name in NAME_COLUMNS[noun] if name in known), f"{noun}_key")
    frame = fetch(
        run, LOCAL,
        f"select {noun}_key as key, any_value(coalesce({chosen}, {noun}_key)) as name from mart.{table} group by 1",
    )  # fmt: skip
    found = dict(zip(frame["key"], frame["name"], strict=True))
    found.update({"unmapped": "Unmapped", "none": "Not given"})
    return found


def freshness(run: Run, rights: Rights) -> Freshness:
    """Return how fresh this run is."""
    build = fetch(run, rights, "select build_time, group_currency from mart.build_info")
    known = periods(run, rights)
    closed = known.filter(pl.col("is_closed"))["period_id"]
    return Freshness(
        run_id=run.run_id,
        data_as_of=build["build_time"][0] if build.height else None,
        group_currency=str(build["group_currency"][0]) if build.height else "",
        last_closed_period=str(closed[-1]) if len(closed) else None,
    )


def provisional(scope: Scope) -> tuple[str, ...]:
    """Return those of the periods chosen that were still running when the mart was built, oldest first."""
    condition, values = where(scope, FACT)
    frame = fetch(
        scope.run, scope.rights,
        f"""
        select period_id from mart.fct_metric where is_provisional and {condition}
        group by period_id order by max(period_end), period_id
        """,
        values,
    )  # fmt: skip
    return tuple(frame["period_id"])


def incomplete(scope: Scope) -> tuple[str, ...]:
    """Return in words the ledgers of the chosen periods and entities that do not add up, and why."""
    return _incomplete(scope, "period_id = any(?)")


def incomplete_before(scope: Scope) -> tuple[str, ...]:
    """Return in words those of the chosen entities' earlier periods, on which only what is a balance stands."""
    last_chosen = """
        select max(chosen.end_date) from mart.dim_period as chosen
        where chosen.period_id = any(?) and chosen.legal_entity_key = incomplete.legal_entity_key
    """
    return _incomplete(scope, f"period_id <> all(?) and end_date <= ({last_chosen})")


def _incomplete(scope: Scope, periods: str) -> tuple[str, ...]:
    chosen = scope.filters.periods
    condition, values = where(scope, Columns(region="region"), all_periods=True)
    frame = fetch(
        scope.run, scope.rights,
        f"""
        with incomplete as (
            select completeness.legal_entity_key, completeness.period_id, completeness.reason, entities.region,
                   periods.end_date
            from mart.gl_completeness as completeness
            left join mart.dim_legal_entity as entities using (legal_entity_key)
            left join mart.dim_period as periods using (legal_entity_key, period_id)
            where completeness.status = 'incomplete'
        )
        select legal_entity_key, period_id, reason from incomplete
        where {condition} and {periods} order by period_id, legal_entity_key
        """,
        (*values, *[chosen] * periods.count("?")),
    )  # fmt: skip
    known = names(scope.run, "legal_entity")
    return tuple(f"{known.get(entity, entity)} {period} ({reason})" for entity, period, reason in frame.iter_rows())
