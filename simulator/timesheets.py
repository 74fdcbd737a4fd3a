"""Time entries of a month: hours by day and project, their approval, cost and billable value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.calendar import DAY, Days, Ints, seconds, workday
from simulator.engagements import Projects
from simulator.firm import ENTITIES, ROLES
from simulator.money import times
from simulator.people import People, month_absences, numbered, present, weekdays
from simulator.staffing import Staffing
from simulator.world import World

#: States of a record; a deleted one keeps the word of its last state.
DRAFT, SUBMITTED, APPROVED, REJECTED, DELETED = range(5)
STATUS = ("draft", "submitted", "approved", "rejected", "approved")
#: Share of entries that are corrected later by a reversal and a new entry.
CORRECTED = 0.004
HOUR = 3600
#: The hour (UTC) of the nightly summary run, and the hour until which it takes approvals.
RUN = 2
#: How long before the close payroll runs where it carries labour to projects.
PAYROLL = 24 * HOUR


#: Every so many projects raise their card by so much an hour; so many people of a project have own rates.
RAISED, RAISE, PROMISED, PROMISE = 3, 350, 41, 900


#: Number of the part of a day that is spent inside the firm; the parts before it are a client's.
INSIDE = 5


@dataclass(frozen=True)
class Firm:
    """People, projects and who works on what."""

    world: World
    people: People
    projects: Projects
    staffing: Staffing
    card: Ints


def rate_card(world: World, projects: Projects) -> Ints:
    """Hourly price of each project and role, in hundredths of the project's currency."""
    rng = world.rng(5)
    level = np.array([e.cost_level for e in ENTITIES])[projects.entity]
    into = (
        np.array([1.0, 1.09, 0.86])[projects.currency]
        / np.array([1.0, 1.09, 0.86])[np.array([e.currency for e in ENTITIES])[projects.entity]]
    )
    deal = np.clip(rng.normal(1.0, 0.07, projects.count), 0.82, 1.2)
    price = np.array([r.price for r in ROLES])
    return np.asarray(np.rint((level * into * deal)[:, None] * price[None, :] / 50).astype(np.int64) * 50)


def raise_day(world: World) -> np.datetime64:
    """Return the day on which rate cards go up: the first of January, or of the last month."""
    first = world.calendar.first
    return next((d for d in first if str(d)[5:7] == "01"), first[-1])


