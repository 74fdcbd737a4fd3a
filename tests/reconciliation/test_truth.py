"""The differences that a build finds are those that the simulator made, each with its category and amount."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.firm import Firm
from tests.reconciliation.truth import (
    Score,
    breaches,
    expected_controls,
    expected_items,
    found_controls,
    found_items,
    gaps,
    scores,
    table,
)

FLOWS = ("labor_cost", "expense_cost", "vendor_cost", "revenue", "loss_provision", "billing", "intercompany")
#: Categories that even the smallest firm shows in the flow of labour.
ALWAYS = {"unapproved", "cutoff", "awaiting_posting", "rate_difference", "duplicate_posting", "orphan_posting"}


@pytest.fixture(scope="module")
def found(firm: Firm) -> list[Score]:
    """Every flow and category of the small firm with its score."""
    return scores(expected_items(firm.extracts), found_items(firm.mart))


@pytest.mark.parametrize("flow", FLOWS)
def test_every_difference_that_was_made_is_found_with_its_amount_and_no_other(flow: str, found: list[Score]) -> None:
    mine = [score for score in found if score.flow == flow]
    assert mine, f"the firm shows no difference in {flow}"
    wrong = [score for score in mine if score.missed or score.extra]
    assert not wrong, f"{table(wrong)}\nmissed {[s.missed for s in wrong]}\nextra {[s.extra for s in wrong]}"


def test_no_flow_escapes_the_comparison(found: list[Score]) -> None:
    assert {score.flow for score in found} == set(FLOWS)
    assert {score.category for score in found if score.flow == "labor_cost"} >= ALWAYS


def test_every_breach_of_control_that_was_made_is_found_and_no_other(firm: Firm) -> None:
    expected, got = expected_controls(firm.extracts), found_controls(firm.mart)
    assert expected, "the firm breaches no control"
    assert breaches(expected, got) == ((), ())


@pytest.mark.parametrize("rule", ["estimate_stale", "missing_end_date", "self_approved"])
def test_a_breach_that_nobody_made_counts_whichever_rule_it_is_of(rule: str) -> None:
    made = {("self_approved", "DE01", "T1"), ("estimate_stale", "", "CL1")}
    assert breaches(made, {*made, (rule, "DE01", "other")}) == ((), ((rule, "DE01", "other"),))
    assert breaches(made, made - {("estimate_stale", "", "CL1")}) == ((("estimate_stale", "", "CL1"),), ())
    # in other books it is another breach, unless the truth names none
    assert breaches(made, {("self_approved", "US01", "T1"), ("estimate_stale", "UK01", "CL1")}) == (
        (("self_approved", "DE01", "T1"),),
        (("self_approved", "US01", "T1"),),
    )


def test_the_bridge_closes_in_all_three_currencies_on_the_published_mart(firm: Firm) -> None:
    left = gaps(firm.mart)
    assert left.cells > 100
    assert (left.transaction, left.functional, left.group, left.unclassified) == (0, 0, 0, 0)


def test_the_score_sees_an_item_that_is_missing_and_one_too_many() -> None:
    one = Decimal("1.00")
    item = ("labor_cost", "cutoff", "DE01", "P1", "2026-01", "T1", one, "EUR", one, one)
    (score,) = scores([item, item], [item])
    assert (score.recall, score.precision) == (0.5, 1.0)
    (score,) = scores([item], [item, item])
    assert (score.recall, score.precision) == (1.0, 0.5)
