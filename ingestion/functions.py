"""Named functions that adapters apply to text: what one cannot read it passes on, for the checks to refuse."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl


def date_part(text: pl.Expr) -> pl.Expr:
    """Return the calendar date that a timestamp is written with, whatever its offset."""
    return text.str.replace(r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.*$", "$1")


def month(text: pl.Expr) -> pl.Expr:
    """Return the accounting period `YYYY-MM` of a date or timestamp."""
    return text.str.replace(r"^(\d{4}-\d{2})-\d{2}([T ].*)?$", "$1")


def negate(text: pl.Expr) -> pl.Expr:
    """Turn the sign of a number, for sources that count credits as positive."""
    number = text.str.contains(r"^[+-]?\d+(\.\d*)?$")
    turned = pl.when(text.str.starts_with("-")).then(text.str.slice(1)).otherwise("-" + text.str.strip_prefix("+"))
    zero = text.str.contains(r"^[+-]?0+(\.0*)?$")
    return pl.when(number & ~zero).then(turned).otherwise(text)


def trim(text: pl.Expr) -> pl.Expr:
    """Remove white space around the text, where the source is known to pad."""
    return text.str.strip_chars()


def plain_number(text: pl.Expr) -> pl.Expr:
    """Write out a number in scientific notation, as some systems export doubles (1.5E+3 → 1500)."""
    exponent = text.str.contains(r"^[+-]?\d+(\.\d+)?[eE][+-]?\d{1,3}$")
    written = text.map_elements(_written_out, return_dtype=pl.String)
    return pl.when(exponent).then(written).otherwise(text)


def _written_out(text: str) -> str:
    from decimal import Decimal, InvalidOperation  # noqa: PLC0415 - only where such a number turns up

    try:
        return format(Decimal(text), "f")
    except InvalidOperation:
        return text


#: Every function an adapter may name.
FUNCTIONS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    f.__name__: f for f in (date_part, month, negate, trim, plain_number)
}
