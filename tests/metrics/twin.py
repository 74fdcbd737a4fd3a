"""Revenue by the formulas of the metric definitions, slowly and obviously: decimals, fractions and loops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

CENT = Decimal("0.01")


def to_cents(value: Fraction) -> Decimal:
    """Round an exact value half away from zero to cents."""
    cents = abs(value) * 100
    whole = int(cents + Fraction(1, 2))
    rounded = (Decimal(whole) / 100).quantize(CENT, rounding=ROUND_HALF_UP)
    return -rounded if value < 0 else rounded


@dataclass(frozen=True)
class Amendment:
    """A contract line's terms from a day on; `amount` is the total of the term after the amendment."""

    no: int
    effective_from: date
    amount: Decimal
    start: date
    end: date
    kind: str = "prospective"


@dataclass(frozen=True)
class Entry:
    """A billable entry at its price, net of adjustments; `approved_at` is None while it waits."""

    id: str
    approved_at: datetime | None
    work_date: date
    net: Decimal
    is_expense: bool = False


@dataclass(frozen=True)
class Month:
    """What is known of a percent-complete line at the end of a month."""

    end: date
    cost_to_date: Decimal
    amount: Decimal
    forecast_date: date | None
    remaining: Decimal | None
    budget: Decimal | None
    amendment: int = 1
    kind: str = "cumulative_catch_up"


def capped_steps(
    entries: Sequence[Entry],
    caps: Sequence[tuple[date, Decimal | None]],
    today: date,
    *,
    including: Sequence[bool] = (),
) -> dict[str, Decimal]:
    """Return what each entry adds to revenue to date, taken in the order of approval.

    `caps` lists (first day in force, cap or None for no cap) by day, `including` whether expenses are inside each of
    them; an entry that waits is cut by today's. An entry's step is what the cap in force lets through of all that it
    covers, less what was let through of that before.
    """
    waiting = datetime(9999, 12, 31, tzinfo=UTC)
    ordered = sorted(entries, key=lambda e: (e.approved_at or waiting, e.work_date, e.id))
    steps: dict[str, Decimal] = {}
    seen: list[Entry] = []
    for entry in ordered:
        seen.append(entry)
        day = entry.approved_at.date() if entry.approved_at else today
        number = max([0, *(place for place, (first_day, _) in enumerate(caps) if first_day <= day)])
        cap = caps[number][1]
        together = including[number] if including else False
        alike = [one for one in seen if together or one.is_expense == entry.is_expense]
        total = sum((one.net for one in alike), Decimal(0))
        if cap is not None and (together or not entry.is_expense):
            total = min(cap, total)
        steps[entry.id] = total - sum((steps[one.id] for one in alike if one is not entry), Decimal(0))
    return steps


def spread_to_date(amendments: Sequence[Amendment], day: date) -> Decimal:
    """Return revenue to date of a term spread by days, at the end of a day."""
    base: list[Amendment] = []
    extras: list[Amendment] = []
    beside = Decimal(0)
    for position, amendment in enumerate(amendments):
        if position and amendment.kind == "separate":
            added = amendment.amount - amendments[position - 1].amount
            beside += added
            first = max(amendment.effective_from, amendment.start)
            extras.append(Amendment(amendment.no, amendment.effective_from, added, first, amendment.end, "separate"))
        else:
            own = amendment.amount - beside
            base.append(
                Amendment(amendment.no, amendment.effective_from, own, amendment.start, amendment.end, amendment.kind)
            )
    total = _base_to_date(base, day)
    for extra in extras:
        if day >= extra.start:
            total += _whole_term(extra, day)
    return total


def _base_to_date(base: Sequence[Amendment], day: date) -> Decimal:
    earned = Decimal(0)
    for position, amendment in enumerate(base):
        in_force_from = amendment.start if position == 0 else amendment.effective_from
        if day < in_force_from:
            return earned
        last = day
        if position + 1 < len(base):
            last = min(day, base[position + 1].effective_from - timedelta(days=1))
        if position == 0 or amendment.kind == "cumulative_catch_up":
            earned = _whole_term(amendment, last)
        else:
            first = max(amendment.effective_from, amendment.start)
            days_left = (amendment.end - first).days + 1
            if days_left <= 0:
                earned = amendment.amount
            else:
                passed = min(max((last - first).days + 1, 0), days_left)
                left = Fraction(amendment.amount - earned)
                earned = earned + to_cents(left * passed / days_left)
        if last == day:
            return earned
    return earned


def _whole_term(amendment: Amendment, day: date) -> Decimal:
    days = (amendment.end - amendment.start).days + 1
    passed = min(max((day - amendment.start).days + 1, 0), days)
    return to_cents(Fraction(amendment.amount) * passed / days)


def cost_to_cost(months: Sequence[Month]) -> list[tuple[Decimal, Decimal, bool]]:
    """Return (revenue, change of the loss provision, stale) of each month of a percent-complete line.

    `month.kind` is how the month's amendment counts: a prospective one earns what is left by the cost from then on,
    the others earn the whole amount by the whole cost; a separate one begins nothing.
    """
    share = Fraction(0)
    revenue_before = provision_before = Decimal(0)
    segment = months[0].amendment
    earned_before, cost_before, cost_of_month_before, forward = Decimal(0), Fraction(0), Fraction(0), False
    share_since = reached = Fraction(0)
    results = []
    for month in months:
        if month.amendment != segment and month.kind != "separate":
            segment = month.amendment
            forward = month.kind == "prospective"
            earned_before = revenue_before if forward else Decimal(0)
            cost_before = cost_of_month_before if forward else Fraction(0)
            share_since = Fraction(0)
        cost = Fraction(month.cost_to_date)
        estimate: Fraction | None = None
        good, too_old = True, False
        if month.forecast_date is not None and month.remaining is not None:
            estimate = cost + Fraction(month.remaining)
            too_old = (month.end - month.forecast_date).days > 45 and month.remaining >= 0
            good = month.remaining >= 0 and not too_old
        elif month.budget is not None:
            estimate = Fraction(month.budget)
            good = cost <= estimate
        else:
            good = False
        if good and estimate is not None:
            reached = estimate
            share = min(Fraction(1), cost / estimate) if estimate > 0 else Fraction(0)
            left = estimate - cost_before
            # no cost left is all done, but where nothing was ever to be spent nothing can be earned by spending
            done = Fraction(int(estimate > 0))
            share_since = min(Fraction(1), max(cost - cost_before, Fraction(0)) / left) if left > 0 else done
        if forward:
            revenue = earned_before + to_cents(Fraction(month.amount - earned_before) * share_since)
        else:
            revenue = to_cents(Fraction(month.amount) * share)
        cost_of_month_before = cost
        completion = max(estimate if estimate is not None else cost, cost)
        loss = to_cents(max(Fraction(0), completion - Fraction(month.amount)))
        provision = loss - to_cents(Fraction(loss) * share)
        # before the first cost nobody misses an estimate; one that was given must be kept up all the same, until all
        # is done and nothing more is spent
        beyond = estimate is not None and cost > estimate
        held = share_since if forward else share
        stale = not good and (cost != 0 or too_old) and (held < 1 or cost > reached or beyond)
        results.append((revenue - revenue_before, provision - provision_before, stale))
        revenue_before, provision_before = revenue, provision
    return results
