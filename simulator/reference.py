"""Reference data of the ERP, HCM and governance feeds."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import DAY, holidays, seconds, workday
from simulator.engagements import customer_count
from simulator.firm import ACCOUNTS, CURRENCIES, ENTITIES, PRACTICES
from simulator.ledger import ENTITY_IDS
from simulator.money import LISTED
from simulator.oddities import reopenings
from simulator.people import numbered
from simulator.world import World


def write_reference(world: World) -> None:
    """Write entities, accounts, periods, exchange rates, holidays, transfer prices and access."""
    calendar, drop = world.calendar, world.drop
    born = int(seconds(calendar.first[:1])[0]) - 30 * DAY
    stamp = pl.lit(born, pl.Int64).alias("updated_at")
    drop.write(
        "legal_entity",
        pl.DataFrame(
            {
                "legal_entity_id": [e.id for e in ENTITIES],
                "name": [e.name for e in ENTITIES],
                "functional_currency": [CURRENCIES[e.currency] for e in ENTITIES],
                "region": [e.region for e in ENTITIES],
                "time_zone": [e.time_zone for e in ENTITIES],
                "work_week": ["mon-fri"] * len(ENTITIES),
                "labor_costing": [e.costing for e in ENTITIES],
            }
        ).with_columns(stamp),
    )
    centers = [(f"CC-{e.id}-{i + 1}", f"{p} {e.country}", e.id) for e in ENTITIES for i, p in enumerate(PRACTICES)]
    drop.write(
        "cost_center",
        pl.DataFrame(centers, schema=["cost_center_id", "name", "legal_entity_id"], orient="row").with_columns(stamp),
    )
    drop.write(
        "account",
        pl.DataFrame(ACCOUNTS, schema=["account_id", "account_no", "name", "account_class"], orient="row").with_columns(
            stamp, is_statistical=pl.col("account_id") == "A9000"
        ),
    )
    _periods(world)
    rates = world.rates
    days = np.arange(rates.first_day, calendar.today + 1)
    frames = []
    for pair in LISTED:
        source, target = CURRENCIES[pair[0]], CURRENCIES[pair[1]]
        for kind, at, values in (
            ("daily", days, rates.daily[pair]),
            ("average", calendar.last, rates.average[pair]),
            ("closing", calendar.last, rates.closing[pair]),
        ):
            frame = pl.DataFrame({"rate_date": at, "rate": values}).with_columns(
                from_currency=pl.lit(source), to_currency=pl.lit(target), rate_type=pl.lit(kind)
            )
            frames.append(
                frame.filter(
                    pl.lit(kind == "daily") | pl.Series(at <= calendar.today - 0) & pl.Series(at < calendar.first[-1])
                )
            )
    drop.write(
        "fx_rate",
        pl.concat(frames).with_columns(
            rate=(pl.col("rate") // 100_000_000).cast(pl.String)
            + "."
            + (pl.col("rate") % 100_000_000).cast(pl.String).str.zfill(8),
            updated_at=pl.col("rate_date").cast(pl.Int64) * DAY + 5 * 3600,
        ),
    )
    free = [(e.id, d) for i, e in enumerate(ENTITIES) for d in holidays(i, calendar)]
    drop.write(
        "holiday",
        pl.DataFrame(
            {
                "legal_entity_id": [f[0] for f in free],
                "holiday_date": np.array([f[1] for f in free], dtype="datetime64[D]"),
            }
        ).with_columns(stamp, name=pl.lit("Public holiday")),
    )
    pairs = [(p.id, r.id) for p in ENTITIES for r in ENTITIES if p is not r]
    drop.write(
        "intercompany_rule",
        pl.DataFrame(pairs, schema=["provider_entity_id", "receiver_entity_id"], orient="row").with_columns(
            stamp,
            valid_from=pl.lit(calendar.first[0] - 365).cast(pl.Date),
            method=pl.lit("cost_plus"),
            value=pl.lit(12, pl.Int64),
        ),
    )
    _xref(world)
    grants = [
        ("ceo@northmark.example", "executive", "*", "*", False),
        ("cfo@northmark.example", "finance", "*", "*", True),
        ("controller.us@northmark.example", "finance", "US01", "*", True),
        ("cloud.lead@northmark.example", "delivery", "*", "Cloud", False),
        ("support@northmark.example", "support", "*", "*", False),
        ("admin@northmark.example", "admin", "*", "*", True),
    ]
    names = ["user_email", "role", "legal_entity_id", "practice", "may_see_rates"]
    drop.write("access_grant", pl.DataFrame(grants, schema=names, orient="row").with_columns(stamp))


def _periods(world: World) -> None:
    calendar, drop = world.calendar, world.drop
    grid = pl.DataFrame({"entity": range(len(ENTITIES))}).join(
        pl.DataFrame({"period": range(calendar.months)}), how="cross"
    )
    entity, period = grid["entity"].to_numpy(), grid["period"].to_numpy()
    closed = calendar.closed[entity, period]
    shut = pl.Series(closed <= calendar.now)
    names = pl.Series(calendar.period_ids()).gather(grid["period"])
    opened = seconds(calendar.first)[period] + 6 * 3600
    soft = seconds(workday(calendar.last + 1, 3))[period] + 17 * 3600
    grid = grid.with_columns(
        legal_entity_id=ENTITY_IDS.gather(grid["entity"]),
        period_id=names,
        start_date=pl.Series(calendar.first).gather(grid["period"]),
        end_date=pl.Series(calendar.last).gather(grid["period"]),
        close_due_at=pl.Series(calendar.close_due).gather(grid["period"]),
        timesheet_cutoff_at=pl.Series(calendar.cutoff).gather(grid["period"]),
        closed_at=pl.when(shut).then(pl.Series(closed)),
        status=pl.when(shut).then(pl.lit("closed")).otherwise(pl.lit("open")),
        updated_at=pl.when(shut).then(pl.Series(closed)).otherwise(pl.Series(opened)),
    ).with_columns(fiscal_year=pl.col("period_id").str.slice(0, 4).cast(pl.Int64))
    drop.write("accounting_period", grid.drop("entity", "period"))
    events = [
        grid.select(
            "legal_entity_id", "period_id", event_at=pl.Series(moment), event=pl.lit(event), actor=pl.lit("controller")
        )
        for event, moment in (("opened", opened), ("soft_closed", soft), ("closed", closed))
    ]
    again = pl.DataFrame(
        [(ENTITIES[e].id, calendar.period_ids()[m], at, event) for e, m, at, event in reopenings(world)],
        schema={"legal_entity_id": pl.String, "period_id": pl.String, "event_at": pl.Int64, "event": pl.String},
        orient="row",
    ).with_columns(actor=pl.lit("controller"))
    frame = pl.concat([*events, again.select(events[0].columns)]).filter(pl.col("event_at") <= calendar.now)
    frame = frame.with_columns(reason=pl.when(pl.col("event") == "reopened").then(pl.lit("Missing supplier invoice")))
    drop.write("period_event", frame.with_columns(updated_at="event_at"))


def _xref(world: World) -> None:
    """Ids under which other systems know the same record: the expense tool's staff, the ERP's debtors."""
    start = int(seconds(world.calendar.first[:1])[0]) - 30 * DAY
    staff = numbered("", world.consultants)
    debtors = numbered("", customer_count(world), 5)
    frames = [
        pl.select(source_id=pl.lit(mine) + ids, canonical_id=pl.lit(theirs) + ids).with_columns(
            entity_type=pl.lit(kind), system=pl.lit(system)
        )
        for ids, kind, system, mine, theirs in (
            (staff, "employee", "expense", "N", "E"),
            (debtors, "customer", "erp", "D", "K"),
        )
    ]
    world.drop.write(
        "xref",
        pl.concat(frames).with_columns(
            valid_from=pl.lit(world.calendar.first[0] - 4000).cast(pl.Date),
            approved_by=pl.lit("master.data@northmark.example"),
            updated_at=pl.lit(start, pl.Int64),
        ),
    )
