"""Unbilled work and deferred revenue, rolled forward period by period."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from dashboards.components import table, text
from dashboards.components.badges import badge, word
from dashboards.components.frame import Page
from dashboards.queries import outlook

BASES: dict[str, Literal["finance_posted", "cross_basis"]] = {
    word("finance_posted"): "finance_posted",
    word("cross_basis"): "cross_basis",
}
COLUMNS = {
    "opening": "Opening",
    "recognized": "+ Recognised",
    "billed": "− Billed",
    "written_off": "− Written off",
    "translation": "± Translation",
    "closing": "Closing",
}


def draw(page: Page) -> None:
    """Draw the roll-forward of the periods chosen, on the basis that the reader picks."""
    title = st.empty()
    chosen = st.segmented_control(
        "Basis", list(BASES), default=word("finance_posted"), key="rolled_basis", bind="query-params",
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    basis = BASES[str(chosen or word("finance_posted"))]
    title.subheader(f"Unbilled work, rolled forward {badge(basis, balance=True)}", anchor=False)
    revenue = "posted" if basis == "finance_posted" else "operational"
    text.note(
        f"{revenue.capitalize()} revenue less invoices, net of each contract; what is below zero is deferred revenue · "
        f"{page.currency}{_tie(page, basis)}"
    )
    columns: dict[str, Any] = {"period_id": st.column_config.TextColumn("Period")}
    columns |= {
        name: st.column_config.NumberColumn(f"{label} · {word(basis)}", format="accounting")
        for name, label in COLUMNS.items()
    }
    table.show(
        page, outlook.roll_forward(page.scope, basis), name="Unbilled work rolled forward", columns=columns,
        basis=word(basis),
    )  # fmt: skip


def _tie(page: Page, basis: str) -> str:
    """Say how many of the ERP's own balances move alike; only the posted one can be held against them."""
    if basis != "finance_posted":
        return ""
    balances = outlook.tied(page.scope)
    if not balances.height:
        return " · the ERP gives no balances to hold it against"
    return f" · moves as the ERP's accounts do in {balances['is_tied'].sum()} of {balances.height} books and periods"
