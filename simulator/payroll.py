"""Labour at actual cost: where an entity costs so, payroll carries its people's time to projects, once a period."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.firm import ACCOUNT, ENTITIES
from simulator.ledger import Ledger
from simulator.timesheets import APPROVED, PAYROLL, Firm
from simulator.truth import Truth

_HOME = np.array([e.currency for e in ENTITIES])
ACTUAL = np.array([e.costing == "actual" for e in ENTITIES])
#: What payroll comes to against the standard rate: mean, spread and limits by person and month.
PAID, SPREAD, LEAST, MOST = 1.018, 0.02, 0.96, 1.08


def with_payroll(firm: Firm, rows: pl.DataFrame) -> pl.DataFrame:
    """Return time entries as their cost is posted: where it is the actual one, with their period's payroll."""
    calendar = firm.world.calendar
    entity, period = rows["entity"].to_numpy(), rows["period"].to_numpy()
    run = calendar.closed[entity, period] - PAYROLL
    rows = rows.with_columns(run=pl.Series(run), at_actual=pl.Series(ACTUAL[entity]) & ~pl.col("contractor"))
    paid = (pl.col("status") == APPROVED) & (pl.col("run") <= calendar.now)
    mine = pl.col("at_actual")
    return rows.with_columns(
        # What the interface has delivered waits for payroll; it has not failed.
        due=pl.when(mine & pl.col("posted").is_not_null()).then("approved").otherwise("due"),
        posted=pl.when(mine & paid).then("run").when(~mine).then("posted"),
        p_period=pl.when(mine).then("period").otherwise("p_period"),
    ).drop("run")


def post_payroll(firm: Firm, ledger: Ledger, truth: Truth, rows: pl.DataFrame) -> None:
    """Post a line a person, project and period at what was paid, and say what that leaves of the standard cost."""
    keys = ["entity", "project", "worker", "period", "posted"]
    rows = rows.filter(pl.col("at_actual") & pl.col("posted").is_not_null())
    sums = rows.group_by(keys).agg(pl.col("cost", "hours").sum()).sort(keys)
    if sums.is_empty():
        return
    draw = firm.world.rng(60).normal(PAID, SPREAD, (firm.people.count, firm.world.calendar.months))
    factor = np.clip(draw, LEAST, MOST)[sums["worker"].to_numpy(), sums["period"].to_numpy()]
    sums = sums.with_columns(
        currency=pl.Series(_HOME[sums["entity"].to_numpy()]),
        paid=pl.Series(np.rint(sums["cost"].to_numpy() * factor).astype(np.int64)),
    )
    ledger.post(
        sums.select(
            "entity",
            "period",
            "posted",
            "currency",
            amount="paid",
            functional="paid",
            quantity="hours",
            origin_type=pl.lit("payroll"),
            origin_system=pl.lit(None, pl.String),
            origin_id=pl.lit(None, pl.String),
            project_id=firm.projects.ids.gather(sums["project"]),
            employee_id=firm.people.ids.gather(sums["worker"]),
        ),
        tag="PY",
        account=ACCOUNT["payroll_cost"],
        against=ACCOUNT["cash"],
    )
    left = sums.with_columns(left=pl.col("cost") - pl.col("paid")).filter(pl.col("left") != 0)
    truth.add(
        left.with_columns(
            flow=pl.lit("labor_cost"),
            category=pl.lit("summary_unallocated"),
            amount="left",
            functional="left",
            group=truth.group(left["left"], left["entity"], left["period"]),
            note=pl.lit("actual against standard"),
        )
    )
