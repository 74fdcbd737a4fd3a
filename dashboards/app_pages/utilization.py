"""The utilization page: is capacity used and sold."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from dashboards.charts import bars, style
from dashboards.components import figures, frame, kpi, text
from dashboards.components.badges import badge, word
from dashboards.components.frame import Page
from dashboards.queries import metrics

BILLABLE = "utilization_billable"
TARGET = ("utilization_target", "operational")
CAPACITY, AVAILABLE = ("capacity_hours", "operational"), ("available_hours", "operational")
CARDS: kpi.Cards = (
    (BILLABLE, "operational", "line"),
    (BILLABLE, "finance_posted", "line"),
    ("utilization_vs_target", "operational", "line"),
    ("available_hours", "operational", "line"),
    ("bench_hours", "operational", "bar"),
    ("time_compliance", "operational", "line"),
)
TABLE = (
    (BILLABLE, "operational"),
    (BILLABLE, "finance_posted"),
    ("utilization_vs_target", "operational"),
    ("available_hours", "operational"),
    ("bench_hours", "operational"),
)
LABELS = {
    BILLABLE: "Billable",
    "utilization_vs_target": "Against target",
    "available_hours": "Available hours",
    "bench_hours": "Bench",
}
WIDTHS = (130, 172, 172, 186, 180, 140)
VIEWS: dict[str, metrics.Member] = {
    "Practice": "practice",
    "Role": "role",
    "Legal entity": "legal_entity_key",
    "Region": "region",
}


def body(page: Page) -> None:
    """Draw the page."""
    read = figures.read(page, tuple((metric, basis) for metric, basis, _ in CARDS))
    figures.cards(read, CARDS)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _trend(read)
    with right.container(border=True, height="stretch"):
        _hours(page)
    with st.container(border=True):
        st.subheader(f"Where capacity is used {badge('operational', 'finance_posted')}", anchor=False)
        chosen = st.segmented_control(
            "By", list(VIEWS), default="Practice", key="utilization_by", bind="query-params",
            label_visibility="collapsed", required=True,
        )  # fmt: skip
        view = str(chosen or "Practice")
        figures.member_table(
            read, TABLE, VIEWS[view], header=view, name=f"Utilization by {view.lower()}", labels=LABELS, widths=WIDTHS
        )


def _trend(read: figures.Figures) -> None:
    st.subheader(f"Billable utilization {badge('operational', 'finance_posted')}", anchor=False)
    text.note("Billable hours as a share of available hours, by period of the work · axis need not start at zero")
    periods = read.page.scope.filters.periods
    lines = [
        (f"{word(basis)}", read.series((BILLABLE, basis)).values(), look)
        for basis, look in style.OPERATIONAL_FIRST
        if read.has((BILLABLE, basis))
    ]
    target = _target(read.page)
    if target:
        lines.append((f"Target · {word('operational')}", target, "plan"))
    if not lines:
        frame.nothing("The catalogue of this run does not define billable utilization.")
        return
    figure = bars.trend(periods, lines, style.PALETTES[style.theme()], unit="share")
    style.draw(figure, alt="Billable utilization by period against target", key="utilization_trend")


def _target(page: Page) -> list[Decimal | None]:
    """Return the target of billable utilization by period."""
    read = figures.read(page, (TARGET,))
    found = read.series(TARGET).values() if read.has(TARGET) else []
    return found if any(found) else []


def _hours(page: Page) -> None:
    st.subheader(f"Where the hours go {badge('operational')}", anchor=False)
    text.note("Capacity split into available hours and approved absence · columns start at zero")
    read = figures.read(page, (CAPACITY, AVAILABLE))
    if not all(read.has(key) and any(read.series(key).values()) for key in (CAPACITY, AVAILABLE)):
        frame.nothing("No capacity for these filters.")
        return
    palette = style.PALETTES[style.theme()]
    periods = page.scope.filters.periods
    available = read.series(AVAILABLE).values()
    absent = [
        None if whole is None or left is None else whole - left
        for whole, left in zip(read.series(CAPACITY).values(), available, strict=True)
    ]
    layers = [
        (f"Available · {word('operational')}", available, palette.actual),
        (f"Absence · {word('operational')}", absent, palette.other_basis),
    ]
    style.draw(bars.stacked(periods, layers, palette), alt="Capacity hours by period", key="utilization_hours")


frame.show(body, question="Is capacity used and sold?", bases=("operational", "finance_posted"))
