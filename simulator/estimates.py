"""Cost-to-cost: month-end forecasts, the percentage they imply, revenue and loss provision by month."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import seconds
from simulator.firm import ENTITIES, FIXED
from simulator.late_changes import corrected_forecasts
from simulator.ledger import CURRENCY_IDS
from simulator.money import convert
from simulator.terms import Terms, amount_in_force, round_share
from simulator.timesheets import HOUR, Firm
from simulator.truth import Truth

_HOME = np.array([e.currency for e in ENTITIES])
#: Months before the end from which the neglected projects have no forecast any more.
NEGLECTED_FOR = 4


def neglected(firm: Firm) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Two running fixed-fee projects whose managers stopped forecasting."""
    projects, months = firm.projects, firm.world.calendar.months
    fit = (projects.model == FIXED) & (projects.start <= months - 2 - NEGLECTED_FOR) & (projects.end >= months - 1)
    return np.nonzero(fit)[0][:2]


def forecast(firm: Firm, terms: Terms) -> pl.DataFrame:
    """Every month's cost to date and estimate of delivery projects that have begun, in group currency.

    `remaining` (functional currency) and `hours` are the newest forecast's, `age` its months; in the
    running month the forecast is the last month's, and a project that has none yet goes by its budget.
    """
    world, projects = firm.world, firm.projects
    calendar = world.calendar
    home = _HOME[projects.entity]
    drift = world.rng(10).normal(0, 0.05, (projects.count, calendar.months))
    silent = np.zeros(projects.count, dtype=np.bool_)
    silent[neglected(firm)] = True
    left = np.zeros(projects.count, dtype=np.int64)
    age = np.full(projects.count, -1)
    rows = []
    for month in range(calendar.months):
        ongoing = np.nonzero((projects.start <= month) & (np.arange(projects.count) < projects.delivered))[0]
        done = terms.group[ongoing, : month + 1].sum(axis=1)
        rate = world.rates.average[home[ongoing], 0, month]
        spoken = (calendar.last[month] <= calendar.today) & ~(
            silent[ongoing] & (month >= calendar.months - NEGLECTED_FOR)
        )
        guess = np.maximum(terms.planned[ongoing] - done * 100_000_000 // rate, 0)
        guess = np.where(
            projects.end[ongoing] <= month, 0, np.rint(guess * (1 + drift[ongoing, month])).astype(np.int64)
        )
        left[ongoing] = np.where(spoken, guess, left[ongoing])
        age[ongoing] = np.where(spoken, 0, np.where(age[ongoing] >= 0, age[ongoing] + 1, -1))
        total = projects.end[ongoing] - projects.start[ongoing] + 1
        share = np.clip((month + 1 - projects.start[ongoing]) / total, 0, 1)
        budget = convert(terms.budget[ongoing], rate)
        estimate = np.where(age[ongoing] >= 0, done + convert(left[ongoing], rate), np.maximum(done, budget))
        rows.append(
            pl.DataFrame(
                {
                    "project": ongoing,
                    "month": np.full(len(ongoing), month),
                    "remaining": left[ongoing],
                    "hours": np.rint(terms.hours[ongoing] * (1 - share) / 25).astype(np.int64) * 25,
                    "done": done,
                    "estimate": estimate,
                    "age": age[ongoing],
                    "stale": (age[ongoing] > 1) | ((age[ongoing] < 0) & (done > budget)),
                    "spoken": spoken,
                }
            )
        )
    return pl.concat(rows)


def cost_to_cost(firm: Firm, terms: Terms, forecasts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Revenue and loss provision of fixed fees: project, month, amount in contract currency (cents)."""
    projects, calendar = firm.projects, firm.world.calendar
    average = firm.world.rates.average
    revenue: list[tuple[int, int, int]] = []
    provision: list[tuple[int, int, int]] = []
    state: dict[int, tuple[int, int, int, int]] = {}
    fixed = forecasts.filter(pl.Series(projects.model == FIXED).gather(forecasts["project"]))
    for project, month, done, estimate, stale in fixed.select(
        "project", "month", "done", "estimate", "stale"
    ).iter_rows():
        earned, provided, cost, whole = state.get(project, (0, 0, 0, 1))
        if not stale:
            cost, whole = (done, estimate) if estimate > 0 else (0, 1)
        day = min(calendar.last[month], calendar.today)
        amount = amount_in_force(terms, project, day)
        rate = average[projects.currency[project], 0, month]
        in_group = int(convert(np.array([amount]), np.array([rate]))[0])
        # Nothing is earned by cost that a credit has brought below zero.
        part = max(cost, 0)
        to_date = round_share(amount, part, whole)
        loss = round_share(amount, max(estimate - in_group, 0), in_group)
        needed = loss - round_share(loss, part, whole)
        revenue.append((project, month, to_date - earned))
        provision.append((project, month, needed - provided))
        state[project] = (to_date, needed, cost, whole)
    names = ["project", "month", "amount"]
    types = dict.fromkeys(names, pl.Int64)
    return pl.DataFrame(revenue, schema=types, orient="row"), pl.DataFrame(provision, schema=types, orient="row")


def write_forecasts(firm: Firm, truth: Truth, terms: Terms, rows: pl.DataFrame) -> None:
    """Write the month-end forecasts of delivery projects, and what some were before they were put right."""
    stamps = pl.Series(seconds(firm.world.calendar.last) + 20 * HOUR)
    rows = rows.filter("spoken")
    rows, before = corrected_forecasts(firm, truth, rows.with_columns(updated=stamps.gather(rows["month"])))
    _write(firm, terms, pl.concat([rows, before]))


def _write(firm: Firm, terms: Terms, rows: pl.DataFrame) -> None:
    projects, calendar = firm.projects, firm.world.calendar
    index = rows["project"].to_numpy()
    home = _HOME[projects.entity[index]]
    budget = firm.world.rates.group(terms.budget[index], home, rows["month"].to_numpy())
    over = rows["estimate"] * 100 > pl.Series(budget) * 112
    far = rows["estimate"] * 100 > pl.Series(budget) * 125
    whole = pl.col("estimate").clip(lower_bound=1)
    firm.world.drop.write(
        "project_forecast",
        rows.select(
            project_id=projects.ids.gather(rows["project"]),
            as_of_date=pl.Series(calendar.last).gather(rows["month"]),
            remaining_hours="hours",
            remaining_cost="remaining",
            currency=CURRENCY_IDS.gather(pl.Series(home)),
            reported_percent_complete=(pl.col("done") * 200 + whole) // (whole * 2),
            health=pl.when(far).then(pl.lit("red")).when(over).then(pl.lit("amber")).otherwise(pl.lit("green")),
            updated_at="updated",
        ),
    )
