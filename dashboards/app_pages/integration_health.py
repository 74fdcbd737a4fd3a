"""The integration page: are the interfaces well, and what waits because of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import polars as pl
import streamlit as st

from dashboards.charts import bars, style
from dashboards.components import figures, formats, frame, interfaces, kpi, table, text
from dashboards.components.badges import badge, word
from dashboards.components.frame import Page
from dashboards.queries import integration, metrics

CARDS: kpi.Cards = (
    ("posted_within_sla", "cross_basis", "line"),
    ("recon_exceptions", "cross_basis", "bar"),
    ("recon_exceptions_amount", "cross_basis", "bar"),
    ("billing_cycle_days", "finance_posted", "line"),
    ("provisioning_days", "operational", "line"),
    ("margin_accuracy", "cross_basis", "line"),
    ("provisioning_complete", "operational", "line"),
    ("revenue_timeliness_days", "finance_posted", "line"),
    ("close_impact", "cross_basis", "bar"),
    ("close_impact_amount", "cross_basis", "bar"),
    ("close_days_late", "finance_posted", "bar"),
)
FINANCE_SPREADS = (("billing_cycle_days_median", "finance_posted"),)
IT_CARDS: kpi.Cards = (
    ("message_throughput", "operational", "bar"),
    ("message_failure_share", "operational", "line"),
    ("message_retries", "operational", "bar"),
    ("message_dead_letters", "operational", "bar"),
    ("message_queue_depth", "operational", "line"),
    ("failed_mappings", "cross_basis", "bar"),
    ("recon_exceptions_over_30_days", "cross_basis", "bar"),
    ("recon_exceptions_over_90_days", "cross_basis", "bar"),
)
IT_SPREADS = (
    ("message_latency_seconds_p50", "operational"),
    ("message_latency_seconds_p95", "operational"),
    ("utilization_latency_hours_median", "operational"),
    ("utilization_latency_hours_p95", "operational"),
)
FLOWS = (
    ("recon_exceptions", "cross_basis"),
    ("recon_exceptions_over_30_days", "cross_basis"),
    ("recon_exceptions_over_90_days", "cross_basis"),
    ("failed_mappings", "cross_basis"),
)
REGIONS = (("posted_within_sla", "cross_basis"), *FLOWS)
TABLES: tuple[tuple[metrics.Member, str, tuple[figures.Key, ...], str], ...] = (
    ("region", "Region", REGIONS, "SLA and ageing exceptions by region"),
    ("flow", "Flow", FLOWS, "Failed mappings and ageing exceptions by flow"),
)
LABELS = {"recon_exceptions_over_30_days": "Over 30 days", "recon_exceptions_over_90_days": "Over 90 days"}
AGES = ("Not due yet", "Up to 7 days", "8 to 30 days", "31 to 90 days", "Over 90 days")
VIEWS = ("IT: messages", "Finance: what waits")
FEW_PERIODS = 2
SCALES = (("Hours", 3600), ("Minutes", 60), ("Seconds", 1))
LOOKS: tuple[style.Look, style.Look] = ("actual", "other_basis")


def body(page: Page) -> None:
    """Draw the page, one of its two views at a time."""
    view = st.segmented_control(
        "View", VIEWS, default=VIEWS[0], key="integration_view", bind="query-params",
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    if view == VIEWS[1]:
        _finance(page)
    else:
        _messages(page)


def _messages(page: Page) -> None:
    read = figures.read(page, tuple((metric, basis) for metric, basis, _ in IT_CARDS) + REGIONS)
    figures.cards(read, IT_CARDS, more=figures.spread(page, IT_SPREADS).values())
    _traffic(read)
    for member, header, keys, title in TABLES:
        with st.container(border=True):
            st.subheader(f"{title} {badge('cross_basis')}", anchor=False)
            text.note("Over all periods chosen")
            figures.member_table(read, keys, member, header=header, name=title, labels=LABELS)


def _traffic(read: figures.Figures) -> None:
    page = read.page
    throughput = read.catalogue.get(("message_throughput", "operational"))
    not_by = kpi.unsplit(throughput, page.scope.filters) if throughput else ""
    if not_by:
        frame.nothing(f"Messages are not split by {not_by}.")
        return
    step: Literal["day", "week"] = "day" if len(page.scope.filters.periods) <= FEW_PERIODS else "week"
    days = integration.by_day(page.scope, step=step)
    if not days.height:
        frame.nothing("No integration messages in the periods chosen.")
        return
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        _throughput(days, step)
    with right.container(border=True, height="stretch"):
        _latency(days, step)
    with st.container(border=True):
        st.subheader(f"{interfaces.NAME} {badge('operational')}", anchor=False)
        text.note(
            "Highest share of failures first · latencies of what succeeded in the periods, to two significant digits"
        )
        interfaces.draw(read)


def _throughput(days: pl.DataFrame, step: str) -> None:
    st.subheader(f"Throughput {badge('operational')}", anchor=False)
    text.note(f"Attempts a {step} · columns start at zero")
    palette = style.PALETTES[style.theme()]
    layers = [
        ("Succeeded", days["succeeded"].to_list(), palette.other_basis),
        ("Failed", days["failed"].to_list(), palette.worse),
    ]
    labels = [formats.day(one) for one in days["first_day"]]
    style.draw(bars.stacked(labels, layers, palette, height=260), alt=f"Attempts a {step}", key="throughput")


def _latency(days: pl.DataFrame, step: str) -> None:
    st.subheader(f"Latency {badge('operational')}", anchor=False)
    worst = float(days["latency_p95_seconds"].drop_nulls().max() or 0)  # type: ignore[arg-type]
    unit, seconds = next(((name, size) for name, size in SCALES if worst >= 2 * size), SCALES[-1])
    text.note(f"{unit} from queued to answered, of the messages of a {step} that succeeded")
    labels = [formats.day(one) for one in days["first_day"]]
    lines: list[bars.Line] = [
        (name, [None if one is None else Decimal(str(one)) / seconds for one in days[column]], look)
        for name, column, look in (
            ("p50", "latency_p50_seconds", LOOKS[0]),
            ("p95", "latency_p95_seconds", LOOKS[1]),
        )
    ]
    figure = bars.trend(labels, lines, style.PALETTES[style.theme()], unit="plain", height=260)
    style.draw(figure, alt=f"Latency a {step}", key="latency")


def _finance(page: Page) -> None:
    read = figures.read(page, tuple((metric, basis) for metric, basis, _ in CARDS))
    figures.cards(read, CARDS, more=figures.spread(page, FINANCE_SPREADS).values())
    ages = {row["bucket"]: row for row in integration.ages(page.scope).iter_rows(named=True)}
    _not_all_are_exceptions(read)
    left, right = st.columns([2, 3])
    with left.container(border=True, height="stretch"):
        st.subheader(f"Open differences by age {badge('cross_basis')}", anchor=False)
        text.note(f"Days past their due date · absolute amount in {page.currency} · bars start at zero")
        amounts = [ages[place]["amount"] if place in ages else None for place in range(len(AGES))]
        figure = bars.by_member(AGES, [(word("cross_basis"), amounts, "actual")], style.PALETTES[style.theme()])
        style.draw(figure, alt="Open differences by age", key="integration_ages")
    with right.container(border=True, height="stretch"):
        st.subheader(f"What waits, and for whom {badge('cross_basis')}", anchor=False)
        text.note("Every open difference, exception or not")
        rows = integration.waiting(page.scope).with_columns(
            pl.col(one).map_elements(formats.words, return_dtype=pl.String) for one in ("flow", "category", "owner")
        )
        number = st.column_config.NumberColumn
        table.show(
            page, rows, name="Open differences", basis=word("cross_basis"), rows=9,
            columns={
                "flow": st.column_config.TextColumn("Flow"),
                "category": st.column_config.TextColumn("Why"),
                "owner": st.column_config.TextColumn("Owner"),
                "items": number("Items", format="localized"),
                "amount": number(f"Amount, {page.currency}", format="compact"),
                "oldest_days": number("Oldest, days", format="localized"),
            },
        )  # fmt: skip


def _not_all_are_exceptions(read: figures.Figures) -> None:
    """Say in the catalogue's words why the cards count fewer than the panels below."""
    definition = read.catalogue.get(("recon_exceptions", "cross_basis"))
    if definition is not None:
        text.note(
            f"The cards count {text.plain(definition.label.lower())}, the panels below all open differences."
            f" {text.plain(definition.caveats)}"
        )


frame.show(
    body, question="Are the interfaces well, and what waits because of them?",
    bases=("cross_basis",),
)  # fmt: skip
