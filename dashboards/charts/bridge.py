"""The bridge: operational, what explains the distance, finance-posted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import plotly.graph_objects as go

from dashboards.charts import style
from dashboards.components import formats

Step = tuple[str, Decimal]
ROW = 30
VISIBLE = Decimal("0.004")  # a step this small against the largest one would be a hairline


@style.cached
def horizontal(
    start: Step, steps: Sequence[Step], end: Step, palette: style.Palette, *, most: int = 7
) -> tuple[go.Figure, bool]:
    """Return the bridge from `start` to `end` and whether its axis starts at zero.

    A step is what is taken off: operational − Σ steps = posted. Beyond `most` steps, and below what can be
    seen, the smallest are summed into one that says how many they are.
    """
    shown = _largest(steps, most)
    labels, bases, lengths, colours, texts = [start[0]], [0.0], [float(start[1])], [palette.actual], [_text(start[1])]
    level = start[1]
    for label, taken in shown:
        following = level - taken
        labels.append(label)
        bases.append(float(min(level, following)))
        lengths.append(float(abs(taken)))
        colours.append(palette.worse if taken > 0 else palette.better)
        texts.append(formats.change(-taken, "money") or formats.NULL)
        level = following
    labels.append(end[0])
    bases.append(0.0)
    lengths.append(float(end[1]))
    colours.append(palette.actual)
    texts.append(_text(end[1]))

    low, high, from_zero = _window(bases, lengths, start[1], end[1])
    for place in (0, -1):
        bases[place], lengths[place] = (low, lengths[place] - low) if not from_zero else (0.0, lengths[place])
    figure = style.base(palette, height=ROW * len(labels) + 40, showlegend=False, bargap=0.35)
    figure.add_trace(
        go.Bar(
            y=labels, x=lengths, base=bases, orientation="h", marker={"color": colours}, text=texts,
            textposition="outside", cliponaxis=False, textfont={"color": palette.text, "size": 12},
            hovertemplate="%{y} %{text}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", showgrid=False, color=palette.text, ticksuffix="  ")
    figure.update_xaxes(range=[low, high], showticklabels=False, showgrid=False)
    return figure, from_zero


def _largest(steps: Sequence[Step], most: int) -> list[Step]:
    ranked = sorted((step for step in steps if step[1]), key=lambda step: abs(step[1]), reverse=True)
    visible = [step for step in ranked if abs(step[1]) >= abs(ranked[0][1]) * VISIBLE]
    if len(ranked) <= len(visible) + 1 and len(ranked) <= most:
        return ranked
    most = min(most, len(visible) + 1)
    rest = ranked[most - 1 :]
    return [*ranked[: most - 1], (f"{len(rest)} more categories", sum((one for _, one in rest), Decimal(0)))]


def _window(
    bases: Sequence[float], lengths: Sequence[float], start: Decimal, end: Decimal
) -> tuple[float, float, bool]:
    """Choose the axis: from zero, unless the steps would be too small to see between two long bars."""
    tops = [base + length for base, length in zip(bases, lengths, strict=True)]
    highest, lowest_step = max(*tops, 0.0), min([*bases[1:-1], float(start), float(end)])
    spread = highest - lowest_step
    if lowest_step <= 0 or spread > highest * 0.35:
        low = min(0.0, lowest_step)
        return low, highest + (highest - low) * 0.16, True
    low = max(0.0, lowest_step - spread * 0.9)
    return low, highest + (highest - low) * 0.2, False


def _text(amount: Decimal) -> str:
    return formats.compact(amount)
