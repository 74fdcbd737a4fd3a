"""Planted mistakes: a fixed few a month in each category, alone and overlapping, on records otherwise in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.calendar import DAY
from simulator.firm import ENTITIES, INTERNAL, MILESTONE, RETAINER
from simulator.mistakes import CHANGED, EXPENSES, LABOUR, spoil
from simulator.money import times
from simulator.overlaps import EXPENSE_OVERLAPS, LABOUR_OVERLAPS, has
from simulator.timesheets import APPROVED, HOUR, INSIDE, SUBMITTED, Firm, price_of

Bools: TypeAlias = NDArray[np.bool_]

_HOME = np.array([e.currency for e in ENTITIES])


@dataclass(frozen=True)
class Planted:
    """Entries after planting, and what the PSA held of the edited ones before."""

    entries: pl.DataFrame
    older: pl.DataFrame


def with_sides(rows: pl.DataFrame, *, amount: str, functional: str) -> pl.DataFrame:
    """Add the posted side of each record, still equal to the operational one."""
    return rows.with_columns(
        code=pl.lit(None, pl.String),
        p_entity="entity",
        p_project="project",
        p_period="posted_period",
        p_amount=pl.col(amount),
        p_functional=pl.col(functional),
        p_hours="hours",
        x_amount=pl.lit(0, pl.Int64),
    )


def sound(firm: Firm, rows: pl.DataFrame, month: int, *, entity: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Row numbers of an entity's own records that were approved and posted well before close, in random order."""
    calendar = firm.world.calendar
    limit = min(int(calendar.closed[entity, month]), calendar.now) - 6 * DAY
    chosen = rows.select(
        (pl.col("entity") == entity)
        & (pl.col("books") == entity)
        & (pl.col("status") == APPROVED)
        & pl.col("posted").is_not_null()
        & (pl.col("posted_period") == month)
        & (pl.col("period") == month)
        & (pl.col("approved") < limit)
        & (pl.col("due") - pl.col("approved") < 40 * HOUR)
    ).to_series()
    found = np.nonzero(chosen.to_numpy())[0]
    return firm.world.rng(20, month, entity).permutation(found)


def plant_labour(firm: Firm, entries: pl.DataFrame, month: int) -> Planted:
    """Plant mistakes of every kind into a closed month's time of the first entity."""
    entries = with_sides(entries, amount="cost", functional="cost")
    model = firm.projects.model[entries["project"].to_numpy()]
    quiet = (
        np.isin(model, (MILESTONE, RETAINER, INTERNAL))
        & (entries["part"] <= INSIDE).to_numpy()
        & ~entries["corrected"].to_numpy()
    )
    quiet &= ~entries["contractor"].to_numpy() & (entries["hours"] >= 100).to_numpy()
    planted = _planted(firm, entries, month, codes=LABOUR, overlaps=LABOUR_OVERLAPS, quiet=quiet, functional="cost")
    if month == firm.world.calendar.months - 1:
        nameless = pl.col("worker") == firm.people.unrated
        without = planted.entries.with_columns(
            code=pl.when(nameless).then(pl.lit("unrated")).otherwise("code"),
            posted=pl.when(~nameless).then("posted"),
        )
        return Planted(without, planted.older)
    return planted


