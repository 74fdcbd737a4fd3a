"""The differences that a build finds are those that the simulator made, each with its category and amount."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from tests.firm import Firm
from tests.reconciliation.truth import Score, expected_items, found_items, scores, table

#: What is claimed: these categories are found without a miss and without a false alarm, in every flow named.
CLAIMED = {
    "labor_cost": (
        "accrual", "accrual_not_reversed", "awaiting_posting", "cutoff", "duplicate_posting", "hours_difference",
        "integration_failed", "manual_journal", "orphan_posting", "overdue", "partially_posted",
        "rate_difference", "reversal_not_posted", "reversed_at_source", "reversed_in_erp", "rounding",
        "summary_unallocated", "translation_difference", "unapproved", "unmapped", "wrong_entity",
        "wrong_project",
    ),
    "expense_cost": (
        "accrual", "accrual_not_reversed", "amount_difference", "awaiting_posting", "cutoff", "duplicate_posting",
        "fx_difference", "integration_failed", "manual_journal", "orphan_posting", "overdue", "partially_posted",
        "reversal_not_posted", "reversed_at_source", "reversed_in_erp", "rounding", "summary_unallocated",
        "translation_difference", "unapproved", "unmapped", "wrong_entity", "wrong_project",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(firm: Firm) -> dict[tuple[str, str], Score]:
    """Every category of the small firm with its score."""
    results = scores(expected_items(firm.extracts), found_items(firm.mart))
    return {(score.flow, score.category): score for score in results}


@pytest.mark.parametrize("flow", CLAIMED)
def test_every_difference_made_in_a_claimed_category_is_found_and_no_other(
    flow: str, found: dict[tuple[str, str], Score]
) -> None:
    claimed = [found[flow, category] for category in CLAIMED[flow] if (flow, category) in found]
    assert len(claimed) >= len(CLAIMED[flow]) // 2, "the small firm shows too few categories to claim anything"
    wrong = [score for score in claimed if score.missed or score.extra]
    assert not wrong, f"{table(wrong)}\nmissed {[s.missed for s in wrong]}\nextra {[s.extra for s in wrong]}"


def test_the_bridge_closes_in_all_three_currencies_on_the_published_mart(firm: Firm) -> None:
    with duckdb.connect(str(firm.mart), read_only=True) as mart:
        open_cells = mart.execute(
            "select count(*) from recon_bridge_total"
            " where operational_functional - breaks_functional <> posted_functional"
            " or operational_group - breaks_group <> posted_group"
        ).fetchone()
        open_currencies = mart.execute(
            "select count(*) from recon_bridge_currency where operational_transaction - breaks_transaction"
            " - two_currencies_transaction <> posted_transaction"
        ).fetchone()
    assert open_cells == (0,)
    assert open_currencies == (0,)


def test_an_item_lost_from_the_mart_is_seen_as_missed() -> None:
    """The score itself must be able to fail: one item less is one miss, one more is a false alarm."""
    item = ("labor_cost", "cutoff", "DE01", "P1", "2026-01", Decimal("1.00"), Decimal("1.00"))
    (score,) = scores([item, item], [item])
    assert (score.recall, score.precision) == (0.5, 1.0)
    (score,) = scores([item], [item, item])
    assert (score.recall, score.precision) == (1.0, 0.5)
