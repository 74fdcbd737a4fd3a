"""Two days of what happens to invoices after they were issued, the second reaching what the first brought."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from tests.dbt.landing import Row, contract_only, land, newest, rows
from tests.firm import Firm


def clearing(firm: Firm) -> str:
    """An account that no project's figures stand on."""
    found = rows(firm, "select min(account_id) as id from lake.account where account_class = 'clearing'")
    return str(found[0]["id"])


def posted_alone(firm: Firm, line: Row, name: str, now: datetime) -> list[Row]:
    """A ledger line as a journal of its own, against clearing."""
    own = {
        **line,
        "gl_line_id": name,
        "journal_id": name,
        "posting_event_id": None,
        "posted_at": now,
        "updated_at": now,
    }
    other = {**own, "gl_line_id": name + "-clearing", "account_id": clearing(firm), "amount": -own["amount"],
             "functional_amount": -own["functional_amount"], "quantity": None, "reverses_gl_line_id": None,
             "origin_type": "manual", "origin_id": None}  # fmt: skip
    return [own, other]


def summarised(firm: Firm, position: int) -> tuple[Row, Row, list[Row]]:
    """One of the issued lines that several time entries stand behind, with its invoice and their amounts."""
    many = "(select invoice_line_id from lake.invoice_line_source group by all having count(*) > 2)"
    issued = "(select invoice_id from lake.invoice group by all having bool_and(status = 'issued'))"
    where = f"invoice_line_id in {many} and invoice_id in {issued}"
    line = newest(firm, "invoice_line", "invoice_line_id", where, position + 1)[position]
    invoice = newest(firm, "invoice", "invoice_id", f"invoice_id = '{line['invoice_id']}'", 1)[0]
    sources = rows(firm, f"select * from lake.invoice_line_source where invoice_line_id = '{line['invoice_line_id']}'")
    return line, invoice, [contract_only(s) for s in sources]


def linked(firm: Firm) -> tuple[Row, list[Row]]:
    """A ledger line that stands for several records, with its links to them."""
    many = "(select gl_line_id from lake.posting_link group by all having count(*) > 1)"
    line = newest(firm, "gl_line", "gl_line_id", f"gl_line_id in {many} and reverses_gl_line_id is null", 1)[0]
    links = rows(firm, f"select * from lake.posting_link where gl_line_id = '{line['gl_line_id']}'")
    return line, [contract_only(link) for link in links]


def foreign(firm: Firm) -> tuple[Row, Row]:
    """An invoice line in another currency than its books, with its invoice."""
    home = "(select legal_entity_id, functional_currency from lake.legal_entity)"
    elsewhere = (
        f"select invoice_id from lake.invoice join {home} using (legal_entity_id)"
        " where currency <> functional_currency and document_type = 'invoice'"
    )
    line = newest(firm, "invoice_line", "invoice_line_id", f"invoice_id in ({elsewhere})", 1)[0]
    return line, newest(firm, "invoice", "invoice_id", f"invoice_id = '{line['invoice_id']}'", 1)[0]


def recognised(firm: Firm, count: int) -> list[Row]:
    """Ledger lines of revenue that each name a line of an invoice that bills one record of time."""
    single = "(select invoice_line_id from lake.invoice_line where origin_type = 'time_entry')"
    posted = "gl_line_id like 'G%' and origin_type = 'invoice' and project_id is not null and quantity > 0"
    where = f"{posted} and origin_id in {single}"
    return newest(firm, "gl_line", "gl_line_id", where, count)


def halves(line: Row) -> tuple[Row, Row]:
    """What a ledger line would be if it had been posted in two parts."""
    measures = ("amount", "functional_amount", "quantity")
    first = {name: round(line[name] / 2, 2) for name in measures}
    return {**line, **first}, {**line, **{name: line[name] - first[name] for name in measures}}


def taken_back(line: Row) -> Row:
    """The line that takes another back in full."""
    turned = {"amount": -line["amount"], "functional_amount": -line["functional_amount"]}
    return {**line, **turned, "reverses_gl_line_id": line["gl_line_id"]}


def in_parts(firm: Firm, now: datetime) -> list[Row]:
    """Revenue that is taken back and posted anew in halves, and two halves of invoices in one summary."""
    line, whole, other = recognised(firm, 3)
    first, second = halves(line)
    both = {**whole, "amount": halves(whole)[0]["amount"] + halves(other)[0]["amount"], "origin_type": "summary",
            "origin_id": None, "quantity": None,
            "functional_amount": halves(whole)[0]["functional_amount"] + halves(other)[0]["functional_amount"],
            "currency": whole["currency"]}  # fmt: skip
    land(firm, "erp", "posting_link", [
        {"gl_line_id": "of-two", "origin_type": "invoice", "origin_system": "erp", "origin_id": half["origin_id"],
         "amount": half["amount"], "functional_amount": half["functional_amount"], "updated_at": now}
        for half in (halves(whole)[0], halves(other)[0])
    ], name="zy-before")  # fmt: skip
    return [
        *posted_alone(firm, taken_back(line), "whole-back", now),
        *posted_alone(firm, first, "half-1", now),
        *posted_alone(firm, second, "half-2", now),
        *posted_alone(firm, both, "of-two", now),
    ]


