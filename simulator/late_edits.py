"""Entries that are edited only after their month has closed: not for sale any more, or moved from other books."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.defects import Planted
from simulator.firm import ENTITIES, MILESTONE, RETAINER
from simulator.late_changes import FOUND
from simulator.oddities import once_closed
from simulator.timesheets import APPROVED, Firm
from simulator.truth import Truth


def edit_after_close(firm: Firm, truth: Truth, planted: Planted, month: int) -> Planted:
    """Take an entry of the first entity's month off sale, and move another from a project of the second entity.

    Neither project earns by time, so nothing differs: the closed figures moved, and that is all.
    """
    both, months = np.arange(2), np.full(2, month)
    found = int(firm.world.calendar.closed[both, month].max())
    if found >= firm.world.calendar.last_day_starts - FOUND:
        return planted
    found = int(once_closed(firm.world, both, months, np.full(2, found + FOUND)).max())
    if found >= firm.world.calendar.last_day_starts:
        return planted
    entries = planted.entries
    model = firm.projects.model
    sold = pl.Series(np.isin(model, (MILESTONE, RETAINER)))
    fit = entries.filter(
        (pl.col("entity") == 0)
        & (pl.col("books") == 0)
        & (pl.col("status") == APPROVED)
        & (pl.col("period") == month)
        & (pl.col("posted_period") == month)
        & pl.col("posted").is_not_null()
        & pl.col("code").is_null()
        & pl.col("reverses_id").is_null()
        & pl.col("billable")
        & ~pl.col("contractor")
        & ~pl.col("corrected")
        & sold.gather(entries["project"])
    )
    elsewhere = np.nonzero(sold.to_numpy() & (firm.projects.entity == 1))[0]
    chosen = fit["id"].sort().head(2 if len(elsewhere) else 1).to_list()
    older = [planted.older]
    for name, rule_of in zip(chosen, ("billable", "project"), strict=False):
        before = entries.filter(pl.col("id") == name)
        if rule_of == "project":
            before = before.with_columns(project=pl.lit(int(elsewhere[0])).cast(before.schema["project"]))
            truth.control("changed_after_close", ENTITIES[1].id, name, "time_entry moved")
        truth.control("edited_after_posting", ENTITIES[0].id, name, "time_entry")
        truth.control("changed_after_close", ENTITIES[0].id, name, "time_entry")
        older.append(before)
    edited = pl.col("id").is_in(chosen)
    entries = entries.with_columns(
        updated=pl.when(edited).then(found).otherwise("updated").cast(entries.schema["updated"]),
        billable=pl.col("billable") & ~pl.col("id").is_in(chosen[:1]),
    )
    return Planted(entries, pl.concat(older))
