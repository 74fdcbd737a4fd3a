"""Who is at the screen, and what the access grants of the served run let that person see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards.entitlement import LOCAL, Rights
from dashboards.mart import Run
from dashboards.queries.grants import grants_of


def rights_of_visitor(run: Run) -> Rights:
    """Return the visitor's rights: everything in local mode (no sign-in configured), else what is granted."""
    user = visitor()
    if "is_logged_in" not in user:
        return LOCAL
    # An address that the provider has not checked may be anybody's.
    if not user["is_logged_in"] or user.get("email_verified") in (False, "false"):
        return Rights(who="nobody", grants=())
    return grants_of(run, str(user.get("email") or ""))


def offer() -> bool:
    """Draw the button that signs in or out, where sign-in is set up; return whether the visitor must sign in first."""
    user = visitor()
    if "is_logged_in" not in user:
        return False
    if user["is_logged_in"]:
        st.button("Sign out", on_click=st.logout, icon=":material/logout:", type="tertiary")
        return False
    st.button("Sign in", on_click=st.login, icon=":material/login:", type="primary")
    return True


def visitor() -> Mapping[str, Any]:
    """Return what the sign-in says of who is at the screen; without the key `is_logged_in` where none is set up."""
    return st.user
