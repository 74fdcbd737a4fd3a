"""What was posted, taken back and perhaps posted anew, against the rules as a controller would work them by hand.

The reversal may name the record or nothing but the line that it takes back, and each may stand in a period of its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.firm import Firm
from tests.reconciliation.drawn import PERIODS, Fact, Posting
from tests.reconciliation.ledgers import Books
from tests.reconciliation.test_properties import drawing
from tests.reconciliation.workings import Workings, money

#: What the seed lets pass as rounding of labour in euros.
TOLERANCE = Decimal("0.05")
#: Money and hours by category and period.
Breaks = dict[tuple[str, str], tuple[Decimal, Decimal]]


@dataclass(frozen=True)
class History:
    """An approved entry that was posted right; perhaps taken back in a period; perhaps then posted anew in one."""

    period: int
    cents: int
    quarter_hours: int
    taken_back: int | None
    names_record: bool
    anew: tuple[int, int, int] | None
    """Period, cents off and quarters of an hour off."""


AS_POSTED = Posting(
    percent=100, cents_off=0, hours_off=0, other_entity=False, other_project=False, other_currency=False, period=None,
    kind="line", event=0, bank_percent=100, taken_back=None, leaves=None,
)  # fmt: skip
histories = st.builds(
    History,
    period=st.integers(0, 2),
    cents=st.integers(10_000, 300_000),
    quarter_hours=st.integers(4, 40),
    taken_back=st.one_of(st.none(), st.integers(0, 3), st.integers(0, 3)),
    names_record=st.booleans(),
    anew=st.one_of(
        st.none(),
        st.tuples(
            st.integers(0, 3),
            st.one_of(st.just(0), st.integers(-5, 5), st.integers(-9_000, 9_000)),
            st.one_of(st.just(0), st.integers(-3, 3)),
        ),
    ),
)


def rows_of(history: History, books: Books) -> list[dict[str, Any]]:
    """Write a history down as rows of the ledger."""
    postings = [replace(AS_POSTED, taken_back=history.taken_back)]
    if history.taken_back is not None and history.anew is not None:
        period, cents, quarters = history.anew
        postings.append(replace(AS_POSTED, period=period, cents_off=cents, hours_off=quarters, event=1))
    fact = Fact(
        flow="labor_cost", entity="erp:DE01", project=0, period=history.period, status="approved",
        quarter_hours=history.quarter_hours, cents=history.cents, foreign=False, undone="no", days_open=60,
        lacks="nothing",
        postings=tuple(postings),
    )  # fmt: skip
    nothing = {"origin_type": "manual", "origin_system": None, "origin_id": None, "origin_level": "none"}
    return [
        row | nothing | {"posting_origin_type": "manual"}
        if row["ledger_id"].endswith("-back") and not history.names_record
        else row
        for row in books.rows([fact])
    ]


def by_hand(history: History) -> Breaks:
    """Work the rules: pairs net, what stands elsewhere moves, and what is left at home is one line's difference."""
    found: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])

    def add(category: str, period: int, amount: Decimal, hours: Decimal) -> None:
        found[category, PERIODS[period]][0] += amount
        found[category, PERIODS[period]][1] += hours

    amount, hours = Decimal(history.cents) / 100, Decimal(history.quarter_hours) / 4
    home, back = history.period, history.taken_back
    if back is None:
        return {}
    if back != home:
        add("cutoff", home, -amount, -hours)
        add("cutoff", back, amount, hours)
    if history.anew is None:
        add("reversed_in_erp", home, amount, hours)
    else:
        there, cents, quarters = history.anew
        again, worked = amount + Decimal(cents) / 100, hours + Decimal(quarters) / 4
        if there != home:
            add("cutoff", home, again, worked)
            add("cutoff", there, -again, -worked)
        at_own_rate = worked * amount / hours
        if worked == hours and abs(amount - again) <= TOLERANCE:
            add("rounding", home, amount - again, Decimal(0))
        elif worked == hours or not worked:
            add("rate_difference" if worked else "amount_difference", home, amount - again, hours - worked)
        elif abs(money(at_own_rate) - again) <= TOLERANCE:
            add("hours_difference", home, amount - again, hours - worked)
        else:
            # each formula is rounded for itself, and what that leaves is rounding
            of_hours, of_rate = amount - money(at_own_rate), money(at_own_rate - again)
            add("hours_difference", home, of_hours, hours - worked)
            add("rate_difference", home, of_rate, Decimal(0))
            add("rounding", home, amount - again - of_hours - of_rate, Decimal(0))
    return {key: (sums[0], sums[1]) for key, sums in found.items() if any(sums)}


@pytest.fixture(scope="module")
def workings(firm: Firm) -> Workings:
    """Return the match of the sample firm, with a ledger of our own."""
    return Workings(firm)


@given(history=histories)
@drawing(60)
def test_what_was_taken_back_and_posted_anew_is_what_the_rules_make_of_it_by_hand(
    workings: Workings, history: History
) -> None:
    items = workings.run(rows_of(history, Books("A", workings.rate))).items
    found: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for item in items:
        sums = found[item["category"], item["period_id"]]
        sums[0] += item["difference_functional"]
        sums[1] += item["difference_hours"] or 0
    assert {key: (sums[0], sums[1]) for key, sums in found.items() if any(sums)} == by_hand(history)
