"""What holds for every ledger, however it was posted: the bridge closes, and each cent has one reason.

Ledgers are drawn at random and made smaller until nothing can be left out of what fails; hypothesis prints the line
that draws the same one again. `TIEOUT_EXAMPLES=5000` draws so many for each property instead of the daily few.
"""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.firm import Firm
from tests.reconciliation.drawn import Entry, ledgers
from tests.reconciliation.ledgers import Books
from tests.reconciliation.workings import BUILD_TIME, Result, Workings

AMOUNTS = ("transaction", "functional", "group")
MEASURES = (*AMOUNTS, "hours")
BASES = ("operational", "finance_posted")
CELL = ("flow", "legal_entity_key", "project_key", "period_id")
#: What a reader sees of an item beside its place and its differences; the clock may change it.
SEEN = ("category", "match_level", "gl_line_ids", "status", "severity")
Cells = dict[tuple[str, ...], Decimal]


def drawing(daily: int) -> settings:
    """Return how many ledgers a property is tried on; the fixture is the same read-only workings for all of them."""
    return settings(
        max_examples=int(os.environ.get("TIEOUT_EXAMPLES", daily)),
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


@pytest.fixture(scope="module")
def workings(firm: Firm) -> Workings:
    """Return the match of the sample firm, with a ledger of our own."""
    return Workings(firm)


def cells(rows: list[dict[str, Any]], measure: str, *more: str) -> Cells:
    """Return what each cell of the bridge comes to; what has no currency is `none` there."""
    found: Cells = defaultdict(Decimal)
    for row in rows:
        found[tuple("none" if row[name] is None else row[name] for name in (*CELL, *more))] += row.get(measure) or 0
    return found


def left(ledger: list[dict[str, Any]], result: Result, amount: str) -> Cells:
    """Return operational less breaks less posted of every cell in which that is not nothing."""
    more = ("currency",) if amount == "transaction" else ()
    measure = "hours" if amount == "hours" else f"amount_{amount}"
    sides = [cells([row for row in ledger if row["basis"] == basis], measure, *more) for basis in BASES]
    taken = [sides[1], cells(result.items, f"difference_{amount}", *more)]
    if amount == "transaction":
        taken.append(cells(result.two_currencies, "two_currencies_transaction", *more))
    if amount == "hours":
        taken.append(cells(result.untold, "untold_hours"))
    total: Cells = defaultdict(Decimal, sides[0])
    for part in taken:
        for key, size in part.items():
            total[key] -= size
    return {key: size for key, size in total.items() if size}


def told(items: list[dict[str, Any]], *names: str) -> list[tuple[str, ...]]:
    """Return the items as what a reader sees of them, sorted."""
    shown = ("item_id", *CELL, "work_period_id", *names, *(f"difference_{measure}" for measure in MEASURES))
    return sorted(tuple(str(item[name]) for name in shown) for item in items)


def each_once(rows: list[dict[str, Any]], result: Result) -> None:
    """Refuse a row that is matched twice or nowhere, and a difference that has two items or two reasons."""
    # a pool's total is a row of the match too, under the pool's name
    single = [name for name, _ in result.matched if "|" not in name]
    pooled = [name for name, _ in result.pooled]
    assert Counter([*single, *pooled, *result.settled]) == Counter(row["ledger_id"] for row in rows)
    assert max(Counter(item["item_id"] for item in result.items).values(), default=1) == 1
    never_posted = Counter((i["match_key"], i["category"]) for i in result.items if i["gl_line_ids"] is None)
    assert max(never_posted.values(), default=1) == 1


@given(ledger=ledgers)
@drawing(60)
def test_every_bridge_closes_and_each_row_and_each_cent_has_one_place(workings: Workings, ledger: list[Entry]) -> None:
    books = Books("A", workings.rate)
    rows = books.rows(ledger)
    result = workings.run(rows, landed=books.landed(ledger))
    assert {measure: left(rows, result, measure) for measure in MEASURES} == {measure: {} for measure in MEASURES}
    assert [item["match_key"] for item in result.items if item["category"] == "unclassified"] == []
    for item in result.items:
        others = replace(result, items=[other for other in result.items if other is not item])
        assert any(left(rows, others, measure) for measure in MEASURES)
    for measure, column in [*((f"amount_{a}", f"difference_{a}") for a in AMOUNTS), ("hours", "difference_hours")]:
        grain = ("work_period_id", "currency", "category")
        assert cells(result.bridge, measure, *grain) == cells(result.items, column, *grain)
    each_once(rows, result)


@given(mine=ledgers, theirs=ledgers, shuffled=st.randoms(use_true_random=False))
@drawing(30)
def test_items_and_their_ids_depend_on_their_own_facts_and_not_on_order(
    workings: Workings, mine: list[Entry], theirs: list[Entry], shuffled: random.Random
) -> None:
    books, others = Books("A", workings.rate), Books("B", workings.rate)
    alone = workings.run(books.rows(mine), landed=books.landed(mine))
    rows = [*books.rows(mine), *others.rows(theirs)]
    shuffled.shuffle(rows)
    among = workings.run(rows, landed=[*others.landed(theirs), *books.landed(mine)])
    kept = [item for item in among.items if item["project_key"].startswith("psa:A")]
    assert told(kept, *SEEN) == told(alone.items, *SEEN)


@given(ledger=ledgers, days=st.integers(1, 90))
@drawing(20)
def test_the_same_ledger_gives_the_same_items_again_and_on_a_later_day(
    workings: Workings, ledger: list[Entry], days: int
) -> None:
    books = Books("A", workings.rate)
    rows, gone = books.rows(ledger), books.landed(ledger)
    once = workings.run(rows, landed=gone)
    assert told(workings.run(rows, landed=gone).items, *SEEN) == told(once.items, *SEEN)
    # the clock may change the reason of a difference, never the difference nor its id
    later = workings.run(rows, landed=gone, build_time=BUILD_TIME + timedelta(days=days))
    assert told(later.items) == told(once.items)


def test_the_ledgers_that_are_drawn_differ_in_every_flow_and_in_most_categories(workings: Workings) -> None:
    seen: Counter[str] = Counter()

    @given(ledger=st.lists(ledgers, min_size=8, max_size=8))
    @settings(drawing(6), derandomize=True, database=None, max_examples=24)
    def draw(ledger: list[list[Entry]]) -> None:
        entries = [entry for part in ledger for entry in part]
        books = Books("A", workings.rate)
        found = workings.run(books.rows(entries), landed=books.landed(entries)).items
        seen.update(item["flow"] for item in found)
        seen.update(item["category"] for item in found)

    draw()
    assert set(seen) >= {"labor_cost", "expense_cost", "vendor_cost", "revenue", "billing", "intercompany"}
    assert set(seen) >= {"cutoff", "wrong_entity", "wrong_project", "partially_posted", "duplicate_posting", "accrual"}
    assert set(seen) >= {"hours_difference", "rate_difference", "fx_difference", "orphan_posting", "unapproved"}
