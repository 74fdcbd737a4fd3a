"""Vendor bills for contractors' time, the accruals that stand in for them, and their postings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.firm import ACCOUNT, ENTITIES
from simulator.ledger import CURRENCY_IDS, ENTITY_IDS, Ledger
from simulator.timesheets import APPROVED, HOUR, Firm
from simulator.vendors import bill_run, order_id, vendor_id

_HOME = np.array([e.currency for e in ENTITIES])
#: What is done to bill lines of closed months, three of each.
CODES = (
    "variance",
    "duplicate",
    "amount",
    "stuck",
    "project",
    "cutoff",
    "undone",
    "void",
    "unmapped",
    "partial",
    "round",
    "entity",
)
EACH = 3


@dataclass(frozen=True)
class Bills:
    """Bill lines, and contractors' time with the line that pays for it and how much (null: none)."""

    lines: pl.DataFrame
    time: pl.DataFrame


def make_bills(firm: Firm, time: pl.DataFrame) -> Bills:
    """Bill approved time monthly: at the month's end, in the first entity on the tenth of the next."""
    calendar, run = firm.world.calendar, bill_run(firm)
    month = time["sale_period"].to_numpy().copy()
    for _ in range(3):
        month = month + (run[np.minimum(month, calendar.months - 1)] <= time["approved"].to_numpy())
    at = np.minimum(month, calendar.months - 1)
    billed = (month < calendar.months) & (run[at] <= calendar.now) & (time["status"].to_numpy() == APPROVED)
    # One vendor of the first entity is behind with its newest bill; the accrual stands for it.
    behind = (time["books"].to_numpy() == 0) & (month == calendar.months - 2)
    behind &= firm.people.vendor[time["worker"].to_numpy()] % 3 == 0
    time = time.with_columns(bill_month=pl.Series(np.where(billed & ~behind, month, -1)))
    keys = ["project", "worker", "books", "bill_month"]
    rows = time.filter(pl.col("bill_month") >= 0).sort(*keys, "id")
    lines = rows.group_by(keys, maintain_order=True).agg(pl.col("cost").sum())
    names = pl.Series([p.replace("-", "") for p in calendar.period_ids()])
    late = lines["books"] == 0
    bill_date = pl.when(late).then(pl.Series(calendar.last + 10).gather(lines["bill_month"]))
    approved = pl.Series(run).gather(lines["bill_month"]) + pl.when(late).then(7 * 86_400).otherwise(0)
    lines = lines.with_columns(
        id=pl.lit("B") + names.gather(lines["bill_month"]) + "-" + order_id(firm, lines),
        bill_date=bill_date.otherwise(pl.Series(calendar.last).gather(lines["bill_month"])),
        approved=approved,
        period=pl.col("bill_month") + late.cast(pl.Int64),
        code=_codes(firm, lines),
    )
    lines = lines.filter(pl.col("approved") <= calendar.now)
    time = time.join(lines.select(*keys, "id", "code"), on=keys, how="left", suffix="_bill", maintain_order="left")
    extra = pl.when(pl.col("code_bill") == "variance").then(pl.col("cost") * 4 // 100).otherwise(0)
    time = time.with_columns(paid=pl.when(pl.col("id_bill").is_not_null()).then(pl.col("cost") + extra))
    sums = time.group_by("id_bill").agg(amount=pl.col("paid").sum())
    lines = lines.join(sums, left_on="id", right_on="id_bill", how="left", maintain_order="left")
    return Bills(_sides(firm, lines), time)


def _codes(firm: Firm, lines: pl.DataFrame) -> pl.Series:
    closed = (lines["bill_month"] < firm.world.calendar.months - 2).to_numpy() & (lines["cost"] > 20_000).to_numpy()
    order = firm.world.rng(30).permutation(np.nonzero(closed)[0])
    made: list[str | None] = [None] * lines.height
    for at, code in zip(order.tolist(), CODES * EACH, strict=False):
        made[at] = code
    return pl.Series(made, dtype=pl.String)


def _sides(firm: Firm, lines: pl.DataFrame) -> pl.DataFrame:
    world, projects = firm.world, firm.projects
    code = pl.col("code")
    void = (code == "void").fill_null(value=False)
    amount = pl.col("amount")
    lines = lines.with_columns(
        entity="books",
        group=pl.Series(
            world.rates.group(lines["amount"].to_numpy(), _HOME[lines["books"].to_numpy()], lines["period"].to_numpy())
        ),
        posted=pl.when((code == "stuck") | (code == "unmapped")).then(None).otherwise(pl.col("approved") + 2 * HOUR),
        p_entity=pl.when(code == "entity").then((pl.col("books") + 1) % len(ENTITIES)).otherwise("books"),
        p_project=pl.when(code == "project").then(projects.sold + pl.col("books") * 4).otherwise("project"),
        p_period=pl.when(code == "cutoff").then(pl.col("period") + 1).otherwise("period"),
        p_amount=pl.when(code == "amount")
        .then(amount + 6_650)
        .when(code == "partial")
        .then(amount // 2)
        .when(code == "round")
        .then(amount + 2)
        .otherwise(amount),
        x_amount=pl.when(code == "partial").then(amount // 5).otherwise(0),
        void=void,
    ).with_columns(pl.when(pl.col("posted") <= world.calendar.now).then("posted"))
    day = lines["bill_date"].to_numpy().astype("datetime64[D]")
    home, away = _HOME[lines["entity"].to_numpy()], _HOME[lines["p_entity"].to_numpy()]
    moved = world.rates.functional(lines["p_amount"].to_numpy(), home, away, day)
    return lines.with_columns(p_functional=pl.Series(moved), currency=pl.Series(home))


def write_bills(firm: Firm, bills: Bills) -> None:
    """Write bill lines and what they pay for."""
    lines, world = bills.lines, firm.world
    names = pl.Series([p.replace("-", "") for p in world.calendar.period_ids()])
    stray = (pl.col("code") == "unmapped").fill_null(value=False)
    changed = pl.when("void").then(pl.col("approved") + 40 * HOUR).otherwise("approved")
    world.drop.write(
        "vendor_bill_line",
        lines.select(
            bill_line_id="id",
            bill_id=pl.lit("BILL-") + vendor_id(firm, lines) + "-" + names.gather(lines["bill_month"]),
            po_line_id=order_id(firm, lines),
            vendor_id=vendor_id(firm, lines),
            project_id=pl.when(stray).then(pl.lit("PX9001")).otherwise(firm.projects.ids.gather(lines["project"])),
            legal_entity_id=ENTITY_IDS.gather(lines["books"]),
            bill_date="bill_date",
            amount="amount",
            currency=CURRENCY_IDS.gather(lines["currency"]),
            status=pl.when("void").then(pl.lit("void")).otherwise(pl.lit("approved")),
            approved_at="approved",
            updated_at=changed,
        ),
    )
    sources = bills.time.filter(pl.col("id_bill").is_not_null())
    stamps = lines.select("id", "approved")
    sources = sources.join(stamps, left_on="id_bill", right_on="id", how="left", suffix="_line")
    world.drop.write(
        "vendor_bill_source",
        sources.select(
            bill_line_id="id_bill",
            origin_system=pl.lit("psa"),
            time_entry_id="id",
            amount="paid",
            updated_at="approved_line",
        ),
    )


def bill_rows(firm: Firm, rows: pl.DataFrame) -> pl.DataFrame:
    """Bill lines as the rows that the ledger posts for them."""
    return rows.select(
        "posted",
        "currency",
        entity="p_entity",
        period="p_period",
        amount="p_amount",
        functional="p_functional",
        origin_type=pl.lit("vendor_bill"),
        origin_system=pl.lit("procurement"),
        origin_id="id",
        project_id=firm.projects.ids.gather(rows["p_project"]),
    )


def post_bills(firm: Firm, ledger: Ledger, bills: Bills) -> pl.DataFrame:
    """Post bill lines one to one; returns the cost lines."""
    return ledger.post(
        bill_rows(firm, bills.lines.filter(pl.col("posted").is_not_null())),
        tag="V",
        account=ACCOUNT["subcontractor_cost"],
        against=ACCOUNT["accounts_payable"],
    )
