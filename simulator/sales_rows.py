"""Billable time and expenses of time and materials projects: value, revenue posting, invoice, mistakes."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import DAY, Ints, seconds, workday
from simulator.firm import CURRENCIES, ENTITIES, TIME
from simulator.labour import with_failure
from simulator.timesheets import APPROVED, HOUR, SUBMITTED, Firm

_HOME = np.array([e.currency for e in ENTITIES])
_ON_INVOICE = next(i for i, e in enumerate(ENTITIES) if e.posting == "summary")
#: What is done to the revenue of single records, and to their place on an invoice, once a closed month.
REVENUE = ("duplicate", "undone", "project", "entity", "cutoff", "partial", "rate", "hours", "round", "stuck")
BILLING = ("cheap", "double", "elsewhere", "round", "left_out", "short")
WRITTEN = "written"
_COLUMNS = (
    "origin_type",
    "origin_system",
    "id",
    "project",
    "worker",
    "books",
    "sale_period",
    "submitted",
    "approved",
    "status",
    "value",
    "hours",
    "day",
    "price",
    "posted",
    "due",
    "failed",
    "reverses_id",
    "currency",
)


def invoice_run(firm: Firm) -> Ints:
    """When the invoices of each month are issued: the third working day of the next."""
    return seconds(workday(firm.world.calendar.last + 1, 2)) + 6 * HOUR


def sales_of(firm: Firm, entries: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """Return a month's billable records with the month of their invoice (12: none yet) and their planted mistakes."""
    projects = firm.projects
    frames = []
    for rows, origin, system in ((entries, "time_entry", "psa"), (costs, "expense", "expense")):
        model = pl.Series(projects.model == TIME).gather(rows["project"])
        live = pl.col("status").is_in([SUBMITTED, APPROVED])
        kept = with_failure(
            rows.filter(model & pl.col("billable") & live & pl.col("code").is_null()), firm.world.calendar.now
        )
        kept = kept.with_columns(
            origin_type=pl.lit(origin),
            origin_system=pl.lit(system),
            price=pl.col("price") if origin == "time_entry" else pl.lit(None, pl.Int64),
            currency=pl.Series(projects.currency).gather(kept["project"]),
            failed=pl.col("failed") & pl.col("posted").is_null(),
        )
        frames.append(kept.select(_COLUMNS))
    rows = pl.concat(frames)
    calendar = firm.world.calendar
    run = np.append(invoice_run(firm), np.iinfo(np.int64).max)
    month = rows["sale_period"].to_numpy().copy()
    for _ in range(calendar.months):
        month = month + (run[month] <= rows["approved"].to_numpy())
    missing = (run[month] > calendar.now) | (rows["status"].to_numpy() != APPROVED)
    return rows.with_columns(invoice_month=pl.Series(np.where(missing, calendar.months, month)))


def with_mistakes(firm: Firm, rows: pl.DataFrame, month: int) -> pl.DataFrame:
    """Mark a closed month's records of the first entity: `r_code`, `b_code` and `adjustment` (cents)."""
    calendar = firm.world.calendar
    revenue: list[str | None] = [None] * rows.height
    billing: list[str | None] = [None] * rows.height
    adjustment = np.zeros(rows.height, dtype=np.int64)
    if calendar.closed[0, month] <= calendar.now:
        own = pl.Series(_HOME[0] == firm.projects.currency).gather(rows["project"])
        fit = (
            (rows["books"] == 0)
            & own
            & (rows["origin_type"] == "time_entry")
            & (rows["sale_period"] == month)
            & (rows["invoice_month"] == month)
            & rows["posted"].is_not_null()
            & (rows["posted"] < int(calendar.closed[0, month]) - 2 * DAY)
            & (rows["hours"] >= 100)
            & rows["reverses_id"].is_null()
            & ~pl.Series(capped(firm)).gather(rows["project"])
        )
        order = firm.world.rng(40, month).permutation(np.nonzero(fit.to_numpy())[0]).tolist()
        each = 1 + firm.world.consultants // 1500
        for codes, made in ((REVENUE, revenue), (BILLING, billing)):
            turn = month * 3 % len(codes)
            for code in (*codes[turn:], *codes[:turn]):
                for _ in range(min(each, len(order))):
                    made[order.pop()] = code
        for _ in range(min(2 * each, len(order))):
            at = order.pop()
            revenue[at] = billing[at] = WRITTEN
            adjustment[at] = int(rows["value"][at]) // 4
    return rows.with_columns(
        r_code=pl.Series(revenue, dtype=pl.String),
        b_code=pl.Series(billing, dtype=pl.String),
        adjustment=pl.Series(adjustment),
    )


