"""Charges between entities: held against the rule and rates of the extracts, in entity views and out of the group's."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.firm import Firm
from tests.reconciliation.workings import money

Margins = dict[tuple[str, str], Decimal]


@pytest.fixture(scope="module")
def mart(firm: Firm) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return the firm's published mart."""
    with duckdb.connect(str(firm.mart.resolve()), read_only=True) as connection:
        yield connection


def read(file: Path) -> list[dict[str, str]]:
    """Return the rows of an extract."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def legs(mart: duckdb.DuckDBPyConnection, component: str) -> dict[str, tuple[Any, ...]]:
    """Return the operational legs of one side by time entry: books, counterparty, project, period, currency, amount."""
    rows = mart.execute(
        "select source_id, legal_entity_key, counterparty_entity_key, project_key, period_id, functional_currency,"
        " amount_functional from fct_project_ledger"
        " where flow = 'intercompany' and basis = 'operational' and component = ?",
        [component],
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def test_the_provider_charges_its_labor_cost_with_the_mark_up_of_the_rule(
    firm: Firm, mart: duckdb.DuckDBPyConnection
) -> None:
    rules = {
        (f"erp:{rule['provider_entity_id']}", f"erp:{rule['receiver_entity_id']}"): Decimal(rule["value"])
        for rule in read(firm.extracts / "erp" / "intercompany_rule.csv")
        if rule["method"] == "cost_plus"
    }
    costs = mart.execute(
        "select source_id, amount_functional from fct_project_ledger"
        " where flow = 'labor_cost' and basis = 'operational'"
    ).fetchall()
    cost_of = dict(costs)
    provided = legs(mart, "provider")
    assert len(provided) > 10
    assert {entry: leg[5] for entry, leg in provided.items()} == {
        entry: money(cost_of[entry] * (1 + rules[leg[0], leg[1]])) for entry, leg in provided.items()
    }


def test_the_receiver_holds_what_the_provider_charged_at_the_rate_of_the_periods_last_day(
    firm: Firm, mart: duckdb.DuckDBPyConnection
) -> None:
    ends = {
        (f"erp:{period['legal_entity_id']}", period["period_id"]): period["end_date"]
        for period in read(firm.extracts / "erp" / "accounting_period.csv")
    }
    daily: dict[tuple[str, str], list[tuple[str, Decimal]]] = defaultdict(list)
    for rate in read(firm.extracts / "erp" / "fx_rate.csv"):
        if rate["rate_type"] == "daily":
            daily[rate["from_currency"], rate["to_currency"]].append((rate["rate_date"], Decimal(rate["rate"])))

    def at(source: str, target: str, day: str) -> Decimal:
        if source == target:
            return Decimal(1)
        direct = [rate for rate in daily[source, target] if rate[0] <= day]
        if direct:
            return max(direct)[1]
        return 1 / max(rate for rate in daily[target, source] if rate[0] <= day)[1]

    provided, received = legs(mart, "provider"), legs(mart, "receiver")
    assert provided.keys() == received.keys()
    for entry, (books, counterparty, project, period, currency, amount) in received.items():
        given = provided[entry]
        assert (books, counterparty, project) == (given[1], given[0], given[2])
        rate = at(given[4], currency, ends[books, period])
        assert abs(amount + given[5] * rate) <= Decimal("0.01"), entry


def margins(mart: duckdb.DuckDBPyConnection, metric: str) -> Margins:
    """Return a margin of the metric layer by basis and entity."""
    rows = mart.execute(
        "select basis, legal_entity_key, sum(numerator) from fct_metric where metric_id = ? group by all", [metric]
    ).fetchall()
    return {(basis, entity): Decimal(amount) for basis, entity, amount in rows if amount}


def from_ledger(mart: duckdb.DuckDBPyConnection, *, charges: bool) -> Margins:
    """Return the same margin from the rows of the ledger, with or without charges between entities."""
    rows = mart.execute(
        "select basis, legal_entity_key, sum(case"
        " when flow = 'revenue' and revenue_stream = 'services' then amount_group"
        " when flow in ('labor_cost', 'vendor_cost') then -amount_group"
        f" when flow = 'intercompany' and {charges} then amount_group end)"
        " from fct_project_ledger group by all"
    ).fetchall()
    return {(basis, entity): amount for basis, entity, amount in rows if amount}


def test_charges_are_in_the_view_of_an_entity_and_eliminated_in_the_groups(mart: duckdb.DuckDBPyConnection) -> None:
    of_the_group, of_entities = margins(mart, "gross_margin"), margins(mart, "gross_margin_by_entity")
    assert of_the_group == from_ledger(mart, charges=False)
    assert of_entities == from_ledger(mart, charges=True)
    moved = {entity for (basis, entity) in of_entities if of_entities[basis, entity] != of_the_group[basis, entity]}
    assert moved == {leg[0] for side in ("provider", "receiver") for leg in legs(mart, side).values()}


def test_both_legs_stand_in_the_bridge_of_their_own_entity(mart: duckdb.DuckDBPyConnection) -> None:
    bridge = mart.execute(
        "select legal_entity_key, sum(operational_functional) from recon_bridge_total where flow = 'intercompany'"
        " group by all"
    ).fetchall()
    held: dict[str, Decimal] = defaultdict(Decimal)
    for side in ("provider", "receiver"):
        for leg in legs(mart, side).values():
            held[leg[0]] += leg[5]
    assert dict(bridge) == dict(held)
