"""The interfaces as the catalogue measures them: one row an interface and region."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import figures, formats, table
from dashboards.components.badges import word
from dashboards.measure import members_of
from dashboards.queries import metrics

FAILED = ("message_failure_share", "operational")
COUNTED: tuple[figures.Key, ...] = (
    ("message_throughput", "operational"),
    FAILED,
    ("message_retries", "operational"),
    ("message_dead_letters", "operational"),
    ("message_queue_depth", "operational"),
)
TIMED: tuple[figures.Key, ...] = (
    ("message_latency_seconds_p50", "operational"),
    ("message_latency_seconds_p95", "operational"),
)
LABELS = {
    "message_throughput": "Attempts",
    "message_failure_share": "Failed",
    "message_retries": "Retries",
    "message_queue_depth": "Waiting",
    "message_latency_seconds_p50": "Latency p50",
    "message_latency_seconds_p95": "Latency p95",
}
NAME = "Interfaces by flow and region"


def by_flow(read: figures.Figures) -> pl.DataFrame:
    """Return one row an interface and region over all periods chosen, the highest share of failures first."""
    scope, known = read.page.scope, [key for key in COUNTED if read.has(key)]
    lines: dict[tuple[str, str], dict[str, object]] = {}
    sums = metrics.by_member(scope, tuple(metric for metric, _ in known), "flow", within="region")
    for (region,), part in sums.partition_by("within", as_dict=True).items():
        for key in known:
            for flow, series in members_of(part, read.catalogue[key], scope.filters.periods).items():
                lines.setdefault((flow, str(region)), {})[figures.column_of(key)] = figures.cell(series)
    for row in metrics.percentiles(scope, tuple(metric for metric, _ in TIMED), "flow", "region").iter_rows(named=True):
        key = (row["metric_id"], row["basis"])
        if read.has(key):
            lines.setdefault((row["flow"], row["region"]), {})[figures.column_of(key)] = row["value"]
    frame = pl.DataFrame(
        [
            {"flow": formats.words(flow), "region": formats.member(region)} | line
            for (flow, region), line in lines.items()
        ],
        infer_schema_length=None,
    )
    worst = [figures.column_of(FAILED)] if figures.column_of(FAILED) in frame.columns else []
    return (
        frame.sort(*worst, "flow", "region", descending=[*(True for _ in worst), False, False], nulls_last=True)
        if frame.height
        else frame
    )


def draw(read: figures.Figures) -> None:
    """Draw the table of all interfaces, under a heading that says their basis."""
    columns: dict[str, Any] = {
        "flow": st.column_config.TextColumn("Flow"),
        "region": st.column_config.TextColumn("Region"),
    }
    for key in (*COUNTED, *TIMED):
        if read.has(key):
            columns[figures.column_of(key)] = table.column(
                read.catalogue[key], label=LABELS.get(key[0]), says_basis=False
            )
    table.show(
        read.page, by_flow(read), name=NAME, basis=word("operational"), columns=columns,
        shares=(figures.column_of(FAILED),),
    )  # fmt: skip
