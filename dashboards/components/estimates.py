"""Estimates at completion: what projects will have cost and earned, as their newest forecasts say."""

from __future__ import annotations

import streamlit as st

from dashboards.components import figures, text
from dashboards.components.badges import badge
from dashboards.components.frame import Page
from dashboards.queries import metrics

VIEWS: dict[str, metrics.Member] = {"Project": "project_key", "Practice": "practice", "Customer": "customer_key"}
KEYS = tuple(
    (name, "operational")
    for name in (
        "estimate_at_completion", "percent_complete", "budget_burn", "margin_at_completion", "margin_erosion",
        "forecast_accuracy",
    )
)  # fmt: skip
LABELS = {
    "estimate_at_completion": "Cost (EAC)",
    "percent_complete": "Complete",
    "budget_burn": "Budget used",
    "margin_at_completion": "Margin (EAC)",
    "margin_erosion": "Erosion",
    "forecast_accuracy": "Accuracy",
}
WIDTHS = (165, 143, 131, 149, 154, 127, 133)


def draw(page: Page) -> None:
    """Draw the estimates of the projects that stand in the last period chosen."""
    st.subheader(f"Estimate at completion {badge('operational')}", anchor=False)
    text.note(
        "EAC: cost to date and the remaining cost of the newest forecast, or the newest baseline where there is none; "
        f"margin and erosion are those at completion against the quote · {page.currency} · the largest cost first"
    )
    chosen = st.segmented_control(
        "By", list(VIEWS), default="Project", key="estimate_by", bind="query-params",
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    view = str(chosen or "Project")
    read = figures.read(page, KEYS)
    figures.member_table(
        read, KEYS, VIEWS[view], header=view, name=f"Estimates by {view.lower()}", labels=LABELS, widths=WIDTHS
    )
