"""Working days and capacity by the definitions, slowly and obviously: a loop over days in decimals."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.metrics.twin import to_cents

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ENTITIES = (
    "legal_entity_key text, source_system text, legal_entity_id text, name text, functional_currency text, region text,"
    " time_zone text, work_week text, first_weekday int, days_in_week int, labor_costing text, is_deleted boolean,"
    " _batch_id bigint"
)
DAYS = "legal_entity_key text, day date, period_id text, start_date date, end_date date"
PERIODS = "legal_entity_key text, period_id text, start_date date, end_date date"
TERMS = (
    "worker_assignment_key text, worker_key text, worker_type text, legal_entity_key text, practice text, role text,"
    " fte decimal(9, 6), weekly_hours decimal(9, 2), billable_target decimal(9, 6), valid_from date, valid_to date,"
    " hire_date date, termination_date date"
)


@dataclass(frozen=True)
class Terms:
    """What a worker has agreed with an entity from a day on (until the day before `until`)."""

    key: str
    entity: str
    since: date
    until: date
    fte: Decimal
    weekly_hours: Decimal
    target: Decimal | None = None
    hired: date = date(2000, 1, 1)
    left: date | None = None

    def row(self) -> tuple[object, ...]:
        """As a row of int_worker_assignments."""
        return (
            self.key, "w", "employee", self.entity, "p", "r", self.fte, self.weekly_hours, self.target, self.since,
            self.until, self.hired, self.left,
        )  # fmt: skip


@dataclass(frozen=True)
class Calendar:
    """An entity's work week, as `sun-thu`, its holidays and its periods as (id, first day, last day)."""

    work_week: str
    holidays: frozenset[date]
    periods: tuple[tuple[str, date, date], ...]

    @property
    def weekdays(self) -> list[int]:
        """The numbers of the days of the week that are worked, Monday 0."""
        first, last = (WEEK.index(name) for name in self.work_week.split("-"))
        days = [first]
        while days[-1] != last:
            days.append((days[-1] + 1) % 7)
        return days

    def works(self, day: date) -> bool:
        """Whether the day is worked."""
        return day.weekday() in self.weekdays and day not in self.holidays


def hours(terms: Terms, calendar: Calendar, absences: dict[date, Decimal], period: str) -> tuple[int, Decimal, Decimal]:
    """Return working days, capacity and available hours of a period."""
    daily = _eight(Fraction(terms.weekly_hours) * Fraction(terms.fte) / len(calendar.weekdays))
    first, last = next((first, last) for name, first, last in calendar.periods if name == period)
    worked, away = 0, Fraction(0)
    day = max(first, terms.since, terms.hired)
    while day <= min(last, terms.until - timedelta(days=1), terms.left or last):
        if calendar.works(day):
            worked += 1
            away += min(Fraction(absences.get(day, Decimal(0))), daily)
        day += timedelta(days=1)
    capacity = to_cents(worked * daily)
    return worked, capacity, capacity - to_cents(away)


def four_four_five(first: date, quarters: int) -> tuple[tuple[str, date, date], ...]:
    """Return periods of four, four and five weeks."""
    periods: list[tuple[str, date, date]] = []
    for number in range(quarters * 3):
        last = first + timedelta(weeks=5 if number % 3 == 2 else 4, days=-1)
        periods.append((f"P{number + 1:02}", first, last))
        first = last + timedelta(days=1)
    return tuple(periods)


def months(year: int, count: int) -> tuple[tuple[str, date, date], ...]:
    """Return so many calendar months from the January of a year."""
    starts = [date(year + number // 12, number % 12 + 1, 1) for number in range(count + 1)]
    return tuple(
        (f"{start:%Y-%m}", start, following - timedelta(days=1)) for start, following in itertools.pairwise(starts)
    )


def _eight(value: Fraction) -> Fraction:
    """Round half up to eight decimals, as a rate is."""
    return Fraction(int(value * 10**8 + Fraction(1, 2)), 10**8)


def days_of(entity: str, periods: Sequence[tuple[str, date, date]]) -> list[tuple[object, ...]]:
    """Return the rows of int_period_days."""
    return [
        (entity, first + timedelta(days=number), name, first, last)
        for name, first, last in periods
        for number in range((last - first).days + 1)
    ]
