"""Golden cases: every category of difference has a worked case, kept to the cent to the item and the bridge."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.firm import Firm
from tests.reconciliation import golden
from tests.reconciliation.workings import Workings

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
FILES = ("_golden__unit_tests.yml", "_reconciliation__unit_tests.yml")
CELL = ("flow", "legal_entity_key", "project_key", "period_id")
CASES = golden.cases()
NOON = datetime(2026, 8, 2, 12, tzinfo=UTC)


def unit_tests() -> list[dict[str, Any]]:
    """Return the unit tests of the reconciliation that say where their case comes from."""
    found: list[dict[str, Any]] = []
    for name in FILES:
        text = (PROJECT / "models" / "reconciliation" / name).read_text(encoding="utf-8")
        found += [test for test in yaml.safe_load(text)["unit_tests"] if "Provenance: " in test.get("description", "")]
    return found


def categories() -> list[str]:
    """Return every category of difference."""
    with (PROJECT / "seeds" / "break_category.csv").open(encoding="utf-8", newline="") as file:
        return [row["category"] for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def workings(firm: Firm) -> Workings:
    """Return the match, over the ledgers of the cases."""
    return Workings(firm)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_golden_case_ends_in_its_items_and_in_a_bridge_that_closes(case: golden.Row, workings: Workings) -> None:
    rows = golden.ledger(case)
    result = workings.run(rows, build_time=case.get("build_time", NOON), given=golden.given(case))
    measured = [item | {measure: item[f"difference_{measure}"] for measure in golden.MEASURES} for item in result.items]
    expected = golden.items(case)
    assert golden.listed(measured, *CELL, "category") == golden.listed(expected, *CELL, "category")
    for item in (one for one in case["items"] if "lines" in one):
        assert item["lines"] in [one["gl_line_ids"] for one in measured if one["category"] == item["category"]]
    assert golden.unpriced(measured) == golden.unpriced(expected)
    bridge = [row | {measure: row[f"amount_{measure}"] for measure in golden.MEASURES[:3]} for row in result.bridge]
    assert golden.summed(bridge, *CELL, "category") == golden.summed(expected, *CELL, "category")
    left = golden.left(rows, expected)
    assert [sums for sums in left.values() if any(sums[:3])] == []
    assert sum(sums[3] for sums in left.values()) == Decimal(case.get("untold_hours", 0))


def test_every_category_has_a_golden_case_that_says_where_it_comes_from() -> None:
    assert {item["category"] for case in CASES for item in case["items"]} == set(categories())
    assert [
        case["name"] for case in CASES if not case.get("provenance", "").startswith(("Worked by hand", "Microsoft"))
    ] == []


@pytest.mark.parametrize("category", categories())
def test_every_category_has_a_unit_test_with_its_provenance(category: str) -> None:
    expected = [row for test in unit_tests() for row in test["expect"]["rows"]]
    amounts = ("difference_functional", "difference_amount", "moved_transaction", "rest_functional")
    shown = [row for row in expected if row.get("category") == category or row.get("plan") == category]
    assert shown
    # a row of the category that says nothing of it would be no case
    assert any(row.get(amount) for row in shown for amount in (*amounts, "difference_group", "r_amount"))


def test_all_of_the_golden_file_says_where_it_comes_from() -> None:
    text = (PROJECT / "models" / "reconciliation" / FILES[0]).read_text(encoding="utf-8")
    assert [
        test["name"] for test in yaml.safe_load(text)["unit_tests"] if "Provenance: " not in test["description"]
    ] == []
