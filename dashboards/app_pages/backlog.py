"""The backlog page: what is sold and not yet done."""

from __future__ import annotations

import streamlit as st

from dashboards.charts import bars, style
from dashboards.components import estimates, figures, frame, kpi, roll_forward, text
from dashboards.components.badges import badge, word
from dashboards.components.frame import Page
from dashboards.queries import metrics, projects

CONTRACTED = "backlog_contracted"
CARDS: kpi.Cards = (
    (CONTRACTED, "operational", "line"),
    (CONTRACTED, "finance_posted", "line"),
    ("backlog_recurring", "operational", "line"),
)
NOW = (
    ("backlog_scheduled", "operational"),
    ("backlog_soft", "operational"),
    ("pipeline_weighted", "operational"),
)
TABLE = (
    (CONTRACTED, "operational"),
    (CONTRACTED, "finance_posted"),
    ("backlog_recurring", "operational"),
)
VIEWS: dict[str, metrics.Member] = {
    "Customer": "customer_key",
    "Practice": "practice",
    "Legal entity": "legal_entity_key",
    "Billing model": "billing_model",
    "Project": "project_key",
}


def body(page: Page) -> None:
    """Draw the page."""
    read = figures.read(page, tuple((metric, basis) for metric, basis, _ in CARDS))
    figures.cards(read, CARDS, more=figures.newest(page, NOW).values())
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _trend(read)
    with right.container(border=True, height="stretch"):
        _runoff(page)
    with st.container(border=True):
        st.subheader(f"Where the backlog lies {badge('operational', 'finance_posted', balance=True)}", anchor=False)
        chosen = st.segmented_control(
            "By", list(VIEWS), default="Customer", key="backlog_by", bind="query-params",
            label_visibility="collapsed", required=True,
        )  # fmt: skip
        view = str(chosen or "Customer")
        figures.member_table(read, TABLE, VIEWS[view], header=view, name=f"Backlog by {view.lower()}")
    with st.container(border=True):
        estimates.draw(page)
    with st.container(border=True):
        roll_forward.draw(page)


def _trend(read: figures.Figures) -> None:
    st.subheader(f"Contracted backlog {badge('operational', 'finance_posted', balance=True)}", anchor=False)
    text.note(
        "Amount in force of signed, active lines less revenue recognised to date, on each basis of revenue; not the "
        f"statutory remaining performance obligation · {read.page.currency} · axis need not start at zero"
    )
    lines = [
        (word(basis), read.series((CONTRACTED, basis)).values(), look)
        for basis, look in style.OPERATIONAL_FIRST
        if read.has((CONTRACTED, basis))
    ]
    if not lines:
        frame.nothing("The catalogue of this run does not define contracted backlog.")
        return
    figure = bars.trend(
        read.page.scope.filters.periods, lines, style.PALETTES[style.theme()], unit="money"
    )  # fmt: skip
    style.draw(figure, alt="Contracted backlog by period on both bases", key="backlog_trend")


def _runoff(page: Page) -> None:
    st.subheader(f"Booked ahead by quarter {badge('operational')}", anchor=False)
    text.note(f"Value of bookings after the data's day · {page.currency} · columns start at zero")
    rows = projects.runoff(page.scope)
    if not rows.height:
        frame.nothing("Nothing is booked ahead for these filters.")
        return
    palette = style.PALETTES[style.theme()]
    quarters = rows["quarter"].unique().sort().to_list()
    known = {(row["quarter"], row["backlog_type"]): row["amount"] for row in rows.iter_rows(named=True)}
    layers = [
        (f"{name} · {word('operational')}", [known.get((one, kind)) for one in quarters], colour)
        for kind, name, colour in (
            ("scheduled", "Scheduled", palette.actual),
            ("soft", "Soft-booked", palette.other_basis),
        )
    ]
    style.draw(bars.stacked(quarters, layers, palette), alt="Bookings ahead by quarter", key="backlog_runoff")


frame.show(body, question="What is sold and not yet done?", bases=("operational", "finance_posted"))
