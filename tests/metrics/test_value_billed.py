"""Leakage, realization and margin accuracy, against loops over items, entries and margins."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.conftest import Run
from tests.metrics.drawn import CAREFUL
from tests.metrics.twin import to_cents

BUILT = date(2026, 9, 18)
AMOUNTS = st.decimals(min_value=-900, max_value=90_000, places=2)
UNBILLED = ["not_billed", "unmapped", "integration_failed"]
#: What an invoice left of the work, or a credit note took back.
SHORT = ["partially_posted", "amount_difference", "hours_difference", "rate_difference", "reversed_in_erp"]
MODELS = {"tm": "time_and_materials", "ff": "fixed_fee", "su": "subscription"}


@dataclass(frozen=True)
class Item:
    """A difference of the match; an event's age counts from `due`, anything else's from its approval."""

    flow: str
    category: str
    status: str
    kind: str
    id: str
    project: str
    amount: Decimal
    age: int | None


def leaked(items: list[Item], events: dict[str, tuple[date, str]], held: set[tuple[str, str]]) -> dict[str, Decimal]:
    """Return by project what nobody has invoiced for more than ninety days and nobody holds back."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for one in items:
        if one.flow != "billing" or one.status == "resolved" or one.kind == "expense":
            continue
        if one.category not in UNBILLED and not (one.category in SHORT and one.amount > 0):
            continue
        if (one.kind, one.id) in held:
            continue
        age = one.age
        if one.kind == "billing_event" and one.id in events:
            due, model = events[one.id]
            if model == "subscription":
                continue
            age = (BUILT - due).days
        if age is not None and age > 90:
            found[one.project] += one.amount
    return dict(found)


@st.composite
def items(draw: st.DrawFn) -> Item:
    return Item(
        draw(st.sampled_from(["billing", "billing", "billing", "labor_cost"])),
        draw(st.sampled_from([*UNBILLED, *SHORT, "on_hold", "unapproved", "written_down"])),
        draw(st.sampled_from(["open", "open", "accepted", "resolved"])),
        draw(st.sampled_from(["time_entry", "milestone", "billing_event", "expense"])),
        draw(st.sampled_from("abcd")), draw(st.sampled_from([*MODELS, "unmapped"])), draw(AMOUNTS),
        draw(st.one_of(st.none(), st.integers(80, 100))),
    )  # fmt: skip


DUE = st.integers(85, 95).map(lambda days: BUILT - timedelta(days=days))
HELD = st.tuples(st.sampled_from(["time_entry", "milestone", "billing_event"]), st.sampled_from("abcd"))


@CAREFUL
@given(
    drawn=st.lists(items(), max_size=14),
    events=st.dictionaries(st.sampled_from("abcd"), st.tuples(DUE, st.sampled_from(["retainer", "subscription"]))),
    held=st.sets(HELD, max_size=3),
)
def test_leakage_is_what_a_loop_over_open_items_says(
    run: Run, drawn: list[Item], events: dict[str, tuple[date, str]], held: set[tuple[str, str]]
) -> None:
    found = run(
        "select project_key, leaked_group from {int_metric_leakage}",
        {
            "recon_item": (
                ("flow text, category text, status text, origin_type text, origin_system text, origin_id text,"
                 " legal_entity_key text, project_key text, customer_key text, difference_group decimal(18, 2),"
                 " age_days_approved int"),
                [(one.flow, one.category, one.status, one.kind, "s", one.id, "E", one.project, "c", one.amount, one.age)
                 for one in drawn],
            ),
            "int_billing_events_due": (
                "source_system text, billing_event_id text, due_date date, billing_model text",
                [("s", key, due, model) for key, (due, model) in events.items()],
            ),
            "int_recon_holds": (
                "flow text, origin_type text, origin_system text, origin_id text",
                [("billing", kind, "s", key) for kind, key in held],
            ),
            "int_today": ("legal_entity_key text, build_date date", [("E", BUILT)]),
            "int_period_days": ("legal_entity_key text, day date, period_id text", [("E", BUILT, "2026-09")]),
            "int_projects": (
                "project_key text, practice text, customer_key text, billing_model text",
                [(key, "P", "c", model) for key, model in MODELS.items()],
            ),
            "int_legal_entities": ("legal_entity_key text, region text", [("E", "R")]),
        },
    )  # fmt: skip
    assert dict(found) == leaked(drawn, events, held)


@dataclass(frozen=True)
class Hours:
    """An entry of time with its card rate, and what was billed of it (None: nothing) by the month of the invoice."""

    project: str
    day: date
    billable: Decimal
    card: tuple[Decimal, str] | None
    status: str
    is_deleted: bool
    billed: Decimal | None
    invoiced: str


