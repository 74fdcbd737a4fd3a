"""Revenue of the year: schedules by method, milestones and billing events, forecasts, and their postings."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import seconds, workday
from simulator.firm import ACCOUNT, ENTITIES, METHODS
from simulator.ledger import CURRENCY_IDS, ENTITY_IDS, Ledger
from simulator.money import convert
from simulator.terms import Terms, round_share
from simulator.timesheets import HOUR, Firm

_CURRENCY = np.array([e.currency for e in ENTITIES])


def forecast(firm: Firm, terms: Terms) -> pl.DataFrame:
    """Month-end forecasts of delivery projects, and what they make of the percentage complete.

    Columns: project, month, remaining (functional), done and estimate (group currency).
    """
    world, projects = firm.world, firm.projects
    calendar = world.calendar
    home = _CURRENCY[projects.entity]
    rng = world.rng(10)
    drift = rng.normal(0, 0.05, (projects.count, calendar.months))
    rows = []
    for month in range(calendar.months):
        ongoing = np.nonzero((projects.start <= month) & (np.arange(projects.count) < projects.delivered))[0]
        done = terms.group[ongoing, : month + 1].sum(axis=1)
        rate = world.rates.average[home[ongoing], 0, month]
        left = np.maximum(terms.planned[ongoing] - done * 100_000_000 // rate, 0)
        finished = projects.end[ongoing] <= month
        left = np.where(finished, 0, np.rint(left * (1 + drift[ongoing, month])).astype(np.int64))
        share = np.clip(
            (month + 1 - projects.start[ongoing]) / (projects.end[ongoing] - projects.start[ongoing] + 1), 0, 1
        )
        hours = np.rint(terms.hours[ongoing] * (1 - share) / 25).astype(np.int64) * 25
        rows.append(
            pl.DataFrame(
                {
                    "project": ongoing,
                    "month": np.full(len(ongoing), month),
                    "remaining": left,
                    "hours": hours,
                    "done": done,
                    "estimate": done + convert(left, rate),
                }
            )
        )
    return pl.concat(rows)


def schedule(firm: Firm, terms: Terms, forecasts: pl.DataFrame) -> pl.DataFrame:
    """Revenue by contract line and month for every method but time and materials and milestone."""
    projects, calendar = firm.projects, firm.world.calendar
    rows: list[tuple[int, int, int, int]] = []
    fixed = forecasts.filter(pl.Series(projects.model == 1).gather(forecasts["project"]))
    before: dict[int, int] = {}
    for project, month, done, estimate in fixed.select("project", "month", "done", "estimate").iter_rows():
        to_date = round_share(int(terms.amount[project]), done, estimate) if estimate > 0 else before.get(project, 0)
        rows.append((project, month, to_date - before.get(project, 0), 1))
        before[project] = to_date
    for project in np.nonzero((projects.model == 3) | (projects.model == 4))[0].tolist():
        total = int((terms.end[project] - terms.start[project]).astype(np.int64)) + 1
        last = 0
        for month in range(calendar.months):
            to_day = min(calendar.last[month], terms.end[project])
            days = int((to_day - terms.start[project]).astype(np.int64)) + 1
            if days <= 0:
                continue
            to_date = round_share(int(terms.amount[project]), days, total)
            if to_date != last:
                rows.append((project, month, to_date - last, int(projects.model[project])))
            last = to_date
    return pl.DataFrame(rows, schema=["project", "month", "amount", "method"], orient="row").sort("month", "project")


def write_schedule(firm: Firm, ledger: Ledger, rows: pl.DataFrame) -> None:
    """Write the revenue schedule and post what is recognized: every ended month, three days after its end."""
    world, projects = firm.world, firm.projects
    calendar = world.calendar
    moment = seconds(workday(calendar.last + 1, 3)) + 16 * HOUR
    when = pl.Series(moment).gather(rows["month"])
    done = when <= calendar.now
    project = rows["project"].to_numpy()
    books, currency = projects.entity[project], projects.currency[project]
    names = pl.Series([m.replace("-", "") for m in calendar.period_ids()])
    rows = rows.with_columns(
        id=pl.lit("RS") + names.gather(rows["month"]) + "-" + projects.lines.gather(rows["project"]).alias("l"),
        done=done,
        when=when,
        books=pl.Series(books),
        currency=pl.Series(currency),
    )
    created = seconds(calendar.first) + 8 * HOUR
    world.drop.write(
        "revenue_schedule_line",
        rows.select(
            schedule_line_id="id",
            contract_line_id=projects.lines.gather(rows["project"]),
            project_id=projects.ids.gather(rows["project"]),
            legal_entity_id=ENTITY_IDS.gather(rows["books"]),
            period_id=pl.Series(calendar.period_ids()).gather(rows["month"]),
            amount="amount",
            currency=CURRENCY_IDS.gather(rows["currency"]),
            method=pl.Series(METHODS).gather(rows["method"]),
            status=pl.when("done").then(pl.lit("recognized")).otherwise(pl.lit("planned")),
            recognized_at=pl.when("done").then("when"),
            updated_at=pl.when("done").then("when").otherwise(pl.Series(created).gather(rows["month"])),
        ),
    )
    posted = rows.filter(pl.col("done") & (pl.col("amount") != 0))
    day = calendar.last[posted["month"].to_numpy()]
    functional = world.rates.functional(
        posted["amount"].to_numpy(), posted["currency"].to_numpy(), _CURRENCY[posted["books"].to_numpy()], day
    )
    lines = posted.select(
        "currency",
        "method",
        entity="books",
        period="month",
        posted="when",
        amount=-pl.col("amount"),
        functional=-pl.Series(functional),
        origin_type=pl.lit("revenue_schedule"),
        origin_system=pl.lit("erp"),
        origin_id="id",
        project_id=projects.ids.gather(posted["project"]),
        contract_line_id=projects.lines.gather(posted["project"]),
    )
    for name, chosen, account in (
        ("S", pl.col("method") != 4, "services_revenue"),
        ("Y", pl.col("method") == 4, "recurring_revenue"),
    ):
        ledger.post(
            lines.filter(chosen), tag=f"RS{name}", account=ACCOUNT[account], against=ACCOUNT["unbilled_receivable"]
        )


def write_forecasts(firm: Firm, terms: Terms, rows: pl.DataFrame) -> None:
    """Write the month-end forecasts of delivery projects."""
    projects, calendar = firm.projects, firm.world.calendar
    books = projects.entity[rows["project"].to_numpy()]
    over = rows["estimate"] * 100 > pl.Series(terms.budget).gather(rows["project"]) * 112
    rows = rows.filter(pl.Series(calendar.last <= calendar.today).gather(rows["month"]))
    projects_of = rows["project"]
    books = projects.entity[projects_of.to_numpy()]
    over = rows["estimate"] * 100 > pl.Series(terms.budget).gather(projects_of) * 112
    firm.world.drop.write(
        "project_forecast",
        rows.select(
            project_id=projects.ids.gather(projects_of),
            as_of_date=pl.Series(calendar.last).gather(rows["month"]),
            remaining_hours="hours",
            remaining_cost="remaining",
            currency=CURRENCY_IDS.gather(pl.Series(_CURRENCY[books])),
            reported_percent_complete=(pl.col("done") / pl.col("estimate").clip(lower_bound=1)).round(2),
            health=pl.when(over).then(pl.lit("amber")).otherwise(pl.lit("green")),
            updated_at=pl.col("month").replace_strict(
                list(range(calendar.months)), (seconds(calendar.last) + 20 * HOUR).tolist(), return_dtype=pl.Int64
            ),
        ),
    )
