"""What bills leave of contractors' time: accruals at month's end, variances, and the truth of both."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.bills import Bills
from simulator.calendar import Ints, seconds, workday
from simulator.firm import ACCOUNT, ENTITIES
from simulator.ledger import Ledger
from simulator.timesheets import APPROVED, HOUR, SUBMITTED, Firm
from simulator.truth import Truth
from simulator.world import World

_HOME = np.array([e.currency for e in ENTITIES])


def post_accruals(firm: Firm, ledger: Ledger, truth: Truth, bills: Bills) -> pl.DataFrame:
    """Accrue the first entity's unbilled time at each month's end; returns time with `accrued`.

    An accrual reverses in the next month, unless the bill is late.
    """
    calendar = firm.world.calendar
    moment = seconds(workday(calendar.last + 1, 1)) + 15 * HOUR
    when = pl.Series(moment).gather(bills.time["sale_period"])
    accrued = (bills.time["books"] == 0) & (bills.time["status"] == APPROVED) & (bills.time["approved"] < when)
    accrued &= when <= calendar.now
    time = bills.time.with_columns(accrued=accrued, when=when)
    rows = time.filter("accrued").with_columns(open=pl.col("bill_month") < 0)
    base = rows.select(
        entity="books",
        period="sale_period",
        posted="when",
        currency=pl.Series(_HOME[rows["books"].to_numpy()]),
        amount="cost",
        functional="cost",
        quantity="hours",
        origin_type=pl.lit("time_entry"),
        origin_system=pl.lit("psa"),
        origin_id="id",
        project_id=firm.projects.ids.gather(rows["project"]),
        description=pl.when("open").then(pl.lit("Accrued until billed")).otherwise(pl.lit("Accrued")),
    )
    cost, owed = ACCOUNT["subcontractor_cost"], ACCOUNT["accounts_payable"]
    done = ledger.post(base, tag="VA", how="link", per=("description",), kind="accrual", account=cost, against=owed)
    back = done.filter(pl.col("description") == "Accrued").with_columns(
        -pl.col("amount"),
        -pl.col("functional"),
        -pl.col("quantity"),
        period=pl.col("period") + 1,
        posted=pl.col("posted") + 3600,
        reverses_gl_line_id="gl_line_id",
    )
    ledger.post(back, tag="VB", account=cost, against=owed)
    closed = rows.filter(~pl.col("open"))
    item = closed.select(
        "project",
        "id",
        entity="books",
        period="sale_period",
        flow=pl.lit("vendor_cost"),
        category=pl.lit("accrual"),
        origin_type=pl.lit("time_entry"),
        origin_system=pl.lit("psa"),
        currency=pl.Series(_HOME[closed["books"].to_numpy()]),
        amount=-pl.col("cost"),
        functional=-pl.col("cost"),
        group=-truth.group(closed["cost"], closed["books"], closed["sale_period"]),
    )
    truth.add(item)
    later = closed["sale_period"] + 1
    truth.add(
        item.with_columns(
            -pl.col("amount"),
            -pl.col("functional"),
            period=later,
            group=truth.group(closed["cost"], closed["books"], later),
        )
    )
    return time


def judge_vendors(firm: Firm, truth: Truth, bills: Bills, time: pl.DataFrame) -> None:
    """Pair bills with their postings, and find what bills leave of contractors' time."""
    lines = bills.lines
    stray = (pl.col("code") == "unmapped").fill_null(value=False)
    truth.pair(
        lines.with_columns(
            flow=pl.lit("vendor_cost"),
            project=pl.when(stray).then(firm.projects.count).otherwise("project"),
            origin_type=pl.lit("vendor_bill"),
            origin_system=pl.lit("procurement"),
            functional="amount",
            submitted=pl.lit(value=False),
            failed=pl.lit(value=False),
            gone="void",
            note=pl.lit(None, pl.String),
        )
    )
    live = time.filter(pl.col("status").is_in([SUBMITTED, APPROVED]))
    voided = lines.filter("void")["id"].implode()
    paid = pl.when(pl.col("id_bill").is_in(voided)).then(None).otherwise("paid")
    left = live.with_columns(paid=paid).with_columns(left=pl.col("cost") - pl.col("paid").fill_null(0))
    left = left.filter((pl.col("left") != 0) & ~(pl.col("accrued") & (pl.col("bill_month") < 0)))
    name = (
        pl.when(pl.col("status") == SUBMITTED)
        .then(pl.lit("unapproved"))
        .when(pl.col("paid").is_null())
        .then(pl.lit("unbilled_vendor_accrual"))
        .otherwise(pl.lit("bill_variance"))
    )
    truth.add(
        left.select(
            "project",
            "id",
            entity="books",
            period="sale_period",
            flow=pl.lit("vendor_cost"),
            category=name,
            origin_type=pl.lit("time_entry"),
            origin_system=pl.lit("psa"),
            currency=pl.Series(_HOME[left["books"].to_numpy()]),
            amount="left",
            functional="left",
            group=truth.group(left["left"], left["books"], left["sale_period"]),
            code=pl.when(pl.col("code_bill").is_in(["variance", "void"])).then("code_bill"),
        )
    )


def add_vendor_cost(world: World, group: Ints, bills: Bills) -> None:
    """Add approved vendor cost in group currency to a table of project by month."""
    lines = bills.lines.filter(~pl.col("void") & (pl.col("code") != "unmapped").fill_null(value=True))
    np.add.at(group, (lines["project"].to_numpy(), lines["period"].to_numpy()), lines["group"].to_numpy())
    voided = bills.lines.filter("void")["id"].implode()
    paid = pl.when(pl.col("id_bill").is_in(voided)).then(0).otherwise(pl.col("paid").fill_null(0))
    rest = bills.time.filter(pl.col("status") == APPROVED).with_columns(left=pl.col("cost") - paid)
    home = _HOME[rest["books"].to_numpy()]
    left = world.rates.group(rest["left"].to_numpy(), home, rest["sale_period"].to_numpy())
    np.add.at(group, (rest["project"].to_numpy(), rest["sale_period"].to_numpy()), left)
