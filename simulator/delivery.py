"""Projects, tasks, baselines and rate cards as the PSA exports them."""

from __future__ import annotations

import polars as pl

from simulator.calendar import DAY
from simulator.firm import ROLES
from simulator.names import engagement
from simulator.timesheets import RAISE, RAISED, Firm, raise_day


def write_projects(firm: Firm, base: pl.DataFrame) -> None:
    """Write projects with their tasks, baselines and rate cards; `base` comes from `write_sales`."""
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
            "parent_project_id",
            "legal_entity_id",
            "billing_model",
            "currency",
            "practice",
            project_code=pl.lit("NM-") + pl.col("project_id"),
            name=pl.when(client)
            .then(engagement(pl.col("number"), pl.col("practice")) + pl.lit(" ") + pl.col("project_id"))
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
    drop.write("bill_rate", rate_cards(firm, base.filter(pl.col("number") < firm.projects.delivered)))


def _baselines(firm: Firm, client: pl.DataFrame) -> pl.DataFrame:
    """First plans, and second ones where a fixed fee has grown."""
    first = client.select(
        "project_id",
        baseline_no=pl.lit(1),
        approved_at="made",
        budget_hours="hours",
        budget_cost="budget",
        budget_revenue="priced",
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
        budget_revenue=pl.col("priced") * pl.col("amount") // pl.col("first"),
        currency="home",
        reason=pl.lit("Change request"),
        updated_at=again,
    )
    return pl.concat([first, second])


def rate_cards(firm: Firm, delivery: pl.DataFrame) -> pl.DataFrame:
    """Rate cards by project and role as rows to write, with the yearly increase of some."""
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
    born = (pl.col("number") % RAISED == 0) & ~grows
    first = frame.with_columns(
        valid_to=pl.when(grows).then(pl.lit(raised).cast(pl.Date)),
        hourly_rate=pl.when(born).then(pl.col("hourly_rate") + RAISE).otherwise("hourly_rate"),
    )
    return pl.concat([first, later]).drop("number")
