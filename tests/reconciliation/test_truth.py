"""The differences that a build finds are those that the simulator made, each with its category and amount."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from tests.firm import Firm
from tests.reconciliation.truth import (
    Score,
    expected_controls,
    expected_items,
    found_controls,
    found_items,
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
    # what an estimate or a missing end date makes of a line is judged by the build, not planted
    assert {key for key in got if key[0] not in {"estimate_stale", "missing_end_date"}} == expected


def test_the_bridge_closes_in_all_three_currencies_on_the_published_mart(firm: Firm) -> None:
    with duckdb.connect(str(firm.mart), read_only=True) as mart:
        cells = mart.execute(
            "select count(*), count(*) filter (where operational_functional - breaks_functional <> posted_functional"
            " or operational_group - breaks_group <> posted_group) from recon_bridge_total"
        ).fetchone()
        currencies = mart.execute(
            "select count(*), count(*) filter (where operational_transaction - breaks_transaction"
            " - two_currencies_transaction <> posted_transaction) from recon_bridge_currency"
        ).fetchone()
    assert cells is not None
    assert currencies is not None
    assert cells[0] > 100
    assert currencies[0] > 100
    assert (cells[1], currencies[1]) == (0, 0)


def test_the_score_sees_an_item_that_is_missing_and_one_too_many() -> None:
    item = ("labor_cost", "cutoff", "DE01", "P1", "2026-01", Decimal("1.00"), Decimal("1.00"))
    (score,) = scores([item, item], [item])
    assert (score.recall, score.precision) == (0.5, 1.0)
    (score,) = scores([item], [item, item])
    assert (score.recall, score.precision) == (1.0, 0.5)
