"""The app's navigation, and nothing else."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboards.components.frame import prepare

ICON = Path(__file__).parent / "static" / "favicon.png"

# Set before the navigation, and from a file: the icon of a page would be fetched from a font server.
st.set_page_config(page_icon=str(ICON), layout="wide")

page = st.navigation(
    [
        st.Page("app_pages/overview.py", title="Overview", icon=":material/monitoring:", default=True),
        st.Page("app_pages/utilization.py", title="Utilization", icon=":material/groups:"),
        st.Page("app_pages/margin.py", title="Margin", icon=":material/stacked_line_chart:"),
        st.Page("app_pages/backlog.py", title="Backlog", icon=":material/inventory_2:"),
        st.Page("app_pages/reconciliation.py", title="Reconciliation", icon=":material/compare_arrows:"),
        st.Page("app_pages/integration_health.py", title="Integration health", icon=":material/lan:"),
        st.Page("app_pages/data_and_definitions.py", title="Data and definitions", icon=":material/menu_book:"),
    ],
    position="top",
)
st.set_page_config(page_title=f"{page.title} · Tieout")
prepare(page.title)
page.run()
