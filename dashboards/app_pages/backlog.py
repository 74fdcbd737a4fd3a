"""The backlog page: what is sold and not yet done."""

from __future__ import annotations

import streamlit as st

from dashboards.charts import bars, style
from dashboards.components import figures, frame, kpi, text
from dashboards.components.badges import badge, word
from dashboards.components.frame import Page
from dashboards.queries import metrics

CONTRACTED = "backlog_contracted"
CARDS: kpi.Cards = (
    (CONTRACTED, "operational", "line"),
    (CONTRACTED, "finance_posted", "line"),
    ("backlog_coverage_months", "operational", "line"),
    ("backlog_scheduled", "operational", "line"),
    ("backlog_soft", "operational", "line"),
    ("pipeline_weighted", "operational", "line"),
)
TABLE = (
    (CONTRACTED, "operational"),
    (CONTRACTED, "finance_posted"),
    ("backlog_scheduled", "operational"),
    ("backlog_soft", "operational"),
)
VIEWS: dict[str, metrics.Member] = {
    "Customer": "customer_key",
    "Practice": "practice",
    "Legal entity": "legal_entity_key",
    "Billing model": "billing_model",
    "Project": "project_key",
}
MOST_BARS = 10


def body(page: Page) -> None:
    """Draw the page."""
    read = figures.read(page, tuple((metric, basis) for metric, basis, _ in CARDS))
    figures.cards(read, CARDS)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _trend(read)
    with right.container(border=True, height="stretch"):
        _practices(read)
    with st.container(border=True):
        st.subheader(f"Where the backlog lies {badge('operational', 'finance_posted')}", anchor=False)
        chosen = st.segmented_control(
            "By", list(VIEWS), default="Customer", key="backlog_by", bind="query-params",
            label_visibility="collapsed", required=True,
        )  # fmt: skip
        view = str(chosen or "Customer")
        figures.member_table(read, TABLE, VIEWS[view], header=view, name=f"Backlog by {view.lower()}")


def _trend(read: figures.Figures) -> None:
    st.subheader(f"Contracted backlog {badge('operational', 'finance_posted')}", anchor=False)
    text.note(
        "Amount in force of signed, active lines less revenue recognised to date, on each basis of revenue; not the "
        f"statutory remaining performance obligation · {read.page.currency} · axis does not start at zero"
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


def _practices(read: figures.Figures) -> None:
    st.subheader(f"Contracted backlog by practice {badge('operational')}", anchor=False)
    text.note(f"At the end of {read.page.scope.filters.periods[-1]} · {read.page.currency} · bars start at zero")
    names, found = figures.members(read, ((CONTRACTED, "operational"),), "practice")
    ranked = sorted(found, key=lambda one: found[one][CONTRACTED, "operational"].total or 0, reverse=True)[:MOST_BARS]
    if not ranked:
        frame.nothing("No backlog for these filters.")
        return
    values = [found[one][CONTRACTED, "operational"].total for one in ranked]
    figure = bars.by_member(
        [names[one] for one in ranked], [(word("operational"), values, "actual")], style.PALETTES[style.theme()]
    )
    style.draw(figure, alt="Contracted backlog by practice", key="backlog_practices")


frame.show(body, question="What is sold and not yet done?", bases=("operational", "finance_posted"))
