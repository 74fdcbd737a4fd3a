"""Bookings of people on projects, month by month behind us and ahead."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import DAY, Ints, seconds
from simulator.firm import ENTITIES, ROLES
from simulator.people import weekdays
from simulator.timesheets import Firm, month_tag
from simulator.truth import Truth

#: Months ahead for which people are booked, with the share of the booking that is firm.
AHEAD = ((1, "hard"), (2, "hard"), (3, "soft"))


def write_bookings(firm: Firm, truth: Truth, month: int) -> None:
    """Write the bookings of a month as the staffing stands; in the last month also those ahead.

    Who leaves within the running month stays booked to its end, which is a breach of control.
    """
    calendar = firm.world.calendar
    everyone = np.arange(firm.people.count)
    here = (firm.people.hired <= calendar.last[month]) & (firm.people.left >= calendar.first[month])
    working = len(weekdays(firm.world, month))
    stamp = int(seconds(calendar.first[month : month + 1])[0]) - 6 * DAY
    frames = [
        _booked(
            firm, everyone[here], (calendar.first[month], calendar.last[month]), days=working, kind="hard", stamp=stamp
        )
    ]
    if month == calendar.months - 1:
        base = calendar.first[month].astype("datetime64[M]")
        for ahead, kind in AHEAD:
            first = (base + ahead).astype("datetime64[D]")
            last = (base + ahead + 1).astype("datetime64[D]") - 1
            days = int(np.busday_count(first, last + 1))
            staying = everyone[here & (firm.people.left > last)]
            frames.append(_booked(firm, staying, (first, last), days=days, kind=kind, stamp=calendar.now - 3 * DAY))
        frames.append(_unnamed(firm, base))
    frame = pl.concat(frames)
    tag = month_tag(firm.world, month)
    ids = pl.lit(f"RA{tag}-") + pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(6)
    frame = frame.with_columns(allocation_id=ids)
    firm.world.drop.write("resource_allocation", frame, part=tag)
    if calendar.last[month] > calendar.today:
        leaving = firm.people.ids.filter(pl.Series(here & (firm.people.left < calendar.last[month])))
        entity_of = dict(zip(firm.projects.ids, firm.projects.entity.tolist(), strict=True))
        stays = frame.filter(pl.col("employee_id").is_in(leaving.implode()))
        for project, subject in stays.select("project_id", "allocation_id").iter_rows():
            truth.control("booked_after_leaving", ENTITIES[entity_of[project]].id, subject, "booking")


def _booked(
    firm: Firm,
    worker: Ints,
    span: tuple[np.datetime64, np.datetime64],
    *,
    days: int,
    kind: str,
    stamp: int,
) -> pl.DataFrame:
    calendar, projects = firm.world.calendar, firm.projects
    ahead = int(calendar.month_of(np.array([span[0]]))[0])
    frames = []
    for project, hours in ((firm.staffing.main[worker], 430), (firm.staffing.second[worker], 150)):
        running = (projects.end[project] >= ahead) & (projects.start[project] <= ahead)
        size = hours * days * firm.people.fte[worker] // 100
        frames.append(
            pl.DataFrame(
                {
                    "project_id": projects.ids.gather(project),
                    "employee_id": firm.people.ids.gather(worker),
                    "role": pl.Series([r.name for r in ROLES]).gather(firm.people.role[worker]),
                    "start_date": np.full(len(worker), span[0]),
                    "end_date": np.full(len(worker), span[1]),
                    "hours": size // 25 * 25,
                    "booking_type": np.full(len(worker), kind),
                    "updated_at": np.full(len(worker), stamp),
                }
            ).filter(pl.Series(running))
        )
    return pl.concat(frames)


def _unnamed(firm: Firm, base: np.datetime64) -> pl.DataFrame:
    """Roles asked for and not yet named, on every eighth project that goes on."""
    projects, calendar = firm.projects, firm.world.calendar
    chosen = np.nonzero((projects.end > calendar.months) & (np.arange(projects.count) < projects.delivered))[0][::8]
    first = (base + 1).astype("datetime64[D]")
    return pl.DataFrame(
        {
            "project_id": projects.ids.gather(chosen),
            "employee_id": pl.Series([None] * len(chosen), dtype=pl.String),
            "role": pl.Series([r.name for r in ROLES]).gather(chosen % len(ROLES)),
            "start_date": np.full(len(chosen), first),
            "end_date": np.full(len(chosen), first + 60),
            "hours": np.full(len(chosen), 24_000),
            "booking_type": np.full(len(chosen), "soft"),
            "updated_at": np.full(len(chosen), calendar.now - 2 * DAY),
        }
    )
