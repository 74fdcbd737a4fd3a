"""Numbers, dates and words as a reader expects them; what is missing is an en dash."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

NULL = "–"
SCALES = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))
DURATIONS = (("days", 86_400, 1), ("h", 3_600, 1), ("min", 60, 0), ("s", 1, 0))
TWICE = 2  # of a unit, before it is used: 90 min rather than 1.5 h
ENDINGS = {"days": "days", "months": "months"}
TIMES = frozenset({"seconds", "hours", *ENDINGS})
LARGEST_PLAIN_COUNT = 10_000
LARGEST_PLAIN_HOURS = 1_000_000  # below it a scale would read as a unit: 39.8 k h
MONTH = re.compile(r"^(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])$")
SPACE = "\u00a0"
ACRONYMS = {"erp": "ERP", "gl": "GL", "sla": "SLA", "fx": "FX", "ic": "Intercompany"}


def compact(number: Decimal | float | None) -> str:
    """Return three significant digits with a scale: 1.26 M, 862 k, 12.3."""
    if number is None:
        return NULL
    amount = Decimal(str(number))
    sign = "-" if amount < 0 else ""
    size = abs(amount)
    for scale, letter in SCALES:
        # 999 600 must read 1.00 M, not 1000 k
        if size >= scale * Decimal("0.9995") and size >= scale / 2:
            return f"{sign}{_three_digits(size / scale)}{SPACE}{letter}"
    return f"{sign}{_three_digits(size)}" if size and size != size.to_integral_value() else f"{sign}{size:.0f}"


def duration(seconds: float | None) -> str:
    """Return how long something took: 45 s, 10 min, 4.1 h, 3.0 days."""
    if seconds is None:
        return NULL
    unit, size, places = next((step for step in DURATIONS if seconds >= TWICE * step[1]), DURATIONS[-1])
    return f"{_round(Decimal(str(seconds)) / size, places)}{SPACE}{unit}"


def tick(number: Decimal | float) -> str:
    """Return a round number beside an axis, in the same scales and no longer than it must be: 2 M, 1.5 M, 0."""
    said, gap, letter = compact(number).partition(SPACE)
    return (said.rstrip("0").rstrip(".") if "." in said else said) + gap + letter


def figure(number: Decimal | float | None, unit: str) -> str:
    """Return a metric's value in its unit."""
    if number is None:
        return NULL
    amount = Decimal(str(number))
    if unit == "share":
        return f"{_round(amount * 100, 1):,}%"
    if unit in TIMES:
        return _time(amount, unit)
    if unit == "count" and abs(amount) < LARGEST_PLAIN_COUNT:
        return f"{_round(amount, 0):,}"
    return compact(amount)


def _time(amount: Decimal, unit: str) -> str:
    if unit == "seconds":
        return duration(float(amount))
    if unit in ENDINGS:
        return f"{_round(amount, 1):,}{SPACE}{ENDINGS[unit]}"
    return f"{_round(amount, 0):,}{SPACE}h" if abs(amount) < LARGEST_PLAIN_HOURS else f"{compact(amount)}{SPACE}h"


def change(number: Decimal | None, unit: str) -> str | None:
    """Return a signed change in the unit of its metric, a share's in percentage points; None when unknown."""
    if number is None:
        return None
    if unit == "share":
        points = _round(number * 100, 1)
        return f"{points:+} pp" if points else "0.0 pp"
    text = figure(number, unit)
    return text if text.startswith("-") or not any(digit in text for digit in "123456789") else f"+{text}"


def exact(number: Decimal | float | None) -> str:
    """Return an amount with thousands separators and two decimals."""
    return NULL if number is None else f"{_round(Decimal(str(number)), 2):,.2f}"


def day(value: date | None) -> str:
    """Return a date as 31 Oct 2026."""
    return NULL if value is None else f"{value.day} {value:%b %Y}"


def moment(value: datetime | None) -> str:
    """Return a time as 31 Oct 2026 05:40 UTC."""
    return NULL if value is None else f"{day(value.date())} {value:%H:%M} UTC"


def axis(periods: Sequence[str]) -> list[str]:
    """Return period ids as axis labels: months by name, the year under the first and under each January."""
    labels: list[str] = []
    for place, period in enumerate(periods):
        found = MONTH.match(period)
        if not found:
            return list(periods)
        month = date(int(found["year"]), int(found["month"]), 1)
        labels.append(f"{month:%b}<br>{month:%Y}" if place == 0 or month.month == 1 else f"{month:%b}")
    return labels


def words(identifier: str | None) -> str:
    """Return an identifier of ours as words: unbilled_vendor_accrual → Unbilled vendor accrual, in_erp → In ERP."""
    if not identifier:
        return NULL
    said = " ".join(ACRONYMS.get(one, one) for one in identifier.split("_"))
    return said[:1].upper() + said[1:]


def member(key: str | None) -> str:
    """Return a dimension's member that has no name of its own, with our two special members in words."""
    return {"unmapped": "Unmapped", "none": "Not given", None: "Not given", "": "Not given"}.get(key, key or NULL)


def _three_digits(size: Decimal) -> str:
    places = 2 if size < 10 else 1 if size < 100 else 0  # noqa: PLR2004 - three significant digits
    return f"{_round(size, places):,}"


def _round(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
