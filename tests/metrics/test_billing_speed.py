"""Billing cycle, provisioning and latency: how long things took, against loops over what happened when."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.conftest import Run
from tests.metrics.drawn import CAREFUL

START = datetime(2026, 3, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 60 * 24 * 3600).map(lambda seconds: START + timedelta(seconds=seconds))
AMOUNTS = st.decimals(min_value=-500, max_value=9_000, places=2)
FOREVER = date(9999, 12, 31)
ORIGINS = ("time_entry", "expense", "milestone", "billing_event")


def months_of(first: date, last: date, entities: list[str]) -> list[tuple[str, date, str]]:
    """Return the rows of int_period_days for calendar months."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [(entity, day, f"{day:%Y-%m}") for entity in entities for day in days]


def six(value: Fraction) -> Decimal:
    """Round half away from zero to six decimals."""
    whole = int(abs(value) * 10**6 + Fraction(1, 2))
    return Decimal(-whole if value < 0 else whole) / 10**6


Billed = tuple[str, int, Decimal, int]  # origin type, origin, amount, invoice line


@CAREFUL
@given(
    ready=st.dictionaries(st.tuples(st.sampled_from(ORIGINS[:3]), st.integers(0, 3)), st.one_of(st.none(), MOMENTS)),
    copies=st.integers(0, 1),
    invoices=st.lists(
        st.tuples(MOMENTS, st.sampled_from(["issued", "issued", "void", "draft"]),
                  st.sampled_from(["invoice", "invoice", "credit_note"])), min_size=1, max_size=4,
    ),
    billed=st.lists(st.tuples(st.sampled_from(ORIGINS), st.integers(0, 3), AMOUNTS, st.integers(0, 3)), max_size=10),
)  # fmt: skip
def test_a_billing_cycle_is_what_a_loop_over_invoiced_records_says(
    run: Run, ready: dict[tuple[str, int], datetime | None], copies: int, invoices: list[tuple[datetime, str, str]],
    billed: list[Billed],
) -> None:  # fmt: skip
    milestones = {number: at for (kind, number), at in ready.items() if kind == "milestone" and at}
    elsewhere = [("psa2", "0", START)] * copies  # another system's milestone of the same id
    sold: dict[int, Decimal] = defaultdict(Decimal)
    weighed: dict[int, Fraction] = defaultdict(Fraction)
    for kind, number, amount, line in billed:
        if line >= len(invoices) or invoices[line][1:] != ("issued", "invoice"):
            continue
        since = ready.get((kind, number))
        if kind == "billing_event":
            meant = [milestones[number]] if number in milestones else []
            meant += [START] * copies if number == 0 else []
            since = meant[0] if len(meant) == 1 else None  # of several, nobody knows whose
        if since is None:
            continue
        seconds = int((invoices[line][0] - since).total_seconds())
        days = math.floor(Fraction(seconds, 86_400) + Fraction(1, 2))
        sold[days] += amount
        weighed[days] += Fraction(amount) * seconds / 86_400
    found = run(
        "select cycle_days, amount_group, amount_days from {int_metric_billing_cycle}",
        {
            "int_time_priced": (
                "source_system text, time_entry_id text, approved_at timestamptz",
                [("psa", str(n), at) for (kind, n), at in ready.items() if kind == "time_entry"],
            ),
            "int_expense_priced": (
                "source_system text, expense_id text, approved_at timestamptz",
                [("psa", str(n), at) for (kind, n), at in ready.items() if kind == "expense"],
            ),
            "int_revenue_milestones": (
                "source_system text, origin_id text, completed_at timestamptz",
                [("psa", str(n), at) for n, at in milestones.items()] + elsewhere,
            ),
            "int_billing_events_due": (
                "source_system text, billing_event_id text, milestone_id text",
                [("erp", str(number), str(number)) for number in range(4)],
            ),
            "int_invoice_lines": (
                "source_system text, invoice_line_id text, issued_at timestamptz, status text, document_type text",
                [("erp", str(n), at, status, kind) for n, (at, status, kind) in enumerate(invoices)],
            ),
            "fct_project_ledger": (
                ("source_system text, invoice_line_id text, origin_type text, origin_system text, origin_id text,"
                 " flow text, basis text, amount_group decimal(18, 2), period_id text, legal_entity_key text,"
                 " region text, practice text, customer_key text, project_key text, billing_model text"),
                [
                    ("erp", str(line), kind, "erp" if kind == "billing_event" else "psa", str(number), "billing",
                     "finance_posted", amount, "2026-03", "E", "R", "P", "c", "p", "fixed_fee")
                    for kind, number, amount, line in billed
                ],
            ),
            "int_projects": ("project_key text, practice text, billing_model text", [("p", "P", "fixed_fee")]),
        },
    )  # fmt: skip
    assert {days: (amount, weighted) for days, amount, weighted in found} == {
        days: (amount, six(weighed[days])) for days, amount in sold.items()
    }


ZONES = {"BER": "Europe/Berlin", "NYC": "America/New_York"}


