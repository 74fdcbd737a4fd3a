"""Play the firm month by month, in an order that needs no month's detail in memory after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

import numpy as np
import polars as pl

from simulator.bills import (
    add_vendor_cost,
    judge_vendors,
    make_bills,
    post_accruals,
    post_bills,
    write_bills,
)
from simulator.bookings import write_bookings
from simulator.calendar import Ints, make_calendar
from simulator.defects import plant_expenses, plant_labour
from simulator.drop import Drop
from simulator.engagements import make_projects
from simulator.estimates import forecast, write_forecasts
from simulator.events import write_events
from simulator.expenses import month_expenses, write_expenses
from simulator.firm import ENTITIES
from simulator.intercompany import lent_time, settle
from simulator.invoices import issue
from simulator.labour import post_labour, with_posting, write_entries, write_messages
from simulator.ledger import Ledger
from simulator.misposts import post_second_lines, post_strays
from simulator.money import make_rates
from simulator.oddities import judge_reopenings, overlapping, post_overhead
from simulator.people import make_people
from simulator.reference import write_people, write_reference
from simulator.revenue import recognise
from simulator.sales import write_sales
from simulator.sales_flow import Sales
from simulator.staffing import Staffing
from simulator.terms import make_terms
from simulator.timesheets import APPROVED, Firm, month_entries, month_tag, rate_card
from simulator.truth import Truth
from simulator.vendors import write_orders
from simulator.verdict import judge_controls, judge_cost, write_truth
from simulator.world import World

Listener: TypeAlias = Callable[..., None]


@dataclass(frozen=True)
class Summary:
    """What a simulation wrote: rows an entity, and the present of the simulated firm."""

    out: Path
    rows: dict[str, int]
    build_time: datetime


def _quiet(event: str, /, **fields: object) -> None:
    """Listen to nothing."""


def simulate(
    out: Path,
    *,
    consultants: int = 300,
    months: int = 12,
    seed: int = 7,
    until: date = date(2026, 10, 31),
    last_day_to: Path | None = None,
    events: Listener = _quiet,
) -> Summary:
    """Write a year of a services firm to `out` as canonical extracts, one folder a feed.

    Where `last_day_to` is given, rows that changed on the last simulated day go there instead.
    """
    calendar = make_calendar(months=months, until=until)
    drop = Drop(out, last_day_to, calendar.last_day_starts)
    rates = make_rates(calendar, np.random.default_rng([seed, 0]))
    world = World(calendar, rates, drop, seed, consultants)
    people = make_people(world)
    projects = make_projects(world, people)
    firm = Firm(world, people, projects, Staffing(world, people, projects), rate_card(world, projects))
    ledger, truth = Ledger(world), Truth(world)
    write_reference(world)
    write_people(world, people)
    group = np.zeros((projects.count, months), dtype=np.int64)
    work: list[pl.DataFrame] = []
    contractors: list[pl.DataFrame] = []
    lent: list[pl.DataFrame] = []
    sales = Sales(firm, ledger, truth)
    for month in range(months):
        events("simulate.month", month=calendar.period_ids()[month])
        entries, absences = month_entries(firm, month)
        entries = with_posting(firm, entries, world.rng(14, month))
        tag = month_tag(world, month)
        drop.write("absence", absences, part=tag)
        write_bookings(firm, month)
        planted = plant_labour(firm, entries, month)
        entries = planted.entries
        write_entries(firm, entries, planted.older, month)
        write_messages(world, entries, flow="time_to_erp", origin="time_entry", system="psa", part=tag)
        lines = post_labour(firm, ledger, entries, month)
        post_second_lines(firm, ledger, truth, entries, lines, flow="labor_cost", tag=tag)
        post_strays(firm, ledger, truth, month, flow="labor_cost")
        post_overhead(firm, ledger, truth, month, payroll(entries))
        staff = entries.filter(~pl.col("contractor"))
        judge_cost(firm, truth, staff, lines, flow="labor_cost", origin="time_entry")
        judge_controls(firm, truth, staff)
        costs = month_expenses(firm, entries, month)
        costs = plant_expenses(firm, costs, month).entries
        spent = write_expenses(firm, ledger, costs, month)
        post_second_lines(firm, ledger, truth, costs, spent, flow="expense_cost", tag=tag)
        post_strays(firm, ledger, truth, month, flow="expense_cost")
        post_strays(firm, ledger, truth, month, flow="vendor_cost")
        judge_cost(firm, truth, costs, spent, flow="expense_cost", origin="expense")
        _add(group, staff)
        lent.append(lent_time(firm, entries))
        _add(group, costs)
        contractors.append(entries.filter(pl.col("contractor") & (pl.col("status") > 0)))
        work.append(entries.filter(pl.col("status") > 0).group_by("project").agg(pl.col("hours", "value").sum()))
        issue(firm, ledger, truth, sales.month(entries, costs, month), month)
    hired = pl.concat(contractors)
    write_orders(firm, hired)
    bills = make_bills(firm, hired)
    write_bills(firm, bills)
    billed = post_bills(firm, ledger, bills)
    post_second_lines(firm, ledger, truth, bills.lines, billed, flow="vendor_cost", tag="")
    hired = post_accruals(firm, ledger, truth, bills)
    judge_vendors(firm, truth, bills, hired)
    add_vendor_cost(world, group, bills)
    settle(firm, ledger, truth, pl.concat(lent))
    terms = make_terms(
        firm, pl.concat(work).group_by("project").agg(pl.col("hours", "value").sum()).sort("project"), group
    )
    sales.settle_caps(terms.amount)
    write_sales(firm, terms)
    forecasts = forecast(firm, terms)
    write_forecasts(firm, terms, forecasts)
    recognise(firm, ledger, truth, terms, forecasts)
    write_events(firm, ledger, truth, terms)
    judge_reopenings(truth)
    truth.control("overlapping_rates", "", people.ids[overlapping(people)], "cost_rate")
    ledger.write_balances()
    write_truth(firm, truth, out)
    return Summary(out, drop.rows, calendar.build_time)


def _add(group: Ints, rows: pl.DataFrame) -> None:
    rows = rows.filter(pl.col("status") == APPROVED)
    np.add.at(group, (rows["project"].to_numpy(), rows["period"].to_numpy()), rows["group"].to_numpy())


def payroll(entries: pl.DataFrame) -> Ints:
    """Labour cost of a month's entries by entity, in cents of each entity's currency."""
    staff = entries.filter(~pl.col("contractor"))
    return np.bincount(staff["entity"].to_numpy(), staff["cost"].to_numpy(), len(ENTITIES)).astype(np.int64)
