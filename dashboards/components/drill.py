"""The last steps of the way down: from a project's breaks to one transaction and the rows that brought it."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import formats, frame, table, text
from dashboards.components.badges import BADGES, badge, word
from dashboards.components.frame import Page
from dashboards.entitlement import RATES_HIDDEN
from dashboards.queries import reconciliation

BOTH = word("cross_basis")


def choose(page: Page, rows: pl.DataFrame, *, key: str, name: str, columns: dict[str, Any]) -> str | None:
    """Draw a table in which one row can be chosen; return that row's `key`."""
    place = table.show(page, rows, name=name, columns=columns, basis=BOTH, select=f"drill_{key}", rows=10)
    return None if place is None or place >= rows.height else str(rows[key][place])


def transactions(page: Page, flow: str, category: str, project: str, *, title: str) -> None:
    """Draw the breaks of one project, and what is known of the chosen one."""
    items = reconciliation.items(page.scope, flow, category, project)
    with st.container(border=True):
        st.subheader(f"{title} {badge('cross_basis')}", anchor=False)
        money = st.column_config.NumberColumn
        spoken = items.with_columns(
            pl.col(one).map_elements(formats.words, return_dtype=pl.String)
            for one in ("origin_type", "severity", "status", "match_level")
        )
        chosen = choose(
            page, spoken, key="item_id", name=f"Transactions of {category}",
            columns={
                "origin_id": st.column_config.TextColumn("Origin"),
                "origin_type": st.column_config.TextColumn("Kind"),
                "severity": st.column_config.TextColumn("Severity"),
                "status": st.column_config.TextColumn("Status"),
                "period_id": st.column_config.TextColumn("Period"),
                "posted_period_id": st.column_config.TextColumn("Posted in"),
                "operational_group": money(f"Operational, {page.currency}", format="accounting"),
                "posted_group": money(f"Posted, {page.currency}", format="accounting"),
                "difference_group": money(f"Difference, {page.currency}", format="accounting"),
                "age_days_due": money("Days late", format="localized"),
                "match_level": st.column_config.TextColumn("Matched at"),
                "integration_error": st.column_config.TextColumn("Newest error"),
            },
        )  # fmt: skip
        _withheld(items)
        if items.height == reconciliation.MAX_ITEMS:
            frame.nothing(
                f"Only the {reconciliation.MAX_ITEMS:,} largest are shown; narrow the filters to see the others."
            )
    if chosen is None:
        return
    item = items.filter(pl.col("item_id") == chosen).row(0, named=True)
    with st.container(border=True):
        _sources(page, flow, item)


def _sources(page: Page, flow: str, item: dict[str, Any]) -> None:
    st.subheader(
        f"Transaction {text.plain(item['origin_id'] or item['item_id'])} {badge('operational', 'finance_posted')}",
        anchor=False,
    )
    text.note("Every ledger row of this origin on both bases, and the file and row that brought each")
    facts = {
        "Difference": f"{formats.exact(item['difference_group'])} {page.currency}",
        "Owner": formats.words(item["owner"]),
        "General ledger lines": text.plain(item["gl_line_ids"] or "none posted"),
        "Correlation id": text.plain(item["correlation_id"] or formats.NULL),
        "Newest integration error": text.plain(item["integration_error"] or formats.NULL),
    }
    st.table(facts, border="horizontal", width="content")
    rows = reconciliation.ledger_rows(page.scope, flow, item["origin_system"], item["origin_id"])
    if not rows.filter(pl.col("basis") == "finance_posted").height:
        _paths(page, flow, item)
    named = rows.with_columns(basis=pl.col("basis").replace({basis: name for basis, (name, _) in BADGES.items()}))
    table.show(
        page, named,
        name="Source rows", basis="as the column Basis says",
        columns={
            "basis": st.column_config.TextColumn("Basis"),
            "source_system": st.column_config.TextColumn("System"),
            "source_id": st.column_config.TextColumn("Id"),
            "transaction_date": st.column_config.DateColumn("Date"),
            "period_id": st.column_config.TextColumn("Period"),
            "currency": st.column_config.TextColumn("Currency"),
            "amount_transaction": st.column_config.NumberColumn("Amount", format="accounting"),
            "amount_group": st.column_config.NumberColumn(f"In {page.currency}", format="accounting"),
            "hours": st.column_config.NumberColumn("Hours", format="%.2f"),
            "batch_id": st.column_config.NumberColumn("Batch", format="plain"),
            "file": st.column_config.TextColumn("File"),
            "file_row": st.column_config.NumberColumn("Row", format="plain"),
        },
    )  # fmt: skip
    _withheld(rows)


def _withheld(rows: pl.DataFrame) -> None:
    """Say why amounts are empty, where some are."""
    if rows["amount_withheld"].any():
        frame.nothing(RATES_HIDDEN)


def _paths(page: Page, flow: str, item: dict[str, Any]) -> None:
    """Draw the posted lines that this origin is found behind, where the run holds the lineage."""
    if item["origin_id"] is None or not reconciliation.has_lineage(page.scope):
        return
    paths = reconciliation.lineage(page.scope, flow, item["origin_system"], item["origin_id"])
    if not paths.height:
        frame.nothing("No posted line leads to this origin.")
        return
    table.show(
        page, paths, name="Posted lines behind it", basis=word("finance_posted"), rows=6,
        columns={
            "level": st.column_config.TextColumn("Found through"),
            "line_id": st.column_config.TextColumn("Posted line"),
            "posted_system": st.column_config.TextColumn("System"),
            "posted_group": st.column_config.NumberColumn(f"Line · Posted, {page.currency}", format="accounting"),
            "posted_batch_id": st.column_config.NumberColumn("Batch", format="plain"),
            "posted_file": st.column_config.TextColumn("File", width="medium"),
            "posted_row": st.column_config.NumberColumn("Row", format="plain"),
        },
    )  # fmt: skip
