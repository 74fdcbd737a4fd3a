"""Small ledgers for the property tests: facts of delivery with whatever the books made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from hypothesis import strategies as st

from tests.reconciliation.workings import BUILD_TIME, money

ENTITIES = {"erp:DE01": "EUR", "erp:US01": "USD"}
PERIODS = ("2026-07", "2026-08", "2026-09", "2026-10")
#: Daily rates to functional currency that do not change here; the books may use one of their own.
DAILY = {
    ("EUR", "EUR"): Decimal(1),
    ("USD", "USD"): Decimal(1),
    ("USD", "EUR"): Decimal("0.9"),
    ("EUR", "USD"): Decimal("1.1"),
}
Rate = Callable[[str, str], Decimal]
Kind = Literal["line", "link", "accrual"]


@dataclass(frozen=True)
class Posting:
    """One posting of a fact: its share of the amount, how far off, and where it went; perhaps taken back."""

    quarters: int
    cents_off: int
    hours_off: int
    other_entity: bool
    other_project: bool
    later: int
    kind: Kind
    event: int
    bank_rate: bool
    taken_back: int | None


@dataclass(frozen=True)
class Fact:
    """A time entry or expense with its postings."""

    flow: Literal["labor_cost", "expense_cost"]
    entity: str
    project: int
    period: int
    status: Literal["approved", "submitted", "rejected", "unknown"]
    quarter_hours: int
    cents: int
    foreign: bool
    undone: Literal["no", "approved", "submitted"]
    days_open: int
    postings: tuple[Posting, ...]


@dataclass(frozen=True)
class Total:
    """A line of the books that names no record, and perhaps the one that takes it back, this period or the next."""

    entity: str
    project: int
    period: int
    cents: int
    days_open: int
    origin: Literal["summary", "manual", "payroll", "accrual"]
    taken_back: int | None


postings = st.builds(
    Posting,
    quarters=st.sampled_from((4, 4, 4, 2, 1)),
    cents_off=st.sampled_from((0, 0, 0, 1, -3, 725, -2500)),
    hours_off=st.sampled_from((0, 0, 0, 4, -2)),
    other_entity=st.sampled_from((False, False, False, True)),
    other_project=st.sampled_from((False, False, False, True)),
    later=st.sampled_from((0, 0, 0, 1)),
    kind=st.sampled_from(("line", "line", "link", "accrual")),
    event=st.integers(0, 2),
    bank_rate=st.sampled_from((False, False, True)),
    taken_back=st.sampled_from((None, None, None, 0, 1)),
)
facts = st.builds(
    Fact,
    flow=st.sampled_from(("labor_cost", "expense_cost")),
    entity=st.sampled_from(tuple(ENTITIES)),
    project=st.integers(0, 1),
    period=st.integers(0, 2),
    status=st.sampled_from(("approved", "approved", "approved", "submitted", "rejected", "unknown")),
    quarter_hours=st.integers(1, 40),
    cents=st.integers(1, 300_000),
    foreign=st.booleans(),
    undone=st.sampled_from(("no", "no", "no", "approved", "submitted")),
    days_open=st.integers(0, 60),
    postings=st.lists(postings, max_size=4).map(tuple),
)
totals = st.builds(
    Total,
    entity=st.sampled_from(tuple(ENTITIES)),
    project=st.integers(0, 1),
    period=st.integers(0, 2),
    cents=st.integers(-50_000, 300_000),
    days_open=st.integers(0, 60),
    origin=st.sampled_from(("summary", "summary", "manual", "payroll", "accrual")),
    taken_back=st.sampled_from((None, None, 0, 1)),
)


@dataclass(frozen=True)
class Books:
    """Writes facts down as rows of the project ledger; `name` keeps the ids and projects of two ledgers apart."""

    name: str
    rate: Rate

    def rows(self, ledger: list[Fact | Total]) -> list[dict[str, Any]]:
        """Return the ledger's rows."""
        return [row for number, entry in enumerate(ledger) for row in self._of(entry, f"{self.name}{number}")]

    def landed(self, ledger: list[Fact | Total]) -> list[str]:
        """Return the ids of time entries that landed and that their source took back."""
        return [f"{self.name}{n}" for n, e in enumerate(ledger) if isinstance(e, Fact) and e.status == "rejected"]

    def _of(self, entry: Fact | Total, key: str) -> Iterator[dict[str, Any]]:
        if isinstance(entry, Total):
            yield self._total(entry, key)
            if entry.taken_back is not None:
                later = replace(entry, cents=-entry.cents, period=entry.period + entry.taken_back)
                posted = BUILD_TIME - timedelta(days=entry.days_open) + timedelta(hours=30)
                back = {"reverses_id": key, "reversal_chain_id": f"erp:{key}", "posted_at": posted}
                yield self._total(later, f"{key}-back") | back
            return
        approved = BUILD_TIME - timedelta(days=entry.days_open)
        if entry.status in {"approved", "submitted"}:
            yield self._operational(entry, key, approved)
            if entry.undone != "no":
                undo = replace(entry, status=entry.undone, cents=-entry.cents, quarter_hours=-entry.quarter_hours)
                yield self._operational(undo, f"{key}-R", approved, reverses=key)
        for number, posting in enumerate(entry.postings):
            yield from self._posted(entry, posting, key, f"{key}-{number}", approved)

    def _operational(self, fact: Fact, key: str, approved: datetime, reverses: str | None = None) -> dict[str, Any]:
        amount, currency = Decimal(fact.cents) / 100, self._currency(fact)
        functional = money(amount * DAILY[currency, ENTITIES[fact.entity]])
        return self._row(fact, fact.project, PERIODS[fact.period], (currency, amount, functional)) | {
            "ledger_id": f"{fact.flow}:{_kind(fact)}:psa:{key}",
            "basis": "operational",
            "origin_id": key,
            "source_id": key,
            "reverses_id": reverses,
            "hours": Decimal(fact.quarter_hours) / 4 if fact.flow == "labor_cost" else None,
            "source_status": fact.status,
            "approved_at": approved if fact.status == "approved" else None,
        }

    def _posted(
        self, fact: Fact, posting: Posting, key: str, line: str, approved: datetime
    ) -> Iterator[dict[str, Any]]:
        other = {"erp:DE01": "erp:US01", "erp:US01": "erp:DE01"}
        books = replace(fact, entity=other[fact.entity]) if posting.other_entity else fact
        currency, home = self._currency(fact), ENTITIES[books.entity]
        rate = DAILY[currency, home] * (Decimal("1.02") if posting.bank_rate and currency != home else 1)
        amount = money(Decimal(fact.cents) * posting.quarters / 400) + Decimal(posting.cents_off) / 100
        hours = Decimal(fact.quarter_hours * posting.quarters + posting.hours_off) / 16
        project = 1 - fact.project if posting.other_project else fact.project
        back = [] if posting.taken_back is None else [posting.taken_back]
        for sign, shift in ((1, 0), *((-1, shift) for shift in back)):
            period = PERIODS[fact.period + max(posting.later, shift)]
            name = line if sign == 1 else f"{line}-back"
            posted = approved + timedelta(hours=3 if sign == 1 else 40)
            yield self._row(books, project, period, (currency, sign * amount, sign * money(amount * rate))) | {
                "ledger_id": f"gl_line:erp:{name}" + (":1" if posting.kind == "link" else ""),
                "basis": "finance_posted",
                "component": "part" if posting.kind == "link" else None,
                "origin_id": key,
                "origin_level": posting.kind if posting.kind == "link" else "line",
                "source_entity": "gl_line",
                "source_system": "erp",
                "source_id": name,
                "gl_line_id": name,
                "posting_event_id": f"{key}-event-{posting.event}" if sign == 1 else f"{name}-event",
                "posting_origin_type": {"link": "summary", "accrual": "accrual", "line": _kind(fact)}[posting.kind],
                "reverses_id": None if sign == 1 else line,
                "reversal_chain_id": f"erp:{line}",
                "hours": sign * hours if fact.flow == "labor_cost" else None,
                "posted_at": posted,
            }

    def _total(self, total: Total, key: str) -> dict[str, Any]:
        amount = Decimal(total.cents) / 100
        row = self._row(total, total.project, PERIODS[total.period], (ENTITIES[total.entity], amount, amount))
        return row | {
            "ledger_id": f"gl_line:erp:{key}",
            "basis": "finance_posted",
            "flow": "labor_cost",
            "origin_type": total.origin,
            "origin_system": None,
            "origin_level": "none" if total.origin == "manual" else "summary",
            "source_entity": "gl_line",
            "source_system": "erp",
            "source_id": key,
            "gl_line_id": key,
            "posting_event_id": f"{key}-event",
            "posting_origin_type": total.origin,
            "reversal_chain_id": f"erp:{key}",
            "posted_at": BUILD_TIME - timedelta(days=total.days_open),
        }

    def _row(
        self, entry: Fact | Total, project: int, period: str, money_of: tuple[str, Decimal, Decimal]
    ) -> dict[str, Any]:
        currency, amount, functional = money_of
        known = isinstance(entry, Fact)
        return {
            "flow": entry.flow if isinstance(entry, Fact) else "labor_cost",
            "component": None,
            "origin_type": _kind(entry) if isinstance(entry, Fact) else None,
            "origin_system": "psa" if known else None,
            "source_entity": _kind(entry) if isinstance(entry, Fact) else None,
            "source_system": "psa",
            "legal_entity_key": entry.entity,
            "project_key": f"psa:{self.name}P{project}",
            "region": "EMEA",
            "work_period_id": period,
            "period_id": period,
            "currency": currency,
            "functional_currency": ENTITIES[entry.entity],
            "amount_transaction": amount,
            "amount_functional": functional,
            "amount_group": money(functional * self.rate(entry.entity, period)),
            "unmapped_members": "",
        }

    def _currency(self, fact: Fact) -> str:
        home = ENTITIES[fact.entity]
        abroad = next(currency for currency in ENTITIES.values() if currency != home)
        return abroad if fact.foreign and fact.flow == "expense_cost" else home


def _kind(fact: Fact) -> str:
    return "time_entry" if fact.flow == "labor_cost" else "expense"
