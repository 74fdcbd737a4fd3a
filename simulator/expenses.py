"""Expenses of a month, from the tool to the ledger."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import DAY, seconds, workday
from simulator.firm import ACCOUNT, ENTITIES, TIME
from simulator.labour import post_by_style, with_posting, write_messages
from simulator.ledger import CURRENCY_IDS, ENTITY_IDS, Ledger
from simulator.people import numbered
from simulator.timesheets import (
    APPROVED,
    DELETED,
    DRAFT,
    HOUR,
    REJECTED,
    STATUS,
    SUBMITTED,
    Firm,
    hurry,
    month_tag,
    period_of,
)

CATEGORIES = ("airfare", "hotel", "rail", "meals", "taxi")
_SIZE = (42000, 19000, 9000, 3800, 2900)
_CURRENCY = np.array([e.currency for e in ENTITIES])


def month_expenses(firm: Firm, entries: pl.DataFrame, month: int) -> pl.DataFrame:
    """Draw expenses for client days: about one and a half a worker and month, none for contractors."""
    world, people, projects = firm.world, firm.people, firm.projects
    rng = world.rng(7, month)
    client = entries.filter(
        (pl.col("project") < projects.sold) & (pl.col("part") == 0) & ~pl.col("contractor") & (pl.col("status") > 0)
    )
    rows = client.filter(pl.Series(rng.random(client.height) < 0.09)).select("worker", "project", "day")
    size = rows.height
    day = rows["day"].to_numpy().astype("datetime64[D]")
    worker, project = rows["worker"].to_numpy(), rows["project"].to_numpy()
    entity = people.entity_on(worker, day)
    kind = rng.choice(len(CATEGORIES), size, p=[0.12, 0.22, 0.2, 0.28, 0.18])
    gross = np.rint(np.array(_SIZE)[kind] * rng.gamma(6, 1 / 6, size) * 0.55).astype(np.int64) + 100
    tax = np.where((entity != 1) & (kind != 0), gross * 7 // 107, 0)
    billable = (projects.model[project] == TIME) & (rng.random(size) < 0.75)
    home = _CURRENCY[entity]
    abroad = rng.random(size) < 0.06
    currency = np.where(billable, projects.currency[project], np.where(abroad, (home + 1) % 3, home))
    submitted = seconds(workday(day, rng.integers(2, 11, size))) + 15 * HOUR
    approved = seconds(workday((submitted // DAY).astype("datetime64[D]"), rng.integers(1, 4, size))) + 11 * HOUR
    period = period_of(world, entity, month, submitted)
    submitted, approved, period = hurry(world, entity, month, (submitted, approved, period))
    now = world.calendar.now
    status = np.where(submitted > now, DRAFT, np.where(approved > now, SUBMITTED, APPROVED))
    status = np.where((status == APPROVED) & (rng.random(size) < 0.012), REJECTED, status)
    net = gross - tax
    functional = world.rates.functional(net, currency, home, day)
    frame = rows.with_columns(
        id=numbered(f"X{month_tag(world, month)}-", size),
        entity=pl.Series(entity),
        books=pl.Series(projects.entity[project]),
        kind=pl.Series(kind),
        gross=pl.Series(gross),
        tax=pl.Series(tax),
        cost=pl.Series(net),
        functional=pl.Series(functional),
        group=pl.Series(world.rates.group(functional, home, period)),
        currency=pl.Series(currency),
        billable=pl.Series(billable),
        submitted=pl.Series(submitted),
        approved=pl.Series(approved),
        status=pl.Series(status),
        period=pl.Series(period),
        sale_period=pl.Series(period_of(world, projects.entity[project], month, submitted)),
        month=pl.lit(month, pl.Int64),
        value=pl.Series(np.where(billable, net, 0)),
        hours=pl.lit(None, pl.Int64),
    )
    changed = (
        pl.when(pl.col("status") >= APPROVED).then("approved").when(pl.col("status") == SUBMITTED).then("submitted")
    )
    frame = frame.with_columns(
        reverses_id=pl.lit(None, pl.String),
        updated=changed.otherwise(pl.col("day").cast(pl.Int64) * DAY + 12 * HOUR),
    )
    frame = frame.filter((pl.col("status") > 0) | pl.Series(seconds(day) > now - 12 * DAY))
    return with_posting(firm, frame, rng)


def write_expenses(firm: Firm, ledger: Ledger, rows: pl.DataFrame, month: int) -> pl.DataFrame:
    """Write a month's expenses, their messages and postings; returns the cost lines."""
    world = firm.world
    tag = month_tag(world, month)
    frame = _exported(firm, rows, tag)
    boundary = world.calendar.last_day_starts
    decided = (pl.col("updated_at") >= boundary) & (pl.col("submitted_at") < boundary) & ~pl.col("is_deleted")
    blanks = ("approved_at", "approved_by", "rejected_at", "rejection_reason")
    before = frame.filter(decided).with_columns(
        status=pl.lit("submitted"),
        updated_at=pl.col("submitted_at"),
        **{k: pl.lit(None, frame.schema[k]) for k in blanks},
    )
    world.drop.write("expense", frame, part=tag, before=before)
    write_messages(world, rows, flow="expense_to_erp", origin="expense", system="expense", part=tag)
    return post_by_style(
        ledger,
        expense_rows(firm, rows.filter(pl.col("posted").is_not_null())),
        tag=f"X{tag}",
        account=ACCOUNT["expense_cost"],
        against=ACCOUNT["accounts_payable"],
    )


