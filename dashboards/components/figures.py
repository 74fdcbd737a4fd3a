"""What pages do with the metric layer: cards and tables out of catalogue entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import formats, kpi, table
from dashboards.components.frame import Page
from dashboards.measure import Definition, Point, Series, definitions_of, members_of, series_of
from dashboards.queries import metrics, reference

Key = tuple[str, str]
NAMED = {"legal_entity_key": "legal_entity", "customer_key": "customer", "project_key": "project"}


@dataclass(frozen=True)
class Figures:
    """The metrics of one page: their definitions and their sums by period, read with one query."""

    page: Page
    catalogue: dict[Key, Definition]
    sums: pl.DataFrame

    def has(self, key: Key) -> bool:
        """Tell whether the catalogue of this run defines the metric on this basis."""
        return key in self.catalogue

    def series(self, key: Key) -> Series:
        """Return a metric's series over the periods chosen."""
        return series_of(self.sums, self.catalogue[key], self.page.scope.filters.periods)


def read(page: Page, keys: tuple[Key, ...]) -> Figures:
    """Read the sums of the metrics named."""
    wanted = tuple(dict.fromkeys(metric for metric, _ in keys))
    return Figures(page, definitions_of(metrics.definitions(page.scope)), metrics.by_period(page.scope, wanted))


def ahead(figures: Figures, keys: tuple[Key, ...], most: int) -> dict[Key, Series]:
    """Return the metrics over the periods chosen and up to `most` periods that follow them."""
    page = figures.page
    known = tuple(key for key in keys if figures.has(key))
    if not known:
        return {}
    every = reference.periods(page.scope.run, page.scope.rights)["period_id"].to_list()
    last = every.index(page.scope.filters.periods[-1])
    periods = (*page.scope.filters.periods, *every[last + 1 : last + 1 + most])
    sums = metrics.by_period(page.scope, tuple(metric for metric, _ in known), all_periods=True)
    sums = sums.drop(
        "last_numerator", "last_denominator", "last_is_provisional"
    )  # they are of now, not of the periods asked for
    return {key: series_of(sums, figures.catalogue[key], periods) for key in known}


def following(series: Series | None, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Return the periods after the chosen ones in which the series has a value."""
    if series is None:
        return ()
    valued = zip(series.points, series.values(), strict=True)
    return tuple(point.period_id for point, value in valued if value and point.period_id not in chosen)


def over(series: Series | None, periods: tuple[str, ...]) -> list[Decimal | None]:
    """Return the series' values in the order of the periods asked for; None where it has none."""
    if series is None:
        return [None] * len(periods)
    known = dict(zip((point.period_id for point in series.points), series.values(), strict=True))
    return [known.get(period) for period in periods]


def spread(page: Page, keys: tuple[Key, ...]) -> dict[Key, Series]:
    """Return percentiles by period: each one taken anew from the values of its period."""
    catalogue = definitions_of(metrics.definitions(page.scope))
    rows = metrics.percentiles(page.scope, tuple(dict.fromkeys(metric for metric, _ in keys)), "period_id")
    known = {(row["metric_id"], row["basis"], row["period_id"]): row for row in rows.iter_rows(named=True)}
    found: dict[Key, Series] = {}
    for key in keys:
        if key in catalogue:
            points = []
            for period in page.scope.filters.periods:
                row = known.get((*key, period), {})
                points.append(Point(period, row.get("value"), None, bool(row.get("is_provisional"))))
            found[key] = Series(catalogue[key], tuple(points))
    return found


def newest(page: Page, keys: tuple[Key, ...]) -> dict[Key, Series]:
    """Return what is only known of now: each metric at the newest period that has it, whatever periods are chosen."""
    catalogue = definitions_of(metrics.definitions(page.scope))
    sums = metrics.by_period(page.scope, tuple(dict.fromkeys(metric for metric, _ in keys)), all_periods=True)
    found: dict[Key, Series] = {}
    for key in keys:
        rows = sums.filter((pl.col("metric_id") == key[0]) & (pl.col("basis") == key[1]))
        if key in catalogue and rows.height:
            found[key] = series_of(rows, catalogue[key], (str(rows["period_id"][-1]),))
    return found


def cards(figures: Figures, keys: kpi.Cards, *, more: Iterable[Series] = ()) -> None:
    """Draw the cards of the metrics that this run defines, and after them those of the series given."""
    known = [card for card in keys if figures.has(card[:2])]
    others = tuple(more)
    drawn = len(known) + len(others)
    columns = drawn if drawn in {1, 2, 4} else 3
    with st.grid(columns, min_column_width=230):
        for metric, basis, trend in known:
            kpi.card(figures.series((metric, basis)), filters=figures.page.scope.filters, trend=trend)
        for series in others:
            kpi.card(series, filters=figures.page.scope.filters)


def members(
    figures: Figures, keys: tuple[Key, ...], member: metrics.Member
) -> tuple[dict[str, str], dict[str, dict[Key, Series]]]:
    """Return the names of one dimension's members and each one's series, in the order of the names."""
    page = figures.page
    known = [key for key in keys if figures.has(key)]
    sums = metrics.by_member(page.scope, tuple(dict.fromkeys(metric for metric, _ in known)), member)
    names = reference.names(page.scope.run, NAMED[member]) if member in NAMED else {}
    found: dict[str, dict[Key, Series]] = {}
    for key in known:
        for one, series in members_of(sums, figures.catalogue[key], page.scope.filters.periods).items():
            found.setdefault(one, {})[key] = series
    plain = formats.words if member in {"billing_model", "flow"} else formats.member
    return {one: names.get(one) or plain(one) for one in found}, found


def member_table(
    figures: Figures,
    keys: tuple[Key, ...],
    member: metrics.Member,
    *,
    header: str,
    name: str,
    rows: int = 12,
    labels: Mapping[str, str] | None = None,
    widths: tuple[int, ...] = (),
) -> None:
    """Draw a table of members × metrics over all periods chosen, the largest first by the first metric.

    `labels` are shorter words for metrics and `widths` pixels of the columns, where the table is narrow.
    """
    names, found = members(figures, keys, member)
    known = [key for key in keys if figures.has(key)]
    given = iter(widths)
    columns: dict[str, Any] = {"member": st.column_config.TextColumn(header, width=next(given, "medium"))}
    columns |= {
        column_of(key): table.column(figures.catalogue[key], label=(labels or {}).get(key[0]), width=next(given, None))
        for key in known
    }
    lines = [
        {"member": names[one]} | {column_of(key): cell(series[key]) if key in series else None for key in known}
        for one, series in found.items()
    ]
    frame = pl.DataFrame(lines, infer_schema_length=None)
    if frame.height and known:
        frame = frame.sort(column_of(known[0]), descending=True, nulls_last=True)
    shares = tuple(column_of(key) for key in known if figures.catalogue[key].unit == "share")
    table.show(figures.page, frame, name=name, columns=columns, basis="as each column says", shares=shares, rows=rows)


def cell(series: Series) -> Decimal | None:
    """Return the value over all periods, hours and counts as whole numbers."""
    total = series.total
    if total is None or series.definition.unit not in {"hours", "count"}:
        return total
    return total.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def column_of(key: Key) -> str:
    """Return the name of a metric's column in a table."""
    return f"{key[0]}_{key[1]}"
