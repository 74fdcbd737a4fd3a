"""The basis badge: every figure and series says in a word which basis it stands on."""

from __future__ import annotations

BADGES = {
    "finance_posted": ("Posted", "blue"),
    "operational": ("Operational", "orange"),
    "cross_basis": ("Both bases", "gray"),
}
MESSAGES = ":gray-badge[Messages]"  # counts of messages stand on neither basis, and say so


def word(basis: str) -> str:
    """Return the word that names a basis."""
    return BADGES[basis][0]


def badge(*bases: str) -> str:
    """Return the badges of one or more bases as Markdown for a label or a title."""
    return " ".join(f":{BADGES[basis][1]}-badge[{BADGES[basis][0]}]" for basis in bases)
