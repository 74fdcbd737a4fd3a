"""Revenue by contract line and month: schedules, loss provisions, their postings and what is left open."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import seconds, workday
from simulator.estimates import cost_to_cost, neglected
from simulator.firm import ACCOUNT, ENTITIES, METHODS, PROVISION, RETAINER, SUBSCRIPTION
from simulator.ledger import CURRENCY_IDS, ENTITY_IDS, Ledger
from simulator.terms import Terms, round_share
from simulator.timesheets import HOUR, Firm
from simulator.truth import Truth

_HOME = np.array([e.currency for e in ENTITIES])
#: What is done to scheduled revenue of closed months, so many times each.
_MISTAKES = (("estimate", 4), ("hold", 4))


def spread(firm: Firm, terms: Terms) -> pl.DataFrame:
    """Revenue of retainers and subscriptions by days: project, month, amount."""
    projects, calendar = firm.projects, firm.world.calendar
    rows: list[tuple[int, int, int]] = []
    for project in np.nonzero((projects.model == RETAINER) | (projects.model == SUBSCRIPTION))[0].tolist():
        total = int((terms.end[project] - terms.start[project]).astype(np.int64)) + 1
        last = 0
        for month in range(calendar.months):
            to_day = min(calendar.last[month], terms.end[project], calendar.today)
            days = int((to_day - terms.start[project]).astype(np.int64)) + 1
            to_date = round_share(int(terms.amount[project]), max(days, 0), total)
            if to_date != last:
                rows.append((project, month, to_date - last))
            last = to_date
    return pl.DataFrame(rows, schema=dict.fromkeys(["project", "month", "amount"], pl.Int64), orient="row")


def recognise(firm: Firm, ledger: Ledger, truth: Truth, terms: Terms, forecasts: pl.DataFrame) -> None:
    """Write the revenue schedule, post every ended month's revenue and provision, and judge both."""
    calendar = firm.world.calendar
    earned, provided = cost_to_cost(firm, terms, forecasts)
    rows = pl.concat([earned, spread(firm, terms)]).filter(pl.col("amount") != 0).sort("month", "project")
    rows = _sides(firm, rows.with_columns(code=_codes(firm, rows)))
    _write_schedule(firm, rows)
    _post(firm, ledger, rows)
    judge_terms(truth, rows, flow="revenue")
    provided = provided.filter(pl.col("amount") != 0).sort("month", "project")
    wrong = (pl.int_range(pl.len()) % 4 == 1) & (pl.col("month") < calendar.months - 1)
    provided = provided.with_columns(code=pl.when(wrong).then(pl.lit("estimate")))
    losses = _sides(firm, provided)
    done = losses.filter(pl.col("posted").is_not_null())
    ledger.post(_lines(firm, done, sign=1), tag="LP", account=ACCOUNT["loss_provision"], against=PROVISION)
    judge_terms(truth, losses, flow="loss_provision")
    for project in neglected(firm).tolist():
        entity = ENTITIES[int(firm.projects.entity[project])].id
        truth.control("estimate_stale", entity, firm.projects.lines[project], "contract_line")


def _codes(firm: Firm, rows: pl.DataFrame) -> pl.Series:
    projects, months = firm.projects, firm.world.calendar.months
    index = rows["project"].to_numpy()
    home = projects.currency[index] == _HOME[projects.entity[index]]
    fit = (rows["month"] < months - 1).to_numpy() & home & (rows["amount"] > 500_000).to_numpy()
    order = firm.world.rng(50).permutation(np.nonzero(fit)[0]).tolist()
    made: list[str | None] = [None] * rows.height
    for code, count in _MISTAKES:
        for _ in range(min(count, len(order))):
            made[order.pop()] = code
    return pl.Series(made, dtype=pl.String)