def capped(firm: Firm) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Projects whose work ran beyond an agreed cap: finished ones of the first entity in its own currency."""
    projects, months = firm.projects, firm.world.calendar.months
    fit = (projects.model == TIME) & (projects.entity == 0) & (projects.currency == _HOME[0])
    fit &= (projects.end < months - 1) & (np.arange(projects.count) < projects.delivered)
    chosen = np.zeros(projects.count, dtype=np.bool_)
    chosen[np.nonzero(fit)[0][:2]] = True
    return chosen


def revenue_side(firm: Firm, rows: pl.DataFrame) -> pl.DataFrame:
    """Both sides of the records' revenue; posted with the record, or on its invoice where the ERP does so."""
    world = firm.world
    calendar = world.calendar
    books = rows["books"].to_numpy()
    run = np.append(invoice_run(firm), 0)
    issued = pl.Series(run[rows["invoice_month"].to_numpy()])
    late = rows["books"] == _ON_INVOICE
    posted = pl.when(late).then(pl.when(pl.col("invoice_month") < calendar.months).then(issued)).otherwise("posted")
    posted = pl.when((pl.col("r_code") == "stuck").fill_null(value=False)).then(None).otherwise(posted)
    rows = rows.with_columns(posted=posted, net=pl.col("value") - pl.col("adjustment"))
    moment = rows["posted"].fill_null(0).to_numpy()
    period = calendar.open_month(books, rows["sale_period"].to_numpy(), moment)
    period = np.where(late.to_numpy(), rows["invoice_month"].to_numpy(), period)
    period = np.where((rows["r_code"] == "cutoff").fill_null(value=False).to_numpy(), period + 1, period)
    code, value = pl.col("r_code"), pl.col("value")
    rows = rows.with_columns(
        p_entity=pl.when(code == "entity").then(1).otherwise("books").cast(pl.Int64),
        p_project=pl.when(code == "project").then(pl.Series(_other(firm)).gather(rows["project"])).otherwise("project"),
        p_period=pl.Series(np.minimum(period, calendar.months - 1)),
        p_amount=pl.when(code == "rate")
        .then(value + pl.col("hours") * 4)
        .when(code == "hours")
        .then(((pl.col("hours") - 50) * pl.col("price") + 50) // 100)
        .when(code == "partial")
        .then(value // 2)
        .when(code == "round")
        .then(value + 3)
        .otherwise(value),
        p_hours=pl.when(code == "hours")
        .then(pl.col("hours") - 50)
        .when(code == "partial")
        .then(pl.col("hours") // 2)
        .otherwise("hours"),
        x_amount=pl.when(code == "partial").then(value // 5).otherwise(0),
    )
    day = rows["day"].to_numpy().astype("datetime64[D]")
    currency = rows["currency"].to_numpy()
    turn = world.rates.functional
    return rows.with_columns(
        functional=pl.Series(turn(rows["net"].to_numpy(), currency, _HOME[books], day)),
        p_functional=pl.Series(turn(rows["p_amount"].to_numpy(), currency, _HOME[rows["p_entity"].to_numpy()], day)),
    )


def _other(firm: Firm) -> Ints:
    """For each project another time and materials project of its entity and currency (itself where there is none)."""
    projects = firm.projects
    result = np.arange(projects.count)
    fit = (projects.model == TIME) & (np.arange(projects.count) < projects.delivered)
    for entity in range(len(ENTITIES)):
        for currency in range(len(CURRENCIES)):
            own = np.nonzero(fit & (projects.entity == entity) & (projects.currency == currency))[0]
            result[own] = np.roll(own, 1)
    return result


def on_hold(firm: Firm, rows: pl.DataFrame) -> pl.Series:
    """Mark the records whose invoice is kept back: the newest ones of three projects of the second entity."""
    projects, months = firm.projects, firm.world.calendar.months
    fit = (projects.model == TIME) & (projects.entity == 1) & (projects.currency == _HOME[1])
    fit &= (projects.start <= months - 2) & (projects.end >= months - 2)
    chosen = np.zeros(projects.count, dtype=np.bool_)
    chosen[np.nonzero(fit)[0][:3]] = True
    return pl.Series(chosen).gather(rows["project"]) & (rows["invoice_month"] == months - 2)


def billing_side(firm: Firm, rows: pl.DataFrame) -> pl.DataFrame:
    """Both sides of the records' billing; an invoiced record takes the rate of its invoice's date."""
    world = firm.world
    calendar = world.calendar
    books, currency = rows["books"].to_numpy(), rows["currency"].to_numpy()
    code, value = pl.col("b_code"), pl.col("value")
    held = on_hold(firm, rows)
    out = (code == "left_out").fill_null(value=False) | held
    run = np.append(invoice_run(firm), 0)
    month = rows["invoice_month"].to_numpy()
    rows = rows.with_columns(
        posted=pl.when((pl.col("invoice_month") < calendar.months) & ~out).then(pl.Series(run[month])),
        b_code=pl.when(held).then(pl.lit("hold")).otherwise("b_code"),
        net=value - pl.col("adjustment"),
        p_entity="books",
        p_project=pl.when(code == "elsewhere")
        .then(pl.Series(_other(firm)).gather(rows["project"]))
        .otherwise("project"),
        p_period=pl.Series(np.minimum(month, calendar.months - 1)),
        p_amount=pl.when(code == "cheap")
        .then(value - pl.col("hours") * 5)
        .when(code == "short")
        .then(((pl.col("hours") - 50) * pl.col("price") + 50) // 100)
        .when(code == "round")
        .then(value - 2)
        .otherwise(value),
        p_hours=pl.when(code == "short").then(pl.col("hours") - 50).otherwise("hours"),
        x_amount=pl.lit(0, pl.Int64),
    )
    day = rows["day"].to_numpy().astype("datetime64[D]")
    dated = np.append(calendar.last, calendar.last[-1])[month]
    at = np.where(rows["posted"].is_null().to_numpy(), day, dated)
    turn = world.rates.functional
    return rows.with_columns(
        functional=pl.Series(turn(rows["net"].to_numpy(), currency, _HOME[books], at)),
        p_functional=pl.Series(turn(rows["p_amount"].to_numpy(), currency, _HOME[books], at)),
    )


def revenue_rows(firm: Firm, rows: pl.DataFrame) -> pl.DataFrame:
    """Billable records as the revenue lines that the ledger posts for them."""
    return rows.select(
        "posted",
        "currency",
        "origin_type",
        "origin_system",
        entity="p_entity",
        period="p_period",
        amount=-pl.col("p_amount"),
        functional=-pl.col("p_functional"),
        quantity="p_hours",
        origin_id="id",
        project_id=firm.projects.ids.gather(rows["p_project"]),
        contract_line_id=firm.projects.lines.gather(rows["p_project"]),
    )
