"""The overview page: are we making money, and can we trust the number."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import streamlit as st

from dashboards.charts import bars, bridge, columns, style
from dashboards.components import figures, filters, formats, frame, kpi, text
from dashboards.components.badges import badge, word
from dashboards.components.frame import Page
from dashboards.measure import Definition, Point, Series
from dashboards.queries import reconciliation

REVENUE = "services_revenue"
PLAN = ("revenue_plan", "operational")
FORECAST = ("revenue_forecast", "operational")
PERIODS_AHEAD = 3
FLOW = "revenue"
CARDS: kpi.Cards = (
    (REVENUE, "finance_posted", "line"),
    ("gross_margin_share", "finance_posted", "line"),
    ("utilization_billable", "operational", "line"),
    ("posted_within_sla", "cross_basis", "line"),
    ("recon_exceptions", "cross_basis", "bar"),
)
PRACTICE = (
    (REVENUE, "finance_posted"),
    ("gross_margin_share", "finance_posted"),
    ("utilization_billable", "operational"),
    ("wip_unbilled", "cross_basis"),
)
WIDTHS = (112, 112, 128, 160, 138)
SHORT = {
    REVENUE: "Revenue",
    "gross_margin_share": "Margin",
    "utilization_billable": "Utilization",
    "wip_unbilled": "Unbilled",
}


def body(page: Page) -> None:
    """Draw the page."""
    read = figures.read(page, (*(card[:2] for card in CARDS), *PRACTICE, (REVENUE, "operational"), PLAN, FORECAST))
    _cards(read)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _revenue(read)
    with right.container(border=True, height="stretch"):
        _bridge(page)
    left, right = st.columns([2, 1])
    with left.container(border=True, height="stretch"):
        _practices(read)
    with right.container(border=True, height="stretch"):
        _entities(read)


def _cards(read: figures.Figures) -> None:
    chosen = read.page.scope.filters
    gap = _distance(read.page)
    with st.grid(3, min_column_width=240):
        for metric, basis, trend in CARDS:
            if read.has((metric, basis)):
                kpi.card(read.series((metric, basis)), filters=chosen, trend=trend)
        kpi.card(gap, filters=chosen, trend="bar")


def _distance(page: Page) -> Series:
    """Return posted less operational revenue: the sums of the bridge, so no rows of two bases are ever added."""
    rows = {row["period_id"]: row for row in reconciliation.totals_by_period(page.scope, FLOW).iter_rows(named=True)}
    definition = Definition(
        metric_id="revenue_distance", basis="cross_basis", label="Revenue difference", unit="money",
        is_ratio=False, is_balance=False, direction="none",
        formula="Finance-posted less operational revenue, all streams; the bridge explains it to the cent",
        owner="Finance", source="recon_bridge_total",
    )  # fmt: skip
    points = []
    for period in page.scope.filters.periods:
        row = rows.get(period)
        distance = (
            row["posted"] - row["operational"] if row and None not in (row["posted"], row["operational"]) else None
        )
        points.append(Point(period, distance, None, period in page.provisional))
    return Series(definition, tuple(points))


def _revenue(read: figures.Figures) -> None:
    page = read.page
    st.subheader(f"Services revenue by period {badge('finance_posted', 'operational')}", anchor=False)
    if not read.has((REVENUE, "finance_posted")) or not read.has((REVENUE, "operational")):
        frame.nothing("The catalogue of this run holds services revenue on one basis only.")
        return
    ahead = figures.ahead(read, (PLAN, FORECAST), PERIODS_AHEAD)
    coming = figures.following(ahead.get(FORECAST), page.scope.filters.periods)
    periods = (*page.scope.filters.periods, *coming)
    plan = figures.over(ahead.get(PLAN), periods)
    posted = figures.over(read.series((REVENUE, "finance_posted")), page.scope.filters.periods) + [None] * len(coming)
    planned = any(plan)
    other = "plan" if planned else "operational"
    behind = plan if planned else read.series((REVENUE, "operational")).values() + [None] * len(coming)
    forecast = [None] * (len(periods) - len(coming)) + figures.over(ahead.get(FORECAST), coming)
    hatched = ", forecast hatched" if coming else ""
    text.note(
        f"Posted solid, {'plan outlined' if planned else 'operational'} behind it{hatched}"
        f" · posted less {other} below · {page.currency} · columns start at zero"
    )
    figure = columns.with_differences(
        periods,
        columns.Columns(f"Actual · {word('finance_posted')}", posted, "actual"),
        columns.Columns(
            f"{'Plan · ' if planned else ''}{word('operational')}", behind, "plan" if planned else "other_basis"
        ),
        style.PALETTES[style.theme()],
        forecast=columns.Columns(f"Forecast · {word('operational')}", forecast, "forecast") if coming else None,
        difference_name=f"Posted less {other}",
    )
    style.draw(figure, alt=f"Posted services revenue by period against {other}, the difference below", key="revenue")


def _bridge(page: Page) -> None:
    st.subheader(f"Revenue: operational to posted {badge('cross_basis')}", anchor=False)
    totals = reconciliation.totals(page.scope).filter(pl.col("flow") == FLOW)
    if not totals.height:
        frame.nothing("No revenue for these filters.")
        return
    steps = [
        (formats.words(row["category"]), row["difference"])
        for row in reconciliation.categories(page.scope, FLOW).iter_rows(named=True)
        if row["difference"] is not None
    ]
    operational, posted = totals["operational"][0], totals["posted"][0]
    figure, from_zero = bridge.horizontal(
        (word("operational"), operational), steps, (word("finance_posted"), posted), style.PALETTES[style.theme()]
    )
    zero = "bars start at zero" if from_zero else "axis does not start at zero"
    text.note(f"{text.plain(filters.span(page.scope.filters))} · {page.currency} · {zero}")
    style.draw(figure, alt="Bridge from operational to finance-posted revenue by category", key="overview_bridge")


def _practices(read: figures.Figures) -> None:
    st.subheader(f"Margin by practice {badge('finance_posted', 'operational')}", anchor=False)
    text.note("Over all periods chosen, unbilled work at their end")
    figures.member_table(
        read, PRACTICE, "practice", header="Practice", name="Margin by practice", labels=SHORT, widths=WIDTHS, rows=8
    )


def _entities(read: figures.Figures) -> None:
    page, key = read.page, (REVENUE, "finance_posted")
    st.subheader(f"Revenue by legal entity {badge('finance_posted')}", anchor=False)
    text.note(
        f"Services revenue · {text.plain(filters.span(page.scope.filters))} · {page.currency} · bars start at zero"
    )
    if not read.has(key):
        frame.nothing("The catalogue of this run holds no finance-posted revenue.")
        return
    names, found = figures.members(read, (key,), "legal_entity_key")
    ranked = sorted(found, key=lambda one: found[one][key].total or Decimal(0), reverse=True)
    figure = bars.by_member(
        [names[one] for one in ranked],
        [(f"Revenue · {word('finance_posted')}", [found[one][key].total for one in ranked], "actual")],
        style.PALETTES[style.theme()],
    )
    style.draw(figure, alt="Finance-posted revenue by legal entity", key="overview_entities")


frame.show(
    body, question="Are we making money, and can we trust the number?",
    bases=("finance_posted", "operational"),
)  # fmt: skip
