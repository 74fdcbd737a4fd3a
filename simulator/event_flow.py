"""Milestones and billing events on their way: extracts, invoices, credits, revenue, and their truth."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import seconds
from simulator.events import instalments, with_mistakes
from simulator.firm import ACCOUNT, ENTITIES
from simulator.invoices import TAX
from simulator.ledger import CURRENCY_IDS, Ledger
from simulator.money import divide
from simulator.receivables import post_credits, write_invoices
from simulator.terms import Terms
from simulator.timesheets import HOUR, Firm
from simulator.truth import Truth

_HOME = np.array([e.currency for e in ENTITIES])


def write_events(firm: Firm, ledger: Ledger, truth: Truth, terms: Terms) -> None:
    """Write milestones and billing events with their invoices, post milestone revenue, and judge both."""
    world, projects = firm.world, firm.projects
    calendar = world.calendar
    now = calendar.now
    rows = with_mistakes(firm, instalments(firm, terms))
    project = rows["project"]
    started = pl.Series(seconds(terms.start) - 12 * 86_400).gather(project)
    rows = rows.with_columns(
        line=projects.lines.gather(project),
        name=projects.ids.gather(project),
        shown=CURRENCY_IDS.gather(rows["currency"]),
        born=pl.min_horizontal(started, pl.lit(now - 3600)),
        stone=pl.col("kind") == "milestone",
        finished=pl.col("done_at") <= now,
    )
    _write(firm, rows)
    _invoice(firm, ledger, rows.filter("invoiced"))
    today = pl.lit(calendar.today).cast(pl.Date)
    free = pl.col("kind").is_in(["retainer", "subscription"])
    held = (pl.col("code") == "hold").fill_null(value=False)
    counted = pl.when("stone").then("finished").when(free).then(pl.col("due") <= today)
    judge_events(truth, rows.filter(counted.otherwise(pl.col("invoiced") | held)))
    _recognise(firm, ledger, truth, rows.filter(pl.col("stone") & pl.col("finished")))


def _write(firm: Firm, rows: pl.DataFrame) -> None:
    now = firm.world.calendar.now
    gone, billed = (pl.col("code") == "cancelled").fill_null(value=False), pl.col("issued") <= now
    status = pl.when(gone).then(pl.lit("cancelled")).when("finished").then(pl.lit("completed"))
    changed = pl.when(gone).then(pl.col("issued") + 50 * HOUR).when(billed).then(pl.col("issued") - 3600)
    firm.world.drop.write(
        "milestone",
        rows.filter("stone").select(
            milestone_id=pl.lit("MS") + pl.col("id"),
            project_id="name",
            contract_line_id="line",
            name=pl.lit("Milestone ") + pl.col("number").cast(pl.String),
            planned_date="due",
            completed_at=pl.when("finished").then("done_at"),
            accepted_at=pl.when(billed).then(pl.col("issued") - 3600),
            amount="amount",
            currency="shown",
            status=status.otherwise(pl.lit("planned")),
            updated_at=changed.when("finished").then("done_at").otherwise("born"),
        ),
    )
    held = (pl.col("code") == "hold").fill_null(value=False)
    state = pl.when(held).then(pl.lit("on_hold")).when("invoiced").then(pl.lit("invoiced"))
    firm.world.drop.write(
        "billing_event",
        rows.filter("event").select(
            billing_event_id=pl.lit("BE") + pl.col("id"),
            contract_line_id="line",
            milestone_id=pl.when("stone").then(pl.lit("MS") + pl.col("id")),
            type="kind",
            due_date=pl.when(pl.col("stone") & pl.col("finished")).then("done").otherwise("due"),
            amount="amount",
            currency="shown",
            status=state.otherwise(pl.lit("planned")),
            hold_reason=pl.when(held).then(pl.lit("Customer asks for a corrected order")),
            updated_at=pl.when(held | pl.col("invoiced")).then("issued").otherwise("born"),
        ),
    )


def _invoice(firm: Firm, ledger: Ledger, rows: pl.DataFrame) -> None:
    world, projects = firm.world, firm.projects
    rows = rows.with_columns(
        books="entity",
        month="p_period",
        tax=pl.Series(divide(rows["p_amount"].to_numpy() * TAX[rows["entity"].to_numpy()], 100)),
        held=pl.lit(value=False),
        invoice_id=pl.lit("IE") + pl.col("id"),
    )
    _lines(firm, rows, prefix="ILE")
    void = (pl.col("code") == "void").fill_null(value=False)
    write_invoices(firm, ledger, rows.filter(~void), part="events")
    number = pl.lit("D") + pl.Series(projects.customer + 1).gather(rows["project"]).cast(pl.String).str.zfill(5)
    rows = rows.with_columns(customer=number, entity_id=pl.Series([e.id for e in ENTITIES]).gather(rows["entity"]))
    base = {
        "customer_id": pl.col("customer"),
        "legal_entity_id": pl.col("entity_id"),
        "currency": pl.col("shown"),
        "issued_at": pl.col("issued"),
    }
    later = pl.col("issued") + 26 * HOUR
    world.drop.write(
        "invoice",
        rows.filter(void).select(
            "invoice_id",
            invoice_no=pl.lit("RE-") + pl.col("invoice_id"),
            document_type=pl.lit("invoice"),
            invoice_date="date",
            due_date=pl.col("date") + pl.duration(days=30),
            status=pl.lit("void"),
            voided_at=later,
            updated_at=later,
            **base,
        ),
        part="void",
    )
    credited = rows.filter(pl.col("code") == "credit")
    world.drop.write(
        "invoice",
        credited.select(
            invoice_id=pl.lit("IK") + pl.col("id"),
            invoice_no=pl.lit("GS-") + pl.col("id"),
            document_type=pl.lit("credit_note"),
            applies_to_invoice_id="invoice_id",
            invoice_date=pl.col("date") + pl.duration(days=4),
            due_date=pl.col("date") + pl.duration(days=4),
            status=pl.lit("issued"),
            updated_at=pl.col("issued") + 96 * HOUR,
            **(base | {"issued_at": pl.col("issued") + 96 * HOUR}),
        ),
        part="credit",
    )
    again = credited.with_columns(
        invoice_id=pl.lit("IK") + pl.col("id"),
        issued=pl.col("issued") + 96 * HOUR,
        date=pl.col("date") + pl.duration(days=4),
    )
    _lines(firm, again, prefix="ILK")
    month = world.calendar.month_of(again["date"].to_numpy().astype("datetime64[D]"))
    again = again.with_columns(month=pl.Series(month), credited=credited["date"])
    post_credits(firm, ledger, again, part="credits")


def _lines(firm: Firm, rows: pl.DataFrame, *, prefix: str) -> None:
    stone = ~pl.col("event")
    firm.world.drop.write(
        "invoice_line",
        rows.select(
            "invoice_id",
            amount="p_amount",
            invoice_line_id=pl.lit(prefix) + pl.col("id"),
            project_id="name",
            contract_line_id="line",
            tax_amount="tax",
            functional_amount="p_functional",
            origin_type=pl.when(stone).then(pl.lit("milestone")).otherwise(pl.lit("billing_event")),
            origin_system=pl.when(stone).then(pl.lit("psa")).otherwise(pl.lit("erp")),
            origin_id=pl.when(stone).then(pl.lit("MS")).otherwise(pl.lit("BE")) + pl.col("id"),
            updated_at="issued",
        ),
        part=f"events-{prefix}",
    )


def judge_events(truth: Truth, rows: pl.DataFrame, *, flow: str = "billing") -> None:
    """Pair events and milestones with their invoices, or milestones with their revenue."""
    never = pl.lit(value=False)
    own = pl.col("stone") & (~pl.col("event") | pl.lit(flow == "revenue"))
    rows = rows.with_columns(
        flow=pl.lit(flow),
        id=pl.when(own).then(pl.lit("MS")).otherwise(pl.lit("BE")) + pl.col("id"),
        origin_type=pl.when(own).then(pl.lit("milestone")).otherwise(pl.lit("billing_event")),
        origin_system=pl.when(own).then(pl.lit("psa")).otherwise(pl.lit("erp")),
        group=truth.group(rows["functional"], rows["entity"], rows["period"]),
        submitted=never,
        failed=never,
        gone=(pl.col("code") == "cancelled").fill_null(value=False),
        approved="done_at",
        note=pl.lit(None, pl.String),
    )
    truth.pair(rows.filter(~pl.col("gone") | pl.col("posted").is_not_null()))


def _recognise(firm: Firm, ledger: Ledger, truth: Truth, rows: pl.DataFrame) -> None:
    """Post milestone revenue when it is earned."""
    world, projects = firm.world, firm.projects
    currency, home = rows["currency"].to_numpy(), _HOME[rows["entity"].to_numpy()]
    done = rows["done"].to_numpy().astype("datetime64[D]")
    wrong = (pl.col("code") == "amount").fill_null(value=False)
    when = pl.col("done_at") + 6 * HOUR
    rows = rows.with_columns(
        posted=pl.when(when <= world.calendar.now).then(when),
        p_amount=pl.when(wrong).then(pl.col("amount") + 75_000).otherwise("amount"),
        p_period="month",
    )
    turn = world.rates.functional
    rows = rows.with_columns(
        functional=pl.Series(turn(rows["amount"].to_numpy(), currency, home, done)),
        p_functional=pl.Series(turn(rows["p_amount"].to_numpy(), currency, home, done)),
    )
    posted = rows.filter(pl.col("posted").is_not_null())
    ledger.post(
        posted.select(
            "entity",
            "posted",
            "currency",
            period="p_period",
            amount=-pl.col("p_amount"),
            functional=-pl.col("p_functional"),
            origin_type=pl.lit("milestone"),
            origin_system=pl.lit("psa"),
            origin_id=pl.lit("MS") + pl.col("id"),
            project_id=projects.ids.gather(posted["project"]),
            contract_line_id="line",
        ),
        tag="RM",
        account=ACCOUNT["services_revenue"],
        against=ACCOUNT["unbilled_receivable"],
    )
    judge_events(truth, rows, flow="revenue")
