"""Invoices for time and expenses: a monthly run a project, taking what was approved before it."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import Ints, seconds, workday
from simulator.firm import ACCOUNT, ENTITIES
from simulator.ledger import CURRENCY_IDS, ENTITY_IDS, Ledger
from simulator.timesheets import APPROVED, HOUR, Firm, month_tag

_CURRENCY = np.array([e.currency for e in ENTITIES])
#: What every billable row carries until its invoice.
PENDING = (
    "origin_type",
    "origin_system",
    "id",
    "project",
    "worker",
    "books",
    "sale_period",
    "approved",
    "status",
    "value",
    "hours",
    "day",
    "price",
)


def invoice_run(firm: Firm) -> Ints:
    """When the invoices of each month are issued: the third working day of the next."""
    return seconds(workday(firm.world.calendar.last + 1, 2)) + 6 * HOUR


def billable(firm: Firm, rows: pl.DataFrame, *, origin: str, system: str) -> pl.DataFrame:
    """The rows of time and materials projects that may be billed, with the month of their invoice."""
    calendar = firm.world.calendar
    chosen = pl.Series(firm.projects.model == 0).gather(rows["project"])
    extra = {"price": pl.lit(None, pl.Int64)} if "price" not in rows.columns else {}
    rows = rows.with_columns(origin_type=pl.lit(origin), origin_system=pl.lit(system), **extra).filter(
        chosen & pl.col("billable") & pl.col("status").is_in([1, APPROVED])
    )
    rows = rows.select(PENDING)
    run = np.append(invoice_run(firm), np.iinfo(np.int64).max)
    month = rows["sale_period"].to_numpy().copy()
    for _ in range(calendar.months):
        month = month + (run[month] <= rows["approved"].to_numpy())
    missing = (run[month] > calendar.now) | (rows["status"].to_numpy() != APPROVED)
    return rows.with_columns(invoice_month=pl.Series(np.where(missing, calendar.months, month)))


def issue(firm: Firm, ledger: Ledger, rows: pl.DataFrame, month: int) -> None:
    """Issue a month's invoices for `rows`, with their lines, sources, postings and payments."""
    world, projects = firm.world, firm.projects
    if rows.is_empty():
        return
    tag = month_tag(world, month)
    home = _CURRENCY[rows["books"].to_numpy()]
    currency = projects.currency[rows["project"].to_numpy()]
    single = (rows["books"].to_numpy() == 0) | (currency != home) | (rows["origin_type"] == "expense").to_numpy()
    day = np.repeat(world.calendar.last[month], rows.height)
    rows = rows.with_columns(
        currency=pl.Series(currency),
        functional=pl.Series(world.rates.functional(rows["value"].to_numpy(), currency, home, day)),
        own=pl.Series(
            world.rates.functional(
                rows["value"].to_numpy(), currency, home, rows["day"].to_numpy().astype("datetime64[D]")
            )
        ),
        single=pl.when(pl.Series(single)).then("id"),
    ).sort("project", "origin_type", "worker", "id")
    keys = ["project", "books", "currency", "origin_type", "worker", "single"]
    lines = rows.group_by(keys, maintain_order=True).agg(
        pl.col("value", "functional", "own", "hours").sum(),
        pl.col("price").first(),
        pl.col("origin_system").first(),
    )
    lines = lines.with_columns(
        invoice_line_id=pl.lit(f"IL{tag}-") + pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(6),
        invoice_id=pl.lit(f"I{tag}-") + projects.ids.gather(lines["project"]).alias("p"),
    )
    issued = int(invoice_run(firm)[month])
    one = pl.col("single").is_not_null()
    time = pl.col("origin_type") == "time_entry"
    world.drop.write(
        "invoice_line",
        lines.select(
            "invoice_line_id",
            "invoice_id",
            project_id=projects.ids.gather(lines["project"]),
            contract_line_id=projects.lines.gather(lines["project"]),
            amount="value",
            tax_amount=pl.when(pl.col("books") == 1).then(0).otherwise(pl.col("value") * 19 // 100),
            functional_amount="functional",
            quantity=pl.when(time).then("hours"),
            unit_price=pl.when(time).then("price"),
            origin_type=pl.when(one).then("origin_type").otherwise(pl.lit("summary")),
            origin_system=pl.when(one).then("origin_system"),
            origin_id="single",
            updated_at=pl.lit(issued, pl.Int64),
        ),
        part=f"time-{tag}",
    )
    linked = rows.filter(pl.col("single").is_null()).join(
        lines.select(*keys, "invoice_line_id"), on=keys, how="left", nulls_equal=True
    )
    world.drop.write(
        "invoice_line_source",
        linked.select(
            "invoice_line_id",
            "origin_type",
            "origin_system",
            origin_id="id",
            amount="value",
            quantity="hours",
            updated_at=pl.lit(issued, pl.Int64),
        ),
        part=f"time-{tag}",
    )
    heads = lines.group_by("invoice_id", "project", "books", "currency", maintain_order=True).agg(
        pl.col("value", "functional").sum()
    )
    write_invoices(
        firm, ledger, heads.with_columns(issued=pl.lit(issued, pl.Int64), month=pl.lit(month)), part=f"time-{tag}"
    )
    _revenue_on_invoice(firm, ledger, lines.filter(pl.col("books") == 2), (month, issued, tag))


def _revenue_on_invoice(firm: Firm, ledger: Ledger, lines: pl.DataFrame, moment: tuple[int, int, str]) -> None:
    """Post revenue line by line where the ERP knows no other occasion than the invoice."""
    month, issued, tag = moment
    for origin, account in (("time_entry", "services_revenue"), ("expense", "reimbursable_revenue")):
        part = lines.filter(pl.col("origin_type") == origin)
        ledger.post(
            part.select(
                entity="books",
                period=pl.lit(month, pl.Int64),
                posted=pl.lit(issued, pl.Int64),
                currency="currency",
                amount=-pl.col("value"),
                functional=-pl.col("own"),
                quantity="hours",
                origin_type=pl.lit("invoice"),
                origin_system=pl.lit("erp"),
                origin_id="invoice_line_id",
                project_id=firm.projects.ids.gather(part["project"]),
                contract_line_id=firm.projects.lines.gather(part["project"]),
            ),
            tag=f"RI{tag}{origin[0]}",
            account=ACCOUNT[account],
            against=ACCOUNT["unbilled_receivable"],
        )


def write_invoices(firm: Firm, ledger: Ledger, heads: pl.DataFrame, *, part: str) -> None:
    """Write invoice heads, their receivable posting and the customers' payments."""
    world, projects = firm.world, firm.projects
    calendar = world.calendar
    customer = pl.lit("K") + (pl.Series(projects.customer + 1).gather(heads["project"])).cast(pl.String).str.zfill(5)
    dates = heads["date"] if "date" in heads.columns else pl.Series(calendar.last).gather(heads["month"])
    heads = heads.with_columns(date=dates.cast(pl.Date))
    world.drop.write(
        "invoice",
        heads.select(
            "invoice_id",
            invoice_no=pl.col("invoice_id").str.replace("I", "RE-"),
            document_type=pl.lit("invoice"),
            customer_id=customer,
            legal_entity_id=ENTITY_IDS.gather(heads["books"]),
            invoice_date="date",
            due_date=pl.col("date") + pl.duration(days=30),
            status=pl.lit("issued"),
            issued_at="issued",
            currency=CURRENCY_IDS.gather(heads["currency"]),
            updated_at="issued",
        ),
        part=part,
    )
    ledger.post(
        heads.select(
            entity="books",
            period="month",
            posted="issued",
            currency="currency",
            amount="value",
            functional="functional",
            origin_type=pl.lit(None, pl.String),
            origin_system=pl.lit(None, pl.String),
            origin_id=pl.lit(None, pl.String),
        ).with_columns(description=pl.lit("Invoices issued")),
        tag=f"AR{part}",
        account=ACCOUNT["accounts_receivable"],
        against=ACCOUNT["unbilled_receivable"],
    )
    rng = world.rng(8, *part.encode())
    gross = heads["value"].to_numpy()
    gross = gross + np.where(heads["books"].to_numpy() == 1, 0, gross * 19 // 100)
    paid = heads["date"].to_numpy().astype("datetime64[D]") + np.clip(rng.normal(50, 13, heads.height), 12, 110).astype(
        np.int64
    )
    keep = (workday(paid) <= calendar.today) & (rng.random(heads.height) > 0.02)
    receipts = heads.select(
        receipt_id=pl.lit("CR-") + pl.col("invoice_id"),
        invoice_id="invoice_id",
        received_date=pl.Series(workday(paid)),
        amount=pl.Series(gross),
        currency=CURRENCY_IDS.gather(heads["currency"]),
        updated_at=pl.Series(seconds(workday(paid)) + 9 * HOUR),
    ).filter(pl.Series(keep))
    world.drop.write("cash_receipt", receipts, part=part)
