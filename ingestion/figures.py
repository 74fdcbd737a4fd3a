"""Named functions on written numbers: signs, marks, durations, exact sums. What they cannot read they pass on."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

import polars as pl

_NUMBER = r"^[+-]?[0-9]+(\.[0-9]*)?$"
#: What an exact difference is computed in: any money, rate or quantity, each with ten decimals.
_WIDE = pl.Decimal(38, 10)
_FITS = r"^[+-]?0*[0-9]{1,27}(\.[0-9]{0,10}0*)?$"
#: How the parts of an hour and of a rate are rounded, half away from zero.
_HOURS = Decimal("0.01")
_RATE = Decimal("0.000001")
_EXACT = Context(prec=60)

_CLOCK = re.compile(r"^([+-]?)(\d{1,4}):([0-5]\d)(?::([0-5]\d)(?:\.0+)?)?$")
_ISO = re.compile(r"^([+-]?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$")
_PER_HOUR = {"minutes": 60, "seconds": 3600, "milliseconds": 3_600_000}


def negate(text: pl.Expr) -> pl.Expr:
    """Turn the sign of a number, for sources that count credits as positive."""
    number = text.str.contains(_NUMBER)
    turned = pl.when(text.str.starts_with("-")).then(text.str.slice(1)).otherwise("-" + text.str.strip_prefix("+"))
    zero = text.str.contains(r"^[+-]?0+(\.0*)?$")
    return pl.when(number & ~zero).then(turned).otherwise(text)


def plain_number(text: pl.Expr) -> pl.Expr:
    """Write out a number in scientific notation, as some systems export doubles (1.5E+3 is 1500)."""
    exponent = text.str.contains(r"^[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,3}$")
    written = pl.when(exponent).then(text).map_elements(_written_out, return_dtype=pl.String)
    return pl.coalesce(written, text)


def decimal_comma(text: pl.Expr) -> pl.Expr:
    """Write 1.234,56 or 1 234,56 or 1'234,56 as 1234.56; what is written otherwise stays as it is."""
    shape = r"^[+-]?[0-9]{1,3}([.\u{0020}\u{00a0}\u{202f}'’][0-9]{3})*(,[0-9]+)?-?$|^[+-]?[0-9]+(,[0-9]+)?-?$"
    plain = text.str.replace_all(r"[.\u{0020}\u{00a0}\u{202f}'’]", "").str.replace(",", ".", literal=True)
    return pl.when(text.str.contains(shape)).then(plain).otherwise(text)


def thousands_comma(text: pl.Expr) -> pl.Expr:
    """Write 1,234.56 as 1234.56."""
    shape = r"^[(+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?[)-]?$"
    return pl.when(text.str.contains(shape)).then(text.str.replace_all(",", "", literal=True)).otherwise(text)


def accounting_sign(text: pl.Expr) -> pl.Expr:
    """Write (12.50) and 12.50- as -12.50."""
    boxed = text.str.extract(r"^\(([0-9]+(?:\.[0-9]*)?)\)$")
    trailed = text.str.extract(r"^([0-9]+(?:\.[0-9]*)?)-$")
    return pl.coalesce("-" + boxed, "-" + trailed, text)


def hours(text: pl.Expr) -> pl.Expr:
    """Write a duration, 7:30 or 07:30:00 or PT7H30M, as decimal hours, rounded to two places."""
    return pl.coalesce(text.map_elements(_hours, return_dtype=pl.String), text)


def hours_from(text: pl.Expr, unit: str) -> pl.Expr:
    """Write a count of minutes, seconds or milliseconds as decimal hours, rounded to two places."""
    return _computed(text, lambda n: (n / _PER_HOUR[unit]).quantize(_HOURS, ROUND_HALF_UP))


def times(text: pl.Expr, factor: str) -> pl.Expr:
    """Multiply a number exactly: by 0.01 where a source counts in cents or in per cent."""
    by = Decimal(factor)
    return _computed(text, lambda n: _EXACT.multiply(n, by))


def per(text: pl.Expr, divisor: str) -> pl.Expr:
    """Divide a number, rounded to six places: a year's salary per 2080 hours."""
    by = Decimal(divisor)
    return _computed(text, lambda n: (n / by).quantize(_RATE, ROUND_HALF_UP))


def difference(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Return `first` less `second` exactly, one of them empty counting as nothing: debit less credit.

    Where either is no number, that text comes out, for the checks to refuse.
    """
    given = [pl.when(part.str.len_bytes() > 0).then(part) for part in (first, second)]
    bad = [pl.when(part.str.contains(_FITS).not_()).then(part) for part in given]
    one, other = (
        pl.when(part.str.contains(_FITS)).then(part).cast(_WIDE, strict=False).fill_null(pl.lit(0, dtype=_WIDE))
        for part in given
    )
    written = (one - other).cast(pl.String).str.replace(r"(\.[0-9]*?)0+$", "$1").str.strip_suffix(".")
    nothing = given[0].is_null() & given[1].is_null()
    return pl.when(nothing).then(pl.lit(None, dtype=pl.String)).otherwise(pl.coalesce(*bad, written))


def check_unit(unit: str) -> str | None:
    """Return what is wrong with the argument of `hours_from`, None where nothing is."""
    return None if unit in _PER_HOUR else f"{unit!r} is no unit: use one of {', '.join(_PER_HOUR)}"


def check_number(text: str) -> str | None:
    """Return what is wrong with a factor or divisor, None where nothing is."""
    fine = re.fullmatch(r"-?\d+(\.\d+)?", text) and Decimal(text) != 0
    return None if fine else f"{text!r} is no number other than 0"


def _computed(text: pl.Expr, compute: Callable[[Decimal], Decimal]) -> pl.Expr:
    def one(value: str) -> str | None:
        try:
            return format(compute(Decimal(value)), "f") if re.fullmatch(_NUMBER, value) else None
        except InvalidOperation:
            return None

    return pl.coalesce(text.map_elements(one, return_dtype=pl.String), text)


def _hours(text: str) -> str | None:
    clock, iso = _CLOCK.match(text), _ISO.match(text)
    if clock:
        sign, days, parts = clock[1], 0, (clock[2], clock[3], clock[4])
    elif iso and any(iso.groups()[1:]):
        sign, days, parts = iso[1], int(iso[2] or 0), (iso[3], iso[4], iso[5])
    else:
        return None
    whole, minutes, seconds = (Decimal(p or 0) for p in parts)
    total = (((days * 24 + whole) * 60 + minutes) * 60 + seconds) / 3600
    return format((-total if sign == "-" else total).quantize(_HOURS, ROUND_HALF_UP), "f")


def _written_out(text: str) -> str:
    return format(Decimal(text), "f")
