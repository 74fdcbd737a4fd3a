"""Workers, their assignments and cost rates as the HCM exports them."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import DAY, seconds
from simulator.firm import ENTITIES, PRACTICES, ROLES
from simulator.ledger import CURRENCY_IDS, ENTITY_IDS
from simulator.oddities import overlapping
from simulator.people import People
from simulator.world import World


def write_people(world: World, people: People) -> None:
    """Write workers, their assignments and cost rates."""
    calendar, drop = world.calendar, world.drop
    start = int(seconds(calendar.first[:1])[0]) - 5 * DAY
    hired = seconds(people.hired)
    shown = pl.Series((people.hired <= calendar.today) & (hired >= 0))
    left = pl.when(pl.Series(people.left < calendar.today + 30)).then(pl.Series(people.left))
    born = np.maximum(hired - 10 * DAY, start)
    vendor = pl.Series(np.where(people.contractor, people.vendor + 1, 0)).cast(pl.String).str.zfill(4)
    number = people.ids.str.slice(1)
    base = pl.DataFrame({"employee_id": people.ids})
    drop.write(
        "employee",
        base.with_columns(
            employee_no=pl.lit("N") + number,
            full_name=pl.lit("Worker ") + number,
            email=pl.lit("w") + number + pl.lit("@northmark.example"),
            worker_type=pl.when(pl.Series(people.contractor)).then(pl.lit("contractor")).otherwise(pl.lit("employee")),
            vendor_id=pl.when(pl.Series(people.contractor)).then(pl.lit("V") + vendor),
            hire_date=pl.Series(people.hired),
            termination_date=left,
            updated_at=pl.when(left.is_not_null())
            .then(pl.Series(np.minimum(seconds(people.left) - 20 * DAY, calendar.now - DAY)))
            .otherwise(pl.Series(born)),
        ).filter(shown),
    )
    assignments, rates = [], []
    for half in (0, 1):
        low = people.hired if half == 0 else people.moved
        keep = shown & pl.Series(low <= calendar.today)
        entity = pl.Series(people.entity[:, half])
        ends = (
            pl.when(pl.Series(people.moved <= calendar.today)).then(pl.Series(people.moved))
            if half == 0
            else pl.lit(None, pl.Date)
        )
        assignments.append(
            base.with_columns(
                valid_from=pl.Series(low),
                valid_to=ends,
                legal_entity_id=ENTITY_IDS.gather(entity),
                cost_center_id=pl.lit("CC-")
                + ENTITY_IDS.gather(entity)
                + "-"
                + pl.Series(people.practice[:, half] + 1).cast(pl.String),
                practice=pl.Series(PRACTICES).gather(people.practice[:, half]),
                role=pl.Series([r.name for r in ROLES]).gather(people.role),
                grade=pl.Series([r.grade for r in ROLES]).gather(people.role),
                manager_id=pl.lit("M-") + ENTITY_IDS.gather(entity),
                location=pl.Series([e.country for e in ENTITIES]).gather(entity),
                fte=pl.Series(people.fte),
                weekly_hours=pl.Series([e.weekly_hours for e in ENTITIES]).gather(entity),
                billable_target=pl.Series([r.target for r in ROLES]).gather(people.role),
                updated_at=pl.Series(np.maximum(seconds(low) - 10 * DAY, start)),
            ).filter(keep)
        )
        since = people.hired if half == 0 else people.raised
        until = (
            pl.when(pl.Series(people.raised <= calendar.today)).then(pl.Series(people.raised))
            if half == 0
            else pl.lit(None, pl.Date)
        )
        currency = pl.Series([e.currency for e in ENTITIES]).gather(entity)
        rates.append(
            base.with_columns(
                valid_from=pl.Series(since),
                rate_basis=pl.lit("burdened"),
                valid_to=until,
                hourly_cost=pl.Series(people.cost[:, half]),
                currency=CURRENCY_IDS.gather(currency),
                updated_at=pl.Series(np.maximum(seconds(since) - 10 * DAY, start)),
            ).filter(shown & pl.Series((since <= calendar.today) & (np.arange(people.count) != people.unrated)))
        )
    drop.write("employee_assignment", pl.concat(assignments))
    drop.write("employee_cost_rate", pl.concat([*rates, _overlap(world, people, rates[0])]))


def _overlap(world: World, people: People, rates: pl.DataFrame) -> pl.DataFrame:
    """Two early rates of one worker that were in force at once, before any time that they could price."""
    at = overlapping(people)
    mine = rates.filter(pl.col("employee_id") == people.ids[at])
    born, first = people.hired[at], world.calendar.first[0]
    made = [(born - 200, born - 60), (born - 100, born - 30)]
    return pl.concat(
        [
            mine.with_columns(
                valid_from=pl.lit(low).cast(pl.Date),
                valid_to=pl.lit(high).cast(pl.Date),
                updated_at=pl.lit(int(seconds(np.array([first]))[0]) - 4 * DAY, pl.Int64),
            )
            for low, high in made
        ]
    )