def _sides(firm: Firm, rows: pl.DataFrame) -> pl.DataFrame:
    world, projects = firm.world, firm.projects
    calendar = world.calendar
    index, month = rows["project"].to_numpy(), rows["month"].to_numpy()
    books, currency = projects.entity[index], projects.currency[index]
    when = pl.Series(seconds(workday(calendar.last + 1, 3)) + 16 * HOUR).gather(rows["month"])
    open_ = (pl.col("code") == "hold").fill_null(value=False) | (when > calendar.now)
    names = pl.Series([m.replace("-", "") for m in calendar.period_ids()])
    rows = rows.with_columns(
        id=pl.lit("RS") + names.gather(rows["month"]) + "-" + projects.lines.gather(rows["project"]).alias("l"),
        entity=pl.Series(books),
        period="month",
        currency=pl.Series(currency),
        when=when,
        posted=pl.when(~open_).then(when),
        p_amount=pl.when(pl.col("code") == "estimate").then(pl.col("amount") + 123_400).otherwise("amount"),
        p_entity=pl.Series(books),
        p_project="project",
        p_period="month",
        x_amount=pl.lit(0, pl.Int64),
    )
    day = np.minimum(calendar.last[month], calendar.today)
    turn, home = world.rates.functional, _HOME[books]
    functional = turn(rows["amount"].to_numpy(), currency, home, day)
    return rows.with_columns(
        functional=pl.Series(functional),
        p_functional=pl.Series(turn(rows["p_amount"].to_numpy(), currency, home, day)),
        group=pl.Series(world.rates.group(functional, home, month)),
    )


def _write_schedule(firm: Firm, rows: pl.DataFrame) -> None:
    projects, calendar = firm.projects, firm.world.calendar
    method = pl.Series(projects.model).gather(rows["project"])
    created = pl.Series(seconds(calendar.first) + 8 * HOUR).gather(rows["month"])
    done, held = pl.col("posted").is_not_null(), pl.col("code") == "hold"
    status = pl.when(done).then(pl.lit("recognized")).when(held).then(pl.lit("on_hold")).otherwise(pl.lit("planned"))
    firm.world.drop.write(
        "revenue_schedule_line",
        rows.select(
            schedule_line_id="id",
            contract_line_id=projects.lines.gather(rows["project"]),
            project_id=projects.ids.gather(rows["project"]),
            legal_entity_id=ENTITY_IDS.gather(rows["entity"]),
            period_id=pl.Series(calendar.period_ids()).gather(rows["month"]),
            amount="p_amount",
            currency=CURRENCY_IDS.gather(rows["currency"]),
            method=pl.Series(METHODS).gather(method),
            status=status,
            hold_reason=pl.when(held).then(pl.lit("Acceptance is disputed")),
            recognized_at=pl.when(done).then("when"),
            updated_at=pl.when(done | held).then("when").otherwise(created),
        ),
    )


def _lines(firm: Firm, rows: pl.DataFrame, *, sign: int) -> pl.DataFrame:
    projects = firm.projects
    return rows.select(
        "posted",
        "currency",
        entity="p_entity",
        period="p_period",
        amount=pl.col("p_amount") * sign,
        functional=pl.col("p_functional") * sign,
        origin_type=pl.lit("revenue_schedule"),
        origin_system=pl.lit("erp"),
        origin_id="id",
        project_id=projects.ids.gather(rows["project"]),
        contract_line_id=projects.lines.gather(rows["project"]),
    )


def _post(firm: Firm, ledger: Ledger, rows: pl.DataFrame) -> None:
    recurring = pl.Series(firm.projects.model == SUBSCRIPTION).gather(rows["project"])
    done = rows["posted"].is_not_null()
    for tag, chosen, account in (("RSS", ~recurring, "services_revenue"), ("RSY", recurring, "recurring_revenue")):
        part = _lines(firm, rows.filter(chosen & done), sign=-1)
        ledger.post(part, tag=tag, account=ACCOUNT[account], against=ACCOUNT["unbilled_receivable"])


def judge_terms(truth: Truth, rows: pl.DataFrame, *, flow: str) -> None:
    """Pair what is matched by contract line and period."""
    never = pl.lit(value=False)
    truth.pair(
        rows.with_columns(
            flow=pl.lit(flow),
            origin_type=pl.lit("revenue_schedule"),
            origin_system=pl.lit("erp"),
            submitted=never,
            failed=never,
            gone=never,
            approved="when",
            note=pl.lit(None, pl.String),
        )
    )
