"""Writes what the property tests draw down as rows of the project ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.reconciliation.drawn import ENTITIES, PERIODS, Entry, Fact, Pair, Posting, Term, Total
from tests.reconciliation.ledger_rows import DAILY, Rows, kind_of
from tests.reconciliation.workings import BUILD_TIME, money


@dataclass(frozen=True)
class Books(Rows):
    """Writes facts down as rows of the project ledger."""

    def rows(self, ledger: list[Entry]) -> list[dict[str, Any]]:
        """Return the ledger's rows."""
        return [row for number, entry in enumerate(ledger) for row in self._of(entry, f"{self.name}{number}")]

    def landed(self, ledger: list[Entry]) -> list[str]:
        """Return the ids of time entries that landed and that their source took back."""
        return [f"{self.name}{n}" for n, e in enumerate(ledger) if isinstance(e, Fact) and e.status == "rejected"]

    def _of(self, entry: Entry, key: str) -> Iterator[dict[str, Any]]:
        if isinstance(entry, Total):
            yield self._total(entry, key)
            if entry.taken_back is not None:
                later = replace(
                    entry,
                    cents=-entry.cents,
                    quarter_hours=None if entry.quarter_hours is None else -entry.quarter_hours,
                    period=entry.period + entry.taken_back,
                )
                posted = BUILD_TIME - timedelta(days=entry.days_open) + timedelta(hours=30)
                back = {"reverses_id": key, "reversal_chain_id": f"erp:{key}", "posted_at": posted}
                yield self._total(later, f"{key}-back") | back
            return
        if isinstance(entry, Pair):
            yield from self._pair(entry, key)
            return
        if isinstance(entry, Term):
            yield from self._term(entry, key)
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
        missing: dict[str, Any] = (
            {} if fact.lacks == "nothing" else dict.fromkeys(("amount_functional", "amount_group"))
        )
        if fact.lacks == "rate":
            missing |= dict.fromkeys(("currency", "amount_transaction"))
        return (
            self._row(fact, fact.project, PERIODS[fact.period], (currency, amount, functional))
            | missing
            | {
                "ledger_id": f"{fact.flow}:{kind_of(fact)}:psa:{key}",
                "basis": "operational",
                "origin_id": key,
                "source_id": key,
                "reverses_id": reverses,
                "hours": Decimal(fact.quarter_hours) / 4 if kind_of(fact) == "time_entry" else None,
                "source_status": fact.status,
                "approved_at": approved if fact.status == "approved" else None,
            }
        )

    def _posted(
        self, fact: Fact, posting: Posting, key: str, line: str, approved: datetime
    ) -> Iterator[dict[str, Any]]:
        other = {"erp:DE01": "erp:US01", "erp:US01": "erp:DE01"}
        books = replace(fact, entity=other[fact.entity]) if posting.other_entity else fact
        currency, home = (
            self._currency(replace(fact, foreign=fact.foreign != posting.other_currency)),
            ENTITIES[books.entity],
        )
        rate = DAILY[currency, home] * (Decimal(posting.bank_percent) / 100 if currency != home else 1)
        amount = money(Decimal(fact.cents) * posting.percent / 10_000) + Decimal(posting.cents_off) / 100
        hours = self._posted_hours(fact, posting)
        project = 1 - fact.project if posting.other_project else fact.project
        period_of = fact.period if posting.period is None else posting.period
        back = [] if posting.taken_back is None else [posting.taken_back]
        for sign, number in ((1, period_of), *((-1, number) for number in back)):
            period = PERIODS[number]
            name = line if sign == 1 else f"{line}-back"
            posted = approved + timedelta(hours=3 if sign == 1 else 40)
            yield self._row(books, project, period, (currency, sign * amount, sign * money(amount * rate))) | {
                "ledger_id": f"gl_line:erp:{name}" + (":1" if posting.kind == "link" else ""),
                "basis": "finance_posted",
                "component": "part" if posting.kind == "link" else None,
                "origin_id": key,
                "origin_level": posting.kind if posting.kind == "link" else "line",
                "source_entity": "invoice_line" if fact.flow == "billing" else "gl_line",
                "source_system": "erp",
                "source_id": name,
                "gl_line_id": None if fact.flow == "billing" else name,
                "invoice_line_id": name if fact.flow == "billing" else None,
                "posting_event_id": f"{key}-event-{posting.event}" if sign == 1 else f"{name}-event",
                "posting_origin_type": {"link": "summary", "accrual": "accrual", "line": kind_of(fact)}[posting.kind],
                "reverses_id": None if sign == 1 else line,
                "reversal_chain_id": f"erp:{line}",
                "hours": None if hours is None else sign * hours,
                "posted_at": posted,
            }
            if posting.kind == "link" and posting.leaves is not None and sign == 1:
                left = self._left(posting, name, posted)
                amounts = (left["amount_transaction"], money(left["amount_transaction"] * rate))
                yield self._row(books, project, period, (currency, *amounts)) | left

    def _left(self, posting: Posting, name: str, posted: datetime) -> dict[str, Any]:
        """Return what a summary has beside its link: hours alone are nobody's where the link states none."""
        cents, quarters = posting.leaves or (0, 0)
        is_untold = posting.hours_off is None and not cents
        return {
            **self._line(name, posted),
            "ledger_id": f"gl_line:erp:{name}:{'untold' if is_untold else 'remainder'}",
            "component": "untold" if is_untold else "remainder",
            "origin_type": "summary",
            "origin_system": None,
            "origin_level": "summary",
            "posting_origin_type": "summary",
            "reversal_chain_id": f"erp:{name}",
            "amount_transaction": Decimal(cents) / 100,
            "hours": Decimal(quarters) / 4,
        }

    def _posted_hours(self, fact: Fact, posting: Posting) -> Decimal | None:
        if kind_of(fact) != "time_entry" or posting.hours_off is None:
            return None
        return money(Decimal(fact.quarter_hours * posting.percent) / 400) + Decimal(posting.hours_off) / 4

    def _total(self, total: Total, key: str) -> dict[str, Any]:
        amount = Decimal(total.cents) / 100
        row = self._row(total, total.project, PERIODS[total.period], (ENTITIES[total.entity], amount, amount))
        return row | {
            "ledger_id": f"gl_line:erp:{key}",
            "basis": "finance_posted",
            "flow": "labor_cost",
            "hours": None if total.quarter_hours is None else Decimal(total.quarter_hours) / 4,
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

    def _pair(self, pair: Pair, key: str) -> Iterator[dict[str, Any]]:
        other = {"erp:DE01": "erp:US01", "erp:US01": "erp:DE01"}[pair.provider]
        approved = BUILD_TIME - timedelta(days=pair.days_open)
        legs = ((pair.provider, other, "provider", 1), (other, pair.provider, "receiver", -1))
        for (books, counterparty, component, sign), off in zip(legs, pair.legs_off, strict=True):
            currency, leg = ENTITIES[books], replace(pair, provider=books)
            amount = money(sign * Decimal(pair.cents) / 100 * DAILY[ENTITIES[pair.provider], currency])
            yield self._row(leg, pair.project, PERIODS[pair.period], (currency, amount, amount)) | {
                "ledger_id": f"intercompany:time_entry:psa:{key}:{component}",
                "basis": "operational",
                "component": component,
                "origin_type": "time_entry",
                "origin_id": key,
                "source_entity": "time_entry",
                "source_id": key,
                "counterparty_entity_key": counterparty,
                "source_status": "approved",
                "approved_at": approved,
            }
            if off is not None:
                posted = amount + Decimal(off) / 100
                yield self._row(leg, pair.project, PERIODS[pair.period], (currency, posted, posted)) | {
                    **self._line(f"{key}-{component}", approved + timedelta(hours=5)),
                    "counterparty_entity_key": counterparty,
                    "origin_level": "none",
                }

    def _term(self, term: Term, key: str) -> Iterator[dict[str, Any]]:
        approved = BUILD_TIME - timedelta(days=term.days_open)
        amount, currency = Decimal(term.cents) / 100, ENTITIES[term.entity]
        shared = {"contract_line_key": f"crm:{key}", "origin_type": "revenue_schedule"}
        if term.is_expected:
            yield (
                self._row(term, term.project, PERIODS[term.period], (currency, amount, amount))
                | shared
                | {
                    "ledger_id": f"revenue:contract_line:crm:{key}",
                    "basis": "operational",
                    "origin_system": "crm",
                    "origin_id": key,
                    "source_entity": "contract_line",
                    "source_id": key,
                    "source_status": "approved",
                    "approved_at": approved,
                }
            )
        for number, (off, is_later) in enumerate(term.postings_off):
            share = money(amount / len(term.postings_off)) + Decimal(off) / 100
            period = PERIODS[term.period + is_later]
            yield (
                self._row(term, term.project, period, (currency, share, share))
                | shared
                | {
                    **self._line(f"{key}-{number}", approved + timedelta(hours=5)),
                    "origin_system": "erp",
                    "origin_id": f"{key}-{number}",
                    "origin_level": "line",
                    "posting_origin_type": "revenue_schedule",
                    "reversal_chain_id": f"erp:{key}-{number}",
                }
            )
