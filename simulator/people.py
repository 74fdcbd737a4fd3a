"""The staff: who works where from when to when, at what cost, and the absences of a month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.calendar import Days, Ints, holidays, seconds
from simulator.firm import ENTITIES, PRACTICE_SHARES, PRACTICES, ROLES
from simulator.world import World

Bools: TypeAlias = NDArray[np.bool_]

_NEVER = np.datetime64("2199-01-01", "D")
#: Share of workers who are contractors; who join during the simulation; who leave; who move.
CONTRACTORS, JOINERS, LEAVERS, MOVERS = 0.08, 0.18, 0.07, 0.05


@dataclass(frozen=True)
class People:
    """Workers as columns; index 0 of the paired columns is before, index 1 after `moved`.

    `cost[i, :]` are hundredths an hour in the functional currency of the worker's entity before and
    after `raised` (for movers the same day as `moved`).
    """

    ids: pl.Series
    entity: Ints
    practice: Ints
    role: Ints
    hired: Days
    left: Days
    moved: Days
    raised: Days
    cost: Ints
    contractor: Bools
    fte: Ints
    vendor: Ints
    unrated: int

    @property
    def count(self) -> int:
        """Number of workers, contractors included."""
        return len(self.role)

    def entity_on(self, worker: Ints, days: Days) -> Ints:
        """Legal entity in which each worker stands on each day."""
        return np.asarray(self.entity[worker, (days >= self.moved[worker]).astype(np.int64)])

    def practice_on(self, worker: Ints, days: Days) -> Ints:
        """Practice of each worker on each day."""
        return np.asarray(self.practice[worker, (days >= self.moved[worker]).astype(np.int64)])

    def cost_on(self, worker: Ints, days: Days) -> Ints:
        """Burdened hourly cost of each worker on each day, in the functional currency of the day's entity."""
        return np.asarray(self.cost[worker, (days >= self.raised[worker]).astype(np.int64)])


