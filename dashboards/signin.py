"""Who is at the screen, and what the access grants of the served run let that person see."""

from __future__ import annotations

import streamlit as st

from dashboards.entitlement import LOCAL, Rights
from dashboards.mart import Run
from dashboards.queries.grants import grants_of


def rights_of_visitor(run: Run) -> Rights:
    """Return the visitor's rights: everything in local mode (no sign-in configured), else what is granted."""
    if "is_logged_in" not in st.user:
        return LOCAL
    if not st.user.is_logged_in:
        return Rights(who="nobody", grants=(), may_see_rates=False)
    return grants_of(run, str(st.user.get("email") or ""))
