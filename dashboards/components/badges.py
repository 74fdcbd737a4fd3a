"""The basis badge: in a word which basis a figure stands on, if its ledger is incomplete and if it is provisional."""

from __future__ import annotations

import streamlit as st

BADGES = {
    "finance_posted": ("Posted", "blue"),
    "operational": ("Operational", "orange"),
    "cross_basis": ("Both bases", "gray"),
}
POSTED = frozenset({"finance_posted", "cross_basis"})
INCOMPLETE = "_ledger_is_incomplete"  # in the session: whether a ledger that the page's posted figures stand on is
TO_DATE = "_a_ledger_to_date_is_incomplete"  # or of one before them, which the page's posted balances stand on as well
MARK = ":red-badge[Incomplete]"
PROVISIONAL = "_a_period_is_running"  # in the session: whether one of the periods chosen was still running
RUNNING = ":violet-badge[Provisional]"


def word(basis: str) -> str:
    """Return the word that names a basis."""
    return BADGES[basis][0]


def badge(*bases: str, provisional: bool | None = None, balance: bool = False) -> str:
    """Return the badges of one or more bases as Markdown for a label or a title.

    `provisional`: whether the figure stands on a period that was still running; where nothing is said, it stands on all
    periods chosen. `balance`: whether the figure stands on everything posted up to its period, not only within it.
    """
    marks = [f":{BADGES[basis][1]}-badge[{BADGES[basis][0]}]" for basis in bases]
    if POSTED.intersection(bases) and st.session_state.get(TO_DATE if balance else INCOMPLETE):
        marks.append(MARK)
    if st.session_state.get(PROVISIONAL) if provisional is None else provisional:
        marks.append(RUNNING)
    return " ".join(marks)