@CAREFUL
@given(
    won=st.lists(st.tuples(st.sampled_from([True, True, False]), st.one_of(st.none(), MOMENTS), st.booleans()),
                 min_size=1, max_size=3),
    projects=st.lists(
        st.tuples(st.sampled_from(sorted(ZONES)), st.integers(0, 3), st.one_of(st.none(), MOMENTS),
                  st.sampled_from(["c", "none"]), st.sampled_from(["fixed_fee", None]), st.booleans(), st.booleans()),
        max_size=6,
    ),
)  # fmt: skip
def test_provisioning_is_what_a_loop_over_projects_says(
    run: Run, won: list[tuple[bool, datetime | None, bool]],
    projects: list[tuple[str, int, datetime | None, str, str | None, bool, bool]],
) -> None:  # fmt: skip
    expected: dict[tuple[str, str], tuple[int, int, Decimal]] = {}
    for place, (entity, contract, ready, customer, model, planned, deleted) in enumerate(projects):
        if contract >= len(won) or ready is None or deleted:
            continue
        is_won, closed_at, is_gone = won[contract]
        if not is_won or closed_at is None or is_gone:
            continue
        month = f"{ready.astimezone(ZoneInfo(ZONES[entity])):%Y-%m}"
        complete = int(customer != "none" and model is not None and planned)
        elapsed = six(Fraction(int((ready - closed_at).total_seconds()), 86_400))
        expected[month, f"p{place}"] = (1, complete, elapsed)
    found = run(
        "select period_id, project_key, projects, complete_projects, elapsed_days from {int_metric_provisioning}",
        {
            "int_contracts": (
                "contract_key text, source_system text, opportunity_id text",
                [(f"k{n}", "crm", f"o{n}") for n in range(len(won))],
            ),
            "stg_crm__opportunities": (
                "source_system text, opportunity_id text, is_won boolean, is_deleted boolean, closed_at timestamptz",
                [("crm", f"o{n}", is_won, is_gone, at) for n, (is_won, at, is_gone) in enumerate(won)],
            ),
            "stg_psa__project_baselines": (
                "source_system text, project_id text, is_deleted boolean",
                [("psa", f"p{n}", not one[5]) for n, one in enumerate(projects)],
            ),
            "int_build": ("build_date date", [(date(2026, 6, 1),)]),
            "int_id_map": (
                "entity_type text, system text, source_id text, valid_from date, valid_to date, key text",
                [("project", "psa", f"p{n}", date(1900, 1, 1), FOREVER, f"p{n}") for n in range(len(projects))],
            ),
            "int_projects": (
                ("project_key text, contract_key text, legal_entity_key text, practice text, customer_key text,"
                 " billing_model text, provisioned_at timestamptz, is_deleted boolean"),
                [
                    (f"p{n}", f"k{contract}", entity, "P", customer, model, at, deleted)
                    for n, (entity, contract, at, customer, model, _, deleted) in enumerate(projects)
                ],
            ),
            "int_legal_entities": (
                "legal_entity_key text, region text, time_zone text", [(key, "R", zone) for key, zone in ZONES.items()],
            ),
            "int_period_days": (
                "legal_entity_key text, day date, period_id text",
                months_of(date(2026, 2, 28), date(2026, 5, 2), sorted(ZONES)),
            ),
        },
    )  # fmt: skip
    assert {(period, project): tuple(rest) for period, project, *rest in found} == expected


@CAREFUL
@given(
    entries=st.lists(
        st.tuples(
            st.sampled_from(["2026-03", "none"]), st.sampled_from(["Analyst", "Manager"]),
            st.one_of(st.none(), MOMENTS), st.one_of(st.none(), MOMENTS),
            st.sampled_from(["approved", "submitted", "rejected"]),
            st.sampled_from(["employee", "employee", "contractor"]), st.booleans(),
        ),
        max_size=20,
    )
)  # fmt: skip
def test_latency_is_what_a_loop_over_entries_says(
    run: Run, entries: list[tuple[str, str, datetime | None, datetime | None, str, str, bool]]
) -> None:
    expected: Counter[tuple[str, str, int]] = Counter()
    for period, role, submitted, landed, status, worker, deleted in entries:
        if period != "none" and submitted and landed and status != "rejected" and worker == "employee" and not deleted:
            hours = Fraction(int((landed - submitted).total_seconds()), 3_600)
            expected[period, role, math.floor(hours + Fraction(1, 2))] += 1
    found = run(
        "select period_id, role, latency_hours, entries from {int_metric_latency}",
        {
            "int_time_priced": (
                ("work_period_id text, legal_entity_key text, region text, practice text, role text,"
                 " first_submitted_at timestamptz, first_landed_at timestamptz, status text, worker_type text,"
                 " is_deleted boolean"),
                [(period, "E", "R", "P", role, *rest) for period, role, *rest in entries],
            )
        },
    )  # fmt: skip
    assert {(period, role, hours): entries for period, role, hours, entries in found} == dict(expected)
