"""Text into typed values, and why a text that is none is refused.

A value is never rounded, trimmed or guessed at: what does not say exactly one value of its kind stays
null here and is reported by `reasons`.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from lake.contracts.model import DECIMALS, Column, Kind

#: Ways to write a timestamp; with an offset or Z, then bare. A space may stand for the T.
_WITH_OFFSET = ("%Y-%m-%dT%H:%M:%S%.fZ", "%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.f%#z")
_WITH_SPACE = ("%Y-%m-%d %H:%M:%S%.fZ", "%Y-%m-%d %H:%M:%S%.f UTC", "%Y-%m-%d %H:%M:%S%.f%:z")
ZONED = (*_WITH_OFFSET, *_WITH_SPACE, "%Y-%m-%d %H:%M:%S%.f%#z")
_BARE_SECONDS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
BARE = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", *_BARE_SECONDS)
#: Forms of one length in bytes, which most systems write a whole column in.
FIXED = {
    "%Y-%m-%dT%H:%M:%SZ": 20,
    "%Y-%m-%dT%H:%M:%S": 19,
    "%Y-%m-%d %H:%M:%S": 19,
    "%Y-%m-%dT%H:%M:%S%:z": 25,
    "%Y-%m-%d %H:%M:%S%:z": 25,
}
#: A sixtieth second, which the parser would turn into another moment.
_LEAP = ":60"

_TIME = r"[0-9]{2}:[0-9]{2}(:[0-5][0-9](\.[0-9]{1,6}0*)?)?"
_OFFSET = r"(Z| ?UTC|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?"
_TS_SHAPE = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_TIME}{_OFFSET}$"
#: A date that a spreadsheet or a database wrote as the first moment of its day.
_MIDNIGHT = r"[T ]00:00:00(\.0+)?$"
_NUMBER = r"^[+-]?[0-9]+(\.[0-9]*)?$"
_TRUE = ("true", "t", "1", "yes", "y")
_FALSE = ("false", "f", "0", "no", "n")
#: The first day that any date or timestamp may name.
EARLIEST = "1900-01-01"


class Refusal(NamedTuple):
    """A rule that a value broke, and what is wrong with it, to follow the value in a sentence."""

    rule: str
    why: str


def _decimal_shape(kind: Kind) -> str:
    precision, scale = DECIMALS[kind]
    return rf"^[+-]?0*[0-9]{{1,{precision - scale}}}(\.[0-9]{{0,{scale}}}0*)?$"


def _timestamp(text: pl.Expr, formats: tuple[str, ...], zone: str) -> pl.Expr:
    """Read timestamps by the first format that fits; a bare one in `zone`, a repeated hour as the earlier."""
    tries = []
    for form in formats:
        parsed = text.str.to_datetime(form, time_unit="us", time_zone=_zone_of(form), strict=False)
        if form in BARE:
            parsed = parsed.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            parsed = parsed.dt.convert_time_zone("UTC")
        tries.append(parsed)
    return pl.coalesce(tries) if len(tries) > 1 else tries[0]


def typed(column: Column, text: pl.Expr, zone: str, *, sample: str | None = None) -> pl.Expr:
    """Return the expression that reads a column's text; null where it is not exactly a value of its kind.

    `sample` is any value of the column: the form it is written in is tried alone (see `typed_again`).
    """
    match column.kind:
        case Kind.DATE:
            day = text.str.to_date("%Y-%m-%d", strict=False)
            value = pl.when((text.str.len_bytes() == len(EARLIEST)) & (text >= EARLIEST)).then(day)
        case Kind.TS:
            return _timestamp(*_fixed(text, sample), zone)
        case Kind.INT:
            whole = pl.when(text.str.contains(r"^[+-]?[0-9]{1,19}$")).then(text)
            return whole.cast(pl.Int64, strict=False)
        case Kind.BOOL:
            usual = pl.when(text == "true").then(pl.lit(value=True))
            return usual.when(text == "false").then(pl.lit(value=False))
        case Kind.ENUM:
            value = pl.when(text.is_in(column.values)).then(text)
        case Kind.ID | Kind.TEXT:
            return text
        case decimal:
            exact = pl.when(text.str.contains(_decimal_shape(decimal))).then(text)
            return exact.cast(pl.Decimal(*DECIMALS[decimal]), strict=False)
    return value


def typed_again(column: Column, text: pl.Expr, zone: str) -> pl.Expr:
    """Read what `typed` could not, by every form that is allowed; slower, for the few that remain."""
    if column.kind is Kind.DATE:
        return typed(column, text.str.replace(_MIDNIGHT, ""), zone)
    if column.kind is Kind.BOOL:
        low = text.str.to_lowercase()
        said = pl.when(low.is_in(_TRUE)).then(pl.lit(value=True))
        return said.when(low.is_in(_FALSE)).then(pl.lit(value=False))
    if column.kind is not Kind.TS:
        return typed(column, text, zone)
    return _timestamp(_shaped(text), ZONED + BARE, zone)


def _shaped(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(_TS_SHAPE) & (text >= EARLIEST)).then(text)


def _fixed(text: pl.Expr, sample: str | None) -> tuple[pl.Expr, tuple[str, ...]]:
    """Return the texts that are written like `sample`, and its form: a length is checked faster than a shape."""
    form = _form_of(sample or "")
    if form is None:
        return _shaped(text), ZONED + BARE
    alike = (text.str.len_bytes() == len(sample or "")) & (text >= EARLIEST)
    return pl.when(alike & ~text.str.contains(_LEAP, literal=True)).then(text), (form,)


def _form_of(sample: str) -> str | None:
    """Return the form of one length that a timestamp seems to be written in; whether it is, parsing tells."""
    for form, length in FIXED.items():
        if len(sample) == length and sample[10] == form[8] and (sample.endswith("Z") == form.endswith("Z")):
            return form
    return None


def _zone_of(form: str) -> str | None:
    return None if form in BARE else "UTC"


def refusals(column: Column, text: pl.Series, zone: str) -> list[Refusal]:
    """Say for each of these refused texts which rule it broke."""
    kind = column.kind
    if kind in DECIMALS:
        return _decimal_refusals(kind, text)
    if kind is Kind.TS:
        return _timestamp_refusals(text, zone)
    fixed = {
        Kind.DATE: Refusal("date", "is not a calendar date; write YYYY-MM-DD, from 1900 on"),
        Kind.INT: Refusal("int", "is not a whole number"),
        Kind.BOOL: Refusal("bool", "is neither true nor false"),
        Kind.ENUM: Refusal("enum", f"is not one of {', '.join(column.values)}"),
    }
    return [fixed.get(kind, Refusal("type", f"is not a {kind.value}"))] * len(text)


def _decimal_refusals(kind: Kind, text: pl.Series) -> list[Refusal]:
    precision, scale = DECIMALS[kind]
    plain = text.str.contains(_NUMBER)
    short = text.str.contains(rf"^[+-]?[0-9]+(\.[0-9]{{0,{scale}}}0*)?$")
    no_number = Refusal("number", "is not a plain decimal number (digits, at most one point, no exponent)")
    too_fine = Refusal("scale", f"has more than {scale} decimals and would have to be rounded")
    too_large = Refusal("precision", f"has more than {precision - scale} digits before the point")
    return [
        no_number if not number else too_large if fits else too_fine for number, fits in zip(plain, short, strict=True)
    ]


def _timestamp_refusals(text: pl.Series, zone: str) -> list[Refusal]:
    frame = pl.DataFrame({"text": text})
    skipped = frame.select(
        pl.coalesce(
            [_shaped(pl.col("text")).str.to_datetime(f, time_unit="us", strict=False) for f in BARE]
        ).is_not_null()
    ).to_series()
    gap = Refusal("ts_skipped_hour", f"falls into the hour that the clocks of {zone} skip")
    wrong = Refusal("ts", "is not a timestamp; write YYYY-MM-DDThh:mm:ss, with an offset or Z where known")
    return [gap if s else wrong for s in skipped]