CARDS = st.tuples(st.decimals(min_value=1, max_value=300, places=6), st.sampled_from(["EUR", "USD"]))
DOLLAR, GROUP = Decimal("0.91"), {"2026-03": Decimal("1.2"), "2026-04": Decimal("1.3")}


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    return Hours(
        draw(st.sampled_from(["tm", "ff"])), draw(st.sampled_from([date(2026, 3, 31), date(2026, 4, 1)])),
        draw(st.decimals(min_value=-4, max_value=12, places=2)), draw(st.one_of(st.none(), CARDS)),
        draw(st.sampled_from(["approved", "submitted", "rejected"])), draw(st.integers(0, 5)) == 0,
        draw(st.one_of(st.none(), AMOUNTS)), draw(st.sampled_from(sorted(GROUP))),
    )  # fmt: skip


def realized(entries: list[Hours]) -> dict[str, tuple[Decimal, Decimal]]:
    """Return what was billed of time and what the card would have charged, by month, where a card is known."""
    billed: dict[str, Decimal] = defaultdict(Decimal)
    card: dict[str, Decimal] = defaultdict(Decimal)
    for one in entries:
        if one.project != "tm" or one.card is None:
            continue
        if one.billed is not None:
            billed[one.invoiced] += one.billed
        if one.status != "rejected" and not one.is_deleted and one.billable:
            price, currency = one.card
            worth = to_cents(Fraction(one.billable) * Fraction(price))
            card[f"{one.day:%Y-%m}"] += to_cents(Fraction(worth) * Fraction(DOLLAR if currency == "USD" else 1))
    return {
        month: (billed[month], to_cents(Fraction(card[month]) * Fraction(GROUP[month])))
        for month in {*billed, *card}
    }  # fmt: skip


@CAREFUL
@given(entries=st.lists(hours(), max_size=14))
def test_realization_is_what_a_loop_over_entries_says(run: Run, entries: list[Hours]) -> None:
    found = run(
        "select period_id, billed_group, card_group from {int_metric_realization}",
        {
            "fct_project_ledger": (
                ("basis text, flow text, origin_type text, origin_system text, origin_id text, period_id text,"
                 " legal_entity_key text, project_key text, amount_group decimal(18, 2)"),
                [
                    ("finance_posted", "billing", "time_entry", "psa", str(n), one.invoiced, "E", one.project,
                     one.billed)
                    for n, one in enumerate(entries) if one.billed is not None
                ],
            ),
            "int_time_priced": (
                ("source_system text, time_entry_id text, project_key text, project_entity_key text, work_date date,"
                 " status text, is_deleted boolean, billable_hours decimal(9, 2), card_rate decimal(18, 6),"
                 " card_currency text"),
                [
                    ("psa", str(n), one.project, "E", one.day, one.status, one.is_deleted, one.billable,
                     *(one.card or (None, None)))
                    for n, one in enumerate(entries)
                ],
            ),
            "int_legal_entities": ("legal_entity_key text, region text, functional_currency text", [("E", "R", "EUR")]),
            "int_period_days": (
                "legal_entity_key text, day date, period_id text",
                [("E", date(2026, 3, 31), "2026-03"), ("E", date(2026, 4, 1), "2026-04")],
            ),
            "int_fx_days": (
                "from_currency text, to_currency text, rate_date date, rate decimal(18, 8)",
                [("USD", "EUR", day, DOLLAR) for day in (date(2026, 3, 31), date(2026, 4, 1))],
            ),
            "int_fx_period": (
                "legal_entity_key text, period_id text, from_currency text, average_rate decimal(18, 8)",
                [("E", month, "EUR", one) for month, one in GROUP.items()],
            ),
            "int_projects": (
                "project_key text, practice text, customer_key text, billing_model text",
                [(key, "P", "c", model) for key, model in MODELS.items()],
            ),
        },
    )  # fmt: skip
    assert {month: (billed, card) for month, billed, card in found} == realized(entries)


@CAREFUL
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["operational", "finance_posted"]), st.sampled_from(["2026-03", "2026-04"]),
                  st.sampled_from(["a", "b"]), st.decimals(min_value=-5_000, max_value=5_000, places=2)), max_size=12,
    )
)  # fmt: skip
def test_margin_accuracy_measures_each_project_by_itself(run: Run, rows: list[tuple[str, str, str, Decimal]]) -> None:
    both: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for basis, month, project, margin in rows:
        both[month, project][basis] += margin
    expected = {}
    for cell, margins in both.items():
        one, other = margins["operational"], margins["finance_posted"]
        if one or other:
            larger = max(abs(one), abs(other))
            expected[cell] = (larger - abs(one - other), larger)
    found = run(
        "select period_id, project_key, agreed, larger from {int_metric_margin_pairs}",
        {
            "int_metric_money": (
                ("basis text, period_id text, legal_entity_key text, region text, practice text, customer_key text,"
                 " project_key text, billing_model text, project_margin decimal(18, 2)"),
                [(basis, month, "E", "R", "P", "c", project, "ff", margin) for basis, month, project, margin in rows],
            )
        },
    )  # fmt: skip
    assert {(month, project): tuple(sides) for month, project, *sides in found} == expected
