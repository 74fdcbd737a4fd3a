"""Milestones and billing events: what falls due, when it is done, invoiced and recognized."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import seconds, workday
from simulator.firm import ACCOUNT, ENTITIES
from simulator.invoices import TAX, write_invoices
from simulator.ledger import CURRENCY_IDS, Ledger
from simulator.money import divide
from simulator.terms import Terms
from simulator.timesheets import HOUR, Firm

_CURRENCY = np.array([e.currency for e in ENTITIES])


def instalments(firm: Firm, terms: Terms) -> pl.DataFrame:
    """Every milestone and billing event: project, number, type, day due or planned, amount."""
    projects, calendar = firm.projects, firm.world.calendar
    rows: list[tuple[int, int, str, object, int]] = []
    for project in np.nonzero((projects.model > 0) & (projects.model < 5))[0].tolist():
        model, amount = int(projects.model[project]), int(terms.amount[project])
        start, end = terms.start[project], terms.end[project]
        months = int(projects.end[project] - projects.start[project]) + 1
        base = start.astype("datetime64[M]")
        if model == 3:
            days = [(base + i).astype("datetime64[D]") + 9 for i in range(months)]
            kind = "retainer"
        elif model == 4:
            days = [max(start, (base + 3 * i).astype("datetime64[D]") + 4) for i in range(4)]
            kind = "subscription"
        else:
            count = max(1, months // 2)
            days = [(base + (i + 1) * months // count).astype("datetime64[D]") - 6 for i in range(count)]
            kind = "milestone" if model == 2 else "instalment"
        if model == 1 and months > 2:
            days = [start + 4, *days[:-1], end - 3]
        each = amount // len(days) // 100 * 100
        for number, day in enumerate(days):
            part = amount - each * (len(days) - 1) if number == len(days) - 1 else each
            kept = kind if model != 1 else ("deposit" if number == 0 and months > 2 else kind)
            rows.append((project, number + 1, kept, day, part))
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
    slip = np.where(frame["kind"].to_numpy() == "milestone", firm.world.rng(11).integers(-4, 12, frame.height), 0)
    done = workday(due + slip)
    issued = seconds(workday(done, 1)) + 9 * HOUR
    # The invoice carries the last day of the month at the latest, so that billing and event fall together.
    date = np.minimum(workday(done, 1), (done.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1)
    date = np.where(frame["kind"].to_numpy() == "milestone", date, np.minimum(date, np.maximum(date, due)))
    return frame.with_columns(
        id=projects.ids.gather(frame["project"]) + "-" + frame["number"].cast(pl.String).str.zfill(2),
        done=pl.Series(done),
        done_at=pl.Series(seconds(done) + 15 * HOUR),
        date=pl.Series(date),
        issued=pl.Series(issued),
        month=pl.Series(calendar.month_of(date)),
    )


def write_events(firm: Firm, ledger: Ledger, terms: Terms) -> pl.DataFrame:
    """Write milestones, billing events, their invoices and milestone revenue; returns the instalments."""
    world, projects = firm.world, firm.projects
    now = world.calendar.now
    rows = instalments(firm, terms)
    project = rows["project"]
    currency = CURRENCY_IDS.gather(pl.Series(projects.currency).gather(project))
    started = pl.Series(seconds(terms.start) - 12 * 86_400).gather(project)
    born = pl.min_horizontal(started, pl.lit(now - 3600))
    done = pl.col("done_at") <= now
    stone = pl.col("kind") == "milestone"
    world.drop.write(
        "milestone",
        rows.with_columns(line=projects.lines.gather(project), cur=currency, born=born, p=projects.ids.gather(project))
        .filter(stone)
        .select(
            milestone_id=pl.lit("MS") + pl.col("id"),
            project_id="p",
            contract_line_id="line",
            name=pl.lit("Milestone ") + pl.col("number").cast(pl.String),
            planned_date="due",
            completed_at=pl.when(done).then("done_at"),
            accepted_at=pl.when(pl.col("issued") <= now).then(pl.col("issued") - 3600),
            amount="amount",
            currency="cur",
            status=pl.when(done).then(pl.lit("completed")).otherwise(pl.lit("planned")),
            updated_at=pl.when(pl.col("issued") <= now)
            .then(pl.col("issued") - 3600)
            .when(done)
            .then("done_at")
            .otherwise("born"),
        ),
    )
    billed = pl.col("issued") <= now
    world.drop.write(
        "billing_event",
        rows.with_columns(line=projects.lines.gather(project), cur=currency, born=born)
        .filter(~stone)
        .select(
            billing_event_id=pl.lit("BE") + pl.col("id"),
            contract_line_id="line",
            type="kind",
            due_date="due",
            amount="amount",
            currency="cur",
            status=pl.when(billed).then(pl.lit("invoiced")).otherwise(pl.lit("planned")),
            updated_at=pl.when(billed).then("issued").otherwise("born"),
        ),
    )
    _invoice(firm, ledger, rows.filter(billed))
    _recognise(firm, ledger, rows.filter(stone & (pl.col("done_at") + 6 * HOUR <= now)))
    return rows


def _invoice(firm: Firm, ledger: Ledger, rows: pl.DataFrame) -> None:
    world, projects = firm.world, firm.projects
    project = rows["project"].to_numpy()
    books, currency = projects.entity[project], projects.currency[project]
    functional = world.rates.functional(
        rows["amount"].to_numpy(), currency, _CURRENCY[books], rows["date"].to_numpy().astype("datetime64[D]")
    )
    stone = pl.col("kind") == "milestone"
    rows = rows.with_columns(
        books=pl.Series(books),
        currency=pl.Series(currency),
        functional=pl.Series(functional),
        p_amount=pl.col("amount"),
        p_functional=pl.Series(functional),
        tax=pl.Series(divide(rows["amount"].to_numpy() * TAX[books], 100)),
        held=pl.lit(value=False),
        invoice_id=pl.lit("IE") + pl.col("id"),
    )
    world.drop.write(
        "invoice_line",
        rows.select(
            "invoice_id",
            "amount",
            invoice_line_id=pl.lit("ILE") + pl.col("id"),
            project_id=projects.ids.gather(rows["project"]),
            contract_line_id=projects.lines.gather(rows["project"]),
            tax_amount="tax",
            functional_amount="functional",
            origin_type=pl.when(stone).then(pl.lit("milestone")).otherwise(pl.lit("billing_event")),
            origin_system=pl.when(stone).then(pl.lit("psa")).otherwise(pl.lit("erp")),
            origin_id=pl.when(stone).then(pl.lit("MS")).otherwise(pl.lit("BE")) + pl.col("id"),
            updated_at="issued",
        ),
        part="events",
    )
    write_invoices(firm, ledger, rows, part="events")


def _recognise(firm: Firm, ledger: Ledger, rows: pl.DataFrame) -> None:
    world, projects = firm.world, firm.projects
    project = rows["project"].to_numpy()
    books, currency = projects.entity[project], projects.currency[project]
    done = rows["done"].to_numpy().astype("datetime64[D]")
    functional = world.rates.functional(rows["amount"].to_numpy(), currency, _CURRENCY[books], done)
    ledger.post(
        rows.select(
            entity=pl.Series(books),
            period=pl.Series(world.calendar.month_of(done)),
            posted=pl.col("done_at") + 6 * HOUR,
            currency=pl.Series(currency),
            amount=-pl.col("amount"),
            functional=-pl.Series(functional),
            origin_type=pl.lit("milestone"),
            origin_system=pl.lit("psa"),
            origin_id=pl.lit("MS") + pl.col("id"),
            project_id=projects.ids.gather(rows["project"]),
            contract_line_id=projects.lines.gather(rows["project"]),
        ),
        tag="RM",
        account=ACCOUNT["services_revenue"],
        against=ACCOUNT["unbilled_receivable"],
    )
