"""The arithmetic that every amount goes through, against Python's own decimals and calendars."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import duckdb
import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.firm import ROOT

CENT = Decimal("0.01")
MACROS = ROOT / "dbt_project" / "macros"


def rendered(macro: str, *arguments: Any) -> str:
    """The SQL that a macro without dbt's help gives for its arguments."""
    return from_files(macro, [macro], *arguments)


def from_files(macro: str, files: list[str], *arguments: Any) -> str:
    """The same for a macro that calls others, which lie in files of their own."""
    source = "".join((MACROS / f"{name}.sql").read_text(encoding="utf-8") for name in files)
    template = jinja2.Environment(autoescape=False).from_string(source)  # noqa: S701 - SQL, not a page
    return str(getattr(template.module, macro)(*arguments))


@pytest.fixture(scope="module")
def sql() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def value(sql: duckdb.DuckDBPyConnection, expression: str, *parameters: Any) -> Any:
    row = sql.execute(f"select {expression}", list(parameters)).fetchone()
    assert row is not None
    return row[0]


def half_up(exact: Decimal, places: Decimal) -> Decimal:
    return exact.quantize(places, rounding=ROUND_HALF_UP)


cents = st.integers(min_value=-(10**9), max_value=10**9).map(lambda n: Decimal(n) * CENT)
rates = st.integers(min_value=1, max_value=10**12).map(lambda n: Decimal(n).scaleb(-8))


@settings(max_examples=200, deadline=None)
@given(hours=cents, rate=rates)
def test_money_rounds_half_away_from_zero(sql: duckdb.DuckDBPyConnection, hours: Decimal, rate: Decimal) -> None:
    product = f"{rendered('wide', 'cast(? as decimal(18, 2))')} * cast(? as decimal(18, 8))"
    with localcontext() as context:
        context.prec = 60
        assert value(sql, rendered("money", product), hours, rate) == half_up(hours * rate, CENT)


@pytest.mark.parametrize(
    ("exact", "stored"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("-2.674", "-2.67")]
)
def test_half_a_cent_goes_away_from_zero(sql: duckdb.DuckDBPyConnection, exact: str, stored: str) -> None:
    assert value(sql, rendered("money", f"cast('{exact}' as decimal(18, 6))")) == Decimal(stored)


@settings(max_examples=200, deadline=None)
@given(top=cents, bottom=rates)
def test_division_is_exact_to_the_eighth_decimal(sql: duckdb.DuckDBPyConnection, top: Decimal, bottom: Decimal) -> None:
    quotient = rendered("divide", "cast(? as decimal(18, 2))", "cast(? as decimal(18, 8))")
    # the macro names each side several times, so the numbers stand in the text
    text = quotient.replace("cast(? as decimal(18, 2))", f"cast('{top}' as decimal(18, 2))")
    text = text.replace("cast(? as decimal(18, 8))", f"cast('{bottom:f}' as decimal(18, 8))")
    with localcontext() as context:
        context.prec = 60
        assert value(sql, text) == half_up(top / bottom, Decimal("0.00000001"))


def test_a_division_by_nothing_is_unknown(sql: duckdb.DuckDBPyConnection) -> None:
    assert value(sql, rendered("divide", "1", "0")) is None


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2026-03-31 23:30:00+00", "Europe/Berlin", date(2026, 4, 1)),
        ("2026-04-01 03:59:59+00", "America/New_York", date(2026, 3, 31)),
        # the night on which Berlin leaves summer time, on both sides of its midnights
        ("2026-10-24 21:59:59+00", "Europe/Berlin", date(2026, 10, 24)),
        ("2026-10-24 22:00:00+00", "Europe/Berlin", date(2026, 10, 25)),
        ("2026-10-25 22:59:59+00", "Europe/Berlin", date(2026, 10, 25)),
        ("2026-10-25 23:00:00+00", "Europe/Berlin", date(2026, 10, 26)),
        # five hours and three quarters before UTC
        ("2026-03-31 18:14:59+00", "Asia/Kathmandu", date(2026, 3, 31)),
        ("2026-03-31 18:15:00+00", "Asia/Kathmandu", date(2026, 4, 1)),
    ],
)
def test_the_date_of_a_moment_is_that_of_its_time_zone(
    sql: duckdb.DuckDBPyConnection, moment: str, zone: str, day: date
) -> None:
    assert value(sql, rendered("local_date", f"timestamptz '{moment}'", f"'{zone}'")) == day
    quarter = rendered("quarter_hour", f"timestamptz '{moment}'")
    begin = rendered("quarter_hour_begin", f"({quarter})")
    assert value(sql, rendered("local_date", begin, f"'{zone}'")) == day, "the quarter of an hour tells the same"


@pytest.mark.parametrize(
    ("first_weekday", "days_in_week", "worked"),
    [(1, 5, [1, 2, 3, 4, 5]), (7, 5, [1, 2, 3, 4, 7]), (6, 6, [1, 2, 3, 4, 6, 7])],
    ids=["mon-fri", "sun-thu", "sat-thu"],
)
def test_a_work_week_may_begin_on_any_day(
    sql: duckdb.DuckDBPyConnection, first_weekday: int, days_in_week: int, worked: list[int]
) -> None:
    condition = from_files("is_working_day", ["weekday", "is_working_day"], "day", "entity")
    days = sql.execute(
        "select isodow(day) from (select unnest(range(date '2026-06-01', date '2026-06-08', interval 1 day)))"
        f" as d (day), (select {first_weekday} as first_weekday, {days_in_week} as days_in_week) as entity"
        f" where {condition} order by 1"
    ).fetchall()
    assert [d for (d,) in days] == worked