def month_entries(firm: Firm, month: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Draw a month's time entries as a frame of numbers, and the absences that they respect."""
    world, people, projects = firm.world, firm.people, firm.projects
    rng = world.rng(6, month)
    firm.staffing.assign(month)
    worker, day, absences = _worked_days(world, people, month)
    entity = people.entity_on(worker, day)
    full = np.array([e.weekly_hours for e in ENTITIES])[entity] * people.fte[worker] // 500
    full = full // 25 * 25
    bench = rng.random(len(worker)) < np.where(people.contractor[worker], 0.0, _bench(people)[worker])
    inside = np.where(rng.random(len(worker)) < 0.5, rng.integers(2, 9, len(worker)) * 25, 0)
    bench |= worker == people.unrated
    inside = np.where(people.contractor[worker], 0, np.where(bench, full, np.minimum(inside, full)))
    client = full - inside
    other = np.where(rng.random(len(worker)) < 0.6, client // 75 * 25, 0)
    other = np.where(people.contractor[worker], 0, other)
    main = client - other
    split = np.where(rng.random(len(worker)) < 0.92, main // 50 * 25, 0)
    third = np.where(rng.random(len(worker)) < 0.55, (main - split) // 50 * 25, 0)
    again = np.where(rng.random(len(worker)) < 0.45, other // 50 * 25, 0)
    own = projects.internal(entity, people.practice_on(worker, day))
    parts = (
        (firm.staffing.main[worker], main - split - third),
        (firm.staffing.main[worker], split),
        (firm.staffing.main[worker], third),
        (firm.staffing.second[worker], other - again),
        (firm.staffing.second[worker], again),
        (own, inside),
    )
    frame = pl.concat(
        [
            pl.DataFrame({"worker": worker, "day": day, "project": p, "hours": h}).with_columns(
                part=pl.lit(i, pl.Int64)
            )
            for i, (p, h) in enumerate(parts)
        ]
    ).filter(pl.col("hours") > 0)
    frame = frame.sort("day", "worker", "part").with_columns(
        reverses=pl.lit(-1, pl.Int64),
        billable=(pl.col("part") < INSIDE) & pl.Series(rng.random(frame.height) > 0.045),
    )
    return _lifecycle(firm, month, frame, rng), absences


def _bench(people: People) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    target = np.array([r.target for r in ROLES])[people.role] / 100
    return np.asarray(np.clip(0.935 - target, 0.06, 0.5))


def _worked_days(world: World, people: People, month: int) -> tuple[Ints, Days, pl.DataFrame]:
    days = weekdays(world, month)
    off_worker, off_day, absences = month_absences(world, people, month)
    working = np.ones((people.count, len(days)), dtype=np.bool_)
    working[off_worker, np.searchsorted(days, off_day)] = False
    worker, at = np.nonzero(working)
    day = days[at]
    keep = present(world, people, worker, day)
    return worker[keep], day[keep], absences


def _lifecycle(firm: Firm, month: int, frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    world, people, projects = firm.world, firm.people, firm.projects
    day = frame["day"].to_numpy().astype("datetime64[D]")
    worker = frame["worker"].to_numpy()
    size = len(day)
    habit = rng.random(size)
    friday = day + (4 - (day.astype(np.int64) + 3) % 7) % 7
    sent = np.where(habit < 0.5, day, np.where(habit < 0.88, friday, workday(friday, rng.integers(1, 3, size))))
    sent = np.where(habit > 0.985, workday(day, rng.integers(8, 30, size)), sent)
    offset = np.array([e.utc_hours for e in ENTITIES])[people.entity_on(worker, day)] * HOUR
    submitted = seconds(sent) + 16 * HOUR + rng.integers(0, 2 * HOUR, size) - offset
    # Time that another entity or a vendor charges for is not corrected afterwards.
    home = ~people.contractor[worker]
    home &= people.entity_on(worker, day) == projects.entity[frame["project"].to_numpy()]
    frame = _with_corrections(frame.with_columns(submitted=pl.Series(submitted)), home, rng)
    day = frame["day"].to_numpy().astype("datetime64[D]")
    worker, project = frame["worker"].to_numpy(), frame["project"].to_numpy()
    submitted, size = frame["submitted"].to_numpy(), frame.height
    entity = people.entity_on(worker, day)
    offset = np.array([e.utc_hours for e in ENTITIES])[entity] * HOUR
    wait = np.array([1, 2, 3, 5, 12])[rng.choice(5, size, p=[0.72, 0.19, 0.06, 0.02, 0.01])]
    # What is corrected later was approved first.
    wait = np.where(frame["corrected"].to_numpy(), np.minimum(wait, 3), wait)
    sent = (submitted // DAY).astype("datetime64[D]")
    approved = seconds(workday(sent, wait)) + 9 * HOUR + rng.integers(0, 8 * HOUR, size) - offset
    period = period_of(world, entity, month, submitted)
    submitted, approved, period = hurry(world, entity, month, (submitted, approved, period))
    refused = (rng.random(size) < 0.008) & ~frame["corrected"].to_numpy()
    now = world.calendar.now
    status = np.where(submitted > now, DRAFT, np.where(approved > now, SUBMITTED, APPROVED))
    status = np.where((status == APPROVED) & refused, REJECTED, status)
    rate = people.cost_on(worker, day)
    hours = frame["hours"].to_numpy()
    billable = frame["billable"].to_numpy()
    functional = np.array([e.currency for e in ENTITIES])[entity]
    cost = times(hours, rate)
    price, promised = price_of(firm, project, worker, day)
    books = projects.entity[project]
    keep = (status != DRAFT) | (seconds(day) > now - 12 * DAY)
    updated = np.where(
        status == DRAFT, np.minimum(seconds(day) + 15 * HOUR, now), np.where(status == SUBMITTED, submitted, approved)
    )
    ids = entry_ids(world, month, size)
    undoes = pl.when(pl.col("reverses") >= 0).then(ids.gather(np.maximum(frame["reverses"].to_numpy(), 0)))
    return frame.with_columns(
        id=ids,
        reverses_id=undoes,
        entity=pl.Series(entity),
        books=pl.Series(books),
        submitted=pl.Series(submitted),
        approved=pl.Series(approved),
        status=pl.Series(status),
        period=pl.Series(period),
        sale_period=pl.Series(period_of(world, books, month, submitted)),
        contractor=pl.Series(people.contractor[worker]),
        rate=pl.Series(rate),
        cost=pl.Series(cost),
        group=pl.Series(world.rates.group(cost, functional, period)),
        price=pl.Series(price),
        promised=pl.Series(promised),
        value=pl.Series(np.where(billable, times(hours, price), 0)),
        updated=pl.Series(updated),
        role=pl.Series(people.role[worker]),
        month=pl.lit(month, pl.Int64),
    ).filter(pl.Series(keep))


def price_of(firm: Firm, project: Ints, worker: Ints, day: Days) -> tuple[Ints, NDArray[np.bool_]]:
    """Hourly price of time in hundredths, and where it is a rate of the entry's own."""
    raised = (project % RAISED == 0) & (day >= raise_day(firm.world))
    price = firm.card[project, firm.people.role[worker]] + np.where(raised, RAISE, 0)
    # A few people were promised to a customer below the card.
    promised = (project * 7 + worker) % PROMISED == 0
    return np.where(promised, price - PROMISE, price), promised


def period_of(world: World, entity: Ints, month: int, submitted: Ints) -> Ints:
    """Return the period that a record of a month falls in, given when it was first submitted."""
    return world.calendar.open_month(entity, np.full(len(entity), month), submitted)


def hurry(world: World, entity: Ints, month: int, state: tuple[Ints, Ints, Ints]) -> tuple[Ints, Ints, Ints]:
    """Where summaries or payroll carry costs, approvals are chased so that the last run before close takes them."""
    submitted, approved, period = state
    summary = np.array([e.posting == "summary" for e in ENTITIES])[entity]
    actual = np.array([e.costing == "actual" for e in ENTITIES])[entity]
    shut = world.calendar.closed[entity, period]
    late = (summary & (next_run(approved) >= shut)) | (actual & (approved >= shut - PAYROLL))
    early = late & (submitted < shut - 40 * HOUR)
    approved = np.where(early, shut - 30 * HOUR, approved)
    submitted = np.where(late & ~early, shut + 2 * HOUR, submitted)
    approved = np.where(late & ~early, submitted + 20 * HOUR, approved)
    return submitted, approved, np.where(late & ~early, period_of(world, entity, month, submitted), period)


def next_run(instant: Ints) -> Ints:
    """Return the first nightly run after an instant."""
    return np.asarray((instant // DAY + (instant % DAY >= RUN * HOUR)) * DAY + RUN * HOUR)


def entry_ids(world: World, month: int, size: int) -> pl.Series:
    """Ids of a month's entries, in the order of its rows."""
    return numbered(f"T{month_tag(world, month)}-", size, 7)


def month_tag(world: World, month: int) -> str:
    """Return the month as `202603`."""
    return str(world.calendar.first[month])[:7].replace("-", "")


def _with_corrections(
    frame: pl.DataFrame, home: np.ndarray[tuple[int], np.dtype[np.bool_]], rng: np.random.Generator
) -> pl.DataFrame:
    chosen = np.nonzero((rng.random(frame.height) < CORRECTED) & home)[0]
    corrected = np.zeros(frame.height, dtype=np.bool_)
    corrected[chosen] = True
    frame = frame.with_columns(corrected=pl.Series(corrected))
    original = frame[chosen]
    moment = original["submitted"].to_numpy() // DAY
    later = seconds(workday(moment.astype("datetime64[D]"), rng.integers(9, 25, len(chosen)))) + 13 * HOUR
    undo = original.with_columns(
        hours=-pl.col("hours"),
        reverses=pl.Series(chosen),
        submitted=pl.Series(later),
        part=pl.lit(INSIDE + 1, pl.Int64),
    )
    redo = original.with_columns(
        hours=pl.max_horizontal(pl.col("hours") - 25, pl.lit(25)),
        submitted=pl.Series(later),
        part=pl.lit(INSIDE + 2, pl.Int64),
    )
    return pl.concat([frame, undo, redo])
