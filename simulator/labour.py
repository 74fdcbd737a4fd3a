"""Time from timesheet to ledger: posting of labour cost and of time and materials revenue, and messages."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import Ints
from simulator.firm import ACCOUNT, ENTITIES
from simulator.ledger import CURRENCY_IDS, ENTITY_IDS, Ledger
from simulator.timesheets import APPROVED, DELETED, HOUR, REJECTED, STATUS, Firm, month_tag, next_run
from simulator.world import World

#: Seconds from an approval to its message, and from that to the answer of an ERP that refuses it.
_QUEUED, _REFUSED = 300, 90

_STYLE = np.array([e.posting for e in ENTITIES])
_CURRENCY = np.array([e.currency for e in ENTITIES])
#: Share of records whose interface message fails first and is posted days later.
DELAYED = 0.045


def posting_time(entity: Ints, approved: Ints, rng: np.random.Generator) -> Ints:
    """When the ERP posts what was approved: minutes to hours later, a few after days; summaries nightly."""
    size = len(entity)
    soon = approved + 1200 + np.rint(rng.exponential(2.5 * HOUR, size)).astype(np.int64)
    late = approved + rng.integers(55 * HOUR, 200 * HOUR, size)
    posted = np.where(rng.random(size) < DELAYED, late, soon)
    grid = (posted // (6 * HOUR) + 1) * 6 * HOUR
    style = _STYLE[entity]
    posted = np.where(style == "link", grid, posted)
    return np.asarray(np.where(style == "summary", next_run(approved) + 600, posted))


def write_entries(firm: Firm, entries: pl.DataFrame, older: pl.DataFrame, month: int) -> None:
    """Write a month's time entries as the PSA exports them; `older` are earlier versions of some."""
    world = firm.world
    frame = pl.concat([_exported(firm, entries), _exported(firm, older)])
    boundary = world.calendar.last_day_starts
    decided = (pl.col("updated_at") >= boundary) & (pl.col("submitted_at") < boundary)
    blank = ("approved_at", "approved_by", "rejected_at", "rejection_reason")
    before = frame.filter(decided & ~pl.col("is_deleted")).with_columns(
        status=pl.lit("submitted"),
        updated_at=pl.col("submitted_at"),
        **{k: pl.lit(None, frame.schema[k]) for k in blank},
    )
    world.drop.write("time_entry", frame, part=month_tag(world, month), before=before)


def _exported(firm: Firm, entries: pl.DataFrame) -> pl.DataFrame:
    people, projects = firm.people, firm.projects
    named = (pl.int_range(pl.len()) % 2 == 0) & pl.col("billable")
    sent = pl.col("status") > 0
    approved = pl.col("status").is_in([APPROVED, DELETED])
    refused = pl.col("status") == REJECTED
    worker = people.ids.gather(entries["worker"])
    project = projects.ids.gather(entries["project"])
    chief = pl.lit("M-") + ENTITY_IDS.gather(entries["entity"]).alias("x")
    stray = (pl.col("code") == "unmapped").fill_null(value=False)
    doubtful = (pl.col("code") == "ambiguous").fill_null(value=False)
    return entries.select(
        time_entry_id="id",
        project_id=pl.when(stray).then(pl.lit("PX9001")).otherwise(project),
        employee_id=worker,
        work_date="day",
        hours="hours",
        is_billable="billable",
        billable_hours=pl.when("billable").then("hours").otherwise(0),
        contract_line_id=pl.when(named & ~stray & ~doubtful).then(projects.lines.gather(entries["project"])),
        po_line_id=pl.when("contractor").then(pl.lit("PO") + project.alias("p") + "-" + worker.alias("w")),
        status=pl.col("status").replace_strict(list(range(5)), list(STATUS), return_dtype=pl.String),
        submitted_at=pl.when(sent).then("submitted"),
        submitted_by=pl.when(sent).then(worker.alias("w2")),
        approved_at=pl.when(approved).then("approved"),
        approved_by=pl.when(approved).then(
            pl.when((pl.col("code") == "own").fill_null(value=False)).then(worker.alias("w3")).otherwise(chief)
        ),
        rejected_at=pl.when(refused).then("updated"),
        rejection_reason=pl.when(refused).then(pl.lit("Wrong project or task")),
        bill_rate=pl.when(pl.col("promised") & pl.col("billable") & ~stray).then("price"),
        currency=pl.when(pl.col("promised") & pl.col("billable") & ~stray).then(
            CURRENCY_IDS.gather(pl.Series(projects.currency).gather(entries["project"])).alias("c")
        ),
        reverses_id="reverses_id",
        updated_at="updated",
        is_deleted=pl.col("status") == DELETED,
    )


