"""Judge each flow's records: hand both sides of every record to the truth, and write the truth down."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from simulator.engagements import Projects
from simulator.firm import CURRENCIES, ENTITIES
from simulator.labour import with_failure
from simulator.overlaps import has, settled
from simulator.timesheets import APPROVED, SUBMITTED, Firm, month_tag
from simulator.truth import Truth
from simulator.world import World

_HOME = np.array([e.currency for e in ENTITIES])
#: Of the file of items. Amounts are in it, since several may lack an origin: what ties is written in any order.
ORDER = (
    *("flow", "category", "legal_entity", "project", "period_id", "origin_id"),
    *("amount_transaction", "amount_functional", "amount_group", "note"),
)
_SUMMARY = next(i for i, e in enumerate(ENTITIES) if e.posting == "summary")


def judge_cost(firm: Firm, truth: Truth, rows: pl.DataFrame, lines: pl.DataFrame, *, flow: str, origin: str) -> None:
    """Pair employees' time (or expenses) with its postings; `lines` are the cost lines that were posted."""
    rows = with_failure(rows, firm.world.calendar.now)
    rows = _hours_apart(
        truth, settled(rows, amount="cost", functional="functional" if flow == "expense_cost" else "cost")
    )
    live = pl.col("status").is_in([SUBMITTED, APPROVED])
    functional = "functional" if "functional" in rows.columns else "cost"
    currency = pl.col("currency") if "currency" in rows.columns else pl.Series(_HOME[rows["entity"].to_numpy()])
    stray = (pl.col("code") == "unmapped").fill_null(value=False)
    # who has no rate works hours that nobody can price
    priced = (pl.col("code") != "unrated").fill_null(value=True)
    sides = rows.select(
        "id",
        "entity",
        "period",
        "code",
        "approved",
        "failed",
        "posted",
        "p_entity",
        "p_project",
        "p_period",
        "reverses_id",
        at_actual=pl.col("at_actual") if "at_actual" in rows.columns else pl.lit(value=False),
        flow=pl.lit(flow),
        project=pl.when(stray).then(firm.projects.count).otherwise("project"),
        origin_type=pl.lit(origin),
        origin_system=pl.lit("psa" if origin == "time_entry" else origin),
        currency=currency,
        group=pl.when(priced).then("group"),
        amount=pl.when(priced).then("cost"),
        functional=pl.when(priced).then(functional),
        submitted=pl.col("status") == SUBMITTED,
        gone=~live,
        undoes=pl.col("reverses_id").is_not_null(),
        p_amount="p_amount",
        p_functional="p_functional",
        x_amount="x_amount",
    )
    sides = sides.filter(~pl.col("gone") | pl.col("posted").is_not_null())
    truth.pair(sides.with_columns(note=pl.lit(None, pl.String)))
    pooled = sides.filter((pl.col("p_entity") == _SUMMARY) & pl.col("posted").is_not_null())
    posted = lines.filter(pl.col("entity") == _SUMMARY)
    index = pl.DataFrame({"project_id": firm.projects.ids}).with_row_index("project").cast({"project": pl.Int64})
    posted = posted.join(index, on="project_id", how="left").with_columns(
        flow=pl.lit(flow), group=truth.group(posted["functional"], posted["entity"], posted["period"])
    )
    truth.pool(pooled, posted)


def _hours_apart(truth: Truth, rows: pl.DataFrame) -> pl.DataFrame:
    """Name the hour that was added after a posting at another rate; what is left between the sides is the rate's."""
    if "rate" not in rows.columns:
        return rows
    both = has("hour") & has("rate")
    hour = rows.filter(both).select(
        "entity",
        "project",
        "period",
        "id",
        "code",
        flow=pl.lit("labor_cost"),
        category=pl.lit("hours_difference"),
        origin_type=pl.lit("time_entry"),
        origin_system=pl.lit("psa"),
        currency=pl.lit(ENTITIES[0].currency, pl.Int64),
        amount="rate",
        functional="rate",
        group="rate",
    )
    truth.add(hour)
    added = pl.when(both).then("rate").otherwise(0)
    return rows.with_columns(pl.col("p_amount") + added, pl.col("p_functional") + added)


