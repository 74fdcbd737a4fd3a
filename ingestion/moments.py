"""Named functions on written dates and timestamps. What they cannot read they pass on, for the checks to refuse."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from ingestion import values

_BARE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$"
_BARE_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")
_OFFSET_FORMS = ("%Y-%m-%dT%H:%M:%S%.fZ", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%#z")
_WRITTEN = "%Y-%m-%dT%H:%M:%S%.6fZ"


def date_part(text: pl.Expr) -> pl.Expr:
    """Return the calendar date that a timestamp is written with, whatever its offset."""
    return text.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}.*$", "$1")


def month(text: pl.Expr) -> pl.Expr:
    """Return the accounting period `YYYY-MM` of a date or timestamp."""
    return text.str.replace(r"^([0-9]{4}-[0-9]{2})-[0-9]{2}([T ].*)?$", "$1")


def day_after(text: pl.Expr) -> pl.Expr:
    """Return the day after a date: the open end of an interval whose source names its last day."""
    return _moved(text, "1d")


def day_before(text: pl.Expr) -> pl.Expr:
    """Return the day before a date: the last day, where a source names the first day that no longer counts."""
    return _moved(text, "-1d")


def start_of_day(text: pl.Expr) -> pl.Expr:
    """Return a date as the first moment of that day, in the feed's time zone."""
    return text.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})$", "${1}T00:00:00")


def epoch_milliseconds(text: pl.Expr) -> pl.Expr:
    """Return the timestamp of a count of milliseconds since 1970."""
    count = pl.when(text.str.contains(r"^[0-9]{1,15}$")).then(text).cast(pl.Int64, strict=False)
    return pl.coalesce(pl.from_epoch(count, time_unit="ms").dt.to_string("%Y-%m-%dT%H:%M:%S%.3fZ"), text)


def utc(text: pl.Expr) -> pl.Expr:
    """Say of a timestamp without an offset that it is in UTC."""
    return pl.when(text.str.contains(_BARE)).then(text + "Z").otherwise(text)


def date(text: pl.Expr, form: str) -> pl.Expr:
    """Write a date of the form given, such as %m/%d/%Y or %d.%m.%Y, as YYYY-MM-DD."""
    written = _unpadded(text).str.to_date(form, strict=False).dt.to_string("%Y-%m-%d")
    return _since_earliest(written, text)


def moment(text: pl.Expr, form: str) -> pl.Expr:
    """Write a timestamp of the form given, such as %d.%m.%Y %H:%M, as the contracts do; %z reads an offset."""
    zoned = "%z" in form or "%:z" in form
    read = _unpadded(text).str.to_datetime(form, time_unit="us", time_zone="UTC" if zoned else None, strict=False)
    return _since_earliest(read.dt.to_string(_WRITTEN if zoned else _WRITTEN.removesuffix("Z")), text)


def in_zone(text: pl.Expr, zone: str) -> pl.Expr:
    """Read a timestamp without an offset in the time zone given, whatever the feed's is.

    In the hour that the clocks repeat it is the earlier instant; one in the hour they skip comes out with the
    zone's name behind it, which no check accepts.
    """
    bare = pl.when(text.str.contains(_BARE)).then(text).str.replace("T", " ", literal=True)
    read = pl.coalesce([bare.str.to_datetime(f, time_unit="us", strict=False) for f in _BARE_FORMS])
    there = read.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    skipped = pl.when(read.is_not_null()).then(text + f" {zone}")
    return pl.coalesce(there.dt.to_string(_WRITTEN), skipped, text)


def date_in(text: pl.Expr, zone: str) -> pl.Expr:
    """Return the calendar date, in the time zone given, of a timestamp that names its offset or Z."""
    spaced = text.str.replace(r"(\.[0-9]{6})[0-9]+", "$1")
    read = pl.coalesce(
        [spaced.str.to_datetime(f, time_unit="us", time_zone="UTC", strict=False) for f in _OFFSET_FORMS]
    )
    return pl.coalesce(read.dt.convert_time_zone(zone).dt.to_string("%Y-%m-%d"), text)


def check_form(form: str) -> str | None:
    """Return what is wrong with a form of dates, None where nothing is."""
    sample = datetime(2026, 11, 23, 13, 45, 59).strftime(form)  # noqa: DTZ001 - only to see how a form writes
    return None if "%" in form and sample != form else f"{form!r} is no form of dates: write one such as %d.%m.%Y"


def check_zone(zone: str) -> str | None:
    """Return what is wrong with the name of a time zone, None where nothing is."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"{zone!r} is no time zone: write one such as Europe/Berlin"
    return None


def _unpadded(text: pl.Expr) -> pl.Expr:
    """Return texts that begin and end with no blank; the parsers would step over some, unasked."""
    return pl.when(text.str.len_bytes() == text.str.strip_chars().str.len_bytes()).then(text)


def _since_earliest(written: pl.Expr, text: pl.Expr) -> pl.Expr:
    """Return what was read, but the text itself where a year of two digits was read as one of the first century."""
    return pl.coalesce(pl.when(written >= values.EARLIEST).then(written), text)


def _moved(text: pl.Expr, by: str) -> pl.Expr:
    day = date_part(text).str.to_date("%Y-%m-%d", strict=False)
    return pl.coalesce(day.dt.offset_by(by).dt.to_string("%Y-%m-%d"), text)
