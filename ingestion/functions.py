"""Named functions that adapters apply to text: what one cannot read it passes on, for the checks to refuse."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import polars as pl


def date_part(text: pl.Expr) -> pl.Expr:
    """Return the calendar date that a timestamp is written with, whatever its offset."""
    return text.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}.*$", "$1")


def month(text: pl.Expr) -> pl.Expr:
    """Return the accounting period `YYYY-MM` of a date or timestamp."""
    return text.str.replace(r"^([0-9]{4}-[0-9]{2})-[0-9]{2}([T ].*)?$", "$1")


def negate(text: pl.Expr) -> pl.Expr:
    """Turn the sign of a number, for sources that count credits as positive."""
    number = text.str.contains(r"^[+-]?[0-9]+(\.[0-9]*)?$")
    turned = pl.when(text.str.starts_with("-")).then(text.str.slice(1)).otherwise("-" + text.str.strip_prefix("+"))
    zero = text.str.contains(r"^[+-]?0+(\.0*)?$")
    return pl.when(number & ~zero).then(turned).otherwise(text)


def trim(text: pl.Expr) -> pl.Expr:
    """Remove white space around the text, where the source is known to pad."""
    return text.str.strip_chars()


def day_after(text: pl.Expr) -> pl.Expr:
    """Return the day after a date: the open end of an interval whose source names its last day."""
    day = date_part(text).str.to_date("%Y-%m-%d", strict=False)
    return pl.coalesce(day.dt.offset_by("1d").dt.to_string("%Y-%m-%d"), text)


def epoch_milliseconds(text: pl.Expr) -> pl.Expr:
    """Return the timestamp of a count of milliseconds since 1970."""
    count = pl.when(text.str.contains(r"^[0-9]{1,15}$")).then(text).cast(pl.Int64, strict=False)
    written = pl.from_epoch(count, time_unit="ms").dt.to_string("%Y-%m-%dT%H:%M:%S%.3fZ")
    return pl.coalesce(written, text)


def start_of_day(text: pl.Expr) -> pl.Expr:
    """Return a date as the first moment of that day, in the feed's time zone."""
    return text.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})$", "${1}T00:00:00")


def plain_number(text: pl.Expr) -> pl.Expr:
    """Write out a number in scientific notation, as some systems export doubles (1.5E+3 is 1500)."""
    exponent = text.str.contains(r"^[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,3}$")
    written = pl.when(exponent).then(text).map_elements(_written_out, return_dtype=pl.String)
    return pl.coalesce(written, text)


def _written_out(text: str) -> str:
    return format(Decimal(text), "f")


_ALL = (date_part, day_after, epoch_milliseconds, month, negate, plain_number, start_of_day, trim)

#: Every function an adapter may name.
FUNCTIONS: dict[str, Callable[[pl.Expr], pl.Expr]] = {f.__name__: f for f in _ALL}
