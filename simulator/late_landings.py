"""Entries that reach the lake only after their closed month was certified, though they bear the days of before."""

from __future__ import annotations

import polars as pl

from simulator.defects import sound
from simulator.firm import ENTITIES, INTERNAL
from simulator.timesheets import Firm
from simulator.truth import Truth


def hold_back(firm: Firm, truth: Truth, entries: pl.DataFrame, month: int) -> None:
    """Keep one entry of each entity's closed month for the late drop, and write its truth.

    Nothing is wrong with any of them but that they come late: a certificate of their period that was sealed before
    them did not hold them.
    """
    calendar = firm.world.calendar
    if firm.world.drop.late is None:
        return
    plain = entries.select(
        pl.col("code").is_null()
        & pl.col("reverses_id").is_null()
        & ~pl.col("contractor")
        & ~pl.col("corrected")
        & (pl.col("updated") < calendar.last_day_starts)
    ).to_series()
    plain &= pl.Series(firm.projects.model[entries["project"].to_numpy()] != INTERNAL)
    for entity, books in enumerate(ENTITIES):
        if calendar.closed[entity, month] > calendar.now:
            continue
        fit = [int(at) for at in sound(firm, entries, month, entity=entity) if plain[int(at)]]
        if fit:
            name = entries["id"][fit[-1]]
            firm.world.drop.held.add(name)
            truth.landing("changed_after_close", books.id, calendar.period_ids()[month], name)
