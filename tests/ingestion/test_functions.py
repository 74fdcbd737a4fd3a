"""The named functions of adapters: exact where they can be, and what they cannot read they pass on."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.figures import difference
from ingestion.functions import FUNCTIONS, WITH_ARGUMENT, Call, applied, calls
from lake.errors import ContractError


def run(text: str | None, *steps: Call) -> str | None:
    frame = pl.DataFrame({"t": [text]}, schema={"t": pl.String})
    value = frame.select(applied(pl.col("t"), steps)).item()
    return None if value is None else str(value)


@pytest.mark.parametrize(
    ("name", "argument", "given_text", "expected"),
    [
        ("accounting_sign", None, "(12.50)", "-12.50"),
        ("accounting_sign", None, "12.50-", "-12.50"),
        ("accounting_sign", None, "12.50", "12.50"),
        ("decimal_comma", None, "-1.234,50", "-1234.50"),
        ("decimal_comma", None, "1 234 567,5", "1234567.5"),
        ("decimal_comma", None, "1\u202f234,50", "1234.50"),
        ("decimal_comma", None, "12,5-", "12.5-"),
        # Two marks that cannot be thousands are passed on, for the check to refuse.
        ("decimal_comma", None, "1.23,4.5", "1.23,4.5"),
        ("decimal_comma", None, "12.50", "12.50"),
        ("thousands_comma", None, "1,234.50", "1234.50"),
        ("thousands_comma", None, "1,2,3", "1,2,3"),
        ("hours", None, "7:30", "7.50"),
        ("hours", None, "-0:20", "-0.33"),
        ("hours", None, "07:45:36", "7.76"),
        ("hours", None, "PT7H30M", "7.50"),
        ("hours", None, "P1DT1H", "25.00"),
        ("hours", None, "7.5", "7.5"),
        ("hours", None, "7:75", "7:75"),
        ("hours", None, "P", "P"),
        ("hours_from", "minutes", "20", "0.33"),
        ("hours_from", "seconds", "129600", "36.00"),
        ("hours_from", "minutes", "soon", "soon"),
        ("times", "0.01", "1999", "19.99"),
        ("times", "0.01", "62.5", "0.625"),
        ("per", "2080", "100000.00", "48.076923"),
        ("prefix", "P-", "7", "P-7"),
        ("prefix", "P-", "", None),
        ("prefix", "P-", None, None),
        ("without_prefix", "P-", "P-7", "7"),
        ("lower", None, "ABC", "abc"),
        ("day_before", None, "2026-03-01", "2026-02-28"),
        ("utc", None, "2026-03-01 10:00:00", "2026-03-01 10:00:00Z"),
        ("utc", None, "2026-03-01T10:00:00+01:00", "2026-03-01T10:00:00+01:00"),
        ("date", "%d.%m.%Y", "31.03.2026", "2026-03-31"),
        # What no contract accepts is passed on as it came: a year of two digits, a blank that nobody said to trim.
        ("date", "%d.%m.%Y", "01.02.26", "01.02.26"),
        ("date", "%d.%m.%Y", "31.03.2026 ", "31.03.2026 "),
        ("date", "%d.%m.%Y", " 31.03.2026", " 31.03.2026"),
        ("date", "%d.%m.%y", "01.02.26", "2026-02-01"),
        ("moment", "%d.%m.%Y %H:%M", "01.02.26 10:00", "01.02.26 10:00"),
        ("moment", "%d.%m.%Y %H:%M", " 01.02.2026 10:00", " 01.02.2026 10:00"),
        ("moment", "%d.%m.%Y %H:%M", "01.02.2026 10:00\n", "01.02.2026 10:00\n"),
        ("date", "%m/%d/%Y", "3/2/2026", "2026-03-02"),
        ("date", "%d.%m.%Y", "31.02.2026", "31.02.2026"),
        ("moment", "%m/%d/%Y %I:%M %p", "3/2/2026 4:05 pm", "2026-03-02T16:05:00.000000"),
        ("moment", "%Y-%m-%dT%H:%M:%S%z", "2026-03-02T16:05:00+0200", "2026-03-02T14:05:00.000000Z"),
        ("in_zone", "America/New_York", "2026-03-08 03:30:00", "2026-03-08T07:30:00.000000Z"),
        ("in_zone", "America/New_York", "2026-03-08 02:30:00", "2026-03-08 02:30:00 America/New_York"),
        ("in_zone", "America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00.000000Z"),
        ("in_zone", "America/New_York", "2026-03-08T03:30:00Z", "2026-03-08T03:30:00Z"),
        ("date_in", "America/New_York", "2026-03-31T03:59:00Z", "2026-03-30"),
        ("date_in", "Asia/Tokyo", "2026-03-31T20:00:00.5+00:00", "2026-04-01"),
        ("date_in", "Asia/Tokyo", "2026-03-31", "2026-03-31"),
    ],
)
def test_each_function_by_example(
    name: str, argument: str | None, given_text: str | None, expected: str | None
) -> None:
    assert run(given_text, Call(name, argument)) == expected


MONEY = st.decimals(min_value=Decimal("-1e12"), max_value=Decimal("1e12"), places=2)


@given(MONEY | st.none(), MONEY | st.none())
def test_debit_less_credit_is_exact(debit: Decimal | None, credit: Decimal | None) -> None:
    shown = [None if v is None else format(v, "f") for v in (debit, credit)]
    frame = pl.DataFrame({"d": [shown[0]], "c": [shown[1]]}, schema={"d": pl.String, "c": pl.String})
    found = frame.select(difference(pl.col("d"), pl.col("c"))).item()
    if debit is None and credit is None:
        assert found is None
    else:
        assert Decimal(found) == (debit or 0) - (credit or 0)


@pytest.mark.parametrize(("debit", "credit", "expected"), [("n/a", "5", "n/a"), ("5", "1e3", "1e3"), ("", "", None)])
def test_a_difference_passes_on_what_is_no_number(debit: str, credit: str, expected: str | None) -> None:
    frame = pl.DataFrame({"d": [debit], "c": [credit]})
    assert frame.select(difference(pl.col("d"), pl.col("c"))).item() == expected


@settings(max_examples=25)
@given(st.text(max_size=30))
def test_no_function_fails_on_any_text(text: str) -> None:
    arguments = {"date": "%d.%m.%Y", "date_in": "Asia/Tokyo", "hours_from": "minutes", "in_zone": "Asia/Tokyo"}
    arguments |= {"moment": "%d.%m.%Y %H:%M", "per": "2080", "prefix": "a", "times": "2", "without_prefix": "a"}
    assert arguments.keys() == WITH_ARGUMENT.keys()
    for call in (*map(Call, FUNCTIONS), *(Call(n, a) for n, a in arguments.items())):
        run(text, call)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("eval", "no function 'eval'"),
        ({"times": "0"}, "no number other than 0"),
        ({"hours_from": "days"}, "is no unit"),
        ({"prefix": ""}, "is empty"),
        ({"date": "%d", "month": "x"}, "no function"),
        (["trim", {"per": "x"}], "no number"),
        ([[]], "no function"),
    ],
)
def test_a_function_that_is_called_wrongly_is_one_sentence(said: object, why: str) -> None:
    with pytest.raises(ContractError, match=why):
        calls(said, "adapter x.yml, hours")
