"""Invoice heads, the receivables they open, and the payments that settle them."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import seconds, workday
from simulator.firm import ACCOUNT, ENTITIES
from simulator.ledger import CURRENCY_IDS, ENTITY_IDS, Ledger
from simulator.timesheets import HOUR, Firm

_HOME = np.array([e.currency for e in ENTITIES])


def write_invoices(firm: Firm, ledger: Ledger, heads: pl.DataFrame, *, part: str) -> None:
    """Write invoice heads, and for those that went out the receivable and its payment.

    Columns: invoice_id, project, books, currency, p_amount, p_functional, tax, month, date, issued, held.
    """
    world, projects = firm.world, firm.projects
    number = pl.Series(projects.customer + 1).gather(heads["project"]).cast(pl.String).str.zfill(5)
    world.drop.write(
        "invoice",
        heads.select(
            "invoice_id",
            invoice_no=pl.lit("RE-") + pl.col("invoice_id"),
            document_type=pl.lit("invoice"),
            # The ERP numbers its debtors itself; governance maps them.
            customer_id=pl.lit("D") + number,
            legal_entity_id=ENTITY_IDS.gather(heads["books"]),
            invoice_date="date",
            due_date=pl.col("date") + pl.duration(days=30),
            status=pl.when("held").then(pl.lit("on_hold")).otherwise(pl.lit("issued")),
            hold_reason=pl.when("held").then(pl.lit("Purchase order is missing")),
            issued_at=pl.when(~pl.col("held")).then("issued"),
            currency=CURRENCY_IDS.gather(heads["currency"]),
            updated_at="issued",
        ),
        part=part,
    )
    heads = heads.filter(~pl.col("held"))
    heads = heads.with_columns(tax_functional=_tax(firm, heads))
    _open(ledger, heads, part=part)
    _receipts(firm, ledger, heads, part)


def post_credits(firm: Firm, ledger: Ledger, notes: pl.DataFrame, *, part: str) -> None:
    """Take back the receivables that invoices opened, by credit notes at the invoices' own rates.

    Columns as for `write_invoices`, and `credited`, the days of the invoices.
    """
    tax = _tax(firm, notes.with_columns(date="credited"))
    back = notes.with_columns(tax_functional=tax).with_columns(
        -pl.col("p_amount", "p_functional", "tax", "tax_functional")
    )
    _open(ledger, back, part=part)


def _tax(firm: Firm, heads: pl.DataFrame) -> pl.Series:
    """Return the tax in the currency of the books."""
    day = heads["date"].to_numpy().astype("datetime64[D]")
    home = _HOME[heads["books"].to_numpy()]
    return pl.Series(firm.world.rates.functional(heads["tax"].to_numpy(), heads["currency"].to_numpy(), home, day))


def _open(ledger: Ledger, heads: pl.DataFrame, *, part: str) -> None:
    for letter, against, amount, functional in (
        ("N", "unbilled_receivable", "p_amount", "p_functional"),
        ("T", "tax", "tax", "tax_functional"),
    ):
        rows = heads.filter(pl.col(amount) != 0)
        ledger.post(
            _cash_rows(rows, posted="issued", period="month", amount=amount, functional=functional),
            tag=f"AR{letter}{part}",
            account=ACCOUNT["accounts_receivable"],
            against=ACCOUNT[against],
        )


def _cash_rows(rows: pl.DataFrame, *, posted: str, period: str, amount: str, functional: str) -> pl.DataFrame:
    return rows.select(
        entity="books",
        period=period,
        posted=posted,
        currency="currency",
        amount=amount,
        functional=functional,
        origin_type=pl.lit(None, pl.String),
        origin_system=pl.lit(None, pl.String),
        origin_id=pl.lit(None, pl.String),
        description=pl.col("invoice_id"),
    )


def _receipts(firm: Firm, ledger: Ledger, heads: pl.DataFrame, part: str) -> None:
    """Write and post payments: customers pay after about eight weeks; a few do not."""
    world = firm.world
    rng = world.rng(8, *part.encode())
    wait = np.clip(rng.normal(56, 13, heads.height), 12, 110).astype("timedelta64[D]")
    paid = workday(heads["date"].to_numpy().astype("datetime64[D]") + wait)
    keep = (paid <= world.calendar.today) & (rng.random(heads.height) > 0.02)
    gross = (heads["p_amount"] + heads["tax"]).to_numpy()
    rows = heads.with_columns(
        day=pl.Series(paid),
        posted=pl.Series(seconds(paid) + 9 * HOUR),
        gross=pl.Series(gross),
        paid_functional=pl.Series(
            world.rates.functional(gross, heads["currency"].to_numpy(), _HOME[heads["books"].to_numpy()], paid)
        ),
        paid_month=pl.Series(world.calendar.month_of(paid)),
    ).filter(pl.Series(keep) & pl.Series(gross > 0))
    world.drop.write(
        "cash_receipt",
        rows.select(
            "invoice_id",
            receipt_id=pl.lit("CR-") + pl.col("invoice_id"),
            received_date="day",
            amount="gross",
            currency=CURRENCY_IDS.gather(rows["currency"]),
            updated_at="posted",
        ),
        part=part,
    )
    ledger.post(
        _cash_rows(rows, posted="posted", period="paid_month", amount="gross", functional="paid_functional"),
        tag=f"CR{part}",
        account=ACCOUNT["cash"],
        against=ACCOUNT["accounts_receivable"],
    )
