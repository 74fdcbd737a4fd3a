"""The bridge from operational to finance-posted, and the way down to one source row."""

from __future__ import annotations

import polars as pl

from dashboards.mart import fetch, tables
from dashboards.queries import rates
from dashboards.queries.where import LOCATED, Columns, located, where
from dashboards.scope import Scope

MAX_ITEMS = 2_000
LEDGER = Columns(practice="practice")


def totals(scope: Scope) -> pl.DataFrame:
    """Return one row a flow: flow, and operational, breaks and posted in group currency.

    Operational less breaks is posted.
    """
    condition, parameters = where(scope, LOCATED)
    return fetch(
        scope.run, scope.rights,
        f"""
        select flow, sum(operational_group) as operational, sum(breaks_group) as breaks, sum(posted_group) as posted
        from {located(scope, "recon_bridge_total")} where {condition} group by flow order by flow
        """,
        parameters,
    )  # fmt: skip


def rows_without_rate(scope: Scope) -> int:
    """Return how many ledger rows no total holds, since a rate to price or translate them is missing."""
    condition, parameters = where(scope, LOCATED)
    frame = fetch(
        scope.run, scope.rights,
        f"select coalesce(sum(rows_without_rate), 0) from {located(scope, 'recon_bridge_total')} where {condition}",
        parameters,
    )  # fmt: skip
    return int(frame.item())


def totals_by_period(scope: Scope, flow: str) -> pl.DataFrame:
    """Return one row a period of one flow: period_id, and operational and posted in group currency."""
    condition, parameters = where(scope, LOCATED)
    return fetch(
        scope.run, scope.rights,
        f"""
        select period_id, sum(operational_group) as operational, sum(posted_group) as posted
        from {located(scope, "recon_bridge_total")} where flow = ? and {condition} group by period_id order by period_id
        """,
        (flow, *parameters),
    )  # fmt: skip


def categories(scope: Scope, flow: str) -> pl.DataFrame:
    """Return one row a category of one flow's breaks, the largest first.

    Columns: category, owner, difference (operational less posted, in group currency), items (open or accepted),
    open_items, oldest_days (the most days that one is past due).
    """
    condition, parameters = where(scope, LOCATED)
    return fetch(
        scope.run, scope.rights,
        f"""
        with bridge as (
            select category, sum(amount_group) as difference
            from {located(scope, "recon_bridge")} where flow = ? and {condition} group by category
        ), items as (
            select category, any_value(owner) as owner, count(*) as items,
                   count(*) filter (where status = 'open') as open_items, max(age_days_due) as oldest_days
            from {located(scope, "recon_item")}
            where flow = ? and status <> 'resolved' and {condition} group by category
        )
        select category, owner, difference, items, open_items, oldest_days
        from bridge left join items using (category)
        order by abs(difference) desc nulls last, category
        """,
        (flow, *parameters, flow, *parameters),
    )  # fmt: skip


def projects(scope: Scope, flow: str, category: str) -> pl.DataFrame:
    """Return one row a project of one flow's and category's breaks, the largest first.

    Columns: project_key, items (open or accepted), difference (group currency), oldest_days (days past due).
    """
    condition, parameters = where(scope, LOCATED)
    return fetch(
        scope.run, scope.rights,
        f"""
        select project_key, count(*) as items, sum(difference_group) as difference, max(age_days_due) as oldest_days
        from {located(scope, "recon_item")}
        where flow = ? and category = ? and status <> 'resolved' and {condition}
        group by project_key order by abs(sum(difference_group)) desc nulls last, project_key
        """,
        (flow, category, *parameters),
    )  # fmt: skip


def items(scope: Scope, flow: str, category: str, project_key: str) -> pl.DataFrame:
    """Return the single breaks of one flow, category and project, the largest first, at most MAX_ITEMS.

    Before them come those without a rate, since nobody knows how large they are.
    Amounts that would tell a cost rate which is not granted are empty, and `amount_withheld` is true.
    """
    condition, parameters = where(scope, LOCATED)
    hidden, granted = rates.withheld(scope, LOCATED)
    amounts = rates.blanked(
        "operational_group", "posted_group", "difference_group", "operational_transaction", "posted_transaction"
    )
    return fetch(
        scope.run, scope.rights,
        f"""
        with found as (
            select *, {hidden} as amount_withheld from {located(scope, "recon_item", rates=True)}
            where flow = ? and category = ? and project_key = ? and status <> 'resolved' and {condition}
        ), shown as (
            select * replace ({amounts}) from found
        )
        select item_id, severity, status, owner, origin_type, origin_system, origin_id, gl_line_ids, match_level,
               period_id, posted_period_id, operational_group, posted_group, difference_group, currency,
               operational_transaction, posted_transaction, operational_hours, posted_hours,
               age_days_approved, age_days_due, correlation_id, integration_error, amount_withheld
        from shown
        order by difference_group is null and not amount_withheld desc, abs(difference_group) desc nulls last,
            age_days_due desc nulls last, item_id limit {MAX_ITEMS}
        """,
        (*granted, flow, category, project_key, *parameters),
    )  # fmt: skip


def ledger_rows(scope: Scope, flow: str, origin_system: str | None, origin_id: str | None) -> pl.DataFrame:
    """Return every ledger row of one origin, both bases, with the file and row that brought each.

    Amounts that would tell a cost rate which is not granted are empty, and `amount_withheld` is true.
    """
    condition, parameters = where(scope, LEDGER, all_periods=True)
    hidden, granted = rates.withheld(scope, LEDGER)
    amounts = rates.blanked("amount_transaction", "amount_functional", "amount_group")
    return fetch(
        scope.run, scope.rights,
        f"""
        with found as (
            select *, {hidden} as amount_withheld from mart.fct_project_ledger
            where flow = ? and origin_system is not distinct from ? and origin_id is not distinct from ? and {condition}
        )
        select basis, source_entity, source_system, source_id, transaction_date, period_id, currency, {amounts},
               hours, source_status, posted_at, origin_level, _batch_id as batch_id, _file as file, _row as file_row,
               amount_withheld
        from found
        order by basis desc, posted_at nulls first, source_id
        """,
        (*granted, flow, origin_system, origin_id, *parameters),
    )  # fmt: skip


def lineage(scope: Scope, flow: str, origin_system: str | None, origin_id: str | None) -> pl.DataFrame:
    """Return what the book holds for one operational origin: each path from a posted line to it, with both files.

    A pooled or summarised posting has no origin of its own; the path is how it is found. Its amount is empty where
    the origin's is: a pool may hold the hours of one person only.
    """
    condition, parameters = where(scope, LEDGER, all_periods=True)
    hidden, granted = rates.withheld(scope, LEDGER)
    return fetch(
        scope.run, scope.rights,
        f"""
        with mine as (
            select ledger_id, {hidden} as amount_withheld from mart.fct_project_ledger
            where basis = 'operational' and flow = ? and origin_system is not distinct from ?
                and origin_id is not distinct from ? and {condition}
        )
        select level, coalesce(gl_line_id, invoice_line_id) as line_id, posted_system,
               {rates.blanked("posted_group")}, posted_file, posted_row, posted_batch_id
        from mart.lineage inner join mine on mine.ledger_id = lineage.operational_ledger_id
        order by posted_system, line_id
        """,
        (*granted, flow, origin_system, origin_id, *parameters),
    )  # fmt: skip


def has_lineage(scope: Scope) -> bool:
    """Tell whether this run holds the lineage view."""
    return "lineage" in tables(scope.run)