def make_people(world: World) -> People:
    """Hire the firm."""
    rng, calendar, count = world.rng(1), world.calendar, world.consultants
    entity = rng.choice(len(ENTITIES), count, p=[e.share for e in ENTITIES])
    practice = rng.choice(len(PRACTICES), count, p=PRACTICE_SHARES)
    role = rng.choice(len(ROLES), count, p=[r.share for r in ROLES])
    # Every entity and practice needs someone, however small the firm.
    for i in range(min(count, len(ENTITIES) * len(PRACTICES))):
        entity[i], practice[i] = i % len(ENTITIES), (i // len(ENTITIES)) % len(PRACTICES)
    contractor = rng.random(count) < CONTRACTORS
    span = int((calendar.today - calendar.first[0]).astype(np.int64))
    hired = calendar.first[0] - rng.integers(30, 2000, count)
    joins = rng.random(count) < JOINERS
    hired = np.where(joins, calendar.first[0] + rng.integers(5, max(6, span - 20), count), hired)
    left = np.where(rng.random(count) < LEAVERS, calendar.first[0] + rng.integers(40, max(41, span), count), _NEVER)
    left = np.where(left > hired + 60, left, _NEVER)
    moves = (rng.random(count) < MOVERS) & ~contractor & ~joins & (left == _NEVER)
    moved = np.where(moves, calendar.first[0] + rng.integers(45, max(46, span - 10), count), _NEVER)
    abroad = moves & (rng.random(count) < 0.3)
    entities = np.stack([entity, np.where(abroad, (entity + 1) % len(ENTITIES), entity)], axis=1)
    practices = np.stack([practice, np.where(moves & ~abroad, (practice + 1) % len(PRACTICES), practice)], axis=1)
    january = next((d for d in calendar.first if str(d)[5:7] == "01"), calendar.first[-1])
    raised = np.where(moves, moved, np.where(hired < january, january, _NEVER))
    level = np.array([e.cost_level for e in ENTITIES])
    base = np.array([r.cost for r in ROLES])[role] * rng.normal(1, 0.06, count)
    base = base * np.where(contractor, 1.22, 1.0)
    raise_by = 1 + rng.uniform(0.015, 0.05, count)
    cost = np.stack([base * level[entities[:, 0]], base * raise_by * level[entities[:, 1]]], axis=1)
    fte = np.where(contractor, 100, rng.choice([100, 80, 60], count, p=[0.86, 0.1, 0.04]))
    vendors = max(3, count // 60)
    # One newcomer of the last month has no cost rate yet.
    plain = np.nonzero((entity == 0) & ~contractor & ~moves & (left == _NEVER))[0]
    unrated = int(plain[-1]) if len(plain) > 1 else -1
    if unrated >= 0:
        hired[unrated] = calendar.first[-1] + 11
        raised[unrated] = _NEVER
    return People(
        ids=numbered("E", count),
        entity=entities.astype(np.int64),
        practice=practices.astype(np.int64),
        role=role.astype(np.int64),
        hired=hired,
        left=left,
        moved=moved,
        raised=raised,
        cost=np.rint(cost / 5).astype(np.int64) * 5,
        contractor=contractor,
        fte=fte.astype(np.int64),
        unrated=unrated,
        vendor=np.where(contractor, rng.integers(0, vendors, count), -1),
    )


def numbered(prefix: str, count: int, width: int = 6) -> pl.Series:
    """Ids `prefix000001 …`."""
    numbers = pl.int_range(1, count + 1, eager=True).cast(pl.String).str.zfill(width)
    return pl.select(pl.lit(prefix) + numbers).to_series()


def month_absences(world: World, people: People, month: int) -> tuple[Ints, Days, pl.DataFrame]:
    """Draw the approved and pending absences of a month: worker, day, and rows as hundredths of hours."""
    rng, calendar = world.rng(2, month), world.calendar
    days = weekdays(world, month)
    moon = int(str(calendar.first[month])[5:7])
    chance = {7: 0.15, 8: 0.19, 12: 0.10, 6: 0.09, 10: 0.07}.get(moon, 0.05)
    by_day = np.full(len(days), chance)
    if moon == 12:
        by_day[[int(str(d)[8:10]) >= 21 for d in days]] = 0.55
    draw = rng.random((people.count, len(days)))
    holiday = (draw < by_day[None, :]) & ~people.contractor[:, None]
    sick = (draw > 0.982) & ~people.contractor[:, None]
    worker, at = np.nonzero(holiday | sick)
    day = days[at]
    keep = present(world, people, worker, day)
    worker, day = worker[keep], day[keep]
    is_sick = sick[worker, np.searchsorted(days, day)]
    entity = people.entity_on(worker, day)
    weekly = np.array([e.weekly_hours for e in ENTITIES])[entity]
    asked = seconds(day) - np.where(is_sick, 0, 20) * 86_400 + 9 * 3600
    # A few requests lapse: those days are worked, and the rows stay as cancelled or rejected.
    status = np.array(["approved", "cancelled", "rejected"])[rng.choice(3, len(day), p=[0.97, 0.02, 0.01])]
    frame = pl.DataFrame(
        {
            "absence_id": pl.select(pl.lit(f"AB{str(calendar.first[month])[:7]}-"))
            .to_series()
            .gather(np.zeros(len(day), dtype=np.int64))
            + numbered("", len(day)),
            "employee_id": people.ids.gather(worker),
            "absence_date": day,
            "hours": weekly * people.fte[worker] // 500,
            "absence_type": np.where(is_sick, "sick leave", "vacation"),
            "status": status,
            "updated_at": np.minimum(asked + 6 * 3600, calendar.now - 3600),
        }
    )
    off = status == "approved"
    return worker[off], day[off], frame


def weekdays(world: World, month: int) -> Days:
    """Mondays to Fridays of a month, up to the present."""
    calendar = world.calendar
    days = np.arange(calendar.first[month], min(calendar.last[month], calendar.today) + 1)
    return np.asarray(days[np.is_busday(days)])


def present(world: World, people: People, worker: Ints, day: Days) -> Bools:
    """Whether a worker is employed on a day that is no public holiday of the entity."""
    entity = people.entity_on(worker, day)
    free = np.zeros(len(day), dtype=np.bool_)
    for index in range(len(ENTITIES)):
        free |= (entity == index) & np.isin(day, holidays(index, world.calendar))
    return np.asarray((people.hired[worker] <= day) & (day <= people.left[worker]) & ~free)
