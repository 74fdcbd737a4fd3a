"""Capacity under every calendar: other weeks and periods, part time, joiners, leavers, transfers, leap days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metric_catalogue import condition, load

from lake.figures import value
from tests.metrics.calendars import (
    DAYS,
    ENTITIES,
    PERIODS,
    TERMS,
    Calendar,
    Terms,
    days_of,
    four_four_five,
    hours,
    months,
)
from tests.metrics.conftest import Run
from tests.metrics.drawn import CAREFUL
from tests.metrics.test_utilization import Entry, hours_of

FOREVER = date(9999, 12, 31)


def entities(run: Run, weeks: dict[str, str]) -> list[tuple[Any, ...]]:
    """The rows of int_legal_entities for entities with these work weeks."""
    return run(
        "select * from {int_legal_entities}",
        {
            "int_members": (
                "entity_type text, key text, source_system text, source_id text",
                [("legal_entity", name, "erp", name) for name in weeks],
            ),
            "stg_erp__legal_entities": (
                (
                    "source_system text, legal_entity_id text, name text, functional_currency text, region text,"
                    " time_zone text, work_week text, labor_costing text, is_deleted boolean, _batch_id bigint"
                ),
                [("erp", name, name, "EUR", "X", "UTC", week, None, False, 1) for name, week in weeks.items()],
            ),
        },
    )


def capacity(
    run: Run, calendars: dict[str, Calendar], terms: list[Terms], absences: dict[date, Decimal]
) -> list[tuple[Any, ...]]:
    """The rows of fct_capacity, through the entities' work weeks, holidays and periods."""
    known = entities(run, {name: calendar.work_week for name, calendar in calendars.items()})
    days = [row for name, calendar in calendars.items() for row in days_of(name, calendar.periods)]
    holidays = [(name, day) for name, calendar in calendars.items() for day in sorted(calendar.holidays)]
    working = run(
        "select legal_entity_key, day, period_id, is_working_day, working_days_to_date from {int_working_days}",
        {
            "int_legal_entities": (ENTITIES, known),
            "int_period_days": (DAYS, days),
            "stg_hcm__holidays": (
                "source_system text, legal_entity_id text, holiday_date date, is_deleted boolean",
                [("hcm", name, day, False) for name, day in holidays],
            ),
            "int_id_map": (
                "entity_type text, system text, source_id text, valid_from date, valid_to date, key text",
                [("legal_entity", "hcm", name, date(1900, 1, 1), FOREVER, name) for name in calendars],
            ),
        },
    )
    return run(
        "select worker_assignment_key, period_id, working_days, capacity_hours, available_hours, target_hours"
        " from {fct_capacity} order by 1, 2",
        {
            "int_worker_assignments": (TERMS, [one.row() for one in terms]),
            "int_horizon": ("first_work_day date", [(date(1900, 1, 1),)]),
            "int_legal_entities": (ENTITIES, known),
            "int_periods": (
                PERIODS,
                [(name, *period) for name, calendar in calendars.items() for period in calendar.periods],
            ),
            "int_working_days": (
                "legal_entity_key text, day date, period_id text, is_working_day boolean, working_days_to_date bigint",
                working,
            ),
            "int_absence_days": (
                "worker_assignment_key text, day date, hours decimal(18, 2)",
                [
                    (one.key, day, away)
                    for one in terms
                    for day, away in absences.items()
                    if one.since <= day < one.until
                ],
            ),
        },
    )


def test_february_of_a_leap_year_in_a_week_that_begins_on_sunday(run: Run) -> None:
    # February 2028 has 29 days: five Tuesdays, and 21 days of Sunday to Thursday; one of them is a holiday
    calendars = {"DXB": Calendar("sun-thu", frozenset({date(2028, 2, 29)}), months(2028, 3))}
    terms = [Terms("t", "DXB", date(2028, 1, 1), FOREVER, Decimal("0.6"), Decimal(40), Decimal("0.75"))]
    found = {row[1]: row[2:] for row in capacity(run, calendars, terms, {date(2028, 2, 1): Decimal(8)})}
    # 0.6 of 40 hours in five days is 4.8 a day; away for a whole day of eight hours takes 4.8
    assert found["2028-02"] == (20, Decimal("96.00"), Decimal("91.20"), Decimal("68.40"))


def test_a_transfer_in_mid_month_takes_each_entitys_own_week_and_periods(run: Run) -> None:
    # until 14 April in Berlin (Monday to Friday), from 15 April in Riyadh (Sunday to Thursday, periods of weeks)
    calendars = {
        "BER": Calendar("mon-fri", frozenset({date(2026, 4, 3), date(2026, 4, 6)}), months(2026, 12)),
        "RUH": Calendar("sun-thu", frozenset(), four_four_five(date(2025, 12, 28), 4)),
    }
    terms = [
        Terms("ber", "BER", date(2026, 1, 1), date(2026, 4, 15), Decimal(1), Decimal(40), hired=date(2026, 3, 16)),
        Terms("ruh", "RUH", date(2026, 4, 15), FOREVER, Decimal("0.5"), Decimal(40), left=date(2026, 5, 5)),
    ]
    found = {(row[0], row[1]): row[2:4] for row in capacity(run, calendars, terms, {})}
    assert found["ber", "2026-03"] == (12, Decimal("96.00"))  # joined on the 16th
    assert found["ber", "2026-04"] == (8, Decimal("64.00"))  # ten days less Good Friday and Easter Monday
    assert ("ber", "2026-05") not in found
    # P04 is 29 March to 25 April: 15 to 23 April has seven days; P05 begins on Sunday 26 April: eight until 5 May
    assert found["ruh", "P04"] == (7, Decimal("28.00"))
    assert found["ruh", "P05"] == (8, Decimal("32.00"))
    assert ("ruh", "P06") not in found


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[str, Calendar], list[Terms], dict[date, Decimal]]:
    kinds = {"m": months(2028, 12), "w": four_four_five(date(2028, 1, 2), 4)}
    first = date(2028, 1, 2)
    near = st.integers(0, 300).map(lambda number: first + timedelta(days=number))
    calendars = {
        name: Calendar(draw(st.sampled_from(["mon-fri", "sun-thu", "sat-wed", "mon-sat", "tue-tue"])),
                       frozenset(draw(st.lists(near, max_size=8))), periods)
        for name, periods in kinds.items()
    }  # fmt: skip
    turns = sorted(draw(st.lists(near, min_size=1, max_size=3, unique=True)))
    hired, left = draw(near), draw(st.one_of(st.none(), near))
    terms = [
        Terms(f"t{place}", draw(st.sampled_from(sorted(kinds))), since, until,
              draw(st.decimals(min_value="0.05", max_value=1, places=3)),
              draw(st.sampled_from([Decimal(40), Decimal("37.5"), Decimal("35.25")])), hired=hired, left=left)
        for place, (since, until) in enumerate(zip(turns, [*turns[1:], FOREVER], strict=True))
    ]  # fmt: skip
    away = draw(st.dictionaries(near, st.decimals(min_value="0.25", max_value=10, places=2), max_size=12))
    return calendars, terms, away