def judge_controls(firm: Firm, truth: Truth, rows: pl.DataFrame) -> None:
    """Name the control exceptions that planted records raise."""
    rules = {
        "early": "posted_before_approval",
        "own": "self_approved",
        "late": "posted_after_close",
        "hours": "edited_after_posting",
        "hour": "edited_after_posting",
        "refused": "edited_after_posting",
    }
    parts = pl.col("code").str.split("+")
    chosen = rows.select("id", "entity", parts, "month", "updated", "posted").explode("code")
    for name, entity, code, month, updated, posted in chosen.filter(pl.col("code").is_in(list(rules))).iter_rows():
        subject = _journal(firm, entity, month, posted) if code == "late" else name
        truth.control(rules[code], ENTITIES[entity].id, subject, "journal" if code == "late" else "time_entry")
        if rules[code] == "edited_after_posting" and updated >= int(firm.world.calendar.closed[entity, month]):
            truth.control("changed_after_close", ENTITIES[entity].id, name, "time_entry")


def _journal(firm: Firm, entity: int, month: int, posted: int) -> str:
    """Id of the journal that the first entity's labour of a month and day stands in."""
    day = datetime.fromtimestamp(posted, tz=UTC).strftime("%y%m%d")
    name = ENTITIES[entity].id
    return f"JL{month_tag(firm.world, month)}-{name}-{name}-{day}-{month}"


def write_truth(firm: Firm, truth: Truth, out: Path) -> None:
    """Write `recon_item.csv`, `control_exception.csv`, `build.json` and `late_landing.csv`, if any, to `_truth/`."""
    truth.settle_pools()
    folder = out / "_truth"
    folder.mkdir(parents=True, exist_ok=True)
    items = shown(firm.world, firm.projects, truth)
    items.write_csv(folder / "recon_item.csv")
    controls = pl.DataFrame(
        truth.controls, schema={"rule": pl.String, "legal_entity": pl.String, "subject": pl.String, "note": pl.String}
    )
    controls.unique().sort("rule", "legal_entity", "subject").write_csv(folder / "control_exception.csv")
    if truth.landings:
        pl.DataFrame(truth.landings).sort("subject").write_csv(folder / "late_landing.csv")
    counts = items.group_by("flow", "category").len().sort("flow", "category")
    build = {
        "build_time": firm.world.calendar.build_time.isoformat(),
        "items": {f"{f}.{c}": n for f, c, n in counts.iter_rows()},
    }
    (folder / "build.json").write_text(json.dumps(build, indent=2) + "\n")


def shown(world: World, projects: Projects, truth: Truth) -> pl.DataFrame:
    """Put the items in words and decimal text, in a fixed order."""
    items = pl.concat(truth.items)
    names = pl.concat([projects.ids, pl.Series(["unmapped"])])

    def money(column: str) -> pl.Expr:
        size = pl.col(column).abs()
        sign = pl.when(pl.col(column) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
        return sign + (size // 100).cast(pl.String) + "." + (size % 100).cast(pl.String).str.zfill(2)

    return items.select(
        "category",
        "flow",
        legal_entity=pl.Series([e.id for e in ENTITIES]).gather(items["entity"]),
        project=names.gather(items["project"]),
        period_id=pl.Series(world.calendar.period_ids()).gather(items["period"]),
        origin_type="origin_type",
        origin_system="origin_system",
        origin_id="id",
        amount_transaction=money("amount"),
        currency=pl.Series(CURRENCIES).gather(items["currency"]),
        amount_functional=money("functional"),
        amount_group=money("group"),
        injected=pl.col("code").is_not_null(),
        note=pl.coalesce("note", "code"),
    ).sort(ORDER, nulls_last=False)
