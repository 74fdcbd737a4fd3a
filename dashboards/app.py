"""The app's navigation, and nothing else."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

ICON = Path(__file__).parent / "static" / "favicon.png"

st.set_page_config(page_title="Tieout", page_icon=str(ICON), layout="wide", initial_sidebar_state="expanded")
st.navigation(
    [
        st.Page("pages/overview.py", title="Overview", icon=":material/monitoring:", default=True),
        st.Page("pages/utilization.py", title="Utilization", icon=":material/groups:"),
        st.Page("pages/margin.py", title="Margin", icon=":material/stacked_line_chart:"),
        st.Page("pages/backlog.py", title="Backlog", icon=":material/inventory_2:"),
        st.Page("pages/reconciliation.py", title="Reconciliation", icon=":material/compare_arrows:"),
        st.Page("pages/integration_health.py", title="Integration health", icon=":material/lan:"),
        st.Page("pages/data_and_definitions.py", title="Data and definitions", icon=":material/menu_book:"),
    ],
    position="top",
).run()
