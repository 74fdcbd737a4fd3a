"""Exact arithmetic on hundredths: hours × rate × exchange rate, rounded half away from zero at each step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.calendar import Calendar, Days, Ints
from simulator.firm import CURRENCIES

#: Exchange rates are integers of 1e-8.
UNIT = 100_000_000


def divide(numerator: Ints, denominator: int) -> Ints:
    """Integer quotient, rounded half away from zero."""
    size = (np.abs(numerator) + denominator // 2) // denominator
    return np.asarray(np.sign(numerator) * size)


def times(hours: Ints, rate: Ints) -> Ints:
    """Hundredths of hours × hundredths of money an hour, in cents."""
    return divide(hours * rate, 100)


def convert(cents: Ints, rate: Ints) -> Ints:
    """Cents × an exchange rate of 1e-8, in cents of the other currency (below 9e8 units of money)."""
    return np.asarray(np.sign(cents) * ((np.abs(cents) * rate + UNIT // 2) // UNIT))


@dataclass(frozen=True)
class Rates:
    """Exchange rates: `daily[f, t, day]` from `first_day` on, `average` and `closing[f, t, month]`."""

    first_day: np.datetime64
    daily: Ints
    average: Ints
    closing: Ints

    def on(self, source: Ints, target: Ints, days: Days) -> Ints:
        """Daily rate from source to target currency, the latest on or before each day."""
        at = np.clip((days - self.first_day).astype(np.int64), 0, self.daily.shape[2] - 1)
        return np.asarray(self.daily[source, target, at])

    def functional(self, cents: Ints, source: Ints, target: Ints, days: Days) -> Ints:
        """Transaction amounts in functional currency at the daily rate of the fact's date."""
        return convert(cents, self.on(source, target, days))

    def group(self, cents: Ints, functional: Ints, month: Ints) -> Ints:
        """Functional amounts in the group's currency at the average rate of the row's month."""
        return convert(cents, np.asarray(self.average[functional, 0, month]))


#: Pairs that the ERP lists; a reverse pair that is not listed is the reciprocal.
LISTED = ((1, 0), (2, 0), (0, 1), (0, 2), (2, 1))


def make_rates(calendar: Calendar, rng: np.random.Generator) -> Rates:
    """Draw a year of daily rates, and derive the months' average and closing rates from them."""
    first = calendar.first[0] - 14
    size = int((calendar.today - first).astype(np.int64)) + 1
    walks = np.exp(np.cumsum(rng.normal(0, 0.0028, (2, size)), axis=1))
    usd, gbp = 0.915 * walks[0], 1.158 * walks[1]
    value = {(1, 0): usd, (2, 0): gbp, (0, 1): 1 / usd, (0, 2): 1 / gbp, (2, 1): gbp / usd}
    count = len(CURRENCIES)
    daily = np.full((count, count, size), UNIT, dtype=np.int64)
    for pair, series in value.items():
        # Sources quote five digits; the product keeps eight.
        daily[pair] = np.round(series * 100_000).astype(np.int64) * 1000
    daily[1, 2] = reciprocal(daily[2, 1])
    average = np.full((count, count, calendar.months), UNIT, dtype=np.int64)
    closing = average.copy()
    for month in range(calendar.months):
        low = int((calendar.first[month] - first).astype(np.int64))
        high = min(int((calendar.last[month] - first).astype(np.int64)) + 1, size)
        for pair in LISTED:
            average[(*pair, month)] = int(np.rint(daily[pair][low:high].mean()))
            closing[(*pair, month)] = daily[pair][high - 1]
        average[1, 2, month] = reciprocal(average[2, 1, month : month + 1])[0]
        closing[1, 2, month] = reciprocal(closing[2, 1, month : month + 1])[0]
    return Rates(first, daily, average, closing)


def reciprocal(rate: Ints) -> Ints:
    """One over a rate, at eight decimals."""
    return np.asarray((UNIT * UNIT + rate // 2) // rate)
