"""Breaches of control that need no difference, and the plain overhead of a firm's books."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import DAY, Ints, seconds, workday
from simulator.firm import ACCOUNT, ENTITIES
from simulator.ledger import Ledger
from simulator.people import People
from simulator.timesheets import HOUR, Firm
from simulator.truth import Truth
from simulator.world import World

_HOME = np.array([e.currency for e in ENTITIES])
#: Closed months (counted from the end) in which the books go wrong, with the entity it happens in.
UNBALANCED, MISSING = (3, 1), (4, 2)
REOPENED = ((3, 0), (2, 1), (3, 2))
OPEN_FOR = 4 * HOUR


def reopenings(world: World) -> list[tuple[int, int, int, str]]:
    """Periods that were opened again for a few hours on a Saturday: entity, month, instant, event."""
    calendar = world.calendar
    rows = []
    for back, entity in REOPENED:
        month = calendar.months - back
        if month < 0:
            continue
        day = int(calendar.closed[entity, month]) // DAY
        saturday = (day + (2 - day % 7) % 7) * DAY
        saturday += 7 * DAY if saturday <= int(calendar.closed[entity, month]) else 0
        rows.append((entity, month, saturday + 9 * HOUR, "reopened"))
        rows.append((entity, month, saturday + 9 * HOUR + OPEN_FOR, "closed"))
    return [r for r in rows if r[2] <= calendar.now]


def once_closed(world: World, entity: Ints, month: Ints, instant: Ints) -> Ints:
    """Return the instants (any one shape), those of a reopened month put off until its books are closed again."""
    for of, period, at, event in reopenings(world):
        if event == "reopened":
            held = (entity == of) & (month == period) & (instant >= at) & (instant < at + OPEN_FOR)
            instant = np.where(held, at + OPEN_FOR + HOUR, instant)
    return instant


def judge_year(firm: Firm, truth: Truth) -> None:
    """Name the reopened periods, and the rates that overlap or are missing."""
    people = firm.people
    truth.control("overlapping_rates", "", people.ids[overlapping(people)], "cost_rate")
    if people.unrated >= 0:
        truth.control("missing_rate", ENTITIES[0].id, people.ids[people.unrated], "worker")
    for entity, month, _, event in reopenings(truth.world):
        if event == "reopened":
            truth.control("period_reopened", ENTITIES[entity].id, truth.world.calendar.period_ids()[month], "period")


def post_overhead(firm: Firm, ledger: Ledger, truth: Truth, month: int, payroll: Ints) -> None:
    """Post a month's salaries and overhead, and the two months in which the books are not whole.

    `payroll` is the labour cost of the month by entity in cents.
    """
    calendar = firm.world.calendar
    when = int(seconds(workday(calendar.last[month : month + 1] - 4, 0))[0]) + 10 * HOUR
    if when > calendar.now:
        return
    tag = str(calendar.first[month])[:7].replace("-", "")
    base = pl.DataFrame({"entity": np.arange(len(ENTITIES)), "currency": _HOME, "salaries": payroll}).with_columns(
        at_actual=pl.Series([e.costing == "actual" for e in ENTITIES]),
        period=pl.lit(month, pl.Int64),
        posted=pl.lit(when, pl.Int64),
        origin_system=pl.lit(None, pl.String),
        origin_id=pl.lit(None, pl.String),
    )
    for name, account, against, size, origin in (
        # Where labour is costed at what was paid, projects carry the salaries, and what is left is no project's.
        (
            "P",
            "payroll_cost",
            "cash",
            pl.col("salaries") * pl.when("at_actual").then(3).otherwise(103) // 100,
            "payroll",
        ),
        ("O", "overhead", "accounts_payable", pl.col("salaries") * 14 // 100, "manual"),
    ):
        rows = base.with_columns(amount=size, functional=size, origin_type=pl.lit(origin))
        ledger.post(
            rows.drop("salaries", "at_actual"), tag=f"{name}{tag}", account=ACCOUNT[account], against=ACCOUNT[against]
        )
    for (back, entity), code in ((UNBALANCED, "unbalanced"), (MISSING, "missing")):
        if month == calendar.months - back:
            _break_books(firm, ledger, truth, month, when, entity=entity, code=code)


def _break_books(firm: Firm, ledger: Ledger, truth: Truth, month: int, when: int, *, entity: int, code: str) -> None:
    """One journal that does not balance, or one that the extract has lost though the trial balance has it."""
    period = firm.world.calendar.period_ids()[month]
    journal = f"J{code.upper()}-{period}"
    amounts = [125_000, -124_000] if code == "unbalanced" else [98_500, -98_500]
    lines = pl.DataFrame(
        {
            "gl_line_id": [f"{journal}-1", f"{journal}-2"],
            "journal_id": [journal, journal],
            "account_id": [ACCOUNT["overhead"], ACCOUNT["clearing"]],
            "entity": [entity] * 2,
            "period": [month] * 2,
            "posted": [when + 3600] * 2,
            "currency": [int(_HOME[entity])] * 2,
            "amount": amounts,
            "functional": amounts,
            "origin_type": ["manual"] * 2,
        }
    )
    ledger.write(lines, part=f"odd-{code}", keep=code != "missing")
    if code == "unbalanced":
        truth.control("unbalanced_journal", ENTITIES[entity].id, journal, "journal")
    truth.control("gl_incomplete", ENTITIES[entity].id, period, code)


def overlapping(people: People) -> int:
    """Return the worker hired first, whose early cost rates overlap."""
    return int(np.argmin(people.hired))
