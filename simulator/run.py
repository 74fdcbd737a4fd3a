"""Play the firm month by month, in an order that needs no month's detail in memory after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

import numpy as np
import polars as pl

from simulator.accruals import add_vendor_cost, judge_vendors, post_accruals
from simulator.bills import make_bills, post_bills, write_bills
from simulator.bookings import write_bookings
from simulator.calendar import Ints, make_calendar
from simulator.defects import plant_expenses, plant_labour
from simulator.doubtful import judge_doubtful, write_doubtful
from simulator.drop import Drop
from simulator.engagements import make_projects
from simulator.estimates import forecast, write_forecasts
from simulator.event_flow import write_events
from simulator.expenses import month_expenses, write_expenses
from simulator.firm import ENTITIES
from simulator.intercompany import lent_time, settle
from simulator.invoices import issue
from simulator.labour import post_labour, with_posting, write_entries, write_messages
from simulator.late_changes import judge_amendment
from simulator.late_edits import edit_after_close
from simulator.late_landings import hold_back
from simulator.ledger import Ledger
from simulator.misposts import post_second_lines, post_strays
from simulator.money import make_rates
from simulator.oddities import judge_year, post_overhead
from simulator.payroll import post_payroll, with_payroll
from simulator.people import make_people
from simulator.reference import write_reference
from simulator.revenue import recognise
from simulator.sales import write_sales
from simulator.sales_flow import Sales
from simulator.staff import write_people
from simulator.staffing import Staffing
from simulator.terms import make_terms
from simulator.timesheets import APPROVED, DRAFT, Firm, month_entries, month_tag, rate_card
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
    late_to: Path | None = None,
    events: Listener = _quiet,
) -> Summary:
    """Write a year of a services firm to `out` as canonical extracts, one folder a feed, and their truth.

    Where `last_day_to` is given, rows that changed on the last simulated day go there instead; where `late_to` is, an
    entry of each entity's closed months. The truth (`_truth/`) is that of all together.
    """
    calendar = make_calendar(months=months, until=until)
    drop = Drop(out, last_day_to, calendar.last_day_starts, late=late_to)
    world = World(calendar, make_rates(calendar, np.random.default_rng([seed, 0])), drop, seed, consultants)
    year = _year_of(world)
    for month in range(months):
        period = calendar.period_ids()[month]
        events("simulate_progress", message=f"Month {month + 1} of {months}: {period}", month=period)
        year.play(month)
    events("simulate_progress", message="Vendors, revenue and the books of all months")
    year.settle_vendors()
    year.close()
    write_truth(year.firm, year.truth, out)
    return Summary(out, drop.rows, calendar.build_time)


def _year_of(world: World) -> Year:
    people = make_people(world)
    projects = make_projects(world, people)
    firm = Firm(world, people, projects, Staffing(world, people, projects), rate_card(world, projects))
    write_reference(world)
    write_people(world, people)
    ledger, truth = Ledger(world), Truth(world)
    group = np.zeros((projects.count, world.calendar.months), dtype=np.int64)
    return Year(firm, ledger, truth, Sales(firm, ledger, truth), group)


@dataclass
class Year:
    """What a month leaves for the year's end: cost by project and month (`group`), hours, contractors, payroll."""

    firm: Firm
    ledger: Ledger
    truth: Truth
    sales: Sales
    group: Ints
    work: list[pl.DataFrame] = field(default_factory=list)
    contractors: list[pl.DataFrame] = field(default_factory=list)
    lent: list[pl.DataFrame] = field(default_factory=list)
    paid: list[pl.DataFrame] = field(default_factory=list)

    def play(self, month: int) -> None:
        """Live through a month: time, expenses, revenue, invoices."""
        firm, ledger, truth = self.firm, self.ledger, self.truth
        entries = self._time(month)
        costs = self._expenses(entries, month)
        for flow in ("labor_cost", "expense_cost", "vendor_cost"):
            post_strays(firm, ledger, truth, month, flow=flow)
        staff = entries.filter(~pl.col("contractor"))
        payroll = np.bincount(staff["entity"].to_numpy(), staff["cost"].to_numpy(), len(ENTITIES)).astype(np.int64)
        post_overhead(firm, ledger, truth, month, payroll)
        for rows in (staff, costs):
            approved = rows.filter(pl.col("status") == APPROVED)
            at = (approved["project"].to_numpy(), approved["period"].to_numpy())
            np.add.at(self.group, at, approved["group"].to_numpy())
        self.lent.append(lent_time(firm, entries))
        self.contractors.append(entries.filter(pl.col("contractor") & (pl.col("status") > DRAFT)))
        self.work.append(_worked(entries.filter(pl.col("status") > DRAFT)))
        judge_doubtful(firm, truth, entries)
        issue(firm, ledger, truth, self.sales.month(entries, costs, month), month)

    def _time(self, month: int) -> pl.DataFrame:
        firm, ledger, truth, world = self.firm, self.ledger, self.truth, self.firm.world
        tag = month_tag(world, month)
        entries, absences = month_entries(firm, month)
        world.drop.write("absence", absences, part=tag)
        write_bookings(firm, truth, month)
        planted = plant_labour(firm, with_posting(firm, entries, world.rng(14, month)), month)
        planted = edit_after_close(firm, truth, planted, month)
        entries = planted.entries
        hold_back(firm, truth, entries, month)
        write_entries(firm, entries, planted.older, month)
        write_messages(world, entries, flow="time_to_erp", origin="time_entry", system="psa", part=tag)
        costed = with_payroll(firm, entries)
        lines = post_labour(firm, ledger, costed, month)
        post_second_lines(firm, ledger, truth, entries, lines, flow="labor_cost", tag=tag)
        staff = costed.filter(~pl.col("contractor"))
        judge_cost(firm, truth, staff, lines, flow="labor_cost", origin="time_entry")
        judge_controls(firm, truth, staff)
        self.paid.append(staff.filter("at_actual"))
        return entries

    def _expenses(self, entries: pl.DataFrame, month: int) -> pl.DataFrame:
        firm, ledger, truth = self.firm, self.ledger, self.truth
        costs = plant_expenses(firm, month_expenses(firm, entries, month), month).entries
        lines = write_expenses(firm, ledger, costs, month)
        post_second_lines(firm, ledger, truth, costs, lines, flow="expense_cost", tag=month_tag(firm.world, month))
        judge_cost(firm, truth, costs, lines, flow="expense_cost", origin="expense")
        return costs

    def settle_vendors(self) -> None:
        """Order, bill and accrue the year's contractor time, and settle between the entities."""
        firm, ledger, truth = self.firm, self.ledger, self.truth
        time = pl.concat(self.contractors)
        write_orders(firm, time)
        bills = make_bills(firm, time)
        write_bills(firm, bills)
        lines = post_bills(firm, ledger, bills)
        post_second_lines(firm, ledger, truth, bills.lines, lines, flow="vendor_cost", tag="")
        judge_vendors(firm, truth, bills, post_accruals(firm, ledger, truth, bills))
        add_vendor_cost(firm.world, self.group, bills)
        settle(firm, ledger, truth, pl.concat(self.lent))

    def close(self) -> None:
        """Size what was sold to what was worked, recognise and bill it, and balance the books."""
        firm, ledger, truth = self.firm, self.ledger, self.truth
        post_payroll(firm, ledger, truth, pl.concat(self.paid))
        terms = make_terms(firm, _worked(pl.concat(self.work)), self.group)
        self.sales.settle_caps(terms.amount)
        write_sales(firm, terms)
        judge_amendment(firm, truth, terms)
        forecasts = forecast(firm, terms)
        write_forecasts(firm, truth, terms, forecasts)
        recognise(firm, ledger, truth, terms, forecasts)
        write_events(firm, ledger, truth, terms)
        write_doubtful(firm)
        judge_year(firm, truth)
        ledger.write_balances()


def _worked(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by("project").agg(pl.col("hours", "value").sum()).sort("project")
