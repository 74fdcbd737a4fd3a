"""What every row of a drawn ledger has: its books, places and amounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.reconciliation.drawn import ENTITIES, Entry, Fact, Pair, Term, Total
from tests.reconciliation.workings import money

#: Daily rates to functional currency that do not change here; the books may use one of their own.
DAILY = {
    ("EUR", "EUR"): Decimal(1),
    ("USD", "USD"): Decimal(1),
    ("USD", "EUR"): Decimal("0.9"),
    ("EUR", "USD"): Decimal("1.1"),
}
Rate = Callable[[str, str], Decimal]
#: The flow of what is always of one.
FLOWS: dict[type, str] = {Total: "labor_cost", Pair: "intercompany", Term: "revenue"}


@dataclass(frozen=True)
class Rows:
    """Writes rows; `name` keeps the ids of two ledgers apart, `rate` is a period's rate to group currency."""

    name: str
    rate: Rate

    def _line(self, name: str, posted_at: datetime) -> dict[str, Any]:
        return {
            "ledger_id": f"gl_line:erp:{name}",
            "basis": "finance_posted",
            "source_entity": "gl_line",
            "source_system": "erp",
            "source_id": name,
            "gl_line_id": name,
            "posting_event_id": f"{name}-event",
            "posted_at": posted_at,
        }

    def _row(self, entry: Entry, project: int, period: str, money_of: tuple[str, Decimal, Decimal]) -> dict[str, Any]:
        currency, amount, functional = money_of
        known = not isinstance(entry, Total)
        books = entry.provider if isinstance(entry, Pair) else entry.entity
        return {
            "flow": entry.flow if isinstance(entry, Fact) else FLOWS[type(entry)],
            "component": None,
            "origin_type": kind_of(entry) if isinstance(entry, Fact) else None,
            "origin_system": "psa" if known else None,
            "source_entity": kind_of(entry) if isinstance(entry, Fact) else None,
            "source_system": "psa",
            "legal_entity_key": books,
            "project_key": f"psa:{self.name}P{project}",
            "region": "EMEA",
            "work_period_id": period,
            "period_id": period,
            "currency": currency,
            "functional_currency": ENTITIES[books],
            "amount_transaction": amount,
            "amount_functional": functional,
            "amount_group": money(functional * self.rate(books, period)),
            "unmapped_members": "",
        }

    def _currency(self, fact: Fact) -> str:
        home = ENTITIES[fact.entity]
        abroad = next(currency for currency in ENTITIES.values() if currency != home)
        return abroad if fact.foreign and fact.flow != "labor_cost" else home


def kind_of(fact: Fact) -> str:
    return {"expense_cost": "expense", "vendor_cost": "vendor_bill"}.get(fact.flow, "time_entry")
