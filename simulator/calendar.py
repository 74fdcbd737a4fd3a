"""The simulated clock: months, working days, closes, and the day on which the firm is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.firm import ENTITIES, HOLIDAYS

Days: TypeAlias = NDArray[np.datetime64]
Ints: TypeAlias = NDArray[np.int64]

#: Seconds of a day; every simulated instant is an int64 of seconds since 1970 in UTC.
DAY = 86_400
#: Working days after a month's end on which timesheets are cut off and books are due to close.
CUTOFF_DAY, CLOSE_DAY = 2, 6


@dataclass(frozen=True)
class Calendar:
    """Months `0 … n-1` of the simulation, and its present.

    `now` is 22:00 UTC on the last working day on or before `until`; `closed[e, m]` is when entity e
    closed month m (far future while open), `close_due[m]` when it should have.
    """

    first: Days
    last: Days
    now: int
    today: np.datetime64
    closed: Ints
    close_due: Ints
    cutoff: Ints

    @property
    def months(self) -> int:
        """Number of months simulated."""
        return len(self.first)

    @property
    def build_time(self) -> datetime:
        """The present, as a timestamp."""
        return datetime.fromtimestamp(self.now, tz=UTC)

    @property
    def last_day_starts(self) -> int:
        """The instant at which the last simulated day begins (UTC)."""
        return int(self.today.astype("datetime64[s]").astype(np.int64))

    def period_ids(self) -> list[str]:
        """Names of the months, as `2026-03`."""
        return [str(d)[:7] for d in self.first]

    def month_of(self, days: Days) -> Ints:
        """Month number of each day, which may lie outside the simulation."""
        start = self.first[0].astype("datetime64[M]").astype(np.int64)
        return np.asarray(days.astype("datetime64[M]").astype(np.int64) - start)

    def open_month(self, entity: Ints, month: Ints, instant: Ints) -> Ints:
        """First month from `month` on that `entity` had not closed at `instant`."""
        result = month.copy()
        for _ in range(self.months):
            shut = self.closed[entity, np.minimum(result, self.months - 1)] <= instant
            if not shut.any():
                break
            result = result + shut
        return np.minimum(result, self.months - 1)


def seconds(days: Days) -> Ints:
    """Midnight UTC of each day in seconds."""
    return np.asarray(days.astype("datetime64[D]").astype(np.int64) * DAY)


def workday(days: Days, shift: int | Ints = 0) -> Days:
    """Return the weekday `shift` working days after each day, rolled forward off weekends."""
    return np.asarray(np.busday_offset(days.astype("datetime64[D]"), shift, roll="forward"))


def make_calendar(*, months: int, until: date) -> Calendar:
    """Lay out `months` months ending with the one that contains `until`."""
    end_month = np.datetime64(until, "M")
    month = np.arange(end_month - months + 1, end_month + 1)
    first = month.astype("datetime64[D]")
    last = (month + 1).astype("datetime64[D]") - 1
    today = np.busday_offset(np.datetime64(until, "D"), 0, roll="backward")
    now = int(seconds(np.array([today]))[0]) + 22 * 3600
    due = seconds(workday(last + 1, CLOSE_DAY - 1)) + 17 * 3600
    closed = np.stack([due - (3 - e) * 3600 + DAY * ((np.arange(months) + e) % 5 == 4) for e in range(len(ENTITIES))])
    closed = np.where(closed <= now, closed, np.iinfo(np.int64).max)
    cutoff = seconds(workday(last + 1, CUTOFF_DAY - 1)) + 12 * 3600
    return Calendar(first, last, now, today, closed, due, cutoff)


def holidays(entity: int, calendar: Calendar) -> Days:
    """List the public holidays of an entity within the simulation."""
    years = range(calendar.first[0].astype(object).year, calendar.last[-1].astype(object).year + 1)
    days = [np.datetime64(f"{y}-{d}", "D") for y in years for d in HOLIDAYS[ENTITIES[entity].id]]
    inside = [d for d in days if calendar.first[0] <= d <= calendar.last[-1]]
    return np.array(inside, dtype="datetime64[D]")
