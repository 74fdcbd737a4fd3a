from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from simulator.labour import with_failure
from simulator.verdict import ORDER

from .books import Books, open_gaps

#: Every category of the bridge but `unclassified`.
CATEGORIES = (
    "reversed_at_source",
    "reversal_not_posted",
    "reversed_in_erp",
    "duplicate_posting",
    "orphan_posting",
    "accrual",
    "accrual_not_reversed",
    "summary_unallocated",
    "manual_journal",
    "unapproved",
    "unmapped",
    "unbilled_vendor_accrual",
    "bill_variance",
    "integration_failed",
    "on_hold",
    "overdue",
    "awaiting_posting",
    "written_down",
    "cap_exceeded",
    "wrong_entity",
    "wrong_project",
    "cutoff",
    "translation_difference",
    "ic_one_sided",
    "ic_markup_difference",
    "partially_posted",
    "rounding",
    "hours_difference",
    "rate_difference",
    "amount_difference",
    "fx_difference",
    "estimate_difference",
    "not_recognized",
    "not_billed",
)
CONTROLS = (
    "posted_before_approval",
    "self_approved",
    "posted_after_close",
    "edited_after_posting",
    "period_reopened",
    "unbalanced_journal",
    "changed_after_close",
    "gl_incomplete",
    "overlapping_rates",
    "missing_rate",
    "ambiguous_contract_line",
    "estimate_stale",
)


@pytest.fixture(scope="session")
def items(drop: Path) -> pl.DataFrame:
    return pl.read_csv(drop / "_truth/recon_item.csv", infer_schema=False)


def test_every_category_comes_at_least_three_times(items: pl.DataFrame) -> None:
    counts = dict(items.group_by("category").len().iter_rows())
    assert {c for c in CATEGORIES if counts.get(c, 0) < 3} == set()
    assert set(counts) <= set(CATEGORIES)


def test_every_control_is_breached(drop: Path) -> None:
    rows = pl.read_csv(drop / "_truth/control_exception.csv", infer_schema=False)
    assert set(rows["rule"].to_list()) == set(CONTROLS)


def test_an_item_is_never_empty(items: pl.DataFrame) -> None:
    zero = items.filter((pl.col("amount_functional") == "0.00") & (pl.col("amount_group") == "0.00"))
    assert zero.is_empty()


def test_the_labour_bridge_closes_from_the_files_alone(books: Books) -> None:
    assert open_gaps(books.labour(), books.truth("labor_cost"), books.posted("labor_cost")).is_empty()


def test_the_expense_bridge_closes_from_the_files_alone(books: Books) -> None:
    assert open_gaps(books.expenses(), books.truth("expense_cost"), books.posted("expense_cost")).is_empty()


def test_the_vendor_bridge_closes_from_the_files_alone(books: Books) -> None:
    assert open_gaps(books.vendors(), books.truth("vendor_cost"), books.posted("subcontractor_cost")).is_empty()


def test_the_intercompany_bridge_closes_from_the_files_alone(books: Books) -> None:
    posted = pl.concat([books.posted(f"intercompany_{side}", sign=-1) for side in ("revenue", "cost")])
    assert open_gaps(books.intercompany(), books.truth("intercompany"), posted).is_empty()


def test_differences_are_a_few_per_cent_of_labour(books: Books) -> None:
    closed = pl.col("period_id") < "2026-10"
    operational = books.labour().filter(closed)["group"].sum()
    posted = books.posted("labor_cost").filter(closed)["group"].sum()
    assert 0.0005 < abs(operational - posted) / operational < 0.04


def test_a_message_has_not_failed_before_the_erp_answers_it() -> None:
    """Approved seconds before the extracts are taken, a record's message is in none of them: it awaits its posting."""
    now = 1_000_000
    rows = pl.DataFrame({"approved": [now - 4, now - 3600], "due": [now + 10**6] * 2, "code": [None, None]})
    assert with_failure(rows.cast({"code": pl.String}), now)["failed"].to_list() == [False, True]


def test_items_that_tie_but_for_their_amounts_are_written_in_one_order(items: pl.DataFrame) -> None:
    assert items.equals(items.sort(ORDER, nulls_last=False))