def with_posting(firm: Firm, rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Add when each approved record is posted (null: not yet) and in which period of its books."""
    calendar = firm.world.calendar
    entity = rows["entity"].to_numpy()
    posted = posting_time(entity, rows["approved"].to_numpy(), rng)
    period = calendar.open_month(entity, rows["period"].to_numpy(), posted)
    done = (pl.col("status") == APPROVED) & (pl.col("posted") <= calendar.now)
    return rows.with_columns(posted=pl.Series(posted), posted_period=pl.Series(period)).with_columns(
        pl.when(done).then("posted"), due=pl.col("posted")
    )


def post_labour(firm: Firm, ledger: Ledger, entries: pl.DataFrame, month: int) -> pl.DataFrame:
    """Post the labour cost of employees' time, each entity in its own way but by payroll; returns the cost lines."""
    tag = month_tag(firm.world, month)
    rows = entries.filter(~pl.col("contractor") & ~pl.col("at_actual") & pl.col("posted").is_not_null())
    return post_by_style(
        ledger,
        labour_rows(firm, rows),
        tag=f"L{tag}",
        account=ACCOUNT["labor_cost"],
        against=ACCOUNT["labor_absorption"],
    )


def labour_rows(firm: Firm, rows: pl.DataFrame) -> pl.DataFrame:
    """Time entries as the rows that the ledger posts for them."""
    return rows.select(
        "posted",
        entity="p_entity",
        period="p_period",
        currency=pl.Series(_CURRENCY[rows["entity"].to_numpy()]),
        amount="p_amount",
        functional="p_functional",
        quantity="p_hours",
        origin_type=pl.lit("time_entry"),
        origin_system=pl.lit("psa"),
        origin_id="id",
        project_id=firm.projects.ids.gather(rows["p_project"]),
        employee_id=firm.people.ids.gather(rows["worker"]),
        correlation_id=pl.lit("time_to_erp:") + pl.col("id"),
    )


def post_by_style(ledger: Ledger, rows: pl.DataFrame, *, tag: str, account: str, against: str) -> pl.DataFrame:
    """Post rows of all entities, each in the way its ERP posts; returns the lines on `account`."""
    lines = []
    for index, entity in enumerate(ENTITIES):
        done = ledger.post(
            rows.filter(pl.col("entity") == index),
            tag=f"{tag}-{entity.id}",
            account=account,
            against=against,
            how=entity.posting,
        )
        if done.height:
            lines.append(done)
    return pl.concat(lines) if lines else rows.clear().with_columns(gl_line_id=pl.lit(None, pl.String))


def with_failure(rows: pl.DataFrame, now: int) -> pl.DataFrame:
    """Add whether the newest message of a record that is not posted has failed; not before the ERP has answered it."""
    slow = (pl.col("due") - pl.col("approved")) > 54 * HOUR
    dead = pl.col("code").is_in(["dead", "unmapped"]).fill_null(value=False)
    waiting = pl.col("code").is_in(["stuck", "reversal", "unrated"]).fill_null(value=False)
    answered = pl.col("approved") + _QUEUED + _REFUSED <= now
    return rows.with_columns(dead=dead, failed=(slow | dead) & ~waiting & answered)


def write_messages(world: World, rows: pl.DataFrame, *, flow: str, origin: str, system: str, part: str) -> None:
    """Write the middleware's log: one attempt, or a failure and a second attempt where posting took days."""
    now = world.calendar.now
    rows = with_failure(rows.filter((pl.col("status") == APPROVED) | pl.col("posted").is_not_null()), now)
    base = rows.select(
        "failed",
        "dead",
        "posted",
        key=pl.lit(f"{flow}:") + pl.col("id"),
        origin_id="id",
        region=pl.Series([e.region for e in ENTITIES]).gather(rows["entity"]),
        queued_at=pl.min_horizontal(pl.col("approved") + _QUEUED, pl.col("posted") - 600),
    )
    first = base.with_columns(
        attempt=pl.lit(1, pl.Int64),
        status=pl.when("failed")
        .then(pl.lit("failed"))
        .when(pl.col("posted").is_null())
        .then(pl.lit("queued"))
        .otherwise(pl.lit("succeeded")),
        done=pl.when("failed").then(pl.col("queued_at") + _REFUSED).otherwise("posted"),
    )
    again = base.filter(pl.col("failed") & pl.col("posted").is_not_null()).with_columns(
        attempt=pl.lit(2, pl.Int64),
        status=pl.lit("succeeded"),
        queued_at=pl.col("posted") - 900,
        done=pl.col("posted"),
    )
    last = base.filter("dead").with_columns(
        attempt=pl.lit(2, pl.Int64),
        status=pl.lit("dead_letter"),
        queued_at=pl.col("queued_at") + 6 * HOUR,
        done=pl.col("queued_at") + 6 * HOUR + _REFUSED,
    )
    both = pl.concat([first, again, last]).filter(
        (pl.col("queued_at") <= now) & (pl.col("done").is_null() | (pl.col("done") <= now))
    )
    failed = pl.col("status").is_in(["failed", "dead_letter"])
    frame = both.select(
        message_id=pl.col("key") + "#" + pl.col("attempt").cast(pl.String),
        correlation_id="key",
        idempotency_key="key",
        flow=pl.lit(flow),
        source_name=pl.lit(system),
        target_name=pl.lit("erp"),
        origin_type=pl.lit(origin),
        origin_system=pl.lit(system),
        origin_id="origin_id",
        region="region",
        attempt="attempt",
        status="status",
        queued_at="queued_at",
        started_at=pl.when(pl.col("status") != "queued").then(pl.min_horizontal(pl.col("queued_at") + 20, "done")),
        finished_at=pl.when(pl.col("status") != "queued").then("done"),
        error_code=pl.when(failed).then(pl.lit("ERP-423")),
        error_message=pl.when(failed).then(pl.lit("Record is locked by another user")),
        updated_at=pl.when(pl.col("status") == "queued").then("queued_at").otherwise("done"),
    )
    world.drop.write("integration_message", frame, part=f"{flow}-{part}")
