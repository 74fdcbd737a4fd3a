"""The overview page: are we making money, and can we trust the number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from dashboards.charts import bars, bridge, columns, style
from dashboards.components import formats, frame, kpi, table, text
from dashboards.components.badges import badge, word
from dashboards.components.frame import Page
from dashboards.measure import Definition, Point, Series, definitions_of, members_of, series_of
from dashboards.queries import metrics, reconciliation, reference

REVENUE = "services_revenue"
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
WANTED = tuple(dict.fromkeys(metric for metric, *_ in (*CARDS, *PRACTICE)))


def body(page: Page) -> None:
    """Draw the page."""
    catalogue = definitions_of(metrics.definitions(page.scope))
    sums = metrics.by_period(page.scope, WANTED)
    _cards(page, catalogue, sums)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _revenue(page, catalogue, sums)
    with right.container(border=True, height="stretch"):
        _bridge(page)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _practices(page, catalogue)
    with right.container(border=True, height="stretch"):
        _entities(page, catalogue)


def _cards(page: Page, catalogue: dict[tuple[str, str], Definition], sums: pl.DataFrame) -> None:
    periods = page.scope.filters.periods
    drawn = [
        (series_of(sums, catalogue[metric, basis], periods), trend)
        for metric, basis, trend in CARDS
        if (metric, basis) in catalogue
    ]
    gap = _distance(page)
    with st.grid(3, min_column_width=240):
        for series, trend in drawn:
            kpi.card(series, trend=trend)
        kpi.card(gap, trend="bar")


def _distance(page: Page) -> Series:
    """Return posted less operational revenue: the sums of the bridge, so no rows of two bases are ever added."""
    rows = {row["period_id"]: row for row in reconciliation.totals_by_period(page.scope, FLOW).iter_rows(named=True)}
    definition = Definition(
        metric_id="revenue_distance", basis="cross_basis", label="Posted less operational revenue", unit="money",
        is_ratio=False, is_balance=False, direction="none",
        formula="Finance-posted revenue less operational revenue of the period; the bridge explains it to the cent",
        owner="Finance", source="recon_bridge_total",
    )  # fmt: skip
    points = []
    for period in page.scope.filters.periods:
        row = rows.get(period)
        distance = (
            row["posted"] - row["operational"] if row and None not in (row["posted"], row["operational"]) else None
        )
        points.append(Point(period, distance, None))
    return Series(definition, tuple(points))


def _revenue(page: Page, catalogue: dict[tuple[str, str], Definition], sums: pl.DataFrame) -> None:
    periods = page.scope.filters.periods
    st.subheader(f"Revenue by period {badge('finance_posted', 'operational')}", anchor=False)
    text.note(
        f"Posted solid, operational behind it · posted less operational below · {page.currency} · columns start at zero"
    )
    drawn = [
        columns.Columns(
            f"{catalogue[REVENUE, basis].label} · {word(basis)}",
            series_of(sums, catalogue[REVENUE, basis], periods).values(), look,
        )
        for basis, look in style.POSTED_FIRST
        if (REVENUE, basis) in catalogue
    ]  # fmt: skip
    if len(drawn) < 2:  # noqa: PLR2004 - both bases are compared
        frame.nothing("The catalogue of this run holds revenue on one basis only.")
        return
    figure = columns.with_differences(
        periods, drawn[0], drawn[1], style.PALETTES[style.theme()], difference_name="Posted less operational"
    )
    style.draw(figure, alt="Revenue by period on both bases, with the difference below", key="overview_revenue")


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
    text.note(f"{page.sentence.split(' · ')[0]} · {page.currency} · {zero}")
    style.draw(figure, alt="Bridge from operational to finance-posted revenue by category", key="overview_bridge")


def _practices(page: Page, catalogue: dict[tuple[str, str], Definition]) -> None:
    st.subheader(f"Margin by practice {badge('finance_posted', 'operational')}", anchor=False)
    wanted = [key for key in PRACTICE if key in catalogue]
    sums = metrics.by_member(page.scope, tuple(metric for metric, _ in wanted), "practice")
    rows: dict[str, dict[str, Any]] = {}
    config: dict[str, Any] = {"practice": st.column_config.TextColumn("Practice", width="medium")}
    for metric, basis in wanted:
        definition = catalogue[metric, basis]
        config[metric] = table.column(definition)
        for member, series in members_of(sums, definition, page.scope.filters.periods).items():
            rows.setdefault(member, {"practice": formats.member(member)})[metric] = series.total
    found = pl.DataFrame(list(rows.values()), infer_schema_length=None) if rows else pl.DataFrame()
    if found.height and REVENUE in found.columns:
        found = found.sort(REVENUE, descending=True, nulls_last=True)
    table.show(
        page, found, name="Margin by practice", columns=config, basis="as each column says", rows=8,
        shares=tuple(metric for metric, basis in wanted if catalogue[metric, basis].unit == "share"),
    )  # fmt: skip


def _entities(page: Page, catalogue: dict[tuple[str, str], Definition]) -> None:
    st.subheader(f"Revenue by legal entity {badge('finance_posted')}", anchor=False)
    text.note(f"{page.sentence.split(' · ')[0]} · {page.currency} · bars start at zero")
    if (REVENUE, "finance_posted") not in catalogue:
        frame.nothing("The catalogue of this run holds no finance-posted revenue.")
        return
    sums = metrics.by_member(page.scope, (REVENUE,), "legal_entity_key")
    names = reference.names(page.scope.run, "legal_entity")
    members = members_of(sums, catalogue[REVENUE, "finance_posted"], page.scope.filters.periods)
    ranked = sorted(members.items(), key=lambda pair: pair[1].total or Decimal(0), reverse=True)
    figure = bars.by_member(
        [names.get(key, key) for key, _ in ranked],
        [(f"Revenue · {word('finance_posted')}", [series.total for _, series in ranked], "actual")],
        style.PALETTES[style.theme()],
    )
    style.draw(figure, alt="Finance-posted revenue by legal entity", key="overview_entities")


frame.show(
    body, title="Overview", question="Are we making money, and can we trust the number?",
    bases=("finance_posted", "operational"),
)  # fmt: skip
