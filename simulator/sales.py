"""Customers, deals, quotes, contracts, projects, tasks, baselines, rate cards and bookings as extracts."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import DAY, seconds
from simulator.engagements import model_names
from simulator.firm import ENTITIES, INDUSTRIES, METHODS, PRACTICES, ROLES
from simulator.ledger import CURRENCY_IDS, ENTITY_IDS
from simulator.people import numbered
from simulator.terms import Terms
from simulator.timesheets import RAISE, RAISED, Firm, raise_day

_HOME = pl.Series([e.currency for e in ENTITIES])


def customer_ids(firm: Firm) -> pl.Series:
    """Ids of all customers, in order."""
    return numbered("K", firm.projects.customers, 5)


def write_sales(firm: Firm, terms: Terms) -> None:
    """Write the CRM feed, and the projects of the PSA feed."""
    world, projects = firm.world, firm.projects
    rng = world.rng(12)
    customers = customer_ids(firm)
    start = int(seconds(world.calendar.first[:1])[0]) - 60 * DAY
    size = len(customers)
    world.drop.write(
        "customer",
        pl.DataFrame({"customer_id": customers}).with_columns(
            name=pl.lit("Customer ") + customers.str.slice(1),
            parent_customer_id=pl.when(pl.Series(rng.random(size) < 0.1)).then(pl.lit(customers[0])),
            industry=pl.Series(INDUSTRIES).gather(rng.integers(0, len(INDUSTRIES), size)),
            country=pl.Series([e.country for e in ENTITIES]).gather(rng.integers(0, 3, size)),
            segment=pl.Series(["Enterprise", "Mid-market"]).gather(rng.integers(0, 2, size)),
            updated_at=pl.lit(start, pl.Int64),
        ),
    )
    sold = projects.sold
    signed = terms.start - rng.integers(8, 40, projects.count)
    visible = signed <= world.calendar.today
    value = np.where(terms.amount > 0, terms.amount, terms.budget * 2)
    base = pl.DataFrame(
        {
            "number": np.arange(projects.count),
            "project_id": projects.ids,
            "contract_line_id": projects.lines,
            "contract_id": projects.contracts,
            "customer_id": customers.gather(projects.customer),
            "legal_entity_id": ENTITY_IDS.gather(projects.entity),
            "currency": CURRENCY_IDS.gather(projects.currency),
            "home": CURRENCY_IDS.gather(_HOME.gather(projects.entity)),
            "practice": pl.Series(PRACTICES).gather(projects.practice),
            "billing_model": model_names(projects),
            "model": projects.model,
            "amount": terms.amount,
            "value": value,
            "first": terms.first,
            "amended": terms.amended,
            "budget": terms.budget,
            "hours": terms.hours,
            "signed": signed,
            "start": terms.start,
            "end": terms.end,
            "stamp": seconds(signed) + 12 * 3600,
            "over": terms.end < world.calendar.today,
            "begun": terms.start <= world.calendar.today,
        }
    )
    client = base.filter((pl.col("number") < sold) & pl.Series(visible))
    _crm(firm, client)
    _psa(firm, base.filter(pl.Series(visible)))


def _crm(firm: Firm, client: pl.DataFrame) -> None:
    drop = firm.world.drop
    number = pl.col("contract_id").str.slice(1)
    drop.write(
        "opportunity",
        client.select(
            "customer_id",
            "currency",
            "practice",
            "legal_entity_id",
            opportunity_id=pl.lit("O") + number,
            name=pl.lit("Deal ") + number,
            stage=pl.lit("Closed won"),
            probability=pl.lit(1.0),
            amount="value",
            expected_close_date="signed",
            closed_at=pl.col("stamp") - 3600,
            is_closed=pl.lit(True),
            is_won=pl.lit(True),
            updated_at=pl.col("stamp") - 3600,
        ),
        part="won",
    )
    _pipeline(firm)
    drop.write(
        "quote",
        client.select(
            "currency",
            quote_id=pl.lit("Q") + number,
            version=pl.lit(1),
            opportunity_id=pl.lit("O") + number,
            status=pl.lit("accepted"),
            amount="value",
            estimated_hours="hours",
            estimated_cost="budget",
            updated_at=pl.col("stamp") - 7200,
        ),
    )
    status = pl.when("over").then(pl.lit("completed")).otherwise(pl.lit("active"))
    drop.write(
        "contract",
        client.select(
            "contract_id",
            "customer_id",
            "legal_entity_id",
            "currency",
            opportunity_id=pl.lit("O") + number,
            name=pl.lit("Agreement ") + number,
            quote_id=pl.lit("Q") + number,
            quote_version=pl.lit(1),
            signed_date="signed",
            start_date="start",
            end_date="end",
            status=status,
            updated_at="stamp",
        ),
    )
    drop.write("contract_line", _lines(firm, client))


def _lines(firm: Firm, client: pl.DataFrame) -> pl.DataFrame:
    method = pl.col("model").replace_strict([0, 1, 2, 3, 4], list(METHODS), return_dtype=pl.String)
    grown = pl.col("first") != pl.col("amount")
    lines = client.select(
        "contract_line_id",
        "contract_id",
        "project_id",
        "billing_model",
        amendment_no=pl.lit(0),
        amount=pl.when((pl.col("model") > 0) | (pl.col("amount") > 0)).then(
            pl.when(pl.col("model") == 1).then("first").otherwise("amount")
        ),
        start_date="start",
        end_date="end",
        signed_date="signed",
        effective_date="signed",
        modification_type=pl.lit(None, pl.String),
        recognition_method=method,
        updated_at="stamp",
    )
    today = firm.world.calendar.today
    later = client.filter(grown & (pl.col("model") == 1) & (pl.col("amended") <= pl.lit(today))).select(
        "contract_line_id",
        "contract_id",
        "project_id",
        "billing_model",
        amendment_no=pl.lit(1),
        amount="amount",
        start_date="start",
        end_date="end",
        signed_date=pl.col("amended") - pl.duration(days=3),
        effective_date="amended",
        modification_type=pl.lit("cumulative_catch_up"),
        recognition_method=pl.lit("percent_complete"),
        updated_at=(pl.col("amended").cast(pl.Int64) - 3) * DAY + 14 * 3600,
    )
    return pl.concat([lines, later])


def _pipeline(firm: Firm) -> None:
    world = firm.world
    rng = world.rng(13)
    size = max(6, world.consultants // 3)
    entity = rng.integers(0, len(ENTITIES), size)
    made = world.calendar.now - rng.integers(1, 120, size) * DAY
    chance = rng.choice([0.1, 0.25, 0.5, 0.75, 0.9], size)
    stages = {0.1: "Qualification", 0.25: "Discovery", 0.5: "Proposal", 0.75: "Negotiation", 0.9: "Verbal"}
    world.drop.write(
        "opportunity",
        pl.DataFrame({"opportunity_id": numbered("OP", size, 5)}).with_columns(
            customer_id=customer_ids(firm).gather(rng.integers(0, firm.projects.customers, size)),
            name=pl.lit("Pipeline deal"),
            stage=pl.Series([stages[c] for c in chance.tolist()]),
            probability=pl.Series(chance),
            amount=pl.Series(rng.integers(20, 900, size) * 100_000),
            currency=CURRENCY_IDS.gather(_HOME.gather(entity)),
            expected_close_date=pl.Series(world.calendar.today + rng.integers(5, 150, size)),
            is_closed=pl.lit(False),
            is_won=pl.lit(False),
            practice=pl.Series(PRACTICES).gather(rng.integers(0, len(PRACTICES), size)),
            legal_entity_id=ENTITY_IDS.gather(entity),
            updated_at=pl.Series(made),
        ),
        part="open",
    )


def _psa(firm: Firm, base: pl.DataFrame) -> None:
    world, sold = firm.world, firm.projects.sold
    drop = world.drop
    client = pl.col("number") < sold
    status = pl.when("over").then(pl.lit("completed")).when("begun").then(pl.lit("active")).otherwise(pl.lit("planned"))
    made = pl.when(client).then(pl.col("stamp") + 30 * 3600).otherwise("stamp")
    base = base.with_columns(made=pl.min_horizontal(made, pl.lit(world.calendar.now - 7200)))
    drop.write(
        "project",
        base.select(
            "project_id",
            "legal_entity_id",
            "billing_model",
            "currency",
            "practice",
            project_code=pl.lit("NM-") + pl.col("project_id"),
            name=pl.when(client)
            .then(pl.lit("Engagement ") + pl.col("project_id"))
            .otherwise(pl.lit("Internal ") + pl.col("practice")),
            customer_id=pl.when(client).then("customer_id"),
            contract_id=pl.when(client).then("contract_id"),
            project_manager_id=pl.lit("M-") + pl.col("legal_entity_id"),
            status=status,
            start_date="start",
            end_date="end",
            provisioned_at="made",
            updated_at="made",
        ),
    )
    tasks = base.select("project_id", "made").join(pl.DataFrame({"n": [1, 2]}), how="cross")
    drop.write(
        "task",
        tasks.select(
            "project_id",
            task_id=pl.col("project_id") + "-T" + pl.col("n").cast(pl.String),
            name=pl.lit("Work package ") + pl.col("n").cast(pl.String),
            phase=pl.when(pl.col("n") == 1).then(pl.lit("Design")).otherwise(pl.lit("Delivery")),
            is_billable=pl.lit(True),
            updated_at="made",
        ),
    )
    drop.write("project_baseline", _baselines(firm, base.filter(client)))
    drop.write("bill_rate", _cards(firm, base.filter(pl.col("number") < firm.projects.delivered)))


def _baselines(firm: Firm, client: pl.DataFrame) -> pl.DataFrame:
    """First plans, and second ones where a fixed fee has grown."""
    first = client.select(
        "project_id",
        baseline_no=pl.lit(1),
        approved_at="made",
        budget_hours="hours",
        budget_cost="budget",
        currency="home",
        reason=pl.lit("Original plan"),
        updated_at="made",
    )
    again = pl.col("amended").cast(pl.Int64) * DAY + 9 * 3600
    grown = (pl.col("first") != pl.col("amount")) & (again <= firm.world.calendar.now)
    second = client.filter(grown).select(
        "project_id",
        baseline_no=pl.lit(2),
        approved_at=again,
        budget_hours=pl.col("hours") * 112 // 2800 * 25,
        budget_cost=pl.col("budget") * 112 // 100,
        currency="home",
        reason=pl.lit("Change request"),
        updated_at=again,
    )
    return pl.concat([first, second])


def _cards(firm: Firm, delivery: pl.DataFrame) -> pl.DataFrame:
    """Rate cards by project and role, with the yearly increase of some."""
    role = pl.DataFrame({"role": range(len(ROLES))})
    cards = delivery.select("number", "project_id", "currency", "start", "made").join(role, how="cross")
    price = firm.card[cards["number"].to_numpy(), cards["role"].to_numpy()]
    frame = cards.select(
        "number",
        "project_id",
        "currency",
        rate_id=pl.lit("BR-") + pl.col("project_id") + "-" + (pl.col("role") + 1).cast(pl.String),
        role=pl.Series([r.name for r in ROLES]).gather(cards["role"]),
        valid_from="start",
        valid_to=pl.lit(None, pl.Date),
        hourly_rate=pl.Series(price),
        updated_at="made",
    )
    raised = raise_day(firm.world)
    grows = (pl.col("number") % RAISED == 0) & (pl.col("valid_from") < pl.lit(raised))
    later = frame.filter(grows).with_columns(
        rate_id=pl.col("rate_id") + "-2",
        valid_from=pl.lit(raised).cast(pl.Date),
        hourly_rate=pl.col("hourly_rate") + RAISE,
    )
    first = frame.with_columns(valid_to=pl.when(grows).then(pl.lit(raised).cast(pl.Date)))
    return pl.concat([first, later]).drop("number")
