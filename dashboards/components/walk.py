"""The margin walk: from the quote to the books, step by step."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import formats, table, text
from dashboards.components.badges import badge, word
from dashboards.components.frame import Page
from dashboards.queries import outlook, reference

VIEWS: dict[str, outlook.Part | None] = {
    "Step": None,
    "Practice": "practice",
    "Customer": "customer_key",
    "Project": "project_key",
}
NAMED = {"customer_key": "customer", "project_key": "project"}
STAGES = {"quoted": "Quote", "baseline": "Baseline", "current": "Estimate", "posted": "Books"}
EFFECTS = {
    "margin_from": "Before",
    "volume_effect": "Volume",
    "mix_effect": "Mix",
    "bill_rate_effect": "Bill rate",
    "cost_rate_effect": "Cost rate",
    "unexplained_effect": "Other",
    "margin_to": "After",
}


def draw(page: Page) -> None:
    """Draw the walk of the filtered projects, whatever periods are chosen: it leads up to now."""
    st.subheader(f"Margin walk {badge('operational', 'finance_posted')}", anchor=False)
    text.note(
        "Services revenue less cost, from the accepted quote over the newest baseline and the estimate at completion "
        "to what is posted to date; the effects of a step sum to its difference, Other is what no hours explain. A "
        "project passes over a stage that nobody stated. The "
        f"last step leads from one basis to the other · {page.currency} · as of now"
    )
    chosen = st.segmented_control(
        "By", list(VIEWS), default="Step", key="walk_by", bind="query-params",
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    part = VIEWS[str(chosen or "Step")]
    rows = outlook.walk(page.scope, part)
    names = reference.names(page.scope.run, NAMED[part]) if part in NAMED else {}
    shown = rows.with_columns(
        member=pl.col("member").map_elements(lambda one: names.get(one) or formats.member(one), return_dtype=pl.String),
        step=pl.col("from_stage").replace(STAGES) + " → " + pl.col("to_stage").replace(STAGES),
        basis=pl.when(pl.col("to_stage") == "posted").then(pl.lit(word("cross_basis"))).otherwise(
            pl.lit(word("operational"))
        ),
    )  # fmt: skip
    columns: dict[str, Any] = {} if part is None else {"member": st.column_config.TextColumn(str(chosen), width=130)}
    columns |= {
        "step": st.column_config.TextColumn("Step", width=140),
        "basis": st.column_config.TextColumn("Basis", width=95),
        "projects": st.column_config.NumberColumn("Projects", format="localized", width=72),
    }
    columns |= {
        name: st.column_config.NumberColumn(label, format="compact", width=78) for name, label in EFFECTS.items()
    }
    table.show(page, shown, name="Margin walk", columns=columns, basis="as the column Basis says")
