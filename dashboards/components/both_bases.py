"""Projects on both bases side by side, out of the metrics themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import figures, table, text
from dashboards.components.badges import badge, word
from dashboards.components.frame import Page

PARTS = {"revenue": "project_revenue", "margin": "project_margin", "share": "project_margin_share"}
BASES = {"posted": "finance_posted", "operational": "operational"}
HEADERS = {"revenue": "Revenue", "margin": "Margin", "share": "%"}


def draw(page: Page) -> None:
    """Draw one row a project with revenue, margin and share of each basis, the largest posted revenue first."""
    st.subheader(f"Projects, both bases side by side {badge('finance_posted', 'operational')}", anchor=False)
    text.note(
        f"Project margin: services and reimbursable revenue less all project cost · {page.currency} · "
        "the largest revenue first"
    )
    columns: dict[str, Any] = {"project": st.column_config.TextColumn("Project", width=180)}
    for part, header in HEADERS.items():
        form = "%.1f%%" if part == "share" else "compact"
        columns |= {
            f"{part}_{name}": st.column_config.NumberColumn(f"{header} · {word(basis)}", format=form)
            for name, basis in BASES.items()
        }
    columns["distance"] = st.column_config.NumberColumn(f"Gap · {word('cross_basis')}", format="compact")
    table.show(
        page, rows(page), name="Projects on both bases", columns=columns, basis="as each column says",
        shares=("share_posted", "share_operational"),
    )  # fmt: skip


def rows(page: Page) -> pl.DataFrame:
    """Return the rows of the table; `distance` is the posted margin less the operational one."""
    keys = tuple((metric, basis) for metric in PARTS.values() for basis in BASES.values())
    names, found = figures.members(figures.read(page, keys), keys, "project_key")
    lines = []
    for one, series in found.items():
        line: dict[str, str | Decimal | None] = {"project": names[one]}
        for part, metric in PARTS.items():
            for name, basis in BASES.items():
                known = series.get((metric, basis))
                line[f"{part}_{name}"] = known.total if known else None
        posted, operational = line["margin_posted"], line["margin_operational"]
        both = isinstance(posted, Decimal) and isinstance(operational, Decimal)
        line["distance"] = posted - operational if both else None  # type: ignore[operator]
        lines.append(line)
    frame = pl.DataFrame(lines, infer_schema_length=None)
    return frame.sort("revenue_posted", descending=True, nulls_last=True) if frame.height else frame
