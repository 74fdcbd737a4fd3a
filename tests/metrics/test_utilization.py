"""Utilization from entries, postings and capacity to the rows of the metrics, against loops over people's hours."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.conftest import Run
from tests.metrics.drawn import CAREFUL
from tests.metrics.twin import to_cents

BUILD_DAY = date(2026, 9, 30)
PERIODS = {"2026-08": date(2026, 8, 1), "2026-09": date(2026, 9, 1), "2026-10": date(2026, 10, 1)}
ROLES = ("Analyst", "Consultant")
MODELS = {"sold": "time_and_materials", "fixed": "fixed_fee", "bench": "non_billable"}
WORKERS = {"ann": "employee", "con": "contractor"}
HOURS = st.decimals(min_value=-4, max_value=12, places=2)
Place = tuple[str, str]  # period and role

TIME = (
    "work_period_id text, legal_entity_key text, region text, practice text, role text, customer_key text,"
    " project_key text, worker_type text, hours decimal(9, 2), billable_hours decimal(9, 2), is_deleted boolean,"
    " status text"
)
LEDGER = (
    "ledger_id text, basis text, flow text, period_id text, legal_entity_key text, region text, practice text,"
    " role text, customer_key text, project_key text, worker_key text, hours decimal(18, 2),"
    " billable_hours decimal(18, 2)"
)
CAPACITY = (
    "period_id text, legal_entity_key text, region text, practice text, role text, worker_type text, first_day date,"
    " capacity_hours decimal(18, 2), available_hours decimal(18, 2), target_hours decimal(18, 2),"
    " billable_target decimal(9, 6)"
)
FED = (
    "period_id text, legal_entity_key text, region text, practice text, role text, customer_key text,"
    " project_key text, billing_model text"
)


@dataclass(frozen=True)
class Entry:
    """Hours of work on a project."""

    period: str
    role: str
    project: str
    hours: Decimal
    billable: Decimal
    worker_type: str = "employee"
    status: str = "approved"
    is_deleted: bool = False


@dataclass(frozen=True)
class Posting:
    """A posted line of labour: of one entry with its billable hours, or of several that it sums up."""

    period: str
    role: str
    hours: Decimal
    billable: Decimal | None
    covered: tuple[Entry, ...] = ()
    worker: str = "none"


@dataclass(frozen=True)
class Terms:
    """A person's capacity in a period."""

    period: str
    role: str
    capacity: Decimal
    absence: Decimal
    target: Decimal | None
    worker_type: str = "employee"


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    worked = draw(HOURS)
    return Entry(
        draw(st.sampled_from(sorted(PERIODS))), draw(st.sampled_from(ROLES)), draw(st.sampled_from(sorted(MODELS))),
        worked, draw(st.sampled_from([worked, Decimal(0), Decimal("1.25")])),
        draw(st.sampled_from(["employee", "employee", "contractor"])),
        draw(st.sampled_from(["approved", "approved", "submitted", "draft", "rejected"])),
        draw(st.integers(0, 6)) == 0,
    )  # fmt: skip


@st.composite
def postings(draw: st.DrawFn) -> Posting:
    covered = tuple(draw(st.lists(entries(), max_size=4)))
    told = draw(HOURS)
    return Posting(
        draw(st.sampled_from(sorted(PERIODS))), draw(st.sampled_from(ROLES)), told,
        None if covered else draw(st.sampled_from([told, Decimal(0), None])), covered,
        "none" if covered else draw(st.sampled_from(sorted(WORKERS))),
    )  # fmt: skip


@st.composite
def people(draw: st.DrawFn) -> Terms:
    capacity = draw(st.decimals(min_value=0, max_value=184, places=2))
    return Terms(
        draw(st.sampled_from(sorted(PERIODS))), draw(st.sampled_from(ROLES)), capacity,
        draw(st.decimals(min_value=0, max_value=capacity, places=2)),
        draw(st.sampled_from([None, Decimal("0.8"), Decimal("0.75")])),
        draw(st.sampled_from(["employee", "employee", "contractor"])),
    )  # fmt: skip


def posted_billable(line: Posting) -> Decimal:
    """Return the billable hours of a posted line: as told, else its hours by the billable share of what it covers."""
    if line.billable is not None:
        return line.billable
    whole = sum((one.hours for one in line.covered), Decimal(0))
    part = sum((one.billable for one in line.covered), Decimal(0))
    return to_cents(Fraction(line.hours) * Fraction(part) / Fraction(whole)) if whole else Decimal(0)


