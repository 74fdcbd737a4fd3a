"""Compares the differences found in a mart with those that the simulator wrote down: precision and recall."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

#: What tells one difference from another: flow, category, books, project, period, the record behind it where it is
#: a single one, transaction amount with its currency, functional and group amount.
Item = tuple[str, str, str, str, str, str | None, Decimal | None, str | None, Decimal | None, Decimal | None]


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
            _item(
                (row["flow"], row["category"], row["legal_entity"], row["project"] or "none", row["period_id"]),
                (row["origin_type"], row["origin_id"]),
                (_decimal(row["amount_transaction"]), row["currency"]),
                (_decimal(row["amount_functional"]), _decimal(row["amount_group"])),
            )
            for row in csv.DictReader(file)
        ]


def _decimal(text: str) -> Decimal | None:
    """Return an amount; what has no rate has none."""
    return Decimal(text) if text else None


def found_items(mart: Path) -> list[Item]:
    """Read the differences of a built mart."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        rows = connection.execute(
            "select flow, category, legal_entity_key, project_key, period_id, origin_type, origin_id,"
            " difference_transaction, currency, difference_functional, difference_group from recon_item"
        ).fetchall()
    return [_item((r[0], r[1], source_id(r[2]), source_id(r[3]), r[4]), r[5:7], r[7:9], r[9:11]) for r in rows]


def _item(
    place: tuple[str, str, str, str, str],
    origin: tuple[str | None, str | None],
    transaction: tuple[Decimal | None, str | None],
    amounts: tuple[Decimal | None, Decimal | None],
) -> Item:
    origin_type, origin_id = origin
    # A contract line's period and an intercompany pair are many records.
    single = place[0] != "intercompany" and origin_type != "revenue_schedule"
    # Nothing has no currency, and says the same as the null of a pool in two currencies.
    amount, currency = transaction if transaction[0] else (None, None)
    return (*place, (origin_id or None) if single else None, amount, currency, *amounts)


@dataclass(frozen=True)
class Gaps:
    """How many cells a bridge has, how many of them do not close in each currency, and what no rule explains."""

    cells: int
    transaction: int
    functional: int
    group: int
    unclassified: int

    @property
    def any(self) -> bool:
        """Whether anything is open."""
        return bool(self.transaction or self.functional or self.group or self.unclassified or not self.cells)


def gaps(mart: Path) -> Gaps:
    """Close the bridge again from the ledger and the single items, not from the tables that sum them."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        row = connection.execute(_GAPS).fetchone()
    assert row is not None
    return Gaps(*row)


#: A fact that its two sides hold in two currencies closes in functional and group currency alone.
_GAPS = """
with sides as (
    select flow, legal_entity_key, coalesce(project_key, 'none') as project_key,
        coalesce(period_id, 'none') as period_id, coalesce(currency, 'none') as currency,
        if(basis = 'operational', 1, -1) as sign, amount_transaction, amount_functional, amount_group
    from fct_project_ledger
    union all by name
    select flow, legal_entity_key, project_key, period_id, coalesce(currency, 'none') as currency, -1 as sign,
        difference_transaction as amount_transaction, difference_functional as amount_functional,
        difference_group as amount_group
    from recon_item
    union all by name
    select flow, legal_entity_key, project_key, period_id, currency, -1 as sign,
        two_currencies_transaction as amount_transaction
    from recon_bridge_currency
), by_currency as (
    select coalesce(sum(sign * amount_transaction), 0) as left_transaction
    from sides group by flow, legal_entity_key, project_key, period_id, currency
), by_cell as (
    select coalesce(sum(sign * amount_functional), 0) as left_functional,
        coalesce(sum(sign * amount_group), 0) as left_group
    from sides group by flow, legal_entity_key, project_key, period_id
)
select
    (select count(*) from by_cell), (select count(*) from by_currency where left_transaction <> 0),
    (select count(*) from by_cell where left_functional <> 0), (select count(*) from by_cell where left_group <> 0),
    (select count(*) from recon_item where category = 'unclassified')
"""


#: What tells one breach of control from another: rule, books (empty where it stands in none) and subject.
Breach = tuple[str, str, str]


def expected_controls(drop: Path) -> set[Breach]:
    """Read the breaches of control of a simulated drop."""
    with (drop / "_truth" / "control_exception.csv").open(newline="", encoding="utf-8") as file:
        return {(row["rule"], row["legal_entity"], row["subject"]) for row in csv.DictReader(file)}


def expected_landings(drop: Path, mart: Path) -> set[Breach]:
    """Read the breaches of what a simulated drop holds back, in those periods that a built mart certifies."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        signed = set(
            connection.execute(
                "select legal_entity_key, period_id from close_certificate where is_certified"
            ).fetchall()
        )
    certified = {(source_id(books), period) for books, period in signed}
    with (drop / "_truth" / "late_landing.csv").open(newline="", encoding="utf-8") as file:
        return {
            (row["rule"], row["legal_entity"], row["subject"])
            for row in csv.DictReader(file)
            if (row["legal_entity"], row["period_id"]) in certified
        }


def found_controls(mart: Path) -> set[Breach]:
    """Read the breaches of control of a built mart; a period's subject is the period alone."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        rows = connection.execute("select rule, legal_entity_key, subject_id from control_exception").fetchall()
    return {(rule, source_id(books or ""), source_id(subject.partition("|")[0])) for rule, books, subject in rows}


def breaches(expected: set[Breach], found: set[Breach]) -> tuple[tuple[Breach, ...], tuple[Breach, ...]]:
    """Return the breaches that were missed and those that were found beside them."""
    shown = {
        (rule, "", subject) if (rule, "", subject) in expected else (rule, books, subject)
        for rule, books, subject in found
    }
    return tuple(sorted(expected - shown)), tuple(sorted(shown - expected))


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
