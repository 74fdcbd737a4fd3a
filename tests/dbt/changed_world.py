"""A day that reaches far back: time, terms, reference data, the books and their messages."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.dbt.changed_invoices import clearing
from tests.dbt.landing import contract_only, land, newest, rows
from tests.firm import Firm


def change_the_world(firm: Firm, now: datetime) -> None:
    """Land a day that reaches far back: changed, deleted and late entries, and changed reference data."""
    entries = rows(
        firm,
        "select * exclude (_year) from lake.time_entry where status = 'approved' order by hash(time_entry_id) limit 4",
    )
    deleted, halved, late, moved = (contract_only(e) for e in entries)
    other_project = rows(
        firm,
        "select project_id from lake.project where billing_model = 'non_billable' order by project_id limit 1",
    )[0]["project_id"]
    land(
        firm,
        "psa",
        "time_entry",
        [
            deleted | {"is_deleted": True, "updated_at": now},
            halved | {"hours": round(halved["hours"] / 2, 2), "billable_hours": 0, "updated_at": now},
            # an older version that arrives late never wins, yet it may be the first submission
            late | {
                "hours": late["hours"] * 2,
                "submitted_at": late["submitted_at"] - timedelta(days=40),
                "updated_at": late["updated_at"] - timedelta(days=30),
            },
            moved | {"project_id": other_project, "contract_line_id": None, "updated_at": now},
        ],
    )  # fmt: skip
    hourly = "select * from lake.contract_line where recognition_method = 'time_and_materials'"
    lines = hourly + " and amount is {} order by 1 limit 1"
    capped, uncapped = (contract_only(rows(firm, lines.format(state))[0]) for state in ("not null", "null"))
    land(firm, "crm", "contract_line", [
        {**line, "amendment_no": line["amendment_no"] + 7, "amount": cap, "updated_at": now}
        for line, cap in ((capped, None), (uncapped, "12345.67"))
    ])  # fmt: skip
    rate = rows(firm, "select * from lake.employee_cost_rate order by employee_id, valid_from limit 1")[0]
    land(firm, "hcm", "employee_cost_rate", [contract_only(rate) | {"hourly_cost": "91.17", "updated_at": now}])
    # whose time was posted as labor, and who turns out to be a contractor
    posted = rows(
        firm,
        "select * from lake.employee where worker_type = 'employee' and employee_id in (select employee_id from"
        " lake.gl_line where origin_type = 'time_entry') order by hash(employee_id) limit 1",
    )[0]
    land(firm, "hcm", "employee", [contract_only(posted) | {"worker_type": "contractor", "updated_at": now}])
    customer = rows(firm, "select min(customer_id) as id from lake.customer")[0]["id"]
    project = rows(
        firm,
        f"select * from lake.project where billing_model <> 'non_billable' and customer_id <> '{customer}' limit 1",
    )[0]
    land(firm, "psa", "project", [contract_only(project) | {"customer_id": customer, "updated_at": now}])
    fx = rows(firm, "select * exclude (_year) from lake.fx_rate where rate_type = 'average' order by rate_date limit 1")
    land(firm, "erp", "fx_rate", [contract_only(fx[0]) | {"rate": "1.234", "updated_at": now}])
    renamed = rows(firm, "select max(project_id) as id from lake.time_entry")[0]["id"]
    cross_reference = {
        "entity_type": "project",
        "system": "psa",
        "source_id": renamed,
        "valid_from": "2020-01-01",
        "canonical_id": "GOLD",
        "updated_at": now,
    }
    land(firm, "governance", "xref", [cross_reference])
    # a trial balance that says something else: what was posted is as it was, and is worth less
    balance = rows(firm, "select * from lake.gl_balance where debit > 0 order by period_id, legal_entity_id limit 1")[0]
    land(firm, "erp", "gl_balance", [
        contract_only(balance) | {"debit": balance["debit"] + 1, "closing": balance["closing"] + 1, "updated_at": now},
    ])  # fmt: skip
    change_the_books(firm, now)


def change_the_books(firm: Firm, now: datetime) -> None:
    """Land what the match has to take up again: reversals, withdrawn postings, failures, holds, moved terms."""
    posted = newest(
        firm, "gl_line", "gl_line_id", "origin_type = 'time_entry' and amount > 0 and project_id is not null", 2
    )
    summary = newest(firm, "gl_line", "gl_line_id", "origin_type = 'summary' and amount > 0 and quantity > 8", 2)
    journal = [
        # a line taken back, with its other side
        *({**line, "gl_line_id": f"{line['gl_line_id']}-back{side}", "journal_id": f"{line['journal_id']}-back",
           "amount": sign * line["amount"], "functional_amount": sign * line["functional_amount"],
           "quantity": None if side else -line["quantity"], "posted_at": now, "updated_at": now,
           "reverses_gl_line_id": None if side else line["gl_line_id"],
           "account_id": clearing(firm) if side else line["account_id"],
           "origin_type": "manual" if side else line["origin_type"], "origin_id": None if side else line["origin_id"],
           "posting_event_id": None}
          for line in posted[:1] for side, sign in enumerate((-1, 1))),
        # a summary whose hours were mended, and one that is gone
        {**summary[0], "quantity": summary[0]["quantity"] - 8, "updated_at": now},
        {**summary[1], "is_deleted": True, "updated_at": now},
    ]  # fmt: skip
    land(firm, "erp", "gl_line", journal)
    sent = newest(firm, "integration_message", "message_id", "flow = 'time_to_erp' and status = 'succeeded'", 3)
    land(firm, "middleware", "integration_message", [
        {**m, "message_id": m["message_id"] + "-again", "attempt": m["attempt"] + 1, "status": "dead_letter",
         "queued_at": now, "started_at": now, "finished_at": now, "error_code": "E42", "updated_at": now}
        for m in sent
    ])  # fmt: skip
    issued = newest(firm, "invoice", "invoice_id", "status = 'issued' and document_type = 'invoice'", 2)
    land(firm, "erp", "invoice", [
        {**issued[0], "status": "on_hold", "hold_reason": "purchase order missing", "updated_at": now},
        {**issued[1], "status": "void", "voided_at": now, "updated_at": now},
    ])  # fmt: skip
    entries = newest(firm, "time_entry", "time_entry_id", "status = 'approved' and is_billable and hours > 4", 6)
    again = {"submitted_at": now, "approved_at": now, "updated_at": now}
    land(firm, "psa", "time_entry", [
        {**entries[4], "status": "rejected", "rejected_at": now, "updated_at": now},
        {**entries[5], "time_entry_id": "taken-back", "hours": -entries[5]["hours"], "billable_hours": -4,
         "reverses_id": entries[5]["time_entry_id"], **again},
    ], name="zz-latest")  # fmt: skip
    write_down = {
        "adjustment_id": "late", "origin_type": "time_entry", "origin_system": "psa",
        "origin_id": entries[3]["time_entry_id"], "type": "write_down", "hours": 1, "amount": "55.55",
        "currency": "EUR", "effective_date": now.date(), "updated_at": now,
    }  # fmt: skip
    land(firm, "erp", "billing_adjustment", [write_down])
    due = newest(firm, "accounting_period", "period_id", "status <> 'closed' and close_due_at is not null", 1)
    land(firm, "erp", "accounting_period", [
        {**p, "close_due_at": p["close_due_at"] + timedelta(days=2), "updated_at": now} for p in due
    ])  # fmt: skip
    scheduled = newest(firm, "revenue_schedule_line", "schedule_line_id", "status = 'recognized'", 1)
    earlier = rows(firm, "select min(period_id) as id from lake.accounting_period")[0]["id"]
    land(firm, "erp", "revenue_schedule_line", [{**s, "period_id": earlier, "updated_at": now} for s in scheduled])
