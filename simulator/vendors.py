"""Contractors' time from timesheet to vendor bill: orders, monthly bills, what they pay for, and postings."""

from __future__ import annotations

import polars as pl

from simulator.calendar import DAY, Ints, seconds, workday
from simulator.firm import ENTITIES
from simulator.ledger import CURRENCY_IDS, ENTITY_IDS
from simulator.people import numbered
from simulator.timesheets import HOUR, Firm

_CURRENCY = pl.Series([e.currency for e in ENTITIES])


def bill_run(firm: Firm) -> Ints:
    """When bills of each month are approved: the fourth working day of the next."""
    return seconds(workday(firm.world.calendar.last + 1, 3)) + 12 * HOUR


def write_orders(firm: Firm, time: pl.DataFrame) -> None:
    """Write the purchase order line of every contractor and project."""
    world = firm.world
    total = time.group_by("project", "worker", "books").agg(pl.col("cost").sum(), pl.col("day").min().alias("first"))
    total = total.sort("project", "worker")
    closed = pl.Series(firm.projects.end).gather(total["project"]) < world.calendar.months - 1
    frame = total.select(
        po_line_id=order_id(firm, total),
        purchase_order_id=pl.lit("PO-") + firm.projects.ids.gather(total["project"]),
        vendor_id=vendor_id(firm, total),
        project_id=firm.projects.ids.gather(total["project"]),
        legal_entity_id=ENTITY_IDS.gather(total["books"]),
        ordered_date=pl.col("first") - pl.duration(days=7),
        amount=(pl.col("cost") * 12 // 1000000 + 1) * 100000,
        received_amount="cost",
        currency=CURRENCY_IDS.gather(_CURRENCY.gather(total["books"])),
        status=pl.when(closed).then(pl.lit("closed")).otherwise(pl.lit("open")),
        updated_at=pl.min_horizontal((pl.col("first").cast(pl.Int64) - 7) * DAY + 10 * HOUR, world.calendar.now),
    )
    world.drop.write("purchase_order_line", frame)
    names = numbered("V", int(firm.people.vendor.max()) + 1, 4)
    vendors = pl.DataFrame({"vendor_id": names}).with_columns(
        name=pl.lit("Contracting partner ") + pl.col("vendor_id").str.slice(1),
        country=pl.lit("DE"),
        updated_at=pl.lit(int(seconds(world.calendar.first[:1])[0]), pl.Int64),
    )
    world.drop.write("vendor", vendors)


def order_id(firm: Firm, rows: pl.DataFrame) -> pl.Series:
    """Id of the order line of each row's project and worker."""
    ids = rows.select(
        pl.lit("PO")
        + firm.projects.ids.gather(rows["project"]).alias("p")
        + "-"
        + firm.people.ids.gather(rows["worker"]).alias("w")
    )
    return ids.to_series()


def vendor_id(firm: Firm, rows: pl.DataFrame) -> pl.Series:
    """Vendor of each row's worker."""
    numbers = pl.Series(firm.people.vendor + 1).gather(rows["worker"]).cast(pl.String).str.zfill(4)
    return pl.select(pl.lit("V") + numbers).to_series()
