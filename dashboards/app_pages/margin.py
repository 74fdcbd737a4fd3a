"""The margin page: which work earns."""

from __future__ import annotations

import streamlit as st

from dashboards.charts import bars, style
from dashboards.components import both_bases, figures, frame, kpi, text, walk
from dashboards.components.badges import badge, word
from dashboards.components.frame import Page
from dashboards.queries import metrics

CARDS: kpi.Cards = (
    ("gross_margin", "finance_posted", "line"),
    ("gross_margin_share", "finance_posted", "line"),
    ("gross_margin_share", "operational", "line"),
    ("project_margin", "finance_posted", "line"),
    ("project_margin_share", "finance_posted", "line"),
    ("project_margin_share", "operational", "line"),
)
VIEWS: dict[str, metrics.Member] = {
    "Practice": "practice",
    "Billing model": "billing_model",
    "Legal entity": "legal_entity_key",
    "Customer": "customer_key",
}
SHARE = "project_margin_share"
MOST_MEMBERS = 10


def body(page: Page) -> None:
    """Draw the page."""
    read = figures.read(page, tuple((metric, basis) for metric, basis, _ in CARDS))
    figures.cards(read, CARDS)
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        _trend(read)
    with right.container(border=True, height="stretch"):
        _members(read)
    with st.container(border=True):
        walk.draw(page)
    with st.container(border=True):
        both_bases.draw(page)


def _metric(read: figures.Figures) -> str:
    return SHARE if read.has((SHARE, "operational")) else "gross_margin_share"


def _trend(read: figures.Figures) -> None:
    metric = _metric(read)
    if not read.has((metric, "operational")):
        frame.nothing("The catalogue of this run does not define a margin share.")
        return
    st.subheader(
        f"{read.catalogue[metric, 'operational'].label} {badge('finance_posted', 'operational')}", anchor=False
    )
    text.note("Both bases over the periods chosen · axis need not start at zero")
    lines = [
        (word(basis), read.series((metric, basis)).values(), look)
        for basis, look in style.POSTED_FIRST
        if read.has((metric, basis))
    ]
    figure = bars.trend(
        read.page.scope.filters.periods, lines, style.PALETTES[style.theme()], unit="share"
    )  # fmt: skip
    style.draw(figure, alt="Margin share by period on both bases", key="margin_trend")


def _members(read: figures.Figures) -> None:
    title = st.empty()
    chosen = st.segmented_control(
        "By", list(VIEWS), default="Practice", key="margin_by", bind="query-params",
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    view = str(chosen or "Practice")
    title.subheader(f"Margin by {view.lower()} {badge('finance_posted', 'operational')}", anchor=False)
    metric = _metric(read)
    keys = ((metric, "finance_posted"), (metric, "operational"))
    names, found = figures.members(read, keys, VIEWS[view])
    valued = [one for one in found if any(series.total is not None for series in found[one].values())]
    known = len(valued)
    ranked = sorted(
        valued,
        key=lambda one: max((float(series.total or 0) for series in found[one].values()), default=0.0), reverse=True,
    )[:MOST_MEMBERS]  # fmt: skip
    if not ranked:
        frame.nothing("No margin for these filters.")
        return
    drawn = [
        (
            word(basis),
            [found[one][key].total if (key := (metric, basis)) in found[one] else None for one in ranked],
            look,
        )
        for basis, look in style.POSTED_FIRST
    ]
    figure = bars.by_member(
        [names[one] for one in ranked], drawn, style.PALETTES[style.theme()], unit="share"
    )  # fmt: skip
    style.draw(figure, alt="Margin share by member on both bases", key="margin_members")
    shortened = f" · the {len(ranked)} highest of {known}" if known > len(ranked) else ""
    text.note(f"Bars start at zero{shortened}")


frame.show(body, question="Which work earns?", bases=("finance_posted", "operational"))
