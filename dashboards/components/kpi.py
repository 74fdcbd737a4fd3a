"""The KPI card: one figure with its basis, its change, its trend and its definition."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from dashboards.components import formats
from dashboards.components.badges import badge
from dashboards.measure import Definition, Series
from dashboards.scope import Filters

HEIGHT = 178
# Where the catalogue's label would push a badge out of the card.
SHORT = {
    "backlog_recurring": "Recurring backlog",
    "recon_exceptions_over_30_days": "Over 30 days old",
    "recon_exceptions_over_90_days": "Over 90 days old",
    "message_latency_seconds_p50": "Message latency p50",
    "message_latency_seconds_p95": "Message latency p95",
    "utilization_latency_hours_median": "Time to lake p50",
    "utilization_latency_hours_p95": "Time to lake p95",
}
Trend = Literal["line", "bar", "area"]
Cards = tuple[tuple[str, str, Trend], ...]


def card(series: Series, *, filters: Filters, trend: Trend = "line") -> None:
    """Draw one KPI: the last period's value, the change from the period before, and the trend.

    A metric that is not split by a dimension that the filters narrow has no figure here, and says so.
    """
    definition = series.definition
    not_by = unsplit(series.definition, filters)
    before = series.points[-2].period_id if len(series.points) > 1 else None
    only = f"at {series.points[0].period_id}" if len(series.points) == 1 else None
    moved = formats.change(series.change, definition.unit)
    trend_values = [None if one is None else float(one) for one in series.values()]
    marks = badge(definition.basis, provisional=series.is_provisional, balance=definition.is_balance)
    st.metric(
        f"{SHORT.get(definition.metric_id, definition.label)} {marks}",
        formats.figure(series.latest, definition.unit),
        delta=f"not split by {not_by}" if not_by else only or moved,
        delta_color="gray" if not_by else _colour(series, moved),
        delta_arrow="auto" if _moved(moved) and not not_by and not only else "off",
        delta_description=f"vs {before}" if before and moved and not not_by else None,
        help=definition.help,
        border=True,
        height=HEIGHT,
        chart_data=[one for one in trend_values if one is not None] if len(trend_values) > 1 else None,
        chart_type=trend,
    )


def unsplit(definition: Definition, filters: Filters) -> str:
    """Return in words the narrowed dimensions that the metric is not split by."""
    if definition.dimensions is None:
        return ""
    return ", ".join(word for column, word in filters.narrowed if column not in definition.dimensions)


def _moved(text: str | None) -> bool:
    """Tell whether a change is still one after rounding."""
    return bool(text) and any(digit in str(text) for digit in "123456789")


def _colour(series: Series, moved: str | None) -> Literal["blue", "orange", "gray"]:
    """Blue is better, orange is worse, grey says nothing; the arrow and the sign say it without colour."""
    change, direction = series.change, series.definition.direction
    if not change or not _moved(moved) or direction not in {"up", "down"}:
        return "gray"
    return "blue" if (change > 0) == (direction == "up") else "orange"
