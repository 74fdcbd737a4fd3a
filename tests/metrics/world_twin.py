"""What the metrics of the firm made by hand must be: loops over its people, days and entries, in decimals."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.metrics import world
from tests.metrics.calendars import hours
from tests.metrics.twin import Entry, Month, capped_steps, cost_to_cost, spread_to_date, to_cents
from tests.metrics.world import BUILT, CARDS, ENTITIES, PROJECTS, Entity, Post, Work

#: (entity, period, member): the member is a practice and role for capacity, a project for money.
Cell = tuple[str, str, str]
Sums = dict[Cell, Decimal]


def capacity() -> tuple[Sums, Sums]:
    """Return capacity and available hours by entity, period, and practice and role."""
    full: Sums = defaultdict(Decimal)
    free: Sums = defaultdict(Decimal)
    for post in world.POSTS:
        if post.worker_type == "contractor":
            continue
        away = {day: many for who, day, many, status in world.ABSENCES if who == post.id and status == "approved"}
        calendar = ENTITIES[post.terms.entity].calendar
        for name, first, _ in calendar.periods:
            if first <= BUILT.date():
                _, whole, left = hours(post.terms, calendar, away, name)
                full[post.terms.entity, name, member(post)] += whole
                free[post.terms.entity, name, member(post)] += left
    return full, free


def member(post: Post) -> str:
    """Return practice and role as one member."""
    return f"{post.practice}, {post.role}"


def counted() -> list[Work]:
    """Return the entries that count: submitted or approved."""
    return [one for one in world.work() if one.status in {"submitted", "approved"}]


def employee_hours() -> tuple[Sums, Sums, Sums]:
    """Return employees' billable hours by practice and role, the same by project, and hours on client projects."""
    by_role: Sums = defaultdict(Decimal)
    by_project: Sums = defaultdict(Decimal)
    client: Sums = defaultdict(Decimal)
    for one in counted():
        if one.post.worker_type == "contractor":
            continue
        entity = one.post.terms.entity
        period = ENTITIES[entity].period(one.day)
        by_role[entity, period, member(one.post)] += one.billable
        by_project[entity, period, one.project] += one.billable
        if PROJECTS[one.project].billing_model != "non_billable":
            client[entity, period, member(one.post)] += one.hours
    return by_role, by_project, client


def in_euros(amount: Decimal, entity: Entity, period: str) -> Decimal:
    """Return an amount in group currency at the period's average rate."""
    return to_cents(Fraction(amount) * Fraction(entity.rate(period)))


def price(one: Work) -> Decimal:
    """Return the price of an hour: the entry's own, else the person's, the role's or the project's card."""
    if one.rate is not None:
        return one.rate
    for person, role in ((one.post.id, None), (None, one.post.role), (None, None)):
        known = [
            amount for who, what, since, amount in CARDS[one.project] if (who, what) == (person, role)
            and since <= one.day
        ]  # fmt: skip
        if known:
            return known[-1]
    raise AssertionError(one)


def revenue() -> Sums:
    """Return services and recurring revenue in euros by entity, period and project."""
    found: Sums = defaultdict(Decimal)
    for name, project in PROJECTS.items():
        entity = ENTITIES[project.entity]
        parts = {
            "time_and_materials": _time, "milestone": _milestones, "percent_complete": _by_cost,
            "straight_line": _spread, "ratable": _spread, None: lambda _: [],
        }[project.method](name)  # fmt: skip
        for period, amount in parts:
            found[project.entity, period, name] += in_euros(amount, entity, period)
    return found


def _time(name: str) -> list[tuple[str, Decimal]]:
    """Return what each entry earns, cut by the cap in force on the day of its approval where the books are kept."""
    project = PROJECTS[name]
    days = {one.id: one.day for one in counted()}
    steps = capped_steps(_priced(name), project.caps, world.local(BUILT, project.entity).date())
    return [(ENTITIES[project.entity].period(days[key]), amount) for key, amount in steps.items()]


def _priced(name: str) -> list[Entry]:
    """Return the billable entries of a project at their prices, approved where its books are kept."""
    entity = PROJECTS[name].entity
    return [
        Entry(one.id, world.local(one.approved_at, entity) if one.approved_at else None, one.day,
              to_cents(Fraction(one.billable) * Fraction(price(one))))
        for one in counted() if one.project == name and one.billable
    ]  # fmt: skip


def earned_before_caps(name: str, *, until: date) -> Decimal:
    """Return what the entries approved before a day are worth, whatever the cap."""
    return sum((one.net for one in _priced(name) if one.approved_at and one.approved_at.date() < until), Decimal(0))


def _milestones(name: str) -> list[tuple[str, Decimal]]:
    entity = PROJECTS[name].entity
    return [
        (ENTITIES[entity].period(world.local(moment, entity).date()), amount)
        for moment, amount in world.MILESTONES.values()
    ]


def _spread(name: str) -> list[tuple[str, Decimal]]:
    project, before, found = PROJECTS[name], Decimal(0), []
    today = world.local(BUILT, project.entity).date()
    for period, first, last in ENTITIES[project.entity].calendar.periods:
        if first <= today:
            to_date = spread_to_date(project.lines, min(last, today))
            found.append((period, to_date - before))
            before = to_date
    return found


def _by_cost(name: str) -> list[tuple[str, Decimal]]:
    project = PROJECTS[name]
    costs = [
        (one.post.terms.entity, *labor(one)) for one in counted() if one.project == name and one.status == "approved"
    ]
    ends = {(key, period): last for key, one in ENTITIES.items() for period, _, last in one.calendar.periods}
    periods = [one for one in ENTITIES[project.entity].calendar.periods if one[1] <= BUILT.date()]
    measured = []
    for _, _, last in periods:
        # cost stands in the books of whoever worked: a period of weeks counts when it has ended
        cost = sum((amount for entity, period, amount in costs if ends[entity, period] <= last), Decimal(0))
        looks = [day for day in world.FORECASTS if day <= last]
        newest = max(looks) if looks else None
        measured.append(
            Month(last, cost, project.lines[0].amount, newest, world.FORECASTS[newest] if newest else None, None)
        )
    return [(period[0], row[0]) for period, row in zip(periods, cost_to_cost(measured), strict=True)]


def labor(one: Work) -> tuple[str, Decimal]:
    """Return the period of an entry and its cost in euros, in the books of the person's own entity."""
    entity = ENTITIES[one.post.terms.entity]
    period = entity.period(one.day)
    return period, in_euros(to_cents(Fraction(one.hours) * Fraction(one.post.cost)), entity, period)


def labor_cost() -> Sums:
    """Return labor cost in euros by entity, period and project."""
    found: Sums = defaultdict(Decimal)
    for one in counted():
        if one.post.worker_type == "employee":
            period, amount = labor(one)
            found[one.post.terms.entity, period, one.project] += amount
    return found
