"""Figures that are put right only after a close: an amendment, forecasts and adjustments, and the truth of each."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import Ints
from simulator.firm import ENTITIES, FIXED
from simulator.oddities import once_closed
from simulator.terms import Terms
from simulator.timesheets import HOUR, Firm
from simulator.truth import Truth

#: How long after a close somebody finds out.
FOUND = 20 * HOUR
#: Every so many months a forecast and an adjustment come too late.
EACH = 3


def _after_close(firm: Firm, entity: Ints, month: Ints) -> Ints:
    """When the change of a closed month is made; far in the future where the month is open or nobody has found out."""
    closed = firm.world.calendar.closed[entity, month]
    far = np.iinfo(np.int64).max
    found = once_closed(firm.world, entity, month, np.where(closed < far, closed, far - FOUND) + FOUND)
    return np.asarray(np.where(found < firm.world.calendar.last_day_starts, found, far))


def late_amendment(firm: Firm, terms: Terms) -> tuple[int, int]:
    """Return the project whose amendment was recorded after the month of its effect had closed (-1: none), and when."""
    projects, calendar = firm.projects, firm.world.calendar
    month = calendar.month_of(terms.amended)
    fit = (projects.model == FIXED) & (terms.first != terms.amount) & (month >= 0) & (month < calendar.months)
    found = _after_close(firm, projects.entity, np.clip(month, 0, calendar.months - 1))
    chosen = np.nonzero(fit & (found < np.iinfo(np.int64).max))[0]
    return (int(chosen[0]), int(found[chosen[0]])) if len(chosen) else (-1, 0)


def judge_amendment(firm: Firm, truth: Truth, terms: Terms) -> None:
    """Name the contract line that was amended too late."""
    project, _ = late_amendment(firm, terms)
    if project >= 0:
        _control(firm, truth, project, firm.projects.lines[project], "contract_line")


def corrected_forecasts(firm: Firm, truth: Truth, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return forecasts as they stand, and what some were at the close; `updated` says since when."""
    entity = firm.projects.entity[rows["project"].to_numpy()]
    found = pl.Series(_after_close(firm, entity, rows["month"].to_numpy()))
    fit = (pl.col("month") % EACH == 1) & (pl.col("found") < np.iinfo(np.int64).max) & (pl.col("remaining") > 0)
    rows = rows.with_columns(found=found).with_row_index("at")
    chosen = rows.filter(fit).group_by("month", maintain_order=True).first()["at"]
    late = pl.col("at").is_in(chosen.implode())
    before = rows.filter(late).with_columns(remaining=pl.col("remaining") * 9 // 10)
    for project in before["project"].to_list():
        _control(firm, truth, project, firm.projects.ids[project], "forecast")
    rows = rows.with_columns(updated=pl.when(late).then("found").otherwise("updated"))
    return rows.drop("at", "found"), before.drop("at", "found")


def late_adjustment(firm: Firm, truth: Truth, rows: pl.DataFrame, month: int) -> pl.Series:
    """Return when each adjustment of a month was made; the last one of some months after the close."""
    stamp = rows["stamp"]
    if month % EACH != 0 or rows.is_empty():
        return stamp
    last = rows.height - 1
    found = int(_after_close(firm, rows["books"].to_numpy()[-1:], np.array([month]))[0])
    if found == np.iinfo(np.int64).max:
        return stamp
    _control(firm, truth, int(rows["project"][last]), f"AD-{rows['id'][last]}", "billing_adjustment")
    return pl.concat([stamp[:last], pl.Series([found], dtype=stamp.dtype)])


def _control(firm: Firm, truth: Truth, project: int, subject: str, note: str) -> None:
    truth.control("changed_after_close", ENTITIES[firm.projects.entity[project]].id, subject, note)
