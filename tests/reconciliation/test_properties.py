"""What holds for every ledger, however it was posted: the bridge closes, and each cent has one reason."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.firm import Firm
from tests.reconciliation.drawn import Entry, facts, pairs, terms, totals
from tests.reconciliation.ledgers import Books
from tests.reconciliation.workings import BUILD_TIME, Result, Workings

AMOUNTS = ("transaction", "functional", "group")
ledgers = st.lists(st.one_of(facts, facts, facts, facts, totals, pairs, terms), min_size=50, max_size=50)
#: An example is two runs of the match, half a second each: few examples of many facts, and none to make them smaller.
bounded = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Example:
    """A ledger's rows and what the match made of them; and again, out of order, among the rows of another firm."""

    rows: list[dict[str, Any]]
    result: Result
    mixed: list[dict[str, Any]]
    among: Result


@pytest.fixture(scope="module")
def workings(firm: Firm) -> Workings:
    """Return the match of the sample firm, with a ledger of our own."""
    return Workings(firm)


@pytest.fixture(scope="module")
def examples(workings: Workings) -> list[Example]:
    """Draw ledgers and match each twice; the tests below look at the same runs."""
    drawn: list[Example] = []

    @bounded
    @given(mine=ledgers, theirs=ledgers, seed=st.integers(0, 1000))
    def draw(mine: list[Entry], theirs: list[Entry], seed: int) -> None:
        books, others = Books("A", workings.rate), Books("B", workings.rate)
        rows, gone = books.rows(mine), books.landed(mine)
        mixed = [*rows, *others.rows(theirs)]
        random.Random(seed).shuffle(mixed)
        result = workings.run(rows, landed=gone)
        drawn.append(Example(rows, result, mixed, workings.run(mixed, landed=[*others.landed(theirs), *gone])))

    draw()
    return drawn


def cells(rows: list[dict[str, Any]], amount: str, *, by_currency: bool) -> dict[tuple[str, ...], Decimal]:
    """Return what each cell of the bridge comes to."""
    found: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        key = (row["flow"], row["legal_entity_key"], row["project_key"], row["period_id"])
        found[(*key, row["currency"]) if by_currency else key] += row[amount] or 0
    return found


def left(ledger: list[dict[str, Any]], result: Result, amount: str) -> dict[tuple[str, ...], Decimal]:
    """Return operational less breaks less posted of every cell in which that is not nothing."""
    by_currency = amount == "transaction"
    total: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in ledger:
        sign = 1 if row["basis"] == "operational" else -1
        for key, size in cells([row], f"amount_{amount}", by_currency=by_currency).items():
            total[key] += sign * size
    for key, size in cells(result.items, f"difference_{amount}", by_currency=by_currency).items():
        total[key] -= size
    if by_currency:
        for key, size in cells(result.two_currencies, "two_currencies_transaction", by_currency=True).items():
            total[key] -= size
    return {key: size for key, size in total.items() if size}


def told(items: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return the items as what a reader sees of them, sorted."""
    names = ("item_id", "category", "legal_entity_key", "project_key", "period_id", "match_level", "gl_line_ids")
    amounts = tuple(f"difference_{amount}" for amount in AMOUNTS)
    return sorted(tuple(str(item[name]) for name in (*names, *amounts)) for item in items)


def test_the_ledgers_that_are_drawn_differ_in_every_flow_that_has_two_sides(examples: list[Example]) -> None:
    flows = {"labor_cost", "expense_cost", "vendor_cost", "revenue", "billing", "intercompany"}
    assert {item["flow"] for example in examples for item in example.among.items} == flows


def test_every_bridge_closes_in_every_currency_and_every_difference_has_a_name(examples: list[Example]) -> None:
    closed: dict[str, dict[tuple[str, ...], Decimal]] = {amount: {} for amount in AMOUNTS}
    for example in examples:
        for rows, result in ((example.rows, example.result), (example.mixed, example.among)):
            assert {amount: left(rows, result, amount) for amount in AMOUNTS} == closed
            assert [item["match_key"] for item in result.items if item["category"] == "unclassified"] == []
            assert left(rows, replace(result, items=result.items[1:]), "group") != {}


def test_each_row_is_matched_once_and_each_difference_has_one_item(examples: list[Example]) -> None:
    for example in examples:
        rows, result = example.mixed, example.among
        pooled = [name for name, _ in result.pooled]
        # a pool's total is a row of the match too, under the pool's name
        single = [name for name, _ in result.matched if "|" not in name]
        assert Counter([*single, *pooled, *result.settled]) == Counter(row["ledger_id"] for row in rows)
        assert max(Counter(item["item_id"] for item in result.items).values()) == 1
        never_posted = Counter(item["match_key"] for item in result.items if item["gl_line_ids"] is None)
        assert max(never_posted.values()) == 1


def test_items_and_their_ids_depend_on_their_own_facts_and_not_on_order(examples: list[Example]) -> None:
    for example in examples:
        mine = [item for item in example.among.items if item["project_key"].startswith("psa:A")]
        assert len(mine) > 20
        assert told(mine) == told(example.result.items)


def test_the_same_ledger_again_gives_the_same_items(workings: Workings, examples: list[Example]) -> None:
    once, again = (workings.run(examples[-1].rows) for _ in range(2))
    assert told(once.items) == told(again.items)


def test_an_item_keeps_its_id_as_it_grows_old(workings: Workings, examples: list[Example]) -> None:
    young = workings.run(examples[-1].rows, build_time=BUILD_TIME - timedelta(days=70))
    old = workings.run(examples[-1].rows, build_time=BUILD_TIME + timedelta(days=70))
    waiting = {item["item_id"] for item in young.items if item["category"] == "awaiting_posting"}
    overdue = {item["item_id"] for item in old.items if item["category"] == "overdue"}
    assert waiting
    assert waiting <= overdue | {i["item_id"] for i in old.items if i["category"] == "reversal_not_posted"}