@CAREFUL
@given(world=worlds())
def test_capacity_and_absence_are_what_a_loop_over_days_says(
    run: Run, world: tuple[dict[str, Calendar], list[Terms], dict[date, Decimal]]
) -> None:
    calendars, terms, away = world
    for key, period, days, full, available, _ in capacity(run, calendars, terms, away):
        mine = next(one for one in terms if one.key == key)
        assert (days, full, available) == hours(mine, calendars[mine.entity], away, period), (key, period)


WEEK = (("w", date(2026, 3, 2), date(2026, 3, 8)),)
STACEY, FRANCES, LESLIE = Decimal("0.8"), Decimal("0.4"), Decimal(0)
#: 18F's worked examples: people as (target, away, billable hours, weekly allocation), and what their page says.
TOCK = {
    "timecard, week 1": ([(STACEY, 0, 24, "0.25")], "1.00"),
    "timecard, week 2": ([(None, 8, 30, "0")], "1.17"),
    "timecard, week 3": ([(STACEY, 0, 0, "1")], "1.00"),
    "more than 40 hours, week 1": ([(STACEY, 0, 50, "0")], "1.56"),
    "more than 40 hours, week 2": ([(STACEY, 0, 0, "1.25")], "1.25"),
    "chapter, week 1": ([(STACEY, 0, 0, "1"), (FRANCES, 0, 0, "0.5"), (LESLIE, 0, 0, "0")], "1.00"),
    "chapter, week 2": ([(STACEY, 0, 0, "1"), (FRANCES, 20, 0, "0.5"), (LESLIE, 0, 0, "0")], "1.00"),
    "chapter, week 3": ([(STACEY, 0, 0, "1"), (FRANCES, 20, 4, "0.5"), (LESLIE, 0, 0, "0")], "1.10"),
    "chapter, week 4": ([(STACEY, 0, 0, "1"), (FRANCES, 20, 0, "0.5"), (LESLIE, 0, 0, "0.125")], "1.10"),
}


@pytest.mark.parametrize("example", TOCK)
def test_the_variant_of_tock_gives_the_worked_examples_of_its_own_page(run: Run, example: str) -> None:
    people, said = TOCK[example]
    (variant,) = [one for one in load() if one.id == "utilization_vs_target_tock"]
    assert variant.denominator is not None
    (numerator,) = variant.numerator
    worked, below = [], Decimal(0)
    for target, off, billable, allocation in people:
        terms = [Terms("t", "US", date(2026, 1, 1), FOREVER, Decimal(1), Decimal(40), target)]
        # away for some hours on each of as many days as it takes
        away = {date(2026, 3, 2) + timedelta(days=day): Decimal(min(8, off - 8 * day)) for day in range((off + 7) // 8)}
        rows = capacity(run, {"US": Calendar("mon-fri", frozenset(), WEEK)}, terms, away)
        (found,) = run(
            f"select available_hours, {variant.denominator.expression} from {{int_metric_capacity}}",
            {
                "fct_capacity": (
                    ("period_id text, legal_entity_key text, region text, practice text, role text, worker_type text,"
                    " first_day date, capacity_hours decimal(18, 2), available_hours decimal(18, 2),"
                    " target_hours decimal(18, 2), billable_target decimal(9, 6)"),
                    [(row[1], "US", "X", "p", "r", "employee", date(2026, 3, 2), row[3], row[4], row[5], target)
                     for row in rows],
                ),
                "int_today": ("legal_entity_key text, build_date date", [("US", date(2026, 3, 8))]),
                "int_periods": (PERIODS, [("US", *WEEK[0])]),
            },
        )  # fmt: skip
        below += found[1]
        # a weekly allocation comes as hours: its share of what is left of the week, of which 80 % are expected
        sold = billable + Decimal(allocation) * found[0] * Decimal("0.8")
        worked.append(Entry(WEEK[0][0], "r", "sold", sold, sold))
    worked.append(Entry(WEEK[0][0], "r", "sold", Decimal(7), Decimal(7), worker_type="contractor"))
    ((sold,),) = run(
        f"select sum({numerator.expression}) from {{{numerator.feed}}} where {condition(numerator, 'operational')}",
        hours_of(worked, []),
    )
    figure = value(sold, below, is_ratio=variant.denominator is not None)
    assert figure is not None
    assert round(figure, 2) == Decimal(said)
