"""Milestones and billing events: what falls due, when it is done, invoiced and recognized."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import seconds, workday
from simulator.firm import ENTITIES, INTERNAL, MILESTONE, RETAINER, SUBSCRIPTION, TIME
from simulator.terms import Terms
from simulator.timesheets import HOUR, Firm

_HOME = np.array([e.currency for e in ENTITIES])
#: What is done to events and milestones of closed months, three each, by the kind they fit.
_MISTAKES = (
    ("hold", ("instalment", "deposit")),
    ("amount", ("retainer",)),
    ("cutoff", ("retainer",)),
    ("void", ("retainer",)),
    ("credit", ("retainer",)),
    ("cancelled", ("milestone",)),
    ("amount", ("milestone",)),
)


def instalments(firm: Firm, terms: Terms) -> pl.DataFrame:
    """Every milestone and billing event: project, number, kind, day due, amount, day done, invoice date."""
    projects, calendar = firm.projects, firm.world.calendar
    rows: list[tuple[int, int, str, np.datetime64, int]] = []
    for project in np.nonzero((projects.model > TIME) & (projects.model < INTERNAL))[0].tolist():
        days, kind = _days(firm, terms, project)
        amount = int(terms.amount[project])
        each = amount // len(days) // 100 * 100
        for number, day in enumerate(days):
            part = amount - each * (len(days) - 1) if number == len(days) - 1 else each
            deposit = kind == "instalment" and number == 0 and len(days) > 1
            rows.append((project, number + 1, "deposit" if deposit else kind, day, part))
    frame = pl.DataFrame(
        {
            "project": [r[0] for r in rows],
            "number": [r[1] for r in rows],
            "kind": [r[2] for r in rows],
            "due": np.array([r[3] for r in rows], dtype="datetime64[D]"),
            "amount": [r[4] for r in rows],
        }
    )
    due = frame["due"].to_numpy().astype("datetime64[D]")
    stone = (frame["kind"] == "milestone").to_numpy()
    slip = np.where(stone, firm.world.rng(11).integers(-4, 12, frame.height), 0)
    done = workday(due + slip)
    # An invoice carries a day of the month that its event or milestone falls in.
    month = np.where(stone, done, due).astype("datetime64[M]")
    date = np.minimum(workday(done, 1), (month + 1).astype("datetime64[D]") - 1)
    return frame.with_columns(
        id=projects.ids.gather(frame["project"]) + "-" + frame["number"].cast(pl.String).str.zfill(2),
        done=pl.Series(done),
        done_at=pl.Series(seconds(done) + 15 * HOUR),
        date=pl.Series(date),
        issued=pl.Series(seconds(workday(done, 1)) + 9 * HOUR),
        month=pl.Series(calendar.month_of(np.where(stone, done, due))),
    )


def _days(firm: Firm, terms: Terms, project: int) -> tuple[list[np.datetime64], str]:
    projects = firm.projects
    start, end = terms.start[project], terms.end[project]
    months = int(projects.end[project] - projects.start[project]) + 1
    base = start.astype("datetime64[M]")
    model = int(projects.model[project])
    if model == RETAINER:
        return [(base + i).astype("datetime64[D]") + 9 for i in range(months)], "retainer"
    if model == SUBSCRIPTION:
        return [max(start, (base + 3 * i).astype("datetime64[D]") + 4) for i in range(4)], "subscription"
    count = max(1, months // 2)
    days = [(base + (i + 1) * months // count).astype("datetime64[D]") - 6 for i in range(count)]
    if model == MILESTONE:
        return days, "milestone"
    return ([start + 4, *days[:-1], end - 3] if months > 2 else days), "instalment"


def with_mistakes(firm: Firm, rows: pl.DataFrame) -> pl.DataFrame:
    """Mark three closed-month rows for each mistake, and lay out both sides of billing."""
    world, projects = firm.world, firm.projects
    calendar = world.calendar
    index = rows["project"].to_numpy()
    books, currency = projects.entity[index], projects.currency[index]
    fit = (
        (rows["month"] < calendar.months - 1).to_numpy() & (currency == _HOME[books]) & (rows["month"] >= 0).to_numpy()
    )
    kinds = rows["kind"].to_list()
    order = world.rng(51).permutation(np.nonzero(fit)[0]).tolist()
    made: list[str | None] = [None] * rows.height
    for mistake, suited in _MISTAKES:
        for chosen in [i for i in order if kinds[i] in suited and made[i] is None][:3]:
            made[chosen] = mistake
    rows = rows.with_columns(
        code=pl.Series(made, dtype=pl.String), entity=pl.Series(books), currency=pl.Series(currency), period="month"
    )
    # Some milestones are billed through an event that names them.
    named = (
        (pl.col("kind") == "milestone")
        & (pl.col("project") % 3 == 0)
        & (pl.col("code") != "cancelled").fill_null(value=True)
    )
    rows = rows.with_columns(event=(pl.col("kind") != "milestone") | named)
    code = pl.col("code")
    late = pl.Series(calendar.first[np.clip(rows["month"].to_numpy() + 1, 0, calendar.months - 1)] + 2)
    rows = rows.with_columns(
        date=pl.when(code == "cutoff").then(late).otherwise("date"),
        invoiced=(pl.col("issued") <= calendar.now) & (code != "hold").fill_null(value=True),
    )
    stands = pl.col("invoiced") & ~code.is_in(["void", "credit"]).fill_null(value=False)
    p_amount = pl.when((code == "amount") & (pl.col("kind") != "milestone")).then(pl.col("amount") - 50_000)
    rows = rows.with_columns(
        posted=pl.when(stands).then("issued"),
        p_amount=p_amount.otherwise("amount"),
        p_entity="entity",
        p_project="project",
        p_period=pl.when(code == "cutoff").then(pl.col("month") + 1).otherwise("month"),
        x_amount=pl.lit(0, pl.Int64),
    )
    turn, home = world.rates.functional, _HOME[books]
    at = np.where(rows["invoiced"].to_numpy(), rows["date"].to_numpy(), rows["due"].to_numpy()).astype("datetime64[D]")
    at = np.where(
        ~rows["invoiced"].to_numpy() & (rows["kind"] == "milestone").to_numpy(),
        rows["done"].to_numpy().astype("datetime64[D]"),
        at,
    )
    return rows.with_columns(
        functional=pl.Series(turn(rows["amount"].to_numpy(), currency, home, at)),
        p_functional=pl.Series(turn(rows["p_amount"].to_numpy(), currency, home, at)),
    )
