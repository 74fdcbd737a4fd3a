"""Golden cases as they are written in golden.yml: rows of the ledger, and the items that must come of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, Any]
CURRENCIES = {"DE": "EUR", "US": "USD"}
MONTHS = (("2026-07", 7, "0.90"), ("2026-08", 8, "0.92"), ("2026-09", 9, "0.92"), ("2026-10", 10, "0.92"))
MEASURES = ("transaction", "functional", "group", "hours")


def cases() -> list[Row]:
    """Return the cases."""
    text = Path(__file__).with_name("golden.yml").read_text(encoding="utf-8")
    found: list[Row] = yaml.safe_load(text)["cases"]
    return found


def calendar() -> dict[str, list[Row]]:
    """Return the two entities of the cases, their periods and their rates, as the tables that hold them."""
    entities = [
        {"legal_entity_key": key, "functional_currency": currency, "region": "*", "time_zone": "UTC"}
        | {"labor_costing": "standard"}
        for key, currency in CURRENCIES.items()
    ]
    periods = [
        {"legal_entity_key": entity, "period_id": period, "start_date": datetime(2026, month, 1, tzinfo=UTC).date()}
        | {"end_date": _last_day(month), "close_due_at": datetime(2026, month + 1, 3, 18, tzinfo=UTC)}
        for entity in CURRENCIES
        for period, month, _ in MONTHS
    ]
    rates = [
        {"legal_entity_key": entity, "period_id": period, "from_currency": currency, "to_currency": "EUR"}
        | {"average_rate": Decimal(rate if currency == "USD" else "1")}
        for entity, currency in CURRENCIES.items()
        for period, _, rate in MONTHS
    ]
    return {"int_legal_entities": entities, "int_periods": periods, "int_fx_period": rates}


def given(case: Row) -> dict[str, list[Row]]:
    """Return what a case says beside its ledger, as rows of the tables that hold it."""
    psa = {"origin_type": "time_entry", "origin_system": "psa"}
    messages = [
        psa | {"origin_id": "T1", "flow": "time_to_erp", "source_name": "psa", "is_deleted": False} | message
        for message in case.get("messages", ())
    ]
    landed = [
        {"source_system": "psa", "time_entry_id": name, "status": status, "is_deleted": False}
        for name, status in case.get("landed", {}).items()
    ]
    held = [
        {"source_system": "psa", "billing_event_id": name, "status": "on_hold", "is_deleted": False}
        for name in case.get("held", ())
    ]
    scheduled = [
        {"source_system": "psa", "schedule_line_id": name, "status": "recognized", "is_deleted": False}
        for name in case.get("scheduled", ())
    ]
    return calendar() | {
        "stg_integration__integration_messages": messages,
        "stg_psa__time_entries": landed,
        "stg_billing__billing_events": held,
        "stg_billing__revenue_schedule_lines": scheduled,
        "int_revenue_reductions": [psa | reduction for reduction in case.get("reductions", ())],
    }


def ledger(case: Row) -> list[Row]:
    """Return the rows of a case's ledger, everything written out."""
    return [_row(dict(written)) for written in case["rows"]]


def items(case: Row) -> list[Row]:
    """Return the items that a case must come to, everything written out."""
    flow = case["rows"][0].get("flow", "labor_cost")
    return [
        {"flow": flow, "legal_entity_key": "DE", "project_key": "P", "period_id": "2026-07"}
        | {"transaction": item["functional"], "group": item["functional"], "hours": 0}
        | item
        for item in case["items"]
    ]


def _row(written: Row) -> Row:
    line, record = written.pop("line", None), written.pop("id", None)
    amount = _money(written.pop("amount"))
    functional = _money(written.pop("functional", amount))
    kind = written.get("origin_type", "time_entry")
    books = written.get("legal_entity_key", "DE")
    period = written.get("period_id", "2026-07")
    row = {
        "flow": "labor_cost", "origin_type": kind, "origin_system": "psa" if record else None, "origin_id": record,
        "legal_entity_key": "DE", "project_key": "P", "period_id": period, "work_period_id": period,
        "currency": "EUR", "functional_currency": CURRENCIES[books], "unmapped_members": "",
        "amount_transaction": amount, "amount_functional": functional,
        "amount_group": _money(written.pop("group", functional)),
    } | written  # fmt: skip
    place = "|".join(str(part) for part in (row["flow"], record, written.get("component")))
    row["ledger_id"] = line or place
    return (_posted(line, kind, written) if line else _operational(record, kind)) | row


def _operational(record: str, kind: str) -> Row:
    return {
        "basis": "operational", "source_entity": kind, "source_system": "psa", "source_id": record,
        "source_status": "approved", "approved_at": "2026-07-10 09:00:00+00",
    }  # fmt: skip


def _money(amount: Any) -> Decimal | None:
    return None if amount is None else Decimal(str(amount))


def _posted(line: str, kind: str, written: Row) -> Row:
    is_invoice = written.get("flow") == "billing"
    return {
        "basis": "finance_posted", "source_entity": "invoice_line" if is_invoice else "gl_line",
        "source_system": "erp", "source_id": line, "gl_line_id": None if is_invoice else line,
        "invoice_line_id": line if is_invoice else None, "posting_event_id": line, "posting_origin_type": kind,
        "origin_level": "line", "reversal_chain_id": f"erp:{line}", "posted_at": "2026-07-11 09:00:00+00",
    }  # fmt: skip


def _last_day(month: int) -> Any:
    return datetime.fromordinal(datetime(2026, month + 1, 1, tzinfo=UTC).toordinal() - 1).date()


def listed(rows: Iterable[Row], *names: str) -> list[tuple[Any, ...]]:
    """Return each row's names and measures, sorted."""
    return sorted((*(row[name] for name in names), *_measures(row)) for row in rows)


def unpriced(rows: Iterable[Row]) -> list[tuple[str, str, bool, bool]]:
    """Return category and books of the items that have no functional amount, and which other amounts they lack."""
    return sorted(
        (row["category"], row["legal_entity_key"], row["transaction"] is None, row["group"] is None)
        for row in rows
        if row["functional"] is None
    )


def summed(rows: Iterable[Row], *names: str) -> dict[tuple[str, ...], tuple[Decimal, ...]]:
    """Return the sums of the measures by `names`."""
    found: dict[tuple[str, ...], tuple[Decimal, ...]] = {}
    for row in rows:
        key = tuple(row[name] for name in names)
        before = found.get(key, (Decimal(0),) * len(MEASURES))
        found[key] = tuple(a + b for a, b in zip(before, _measures(row), strict=True))
    return found


def left(rows: list[Row], items: list[Row]) -> dict[tuple[str, ...], tuple[Decimal, ...]]:
    """Return what operational less items less posted leaves of each cell in which that is not nothing."""
    signed = [
        row | {measure: sign * Decimal(str(row.get(_COLUMNS[measure]) or 0)) for measure in MEASURES}
        for basis, sign in (("operational", 1), ("finance_posted", -1))
        for row in rows
        if row["basis"] == basis
    ]
    signed += [item | {measure: -Decimal(str(item[measure] or 0)) for measure in MEASURES} for item in items]
    total = summed(signed, "flow", "legal_entity_key", "project_key", "period_id")
    return {key: sums for key, sums in total.items() if any(sums)}


def _measures(row: Row) -> tuple[Decimal, ...]:
    return tuple(Decimal(str(row[measure] or 0)).quantize(Decimal("0.01")) for measure in MEASURES)


_COLUMNS = {measure: "hours" if measure == "hours" else f"amount_{measure}" for measure in MEASURES}
