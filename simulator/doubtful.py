"""A project with two time and materials lines: its time names none, so nobody can say which takes it."""

from __future__ import annotations

import polars as pl

from simulator.calendar import DAY, seconds
from simulator.delivery import rate_cards
from simulator.firm import ENTITIES, PRACTICES
from simulator.ledger import CURRENCY_IDS
from simulator.timesheets import Firm
from simulator.truth import Truth


def write_doubtful(firm: Firm) -> None:
    """Write the project, its contract with two lines and its rate card."""
    world, projects = firm.world, firm.projects
    at = projects.doubtful
    stamp = int(seconds(world.calendar.first[:1])[0]) - 20 * DAY
    base = pl.DataFrame({"project_id": [projects.ids[at]], "contract_id": [projects.contracts[at]]}).with_columns(
        customer_id=pl.lit("K00001"),
        legal_entity_id=pl.lit(ENTITIES[int(projects.entity[at])].id),
        currency=pl.lit(CURRENCY_IDS[int(projects.currency[at])]),
        billing_model=pl.lit("time_and_materials"),
        start_date=pl.lit(world.calendar.first[0]).cast(pl.Date),
        end_date=pl.lit(world.calendar.last[-1] + 300).cast(pl.Date),
        signed_date=pl.lit(world.calendar.first[0] - 20).cast(pl.Date),
        status=pl.lit("active"),
        updated_at=pl.lit(stamp, pl.Int64),
    )
    world.drop.write(
        "project",
        base.drop("signed_date").with_columns(
            project_code=pl.lit("NM-TWO"),
            name=pl.lit("Framework with two orders"),
            practice=pl.lit(PRACTICES[0]),
            provisioned_at="updated_at",
        ),
        part="framework",
    )
    world.drop.write(
        "contract", base.drop("project_id", "billing_model").with_columns(name=pl.lit("Framework")), part="framework"
    )
    line = base.drop("customer_id", "legal_entity_id", "currency", "status")
    names = pl.DataFrame({"contract_line_id": [projects.lines[at], projects.lines[at] + "-B"], "amendment_no": [0, 0]})
    world.drop.write("contract_line", line.join(names, how="cross"), part="framework")
    card = base.select("project_id", "currency", number=pl.lit(at, pl.Int64), start="start_date", made="updated_at")
    world.drop.write("bill_rate", rate_cards(firm, card), part="framework")


def judge_doubtful(firm: Firm, truth: Truth, entries: pl.DataFrame) -> None:
    """Name the breach; nothing can be recognised or billed for time whose contract line is in doubt."""
    rows = entries.filter(pl.col("code") == "ambiguous")
    if rows.is_empty():
        return
    at = firm.projects.doubtful
    truth.control(
        "ambiguous_contract_line", ENTITIES[int(firm.projects.entity[at])].id, firm.projects.ids[at], "project"
    )
    for flow in ("revenue", "billing"):
        truth.add(
            rows.select(
                "project",
                "id",
                "code",
                entity="books",
                period="sale_period",
                flow=pl.lit(flow),
                category=pl.lit("unmapped"),
                origin_type=pl.lit("time_entry"),
                origin_system=pl.lit("psa"),
                currency=pl.lit(0, pl.Int64),
                amount="value",
                functional="value",
                group=truth.group(rows["value"], rows["books"], rows["sale_period"]),
            )
        )