def first_day(firm: Firm, now: datetime) -> None:
    """Land a cap, a credit note that names no record, postings of what is not there yet, a line without translation."""
    hourly = "select * from lake.contract_line where recognition_method = 'time_and_materials' order by 1 desc limit 1"
    land(firm, "crm", "contract_line", [
        {**contract_only(line), "amendment_no": line["amendment_no"] + 1, "amount": "23456.78", "updated_at": now}
        for line in rows(firm, hourly)
    ], name="zy-before")  # fmt: skip
    line, invoice, sources = summarised(firm, 0)
    credit = {**invoice, "invoice_id": "credit", "invoice_no": "credit", "document_type": "credit_note",
              "applies_to_invoice_id": invoice["invoice_id"], "invoice_date": now.date(), "issued_at": now,
              "updated_at": now}  # fmt: skip
    total = sum((Decimal(str(s["amount"])) for s in sources), Decimal(0))
    credited = {**line, "invoice_line_id": "credit-1", "invoice_id": "credit", "amount": total, "quantity": None,
                "functional_amount": None, "origin_type": None, "origin_id": None, "updated_at": now}  # fmt: skip
    untranslated = {**foreign(firm)[0], "functional_amount": None, "updated_at": now}
    land(firm, "erp", "invoice", [credit], name="zy-before")
    land(firm, "erp", "invoice_line", [credited, untranslated], name="zy-before")
    revenue = newest(firm, "gl_line", "gl_line_id", "origin_type = 'invoice' and project_id is not null", 1)[0]
    posted, _ = linked(firm)
    reversal = {**posted, "amount": -posted["amount"], "functional_amount": -posted["functional_amount"],
                "quantity": None, "reverses_gl_line_id": posted["gl_line_id"]}  # fmt: skip
    land(firm, "erp", "gl_line", [
        *posted_alone(firm, {**revenue, "origin_id": "late"}, "before-invoice", now),
        *posted_alone(firm, reversal, "reversal", now),
        *in_parts(firm, now),
    ], name="zy-before")  # fmt: skip


def second_day(firm: Firm, now: datetime) -> None:
    """Land the late invoice, moved and mended lines, other records behind them, another rate and a changed link."""
    _, _, sources = summarised(firm, 0)
    moved, _, _ = summarised(firm, 1)
    _, voided, _ = summarised(firm, 2)
    _, dated, _ = summarised(firm, 3)
    one = "origin_type = 'time_entry' and invoice_line_id not in (select invoice_line_id from lake.invoice_line_source)"
    alone = newest(firm, "invoice_line", "invoice_line_id", one, 2)
    revenue = newest(firm, "gl_line", "gl_line_id", "gl_line_id = 'before-invoice'", 1)[0]
    late = {**dated, "invoice_id": "late", "invoice_no": "late", "updated_at": now}
    land(firm, "erp", "invoice", [
        late,
        {**voided, "status": "void", "voided_at": now, "updated_at": now},
        {**dated, "invoice_date": dated["invoice_date"] - timedelta(days=40), "updated_at": now},
    ], name="zz-invoices")  # fmt: skip
    land(firm, "erp", "invoice_line", [
        *({**line, "invoice_line_id": f"late-{n}", "invoice_id": "late", "project_id": revenue["project_id"],
           "updated_at": now} for n, line in enumerate(alone)),
        {**moved, "invoice_id": voided["invoice_id"], "updated_at": now},
    ], name="zz-invoices")  # fmt: skip
    half_posted = newest(firm, "gl_line", "gl_line_id", "gl_line_id = 'half-2'", 1)[0]
    _, _, other = recognised(firm, 3)
    land(firm, "erp", "gl_line", [
        *posted_alone(firm, taken_back(half_posted), "half-2-back", now),
        # what a summary with links to two invoices shares one of them with
        *posted_alone(firm, taken_back(other), "other-back", now),
    ], name="zz-parts")  # fmt: skip
    half = {"amount": round(sources[0]["amount"] / 2, 2), "quantity": round(sources[0]["quantity"] / 2, 2)}
    land(firm, "erp", "invoice_line_source", [
        {**sources[0], **half, "updated_at": now},
        {**sources[1], "is_deleted": True, "updated_at": now},
        # a line that was one record's turns out to stand for another
        {**sources[2], "invoice_line_id": alone[0]["invoice_line_id"], "updated_at": now},
    ], name="zz-invoices")  # fmt: skip
    _, invoice = foreign(firm)
    known = f"rate_type = 'daily' and rate_date <= '{invoice['invoice_date']}'"
    rates = rows(firm, f"select * from lake.fx_rate where {known} order by rate_date desc limit 4")
    land(firm, "erp", "fx_rate", [contract_only(r) | {"rate": r["rate"] * 2, "updated_at": now} for r in rates],
         name="zz-invoices")  # fmt: skip
    _, links = linked(firm)
    land(firm, "erp", "posting_link", [
        {**links[0], "amount": round(links[0]["amount"] / 2, 2), "functional_amount": None, "updated_at": now}
    ], name="zz-invoices")  # fmt: skip