def expense_rows(firm: Firm, rows: pl.DataFrame) -> pl.DataFrame:
    """Expenses as the rows that the ledger posts for them."""
    return rows.select(
        "posted",
        "currency",
        entity="p_entity",
        period="p_period",
        amount="p_amount",
        functional="p_functional",
        origin_type=pl.lit("expense"),
        origin_system=pl.lit("expense"),
        origin_id="id",
        project_id=firm.projects.ids.gather(rows["p_project"]),
        employee_id=firm.people.ids.gather(rows["worker"]),
        correlation_id=pl.lit("expense_to_erp:") + pl.col("id"),
    )


def _exported(firm: Firm, rows: pl.DataFrame, tag: str) -> pl.DataFrame:
    sent = pl.col("status").is_in([SUBMITTED, APPROVED, REJECTED, DELETED])
    approved, refused = pl.col("status").is_in([APPROVED, DELETED]), pl.col("status") == REJECTED
    # The expense tool knows people by their number; governance maps it.
    employee = pl.select(pl.lit("N") + firm.people.ids.gather(rows["worker"]).str.slice(1)).to_series()
    stray = (pl.col("code") == "unmapped").fill_null(value=False)
    return rows.select(
        expense_id="id",
        expense_report_id=pl.lit(f"R{tag}-") + employee.alias("r"),
        project_id=pl.when(stray).then(pl.lit("PX9001")).otherwise(firm.projects.ids.gather(rows["project"])),
        employee_id=employee,
        expense_date="day",
        category=pl.Series(CATEGORIES).gather(rows["kind"]),
        amount="gross",
        recoverable_tax="tax",
        currency=CURRENCY_IDS.gather(rows["currency"]),
        is_billable="billable",
        status=pl.col("status").replace_strict(list(range(5)), list(STATUS), return_dtype=pl.String),
        submitted_at=pl.when(sent).then("submitted"),
        submitted_by=pl.when(sent).then(employee.alias("s")),
        approved_at=pl.when(approved).then("approved"),
        approved_by=pl.when(approved).then(pl.lit("M-") + ENTITY_IDS.gather(rows["entity"]).alias("m")),
        rejected_at=pl.when(refused).then("updated"),
        rejection_reason=pl.when(refused).then(pl.lit("Receipt is missing")),
        reverses_id="reverses_id",
        updated_at="updated",
        is_deleted=pl.col("status") == DELETED,
    )