def utilization(
    worked: list[Entry], posted: list[Posting], terms: list[Terms]
) -> dict[tuple[str, str], dict[Place, tuple[Decimal, Decimal]]]:
    """Return numerator and denominator of each metric and basis by period and role."""
    sides: dict[tuple[str, str], dict[Place, list[Decimal]]] = defaultdict(
        lambda: defaultdict(lambda: [Decimal(0), Decimal(0)])
    )
    for one in worked:
        if one.is_deleted or one.status not in {"approved", "submitted"} or one.worker_type == "contractor":
            continue
        place = (one.period, one.role)
        for name in ("utilization_billable", "utilization_gross", "utilization_vs_target"):
            sides[name, "operational"][place][0] += one.billable
        if MODELS[one.project] != "non_billable":
            sides["utilization_productive", "operational"][place][0] += one.hours
    for line in posted:
        if WORKERS.get(line.worker) == "contractor":
            continue
        sides["utilization_billable", "finance_posted"][line.period, line.role][0] += posted_billable(line)
    for person in terms:
        if person.worker_type == "contractor" or PERIODS[person.period] > BUILD_DAY:
            continue
        place, available = (person.period, person.role), person.capacity - person.absence
        goal = to_cents(Fraction(available) * Fraction(person.target or 0))
        for name, below in (
            ("utilization_billable", available), ("utilization_productive", available),
            ("utilization_gross", person.capacity), ("utilization_vs_target", goal),
        ):  # fmt: skip
            sides[name, "operational"][place][1] += below
        sides["utilization_billable", "finance_posted"][place][1] += available
    return {
        key: {place: (above, below) for place, (above, below) in places.items() if above or below}
        for key, places in sides.items()
    }


@CAREFUL
@given(
    worked=st.lists(entries(), max_size=14),
    posted=st.lists(postings(), max_size=6),
    terms=st.lists(people(), max_size=8),
)
def test_utilization_is_what_loops_over_hours_say(
    run: Run, worked: list[Entry], posted: list[Posting], terms: list[Terms]
) -> None:
    fed = run("select * from {int_metric_hours}", hours_of(worked, posted))
    capacity = run(
        "select * from {int_metric_capacity}",
        {
            "fct_capacity": (CAPACITY, [_capacity(one) for one in terms]),
            "int_today": ("legal_entity_key text, build_date date", [("E", BUILD_DAY)]),
            "int_periods": (
                "legal_entity_key text, period_id text, start_date date",
                [("E", name, first) for name, first in PERIODS.items()],
            ),
        },
    )
    hours = f"basis text, {FED}, is_client_project boolean, is_contractor boolean, hours decimal(18, 2)"
    sums = "capacity_hours, available_hours, target_hours, target_hours_or_80".replace(",", " decimal(18, 2),")
    wanted = "select metric_id, basis, period_id, role, numerator, denominator from"
    rows = run(
        f"{wanted} {{int_metric_rows_hours}}",
        {
            "int_metric_hours": (f"{hours}, billable_hours decimal(18, 2)", fed),
            "int_metric_client_hours": (f"{FED}, hours decimal(18, 2)", []),
        },
    ) + run(
        f"{wanted} {{int_metric_rows_capacity}}",
        {
            "int_metric_capacity": (f"{FED}, {sums} decimal(18, 2)", capacity),
            "int_metric_bookings": (f"{FED}, hours decimal(18, 2)", []),
            "int_metric_compliance": (f"{FED}, due_days bigint, compliant_days bigint", []),
        },
    )
    found: dict[tuple[str, str], dict[Place, list[Decimal]]] = defaultdict(dict)
    for metric, basis, period, role, above, below in rows:
        both = found[metric, basis].setdefault((period, role), [Decimal(0), Decimal(0)])
        both[0] += above or 0
        both[1] += below or 0
    expected = utilization(worked, posted, terms)
    assert set(expected) <= set(found) | {key for key, places in expected.items() if not places}
    for key, places in expected.items():
        given_rows = {place: tuple(both) for place, both in found[key].items() if any(both)}
        assert given_rows == places, key


def hours_of(worked: list[Entry], posted: list[Posting]) -> dict[str, Any]:
    """The tables beneath int_metric_hours."""
    covered = [(number, place, one) for number, line in enumerate(posted) for place, one in enumerate(line.covered)]
    return {
        "int_time_priced": (
            TIME,
            [
                (one.period, "E", "R", "P", one.role, "c", one.project, one.worker_type, one.hours, one.billable,
                 one.is_deleted, one.status)
                for one in worked
            ],
        ),
        "fct_project_ledger": (
            LEDGER,
            [
                (f"g{number}", "finance_posted", "labor_cost", line.period, "E", "R", "P", line.role, "c", "sold",
                 line.worker, line.hours, line.billable)
                for number, line in enumerate(posted)
            ],
        ),
        "int_recon_pools": (
            "pool_key text, ledger_id text, flow text",
            [(f"p{number}", f"g{number}", "labor_cost") for number, line in enumerate(posted) if line.covered],
        ),
        "int_recon_pool_members": (
            "pool_key text, ledger_id text", [(f"p{number}", f"o{number}-{place}") for number, place, _ in covered],
        ),
        "int_labor_operational": (
            "ledger_id text, hours decimal(18, 2), billable_hours decimal(18, 2)",
            [(f"o{number}-{place}", one.hours, one.billable) for number, place, one in covered],
        ),
        "int_projects": ("project_key text, billing_model text", list(MODELS.items())),
        "int_workers": ("worker_key text, worker_type text", list(WORKERS.items())),
    }  # fmt: skip


def _capacity(one: Terms) -> tuple[object, ...]:
    available = one.capacity - one.absence
    goal = to_cents(Fraction(available) * Fraction(one.target or 0))
    return (
        one.period, "E", "R", "P", one.role, one.worker_type, PERIODS[one.period], one.capacity, available, goal,
        one.target,
    )  # fmt: skip
