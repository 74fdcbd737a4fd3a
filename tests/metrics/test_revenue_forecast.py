"""What is left of contract lines, spread over the periods to come: against a loop over lines, bookings and days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.calendars import Calendar, months
from tests.metrics.conftest import Run
from tests.metrics.drawn import CAREFUL
from tests.metrics.twin import to_cents

TODAY = date(2026, 3, 18)
CALENDAR = Calendar("mon-fri", frozenset({date(2026, 4, 3), date(2026, 4, 6)}), months(2026, 8))
PERIODS = [period for period in CALENDAR.periods if period[2] >= TODAY]
RATES = {name: Decimal("0.9") + Decimal(place) / 100 for place, (name, _, _) in enumerate(PERIODS)}
LINES = (
    "basis text, is_recurring boolean, is_uncapped boolean, contract_line_key text, project_key text,"
    " legal_entity_key text, period_id text, currency text, backlog_transaction decimal(18, 2), end_date date,"
    " region text, practice text, customer_key text, billing_model text"
)
BOOKED = (
    "booking_type text, project_key text, project_period_id text, hours decimal(18, 2), amount_group decimal(18, 2),"
    " piece_from date"
)
Forecast = dict[tuple[str, str], Decimal]


@dataclass(frozen=True)
class Line:
    """A services line; `left` is None where it has no amount."""

    key: str
    project: str
    left: Decimal | None
    currency: str
    end: date | None
    is_retainer: bool = False


@dataclass(frozen=True)
class Booking:
    """Hours booked from a day on, within one period, and what they are worth."""

    project: str
    day: date
    hours: Decimal
    worth: Decimal
    kind: str

    @property
    def period(self) -> str:
        """The period of its days."""
        return next(name for name, first, last in PERIODS if first <= self.day <= last)


def in_parts(whole: Decimal, parts: Sequence[tuple[str, Decimal]]) -> list[tuple[str, Decimal]]:
    """Return a whole in parts by weight, each the difference of two rounded amounts to date."""
    total, before, reached = sum((weight for _, weight in parts), Decimal(0)), Decimal(0), Decimal(0)
    found = []
    for name, weight in parts:
        reached += weight
        to_date = to_cents(Fraction(whole) * Fraction(reached) / Fraction(total))
        found.append((name, to_date - before))
        before = to_date
    return found


def forecast(lines: list[Line], bookings: list[Booking], ends: dict[str, date | None]) -> Forecast:
    """Return what each line earns in each period to come, in group currency; a retainer without an end nothing."""
    found: Forecast = {}
    lines = [line for line in lines if can_be_spread(line)]
    for line in lines:
        mine = [one for one in bookings if one.project == line.project and one.kind == "hard"]
        hours: dict[str, Decimal] = defaultdict(Decimal)
        for one in sorted(mine, key=lambda one: one.day):
            hours[one.period] += one.hours
        if line.left is None:
            free = sorted(one.key for one in lines if one.project == line.project and one.left is None)
            for period in hours:
                worth = sum((one.worth for one in mine if one.period == period), Decimal(0))
                found[line.key, period] = dict(in_parts(worth, [(key, Decimal(1)) for key in free]))[line.key]
            continue
        if sum(hours.values()):
            parts = in_parts(line.left, list(hours.items()))
        else:
            parts = by_days(line, ends.get(line.project))
        for period, amount in parts:
            rate = RATES[period] if line.currency == "USD" else Decimal(1)
            found[line.key, period] = to_cents(Fraction(amount) * Fraction(rate))
    return found


def can_be_spread(line: Line) -> bool:
    """Whether anything can be forecast of it: a retainer needs an end."""
    return not line.is_retainer or line.end is not None


def by_days(line: Line, project_end: date | None) -> list[tuple[str, Decimal]]:
    """Return what is left by the working days until the project's end, else the line's; all now where none is left.

    A retainer's own end counts before the project's.
    """
    assert line.left is not None
    day, last = TODAY + timedelta(days=1), project_end or line.end or TODAY
    if line.is_retainer:
        last = line.end or last
    worked: dict[str, Decimal] = defaultdict(Decimal)
    while day <= max(last, TODAY + timedelta(days=1)):
        if CALENDAR.works(day):
            worked[next(name for name, first, end in PERIODS if first <= day <= end)] += 1
        day += timedelta(days=1)
    return in_parts(line.left, list(worked.items())) if worked else [("2026-03", line.left)]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Line], list[Booking], dict[str, date | None]]:
    days = st.integers(-60, 120).map(lambda number: TODAY + timedelta(days=number))
    money = st.decimals(min_value=0, max_value=500_000, places=2)
    lines = [
        Line(
            f"l{number}", draw(st.sampled_from("pqr")), draw(st.one_of(st.none(), money)),
            draw(st.sampled_from(["EUR", "USD"])), draw(st.one_of(st.none(), days)), draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 6)))
    ]  # fmt: skip
    bookings = [
        Booking(
            draw(st.sampled_from("pq")), TODAY + timedelta(days=draw(st.integers(1, 150))),
            draw(st.decimals(min_value=0, max_value=160, places=2)), draw(money),
            draw(st.sampled_from(["hard", "hard", "soft"])),
        )
        for _ in range(draw(st.integers(0, 6)))
    ]  # fmt: skip
    return lines, bookings, {key: draw(st.one_of(st.none(), days)) for key in "pqr"}


@CAREFUL
@given(world=worlds())
def test_a_revenue_forecast_is_what_a_loop_over_lines_says(
    run: Run, world: tuple[list[Line], list[Booking], dict[str, date | None]]
) -> None:
    lines, bookings, ends = world
    days = [TODAY + timedelta(days=number) for number in range(125)]
    found = run(
        "select contract_line_key, period_id, amount_group from {int_revenue_forecast}",
        {
            "int_backlog_contracted": (
                LINES,
                [
                    ("operational", False, one.left is None, one.key, one.project, "e", "2026-03", one.currency,
                     one.left or 0, one.end, "R", "P", "c", "ff")
                    for one in lines
                ],
            ),
            "int_revenue_lines": (
                "contract_line_key text, recognition_method text",
                [(one.key, "straight_line" if one.is_retainer else "milestone") for one in lines],
            ),
            "int_period_days": ("legal_entity_key text, day date, period_id text", [("e", TODAY, "2026-03")]),
            "int_today": ("legal_entity_key text, build_date date", [("e", TODAY)]),
            "int_booked_value": (
                BOOKED, [(one.kind, one.project, one.period, one.hours, one.worth, one.day) for one in bookings],
            ),
            "int_projects": ("project_key text, end_date date", list(ends.items())),
            "int_working_days": (
                "legal_entity_key text, day date, period_id text, is_working_day boolean",
                [("e", day, f"{day:%Y-%m}", CALENDAR.works(day)) for day in days],
            ),
            "int_fx_period": (
                "legal_entity_key text, period_id text, from_currency text, average_rate decimal(18, 8)",
                [("e", name, "USD", rate) for name, rate in RATES.items()] + [("e", name, "EUR", 1) for name in RATES],
            ),
        },
    )  # fmt: skip
    assert {(line, period): amount for line, period, amount in found} == forecast(lines, bookings, ends)
    for line in lines:
        if line.left is not None and line.currency == "EUR" and can_be_spread(line):
            assert sum(amount for key, _, amount in found if key == line.key) == line.left
