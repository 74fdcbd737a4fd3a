"""Colours and layout shared by every figure, in both themes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import formats

MOST_PERIOD_LABELS = 16
MOST_LONG_LABELS = 5
FEW_STEPS = 5
SHORT_LABEL = 7  # characters of one line: Oct over 2025, or 2026 Q4
BETTER = "#0072b2"
WORSE = "#d55e00"
FONT = "Inter, 'Source Sans', sans-serif"
Theme = Literal["light", "dark"]
Look = Literal["actual", "other_basis", "plan", "forecast"]
POSTED_FIRST: tuple[tuple[str, Look], ...] = (("finance_posted", "actual"), ("operational", "other_basis"))
OPERATIONAL_FIRST: tuple[tuple[str, Look], ...] = (("operational", "actual"), ("finance_posted", "other_basis"))


@dataclass(frozen=True)
class Palette:
    """The colours of one theme; every one has at least 3:1 against its background, text at least 4.5:1."""

    actual: str
    other_basis: str
    text: str
    muted: str
    grid: str
    better: str
    worse: str
    background: str


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        actual="#33475b", other_basis="#8296a9", text="#1f2a37", muted="#5b6673", grid="#e6e9ed",
        better=BETTER, worse=WORSE, background="#ffffff",
    ),
    "dark": Palette(
        actual="#c3ced9", other_basis="#74879a", text="#e6ebf0", muted="#a3afbb", grid="#2b3644",
        better="#56b4e9", worse="#f0883e", background="#10171f",
    ),
}  # fmt: skip


# A figure costs more to build than its query to run; the same figure is drawn on every rerun of a page.
cached = st.cache_resource(max_entries=256, show_spinner=False)


def theme() -> Theme:
    """Return the theme at the reader's screen; light until the browser has said."""
    return "dark" if st.context.theme.type == "dark" else "light"


def base(palette: Palette, *, height: int, **layout: Any) -> go.Figure:  # noqa: ANN401 - plotly's own words
    """Return an empty figure with the common look."""
    figure = go.Figure()
    style(figure, palette, height=height, **layout)
    return figure


def style(figure: go.Figure, palette: Palette, *, height: int, **layout: Any) -> None:  # noqa: ANN401
    """Give a figure the common look: no background, thin grid, quiet text."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 12, "color": palette.muted},
        hoverlabel={"font": {"family": FONT, "size": 12}},
        legend={"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "title": None},
        bargap=0.3,
        modebar={"remove": ["zoom", "pan", "select", "lasso", "zoomin", "zoomout", "autoscale", "reset"]},
    )
    figure.update_layout(**layout)
    figure.update_xaxes(
        showgrid=False, zeroline=False, automargin=True, color=palette.muted, fixedrange=True, title=None
    )
    figure.update_yaxes(
        gridcolor=palette.grid, zeroline=False, automargin=True, color=palette.muted, fixedrange=True, title=None
    )


def period_axis(figure: go.Figure, periods: Sequence[str], **where: int) -> None:
    """Label the horizontal axis with periods, as many as there is room for; upright on a phone."""
    labels = formats.axis(periods)
    widest = max((len(line) for label in labels for line in label.split("<br>")), default=0)
    most = MOST_PERIOD_LABELS if widest <= SHORT_LABEL else MOST_LONG_LABELS
    step = 1 + (len(periods) - 1) // most
    figure.update_xaxes(
        type="category", tickmode="array", tickvals=list(periods)[::step], ticktext=labels[::step],
        autotickangles=[0, 90], **where,
    )  # fmt: skip


def value_axis(
    figure: go.Figure,
    values: Iterable[float | Decimal | None],
    *,
    from_zero: bool = True,
    most: int = FEW_STEPS,
    **where: int,
) -> None:
    """Label the vertical axis with round amounts, written as elsewhere; the library's own would say 2G for 2 B."""
    known = [float(one) for one in values if one is not None] or [0.0]
    low, high = (min(*known, 0.0), max(*known, 0.0)) if from_zero else (min(known), max(known))
    places = round_steps(low, high, most)
    figure.update_yaxes(tickmode="array", tickvals=places, ticktext=[formats.tick(one) for one in places], **where)


def round_steps(low: float, high: float, most: int = FEW_STEPS) -> list[float]:
    """Return about `most` round numbers that reach from below `low` to above `high`."""
    if high <= low:
        return [low]
    rough = (high - low) / most
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(size * scale for size in (1, 2, 5, 10) if size * scale >= rough)
    return [number * step for number in range(math.floor(low / step) - 1, math.ceil(high / step) + 2)]


def draw(figure: go.Figure, *, alt: str, key: str) -> None:
    """Put a figure on the page; `alt` says in a sentence what it shows."""
    st.plotly_chart(figure, theme=None, config={"displayModeBar": False}, alt=alt, key=key)
