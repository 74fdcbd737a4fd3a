"""Bars by member, trends over periods, and shares of a whole without pies."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from decimal import Decimal

import plotly.graph_objects as go

from dashboards.charts import style
from dashboards.components import formats

ROW = 32
WIDE_SHARE = 0.05
LABEL_WIDTH = 20  # characters before a member's name takes a second line
LABEL_ROOM = 0.34  # of the longest bar, for the figure written behind it
APART = 0.07  # of the axis, closer than this two figures at the lines' ends would overlap
Value = Decimal | None
Line = tuple[str, Sequence[Value], style.Look]


@style.cached
def by_member(
    labels: Sequence[str], series: Sequence[Line],
    palette: style.Palette, *, unit: str = "money",
) -> go.Figure:  # fmt: skip
    """Return horizontal bars from zero, one group a member, one bar a series."""
    figure = style.base(palette, height=ROW * len(labels) * max(len(series), 1) + 56, barmode="group", bargap=0.3)
    named = ["<br>".join(textwrap.wrap(label, LABEL_WIDTH)) or label for label in labels]
    for name, values, look in series:
        figure.add_trace(
            go.Bar(
                y=named, x=[None if one is None else float(one) for one in values], name=name, orientation="h",
                marker={"color": palette.actual if look == "actual" else palette.other_basis},
                text=[formats.figure(one, unit) for one in values], textposition="outside", cliponaxis=False,
                textfont={"color": palette.text, "size": 12},
                hovertemplate="%{y} " + name + " %{text}<extra></extra>",
            )
        )  # fmt: skip
    known = [float(one) for _, values, _ in series for one in values if one is not None] or [0.0]
    low, high = min(*known, 0.0), max(*known, 0.0)
    figure.update_xaxes(
        range=[low * 1.2, high + (high - low) * LABEL_ROOM or 1.0], showticklabels=False, showgrid=False,
        zeroline=True, zerolinecolor=palette.grid,
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", showgrid=False, color=palette.text, ticksuffix="  ")
    figure.update_layout(showlegend=len(series) > 1)
    return figure


@style.cached
def trend(
    periods: Sequence[str],
    lines: Sequence[Line],
    palette: style.Palette, *, unit: str, height: int = 300,
) -> go.Figure:  # fmt: skip
    """Return lines over periods with the last value written; the axis need not start at zero, the page says so."""
    figure = style.base(palette, height=height)
    colours = {
        "actual": palette.actual, "other_basis": palette.better, "plan": palette.muted, "forecast": palette.muted,
    }  # fmt: skip
    for name, values, look in lines:
        figure.add_trace(
            go.Scatter(
                x=list(periods), y=[None if one is None else float(one) for one in values], name=name,
                mode="lines+markers",
                line={"color": colours[look], "width": 2, "dash": "dot" if look == "plan" else "solid"},
                marker={"size": 5 if look != "plan" else 1},
                customdata=[formats.figure(one, unit) for one in values],
                hovertemplate="%{x}<br>" + name + " %{customdata}<extra></extra>",
            )
        )  # fmt: skip
    for name, place, shift in _ends(lines):
        values, look = next((values, look) for other, values, look in lines if other == name)
        figure.add_annotation(
            x=periods[place], y=float(values[place] or 0), text=formats.figure(values[place], unit), showarrow=False,
            xanchor="left", xshift=8, yshift=shift, font={"color": colours[look], "size": 12},
        )  # fmt: skip
    style.period_axis(figure, periods)
    every = [one for _, values, _ in lines for one in values if one is not None]
    if unit == "share":
        figure.update_yaxes(tickformat=_shares(every), nticks=6)
    else:
        style.value_axis(figure, every, from_zero=False)
    figure.update_layout(margin={"l": 8, "r": 56, "t": 8, "b": 8})
    return figure


def _ends(lines: Sequence[Line]) -> list[tuple[str, int, int]]:
    """Return where each line ends: its name, the place of its last value, and how far to move the figure there."""
    found = []
    for name, values, _ in lines:
        known = [place for place, one in enumerate(values) if one is not None]
        if known:
            found.append((name, known[-1], float(values[known[-1]] or 0)))
    every = [float(one) for _, values, _ in lines for one in values if one is not None]
    room = (max(every) - min(every)) * APART if every else 0.0
    found.sort(key=lambda end: end[2])
    ends = []
    for index, (name, place, value) in enumerate(found):
        above = index + 1 < len(found) and found[index + 1][2] - value <= room
        below = index > 0 and value - found[index - 1][2] <= room
        ends.append((name, place, 8 * (int(below) - int(above))))
    return ends


def _shares(known: Sequence[Decimal]) -> str:
    """Return how the axis writes shares: enough digits that no two ticks read the same."""
    return ".0%" if known and max(known) - min(known) >= WIDE_SHARE else ".1%"


@style.cached
def stacked(
    periods: Sequence[str], layers: Sequence[tuple[str, Sequence[Value], str]], palette: style.Palette,
    *, height: int = 300,
) -> go.Figure:  # fmt: skip
    """Return stacked columns from zero; a layer is its name, its values and its colour."""
    figure = style.base(palette, height=height, barmode="stack")
    for name, values, colour in layers:
        figure.add_trace(
            go.Bar(
                x=list(periods), y=[None if one is None else float(one) for one in values], name=name,
                marker={"color": colour, "line": {"color": palette.background, "width": 1}},
                customdata=[formats.compact(one) for one in values],
                hovertemplate="%{x}<br>" + name + " %{customdata}<extra></extra>",
            )
        )  # fmt: skip
    style.period_axis(figure, periods)
    heights = [
        sum(float(one) for one in of_period if one is not None)
        for of_period in zip(*(v for _, v, _ in layers), strict=True)
    ]
    figure.update_yaxes(rangemode="tozero")
    style.value_axis(figure, heights)
    return figure
