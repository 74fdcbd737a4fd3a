"""Columns over periods with a panel of differences below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboards.charts import style
from dashboards.components import formats

Value = Decimal | None
FEW_LABELS = 16
LABEL_SIZE = 11
FEW_STEPS_BELOW = 2
FIGURE_SPACE = "\u2007"


@dataclass(frozen=True)
class Columns:
    """One series of columns: its name says the basis; the look says actual, plan or forecast."""

    name: str
    values: Sequence[Value]
    look: style.Look


@style.cached
def with_differences(
    periods: Sequence[str],
    first: Columns,
    second: Columns,
    palette: style.Palette,
    *,
    forecast: Columns | None = None,
    unit: str = "money",
    difference_name: str,
    more_is_better: bool = True,
    height: int = 360,
) -> go.Figure:
    """Return `second` behind `first` over periods, and below it first − second; columns start at zero."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.68, 0.32], vertical_spacing=0.07)
    style.style(figure, palette, height=height, barmode="overlay", bargap=0.28)
    for columns in (second, first, *([forecast] if forecast else [])):
        figure.add_trace(
            go.Bar(
                x=list(periods), y=_floats(columns.values), name=columns.name, marker=_marker(columns.look, palette),
                width=0.78 if columns is second else 0.5,
                customdata=[formats.figure(one, unit) for one in columns.values],
                hovertemplate="%{x}<br>" + columns.name + " %{customdata}<extra></extra>",
            ),
            row=1, col=1,
        )  # fmt: skip
    differences = [
        None if left is None or right is None else left - right
        for left, right in zip(first.values, second.values, strict=True)
    ]
    bars = _differences(periods, differences, palette, unit=unit, name=difference_name, more_is_better=more_is_better)
    figure.add_trace(bars, row=2, col=1)
    if len(periods) <= FEW_LABELS:
        figure.add_trace(_labels(periods, differences, palette, unit=unit), row=2, col=1)
        figure.update_layout(uniformtext={"mode": "hide", "minsize": LABEL_SIZE})
    figure.update_yaxes(rangemode="tozero", row=1, col=1)
    drawn = (*first.values, *second.values, *(forecast.values if forecast else ()))
    style.value_axis(figure, drawn, row=1, col=1)
    figure.update_yaxes(showgrid=False, range=_room(differences), row=2, col=1)
    style.value_axis(figure, differences, most=FEW_STEPS_BELOW, row=2, col=1)
    figure.add_hline(y=0, line={"color": palette.actual, "width": 1}, row=1, col=1)
    figure.add_hline(y=0, line={"color": palette.actual, "width": 1}, row=2, col=1)
    figure.update_xaxes(type="category", showticklabels=False, row=1, col=1)
    style.period_axis(figure, periods, row=2, col=1)
    return figure


def _differences(
    periods: Sequence[str],
    differences: Sequence[Value],
    palette: style.Palette,
    *,
    unit: str,
    name: str,
    more_is_better: bool,
) -> go.Bar:
    colours = [palette.better if one is None or (one >= 0) == more_is_better else palette.worse for one in differences]
    return go.Bar(
        x=list(periods), y=_floats(differences), name=name, showlegend=False, marker={"color": colours}, width=0.5,
        customdata=[formats.change(one, unit) or formats.NULL for one in differences],
        hovertemplate="%{x}<br>" + name + " %{customdata}<extra></extra>",
    )  # fmt: skip


def _labels(periods: Sequence[str], differences: Sequence[Value], palette: style.Palette, *, unit: str) -> go.Bar:
    """Return unseen bars as wide as a period is, whose labels are left out where they have no room: on a phone.

    All are as long as the longest, so that either all have room or none; the axis says the size where none has.
    """
    said = [formats.change(one, unit) or "" for one in differences]
    widest = max((len(one) for one in said), default=0)
    labels = [one.center(widest, FIGURE_SPACE) if one else "" for one in said]
    return go.Bar(
        x=list(periods), y=_floats(differences), width=0.98, marker={"color": "rgba(0,0,0,0)"},
        text=labels, textposition="outside", cliponaxis=False,
        constraintext="outside", textfont={"size": LABEL_SIZE, "color": palette.text}, textangle=0,
        showlegend=False, hoverinfo="skip",
    )  # fmt: skip


def _marker(look: str, palette: style.Palette) -> dict[str, object]:
    if look == "plan":
        return {"color": "rgba(0,0,0,0)", "line": {"color": palette.actual, "width": 1.5}}
    if look == "forecast":
        return {
            "color": "rgba(0,0,0,0)",
            "line": {"color": palette.actual, "width": 1},
            "pattern": {"shape": "/", "fgcolor": palette.actual, "size": 5, "solidity": 0.35},
        }
    return {"color": palette.actual if look == "actual" else palette.other_basis}


def _floats(values: Sequence[Value]) -> list[float | None]:
    return [None if one is None else float(one) for one in values]


def _room(differences: Sequence[Value]) -> list[float]:
    known = [float(one) for one in differences if one is not None] or [0.0]
    low, high = min(known, default=0.0), max(known, default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    room = max(high - low, 1.0) * 0.36
    return [low - room, high + room]
