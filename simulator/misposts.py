"""What the simulated ERP posts besides: repeats, reversals, accruals, manual and stray lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.bills import bill_rows
from simulator.calendar import seconds, workday
from simulator.expenses import expense_rows
from simulator.firm import ACCOUNT, ENTITIES, TIME
from simulator.labour import labour_rows
from simulator.ledger import Ledger
from simulator.overlaps import has
from simulator.sales_rows import revenue_rows
from simulator.timesheets import HOUR, Firm, month_tag
from simulator.truth import Truth

_HOME = np.array([e.currency for e in ENTITIES])


@dataclass(frozen=True)
class Side:
    """How a flow's records are named and posted."""

    account: str
    against: str
    origin: str
    system: str
    letter: str
    rows: Callable[[Firm, pl.DataFrame], pl.DataFrame]
    sign: int = 1


SIDES = {
    "revenue": Side(
        ACCOUNT["services_revenue"], ACCOUNT["unbilled_receivable"], "time_entry", "psa", "R", revenue_rows, -1
    ),
    "vendor_cost": Side(
        ACCOUNT["subcontractor_cost"], ACCOUNT["accounts_payable"], "vendor_bill", "procurement", "V", bill_rows
    ),
    "labor_cost": Side(ACCOUNT["labor_cost"], ACCOUNT["labor_absorption"], "time_entry", "psa", "L", labour_rows),
    "expense_cost": Side(ACCOUNT["expense_cost"], ACCOUNT["accounts_payable"], "expense", "expense", "X", expense_rows),
}


def post_second_lines(
    firm: Firm, ledger: Ledger, truth: Truth, entries: pl.DataFrame, lines: pl.DataFrame, *, flow: str, tag: str
) -> None:
    """Post the second lines of planted records; `lines` are their first."""
    side = SIDES[flow]
    names = lines.select("gl_line_id", "origin_id")
    for part, letter in (("duplicate", "D"), ("undone", "U"), ("again", "A"), ("partial", "P")):
        rows = entries.filter(has(part)).join(names, left_on="id", right_on="origin_id", how="left")
        if rows.is_empty():
            continue
        rows = _second(rows, part)
        extra = side.rows(firm, rows)
        if part == "undone":
            extra = extra.with_columns(reverses_gl_line_id=rows["gl_line_id"])
        ledger.post(extra, tag=f"{side.letter}{letter}{tag}", account=side.account, against=side.against)
        if part == "duplicate":
            # What its source took back is reversed there in full, however often it was posted.
            _name_breaks(truth, side, rows.filter(~has("reversed")), flow=flow, category="duplicate_posting")
        elif part == "undone":
            _name_breaks(truth, side, rows.filter(~has("again")), flow=flow, category="reversed_in_erp")


def _second(rows: pl.DataFrame, part: str) -> pl.DataFrame:
    """Return what the second line of a record posts: the rest, the same again, the opposite, or the right amount."""
    sign = -1 if part == "undone" else 1
    changes = {"p_amount": sign * pl.col("p_amount"), "p_functional": sign * pl.col("p_functional")}
    if part == "partial":
        changes = dict.fromkeys(changes, pl.col("x_amount"))
    elif part == "again":
        changes = dict.fromkeys(changes, pl.col("cost"))
    if "p_hours" in rows.columns:
        changes["p_hours"] = pl.col("p_hours") * 2 // 5 if part == "partial" else sign * pl.col("p_hours")
    if part in {"duplicate", "undone"}:
        changes["p_period"] = pl.col("p_period") + has("later").cast(pl.Int64)
    delay = {"duplicate": 7, "undone": 5, "again": 9, "partial": 5}[part]
    return rows.with_columns(**changes, posted=pl.col("posted") + delay * HOUR)


def _name_breaks(truth: Truth, side: Side, rows: pl.DataFrame, *, flow: str, category: str) -> None:
    """Add what a repeat leaves where it was posted, or what a posting that was taken back leaves at home."""
    place = {"entity": "p_entity", "project": "p_project", "period": "p_period"}
    rows = rows.with_columns(currency=pl.Series(_HOME[rows["entity"].to_numpy()]))
    away = category == "duplicate_posting"
    items = rows.select(
        *((pl.col(posted) if away else pl.col(home)).alias(home) for home, posted in place.items()),
        "id",
        "code",
        "currency",
        flow=pl.lit(flow),
        category=pl.lit(category),
        origin_type=pl.lit(side.origin),
        origin_system=pl.lit(side.system),
        amount=-pl.col("p_amount"),
        functional=-pl.col("p_functional"),
    )
    truth.add(items.with_columns(group=truth.group(items["functional"], items["entity"], items["period"])))
    # The two legs of a reversal in different periods are a cut-off pair.
    apart = rows.filter(has("undone") & has("later")) if not away else rows.clear()
    for period, sign in (("period", 1), ("p_period", -1)):
        leg = apart.select(
            "entity",
            "project",
            "id",
            "code",
            "currency",
            period=pl.col(period),
            flow=pl.lit(flow),
            category=pl.lit("cutoff"),
            origin_type=pl.lit(side.origin),
            origin_system=pl.lit(side.system),
            amount=sign * pl.col("p_amount"),
            functional=sign * pl.col("p_functional"),
        )
        truth.add(leg.with_columns(group=truth.group(leg["functional"], leg["entity"], leg["period"])))


