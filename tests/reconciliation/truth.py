"""Compares the differences found in a mart with those that the simulator wrote down: precision and recall."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

#: What tells one difference from another: flow, category, books, project, period, functional and group amount.
Item = tuple[str, str, str, str, str, Decimal, Decimal]


@dataclass(frozen=True)
class Score:
    """How one category of one flow was found; the lists hold what was missed and what was found beside it."""

    flow: str
    category: str
    expected: int
    found: int
    missed: tuple[Item, ...]
    extra: tuple[Item, ...]

    @property
    def recall(self) -> float:
        """Return the share of the expected differences that was found."""
        return 1 - len(self.missed) / self.expected if self.expected else 1.0

    @property
    def precision(self) -> float:
        """Return the share of what was found that was expected."""
        return 1 - len(self.extra) / self.found if self.found else 1.0


def source_id(key: str) -> str:
    """Return the id behind a canonical key: `psa:P1` is P1; `none` and `unmapped` stay."""
    return key.rpartition(":")[2]


def expected_items(drop: Path) -> list[Item]:
    """Read the truth file of a simulated drop."""
    with (drop / "_truth" / "recon_item.csv").open(newline="", encoding="utf-8") as file:
        return [
            (
                row["flow"],
                row["category"],
                row["legal_entity"],
                row["project"] or "none",
                row["period_id"],
                Decimal(row["amount_functional"]),
                Decimal(row["amount_group"]),
            )
            for row in csv.DictReader(file)
        ]


def found_items(mart: Path) -> list[Item]:
    """Read the differences of a built mart."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        rows = connection.execute(
            "select flow, category, legal_entity_key, project_key, period_id, difference_functional,"
            " difference_group from recon_item"
        ).fetchall()
    return [(r[0], r[1], source_id(r[2]), source_id(r[3]), r[4], r[5], r[6]) for r in rows]


def expected_controls(drop: Path) -> set[tuple[str, str]]:
    """Read the breaches of control of a simulated drop as rule and subject."""
    with (drop / "_truth" / "control_exception.csv").open(newline="", encoding="utf-8") as file:
        return {(row["rule"], row["subject"]) for row in csv.DictReader(file)}


def found_controls(mart: Path) -> set[tuple[str, str]]:
    """Read the breaches of control of a built mart; a period's subject is the period alone."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        rows = connection.execute("select rule, subject_id from control_exception").fetchall()
    return {(rule, source_id(subject.partition("|")[0])) for rule, subject in rows}


def scores(expected: list[Item], found: list[Item]) -> list[Score]:
    """Score each flow and category that either side has; equal items are told apart by number."""
    result = []
    for flow, category in sorted({item[:2] for item in (*expected, *found)}):
        wanted = Counter(item for item in expected if item[:2] == (flow, category))
        got = Counter(item for item in found if item[:2] == (flow, category))
        result.append(
            Score(
                flow=flow,
                category=category,
                expected=wanted.total(),
                found=got.total(),
                missed=tuple((wanted - got).elements()),
                extra=tuple((got - wanted).elements()),
            )
        )
    return result


def table(results: list[Score]) -> str:
    """Return the scores as a text table, one line a flow and category."""
    lines = [f"{'flow':<15}{'category':<26}{'expected':>9}{'found':>9}{'recall':>9}{'precision':>11}"]
    lines += [
        f"{s.flow:<15}{s.category:<26}{s.expected:>9}{s.found:>9}{s.recall:>9.3f}{s.precision:>11.3f}" for s in results
    ]
    return "\n".join(lines)
