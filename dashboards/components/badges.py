"""The basis badge: every figure and series says in a word which basis it stands on, and if its ledger is incomplete."""

from __future__ import annotations

import streamlit as st

BADGES = {
    "finance_posted": ("Posted", "blue"),
    "operational": ("Operational", "orange"),
    "cross_basis": ("Both bases", "gray"),
}
MESSAGES = ":gray-badge[Messages]"  # counts of messages stand on neither basis, and say so
POSTED = frozenset({"finance_posted", "cross_basis"})
INCOMPLETE = "_ledger_is_incomplete"  # in the session: whether a ledger that the page's posted figures stand on is
MARK = ":red-badge[Incomplete]"


def word(basis: str) -> str:
    """Return the word that names a basis."""
    return BADGES[basis][0]


def badge(*bases: str) -> str:
    """Return the badges of one or more bases as Markdown for a label or a title."""
    marks = [f":{BADGES[basis][1]}-badge[{BADGES[basis][0]}]" for basis in bases]
    if POSTED.intersection(bases) and st.session_state.get(INCOMPLETE):
        marks.append(MARK)
    return " ".join(marks)