#: Lines without a record behind them: code, category, origin type (empty: the flow's own), entity.
_STRAY = (
    ("orphan", "orphan_posting", "", 0),
    ("manual", "manual_journal", "manual", 0),
    ("summary", "summary_unallocated", "summary", 2),
    ("accrual", "accrual", "accrual", 0),
    ("accrual", "accrual", "accrual", 1),
    ("forgotten", "accrual_not_reversed", "accrual", 0),
    ("forgotten", "accrual_not_reversed", "accrual", 1),
)


def _somewhere(firm: Firm, entity: int, month: int, draw: int, *, flow: str) -> int:
    """Choose a project of an entity to post on: an internal one, or for revenue a running time and materials one."""
    projects = firm.projects
    if flow != "revenue":
        return projects.sold + entity * 4 + draw % 4
    running = (projects.start <= month) & (projects.end >= month) & (projects.model == TIME)
    own = np.nonzero(running & (projects.entity == entity))[0]
    own = own[own < projects.delivered]
    return int(own[draw % len(own)]) if len(own) else projects.sold + entity * 4


def post_strays(firm: Firm, ledger: Ledger, truth: Truth, month: int, *, flow: str) -> None:
    """Post an ended month's lines that no record stands behind."""
    if month >= firm.world.calendar.months - 1:
        return
    side = SIDES[flow]
    world = firm.world
    calendar, rng, tag = world.calendar, world.rng(21, month, ord(side.letter)), month_tag(world, month)
    when = int(seconds(workday(calendar.last[month : month + 1] + 1, 1))[0]) + 14 * HOUR
    for number, (code, category, origin, entity) in enumerate(_STRAY):
        if code == "forgotten" and month > calendar.months - 3:
            continue
        amount = int(rng.integers(180, 2400)) * 25
        project = _somewhere(firm, entity, month, int(rng.integers(0, 10_000)), flow=flow)
        if code == "summary":
            # Only beside lines that the pool has anyway.
            amount = 4_250
        base = pl.DataFrame(
            {
                "entity": [entity],
                "project": [project],
                "period": [month],
                "posted": [when + number * 60],
                "currency": [int(_HOME[entity])],
                "amount": [amount],
                "functional": [amount],
            }
        )
        named = f"{side.letter}{tag}-X{number:06d}" if code == "orphan" else None
        lines = base.with_columns(
            amount=pl.col("amount") * side.sign,
            functional=pl.col("functional") * side.sign,
            contract_line_id=pl.lit(firm.projects.lines[project] if flow == "revenue" else None, pl.String),
            origin_type=pl.lit(origin or side.origin),
            origin_system=pl.lit(side.system if named else None, pl.String),
            origin_id=pl.lit(named, pl.String),
            project_id=firm.projects.ids.gather(base["project"]),
            description=pl.lit({"manual": "Reclassification by hand", "accrual": "Accrued hours"}.get(code), pl.String),
        )
        done = ledger.post(
            lines.drop("project"), tag=f"{side.letter}S{number}{tag}", account=side.account, against=side.against
        )
        item = base.with_columns(
            flow=pl.lit(flow),
            category=pl.lit(category),
            amount=-pl.col("amount"),
            functional=-pl.col("functional"),
            group=-truth.group(base["functional"], base["entity"], base["period"]),
            origin_type=pl.lit(origin or side.origin),
            origin_system=pl.lit(side.system if named else None, pl.String),
            id=pl.lit(named, pl.String),
            code=pl.lit(None if code == "accrual" else code, pl.String),
        )
        truth.add(item)
        if code == "accrual":
            back = lines.drop("project").with_columns(
                period=pl.lit(month + 1, pl.Int64),
                posted=pl.col("posted") + 30,
                amount=-pl.col("amount"),
                functional=-pl.col("functional"),
                reverses_gl_line_id=done["gl_line_id"],
            )
            ledger.post(back, tag=f"{side.letter}T{number}{tag}", account=side.account, against=side.against)
            later = base.with_columns(period=pl.lit(month + 1, pl.Int64))
            truth.add(
                item.with_columns(
                    -pl.col("amount"),
                    -pl.col("functional"),
                    period=pl.lit(month + 1, pl.Int64),
                    group=truth.group(later["functional"], later["entity"], later["period"]),
                )
            )
