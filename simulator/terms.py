"""What each engagement was sold for: amounts, terms, milestones and events, sized to the work it takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.calendar import Days, Ints
from simulator.firm import ENTITIES, FIXED, SUBSCRIPTION, TIME
from simulator.timesheets import Firm


@dataclass(frozen=True)
class Terms:
    """Per project: line amount (0: none), term, and whole-life hours and functional cost as planned.

    `first` is the amount until the day `amended`, where the contract was amended; `priced` is what the whole
    work was expected to bring in when it was sold, in the functional currency;
    `group[project, month]` is approved cost in group currency.
    """

    amount: Ints
    first: Ints
    amended: Days
    start: Days
    end: Days
    hours: Ints
    budget: Ints
    priced: Ints
    planned: Ints
    group: Ints


def make_terms(firm: Firm, work: pl.DataFrame, group: Ints) -> Terms:
    """Derive terms from `work` (project, hours, value) and the cost by month in group currency."""
    world, projects = firm.world, firm.projects
    calendar, rng = world.calendar, world.rng(9)
    hours, value = np.zeros(projects.count, np.int64), np.zeros(projects.count, np.int64)
    index = work["project"].to_numpy()
    hours[index], value[index] = work["hours"].to_numpy(), work["value"].to_numpy()
    length = projects.end - projects.start + 1
    elapsed = np.minimum(projects.end, calendar.months - 1) - projects.start + 1
    whole = length / np.maximum(elapsed, 1)
    home = np.array([e.currency for e in ENTITIES])[projects.entity]
    spent = group.sum(axis=1)
    rate = world.rates.average[home, 0, calendar.months - 1] / 1e8
    planned = np.rint(spent / rate * whole).astype(np.int64)
    error = np.clip(rng.normal(1.0, 0.07, projects.count), 0.85, 1.18)
    amount = np.rint(value * whole * rng.uniform(0.9, 1.03, projects.count) / 100_000).astype(np.int64) * 100_000
    amount = np.where(projects.model == TIME, 0, np.maximum(amount, 500_000))
    fee = np.rint(rng.gamma(3, 1_400_000, projects.count) / 120_000).astype(np.int64) * 120_000 + 1_200_000
    amount = np.where(projects.model == SUBSCRIPTION, fee, amount)
    months = calendar.first[0].astype("datetime64[M]")
    start = (months + projects.start).astype("datetime64[D]")
    end = (months + projects.end + 1).astype("datetime64[D]") - 1
    shift = np.where(projects.model == SUBSCRIPTION, rng.integers(0, 27, projects.count), 0)
    fixed = projects.model == FIXED
    # A few fixed fees were sold below cost; some others grew by an amendment.
    losing = np.zeros(projects.count, dtype=np.bool_)
    losing[np.nonzero(fixed & (length >= 4))[0][:4]] = True
    amount = np.where(losing, amount * 2 // 5 // 100_000 * 100_000 + 100_000, amount)
    grown = fixed & ~losing & (length >= 4) & (np.arange(projects.count) % 5 == 3)
    first = np.where(grown, amount * 85 // 100, amount)
    # Nobody signs a fixed fee below its own budget: losses show only as the work goes on.
    into = world.rates.average[projects.currency, 0, -1] / world.rates.average[home, 0, -1]
    budget = np.rint(planned * error / 100_000).astype(np.int64) * 100_000
    budget = np.where(fixed, np.minimum(budget, (first * into * 0.85).astype(np.int64) // 100_000 * 100_000), budget)
    worth = np.where(projects.model == TIME, value * whole * error, first) * into
    return Terms(
        amount=amount,
        first=first,
        amended=np.where(grown, start + 70, start - 60),
        start=start + shift,
        end=np.where(projects.model == SUBSCRIPTION, start + shift + 364, end),
        hours=np.rint(hours * whole * error / 25).astype(np.int64) * 25,
        budget=budget,
        priced=np.where(budget > 0, np.rint(worth / 100_000).astype(np.int64) * 100_000, 0),
        planned=planned,
        group=group,
    )


def amount_in_force(terms: Terms, project: int, day: np.datetime64) -> int:
    """Return a line's amount on a day."""
    return int(terms.first[project] if day < terms.amended[project] else terms.amount[project])


def round_share(amount: int, part: int, whole: int) -> int:
    """Amount × part ÷ whole, rounded half away from zero."""
    if whole == 0:
        return 0
    size = (2 * abs(amount * part) + abs(whole)) // (2 * abs(whole))
    return size if amount * part * whole >= 0 else -size
