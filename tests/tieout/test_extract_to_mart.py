"""Figures of the published mart against plain sums over the extracts' own text, with nothing of ours in between."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.firm import Firm

CLASSES = {
    "labor_cost": "labor_cost",
    "expense_cost": "expense_cost",
    "subcontractor_cost": "vendor_cost",
    "loss_provision": "loss_provision",
    "services_revenue": "revenue",
    "recurring_revenue": "revenue",
    "reimbursable_revenue": "revenue",
}
INCOME = {"revenue"}
Record = dict[str, str]


def newest(extracts: Path, entity: str, key: str) -> dict[str, Record]:
    """The newest version of each record of an entity, over all its files; deleted ones left out."""
    found: dict[str, Record] = {}
    for record in sorted(_records(extracts, entity), key=lambda one: one["updated_at"]):
        found[record[key]] = record
    return {one: record for one, record in found.items() if record.get("is_deleted") != "true"}


def _records(extracts: Path, entity: str) -> Iterator[Record]:
    for file in [*extracts.glob(f"*/{entity}.csv"), *extracts.glob(f"*/{entity}/*.csv")]:
        with file.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)


@pytest.fixture(scope="module")
def mart(firm: Firm) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(firm.mart.resolve()), read_only=True) as connection:
        yield connection


def ledger(mart: duckdb.DuckDBPyConnection, columns: str, condition: str) -> dict[str, Decimal]:
    rows = mart.execute(f"select {columns} from mart.fct_project_ledger where {condition} group by 1").fetchall()
    return {name: amount for name, amount in rows if amount}


def test_what_is_posted_is_what_the_general_ledger_says(firm: Firm, mart: duckdb.DuckDBPyConnection) -> None:
    lines = newest(firm.extracts, "gl_line", "gl_line_id").values()
    accounts = newest(firm.extracts, "account", "account_id")
    entities = newest(firm.extracts, "legal_entity", "legal_entity_id")
    balance: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        balance[line["journal_id"]] += Decimal(line["functional_amount"])
    posted: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        account_class = accounts[line["account_id"]]["account_class"]
        # what was paid is the labour of projects where the entity costs it so
        at_actual = entities[line["legal_entity_id"]]["labor_costing"] == "actual"
        flow = "labor_cost" if at_actual and account_class == "payroll_cost" else CLASSES.get(account_class)
        is_ours = flow in INCOME or line.get("project_id")
        if flow and is_ours and not balance[line["journal_id"]] and not line.get("counterparty_entity_id"):
            amount = Decimal(line["functional_amount"])
            cell = (f"erp:{line['legal_entity_id']}", line["period_id"], flow)
            posted[cell] += -amount if flow in INCOME else amount
    expected = {cell: amount for cell, amount in posted.items() if amount}
    for table, amount, condition in (
        ("fct_project_ledger", "amount_functional", "basis = 'finance_posted'"),
        ("recon_bridge_total", "posted_functional", "true"),
        ("recon_bridge_total", "operational_functional - breaks_functional", "true"),
    ):
        rows = mart.execute(
            f"select legal_entity_key, period_id, flow, sum({amount}) from mart.{table}"
            f" where {condition} and flow not in ('billing', 'intercompany') group by all"
        ).fetchall()
        assert {tuple(cell): amount for *cell, amount in rows if amount} == expected, table
    assert {flow for entity, _, flow in expected if entities[entity[4:]]["labor_costing"] == "actual"} >= {"labor_cost"}


def test_what_is_billed_is_what_the_invoices_say(firm: Firm, mart: duckdb.DuckDBPyConnection) -> None:
    invoices = newest(firm.extracts, "invoice", "invoice_id")
    billed: dict[str, Decimal] = defaultdict(Decimal)
    for line in newest(firm.extracts, "invoice_line", "invoice_line_id").values():
        invoice = invoices[line["invoice_id"]]
        if invoice["status"] in {"issued", "paid"}:
            sign = -1 if invoice["document_type"] == "credit_note" else 1
            billed[invoice["currency"]] += sign * Decimal(line["amount"])
    found = ledger(mart, "currency, sum(amount_transaction)", "basis = 'finance_posted' and flow = 'billing'")
    assert found == dict(billed)


def test_the_hours_of_employees_are_those_of_the_timesheets(firm: Firm, mart: duckdb.DuckDBPyConnection) -> None:
    people = newest(firm.extracts, "employee", "employee_id")
    hours: dict[str, Decimal] = defaultdict(Decimal)
    for entry in newest(firm.extracts, "time_entry", "time_entry_id").values():
        person = people.get(entry["employee_id"], {"worker_type": "employee"})
        if entry["status"] in {"submitted", "approved"} and person["worker_type"] == "employee":
            hours[entry["work_date"][:7]] += Decimal(entry["hours"])
    found = ledger(mart, "work_period_id, sum(hours)", "basis = 'operational' and flow = 'labor_cost'")
    assert found == dict(hours)
