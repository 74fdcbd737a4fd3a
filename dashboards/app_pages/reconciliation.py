"""The reconciliation page: where the operational and the posted figures disagree, and why."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards.charts import bridge, columns, style
from dashboards.components import drill, formats, frame, text
from dashboards.components.badges import badge, word
from dashboards.components.frame import Page
from dashboards.queries import reconciliation, reference

FLOWS = ("revenue", "labor_cost", "expense_cost", "vendor_cost", "billing", "loss_provision", "intercompany")
SUMS = {"finance_posted": "posted", "operational": "operational"}


def body(page: Page) -> None:
    """Draw the page: the bridge of one flow, then the way down."""
    totals = reconciliation.totals(page.scope)
    known = {row["flow"]: row for row in totals.iter_rows(named=True)}
    flows = [flow for flow in FLOWS if flow in known]
    if not flows:
        frame.nothing("Nothing to reconcile for these filters.")
        return
    flow = st.segmented_control(
        "Flow", flows, default=flows[0], format_func=formats.words, key="flow", bind="query-params",
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    chosen = str(flow or flows[0])
    _facts(page, chosen, known[chosen])
    left, right = st.columns([2, 3])
    breaks = reconciliation.categories(page.scope, chosen)
    with left.container(border=True, height="stretch"):
        _bridge(page, known[chosen], breaks)
    with right.container(border=True, height="stretch"):
        _periods(page, chosen)
    _drill(page, chosen, breaks)


def _facts(page: Page, flow: str, row: dict[str, Any]) -> None:
    name = formats.words(flow)
    proof = row["operational"] - row["breaks"] - row["posted"] if None not in row.values() else None
    facts = (
        (name, "operational", row["operational"], "Σ of the flow's operational ledger rows"),
        (
            "Explained",
            "cross_basis",
            row["breaks"],
            "Σ of all breaks: operational less posted, by category below",
        ),
        (name, "finance_posted", row["posted"], "Σ of the flow's posted ledger rows"),
        ("Unexplained", "cross_basis", proof, "Operational − Σ breaks − posted; the build fails unless it is 0.00"),
    )
    with st.grid(4, min_column_width=180):
        for label, basis, amount, meaning in facts:
            st.metric(
                f"{label} {badge(basis)}", formats.exact(amount) if label == "Unexplained" else formats.compact(amount),
                help=f"{meaning}\n\n**Exactly:** {formats.exact(amount)} {page.currency}  \n**Owner:** finance  \n"
                "**Source:** recon_bridge_total", border=True,
            )  # fmt: skip


def _bridge(page: Page, row: dict[str, Any], breaks: pl.DataFrame) -> None:
    st.subheader(f"The bridge {badge('cross_basis')}", anchor=False)
    steps = [
        (formats.words(one["category"]), one["difference"])
        for one in breaks.iter_rows(named=True)
        if one["difference"] is not None
    ]
    figure, from_zero = bridge.horizontal(
        (word("operational"), row["operational"]), steps, (word("finance_posted"), row["posted"]),
        style.PALETTES[style.theme()], most=10,
    )  # fmt: skip
    zero = "bars start at zero" if from_zero else "axis does not start at zero"
    text.note(f"What is taken off and put on, the largest first · {page.currency} · {zero}")
    style.draw(figure, alt="Bridge from operational to finance-posted by category", key="recon_bridge")


def _periods(page: Page, flow: str) -> None:
    st.subheader(f"Period by period {badge('finance_posted', 'operational')}", anchor=False)
    text.note(
        f"Posted solid, operational behind it · posted less operational below · {page.currency} · columns start at zero"
    )
    rows = {row["period_id"]: row for row in reconciliation.totals_by_period(page.scope, flow).iter_rows(named=True)}
    periods = page.scope.filters.periods
    series = [
        columns.Columns(word(basis), [rows[one][SUMS[basis]] if one in rows else None for one in periods], look)
        for basis, look in style.POSTED_FIRST
    ]
    figure = columns.with_differences(
        periods, series[0], series[1], style.PALETTES[style.theme()], difference_name="Posted less operational"
    )
    style.draw(figure, alt="The flow by period on both bases", key="recon_periods")


def _drill(page: Page, flow: str, breaks: pl.DataFrame) -> None:
    with st.container(border=True):
        st.subheader(f"Categories {badge('cross_basis')}", anchor=False)
        text.note("Choose a category, then a project, then a transaction: down to the file and row that brought it")
        category = drill.choose(
            page, breaks.with_columns(
                label=pl.col("category").map_elements(formats.words, return_dtype=pl.String),
                who=pl.col("owner").map_elements(formats.words, return_dtype=pl.String, skip_nulls=False),
            ),
            key="category", name=f"Categories of {formats.words(flow).lower()}",
            columns={
                "label": st.column_config.TextColumn("Category", width="medium"),
                "who": st.column_config.TextColumn("Owner"),
                "difference": _amount(f"Operational − posted, {page.currency}"),
                "items": _count("Items"),
                "open_items": _count("Open"),
                "oldest_days": _count("Oldest, days past due"),
            },
        )  # fmt: skip
    if category is None:
        return
    names = reference.names(page.scope.run, "project")
    with st.container(border=True):
        st.subheader(f"{formats.words(category)}: projects {badge('cross_basis')}", anchor=False)
        project = drill.choose(
            page,
            reconciliation.projects(page.scope, flow, category).with_columns(
                label=pl.col("project_key").replace(names)
            ),
            key="project_key", name=f"Projects of {category}",
            columns={
                "label": st.column_config.TextColumn("Project", width="medium"),
                "difference": _amount(f"Operational − posted, {page.currency}"),
                "items": _count("Items"),
                "oldest_days": _count("Oldest, days past due"),
            },
        )  # fmt: skip
    if project is not None:
        drill.transactions(
            page,
            flow,
            category,
            project,
            title=f"{formats.words(category)}: transactions of {text.plain(names.get(project, project))}",
        )


def _amount(header: str) -> Any:  # noqa: ANN401 - streamlit's own type is private
    return st.column_config.NumberColumn(header, format="accounting")


def _count(header: str) -> Any:  # noqa: ANN401 - streamlit's own type is private
    return st.column_config.NumberColumn(header, format="localized")


frame.show(
    body, question="Where do the two bases disagree, and why?",
    bases=("operational", "finance_posted"),
)  # fmt: skip