def plant_expenses(firm: Firm, rows: pl.DataFrame, month: int) -> Planted:
    """Plant mistakes into a closed month's expenses of the first entity, and false exchange rates."""
    rows = with_sides(rows, amount="cost", functional="functional")
    model = firm.projects.model[rows["project"].to_numpy()]
    home = _HOME[rows["entity"].to_numpy()] == rows["currency"].to_numpy()
    quiet = np.isin(model, (MILESTONE, RETAINER)) & home & (rows["cost"] > 2000).to_numpy()
    planted = _planted(
        firm, rows, month, codes=EXPENSES, overlaps=EXPENSE_OVERLAPS, quiet=quiet, functional="functional"
    )
    foreign = (rows["entity"] < 2) & (rows["books"] == rows["entity"]) & ~pl.Series(home) & ~rows["billable"]
    foreign &= rows["posted"].is_not_null() & (rows["posted_period"] == rows["period"])
    chosen = np.nonzero(foreign.to_numpy())[0][:2]
    mark = np.zeros(planted.entries.height, dtype=np.bool_)
    mark[chosen] = True
    entries = planted.entries.with_columns(
        code=pl.when(pl.Series(mark)).then(pl.lit("fx")).otherwise("code"),
        p_functional=pl.when(pl.Series(mark)).then(pl.col("p_functional") * 102 // 100 + 10).otherwise("p_functional"),
    )
    return Planted(entries, planted.older)


def _planted(
    firm: Firm,
    entries: pl.DataFrame,
    month: int,
    *,
    codes: tuple[str, ...],
    overlaps: tuple[str, ...],
    quiet: Bools,
    functional: str,
) -> Planted:
    if firm.world.calendar.closed[0, month] > firm.world.calendar.now:
        return Planted(entries, entries.clear())
    rows = [int(i) for i in sound(firm, entries, month, entity=0) if quiet[i]]
    each = 1 + firm.world.consultants // 1500
    columns = [c for c in CHANGED if c in entries.columns and entries[c].dtype != pl.Null]
    if entries["hours"].null_count():
        columns = [c for c in columns if c not in ("hours", "p_hours")]
    table = {c: entries[c].cast(pl.Int64).fill_null(0).to_numpy().copy() for c in columns}
    made: list[str | None] = [None] * entries.height
    turn, other = month * 5 % len(codes), month * 5 % len(overlaps)
    for code in (*codes[turn:], *codes[:turn], *overlaps[other:], *overlaps[:other]):
        for _ in range(each):
            if rows:
                at = rows.pop()
                made[at] = code
                for part in code.split("+"):
                    spoil(firm, table, at, part, month)
    changed = entries.with_columns(
        *(pl.Series(c, v).cast(entries.schema[c]) for c, v in table.items()), code=pl.Series(made, dtype=pl.String)
    ).with_columns(pl.when(pl.col("posted") > 0).then("posted"))
    home = _HOME[changed["entity"].to_numpy()]
    away = _HOME[changed["p_entity"].to_numpy()]
    day = changed["day"].to_numpy().astype("datetime64[D]")
    moved = firm.world.rates.functional(changed["p_amount"].to_numpy(), home, away, day)
    changed = changed.with_columns(
        group=pl.Series(firm.world.rates.group(changed[functional].to_numpy(), home, changed["period"].to_numpy())),
        p_functional=pl.when(has("entity")).then(pl.Series(moved)).otherwise("p_functional"),
    )
    if "price" in changed.columns:
        price, promised = price_of(firm, changed["project"].to_numpy(), changed["worker"].to_numpy(), day)
        doubtful = pl.col("code") == "ambiguous"
        changed = changed.with_columns(
            price=pl.when(doubtful).then(pl.Series(price)).otherwise("price"),
            promised=pl.when(doubtful).then(pl.Series(promised)).otherwise("promised"),
            value=pl.when(doubtful).then(pl.Series(times(changed["hours"].to_numpy(), price))).otherwise("value"),
        )
    older = _earlier(entries.with_columns(code=pl.Series(made, dtype=pl.String)))
    again = changed.filter(pl.col("code") == "reversal")
    changed = changed.with_columns(code=pl.when(pl.col("code") != "reversal").then("code"))
    return Planted(pl.concat([changed, _reversals(again)]), older)


def _earlier(rows: pl.DataFrame) -> pl.DataFrame:
    """Return what the PSA held of edited records before: approved with other hours, or not decided yet."""
    if "contractor" not in rows.columns:
        return rows.clear()
    waiting = rows.filter(has("refused")).with_columns(
        status=pl.lit(SUBMITTED).cast(rows.schema["status"]), updated=pl.col("submitted")
    )
    return pl.concat([rows.filter(has("hours") | has("hour")), waiting]).with_columns(code=pl.lit(None, pl.String))


def _reversals(rows: pl.DataFrame) -> pl.DataFrame:
    """Reversals of records that the PSA approved and the interface lost."""
    return rows.with_columns(
        *(-pl.col(c) for c in ("hours", "cost", "functional", "gross", "tax", "group", "value") if c in rows.columns),
        reverses_id="id",
        id=pl.col("id") + "-R",
        submitted=pl.col("approved") + 20 * HOUR,
        approved=pl.col("approved") + 24 * HOUR,
        updated=pl.col("approved") + 24 * HOUR,
        posted=pl.lit(None, pl.Int64),
        due=pl.col("approved") + 26 * HOUR,
    )
