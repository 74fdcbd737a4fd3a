"""Mistakes that meet on one record: which ones, and what the truth makes of the whole.

A code of several parts joined by `+` is spoiled by each part in turn; a code of one part is that mistake alone.
"""

from __future__ import annotations

import polars as pl

#: Mistakes that meet on one time entry, each once a closed month as far as it has entries enough.
LABOUR_OVERLAPS = (
    "cutoff+rate",
    "cutoff+rate+partial",
    "entity+cutoff",
    "entity+rate",
    "project+hour",
    "project+cutoff+partial",
    "hour+rate",
    "partial+duplicate",
    "cutoff+duplicate",
    "duplicate+later",
    "undone+again",
    "rate+undone+again",
    "cutoff+undone",
    "undone+later",
    "reversed+duplicate",
    "refused",
)
#: Mistakes that meet on one expense.
EXPENSE_OVERLAPS = (
    "cutoff+amount",
    "project+partial",
    "partial+duplicate",
    "cutoff+duplicate",
    "undone+again",
    "undone+later",
    "reversed+duplicate",
    "entity+amount",
)
#: What a difference at home is called: the first of these parts, in the order of the rules.
_NAMES = {
    "partial": "partially_posted",
    "hour": "hours_difference",
    "rate": "rate_difference",
    "amount": "amount_difference",
}


def has(part: str) -> pl.Expr:
    """Tell whether a record's code has this part."""
    return pl.col("code").str.split("+").list.contains(part).fill_null(value=False)


def names() -> dict[str, str]:
    """Return the category of what each overlap leaves between the two sides at home."""
    found = {}
    for code in (*LABOUR_OVERLAPS, *EXPENSE_OVERLAPS):
        category = next((name for part, name in _NAMES.items() if part in code.split("+")), None)
        if category is not None:
            found[code] = category
    # The hour's own share is an item of its own; what is left is the rate's.
    return found | {"hour+rate": "rate_difference"}


def settled(rows: pl.DataFrame, *, amount: str, functional: str) -> pl.DataFrame:
    """Return both sides as they stand once later postings of the record are counted too."""
    undone, gone_twice = has("undone"), has("reversed") & has("duplicate")
    home = {"p_entity": "entity", "p_project": "project", "p_period": "period"}
    return rows.with_columns(
        # What the books took back leaves no trace where it stood; it is missing at home, or posted right.
        *(pl.when(undone).then(pl.col(own)).otherwise(pl.col(posted)).alias(posted) for posted, own in home.items()),
        p_amount=pl.when(undone).then(amount).when(gone_twice).then(2 * pl.col("p_amount")).otherwise("p_amount"),
        p_functional=pl.when(undone)
        .then(functional)
        .when(gone_twice)
        .then(2 * pl.col("p_functional"))
        .otherwise("p_functional"),
    )
