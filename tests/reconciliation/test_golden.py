"""Golden cases: every category of difference has a worked case that says where it comes from."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
FILES = ("_golden__unit_tests.yml", "_reconciliation__unit_tests.yml")


def golden() -> list[dict[str, Any]]:
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


@pytest.mark.parametrize("category", categories())
def test_every_category_has_a_golden_case_with_its_provenance(category: str) -> None:
    expected = [row for test in golden() for row in test["expect"]["rows"]]
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
