"""Customers, deals, quotes, contracts, projects, tasks, baselines, rate cards and bookings as extracts."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import DAY, seconds
from simulator.delivery import write_projects
from simulator.engagements import model_names
from simulator.firm import ENTITIES, FIXED, INDUSTRIES, METHODS, PRACTICES, TIME
from simulator.late_changes import late_amendment
from simulator.ledger import CURRENCY_IDS, ENTITY_IDS
from simulator.names import customer_names
from simulator.people import numbered
from simulator.terms import Terms
from simulator.timesheets import Firm

#: Share of the open pipeline that was lost lately.
LOST = 0.22
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
            name=customer_names(size),
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
            "parent_project_id": projects.ids.gather(
                pl.select(pl.when(pl.Series(projects.parent) >= 0).then(pl.Series(projects.parent))).to_series()
            ),
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
            "priced": terms.priced,
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
    _crm(firm, terms, client)
    write_projects(firm, base.filter(pl.Series(visible) & (pl.col("number") != projects.doubtful)))


def _crm(firm: Firm, terms: Terms, client: pl.DataFrame) -> None:
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
            probability=pl.lit(100),
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
    drop.write("contract_line", _lines(firm, client, *late_amendment(firm, terms)))


def _lines(firm: Firm, client: pl.DataFrame, late: int, recorded: int) -> pl.DataFrame:
    method = pl.col("model").replace_strict([0, 1, 2, 3, 4], list(METHODS), return_dtype=pl.String)
    grown = pl.col("first") != pl.col("amount")
    lines = client.select(
        "contract_line_id",
        "contract_id",
        "project_id",
        "billing_model",
        amendment_no=pl.lit(0),
        amount=pl.when((pl.col("model") > TIME) | (pl.col("amount") > 0)).then(
            pl.when(pl.col("model") == FIXED).then("first").otherwise("amount")
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
    later = client.filter(grown & (pl.col("model") == FIXED) & (pl.col("amended") <= pl.lit(today))).select(
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
        updated_at=pl.when(pl.col("number") == late)
        .then(pl.lit(recorded, pl.Int64))
        .otherwise((pl.col("amended").cast(pl.Int64) - 3) * DAY + 14 * 3600),
    )
    return pl.concat([lines, later])


def _pipeline(firm: Firm) -> None:
    world = firm.world
    rng = world.rng(13)
    size = max(6, world.consultants // 3)
    entity = rng.integers(0, len(ENTITIES), size)
    made = world.calendar.now - rng.integers(1, 120, size) * DAY
    chance = rng.choice([10, 25, 50, 75, 90], size)
    stages = {10: "Qualification", 25: "Discovery", 50: "Proposal", 75: "Negotiation", 90: "Verbal"}
    lost = pl.Series(rng.random(size) < LOST)
    world.drop.write(
        "opportunity",
        pl.DataFrame({"opportunity_id": numbered("OP", size, 5)}).with_columns(
            customer_id=customer_ids(firm).gather(rng.integers(0, firm.projects.customers, size)),
            name=pl.lit("Pipeline deal"),
            stage=pl.when(lost).then(pl.lit("Closed lost")).otherwise(pl.Series([stages[c] for c in chance.tolist()])),
            probability=pl.when(lost).then(0).otherwise(pl.Series(chance)),
            amount=pl.Series(rng.integers(20, 900, size) * 100_000),
            currency=CURRENCY_IDS.gather(_HOME.gather(entity)),
            expected_close_date=pl.Series(world.calendar.today + rng.integers(5, 150, size)),
            closed_at=pl.when(lost).then(pl.Series(made)),
            is_closed=lost,
            is_won=pl.lit(False),
            practice=pl.Series(PRACTICES).gather(rng.integers(0, len(PRACTICES), size)),
            legal_entity_id=ENTITY_IDS.gather(entity),
            updated_at=pl.Series(made),
        ),
        part="open",
    )
