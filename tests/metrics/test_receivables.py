"""Days sales outstanding: open receivables and a year's invoices, against a loop over documents and receipts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.calendars import four_four_five, months
from tests.metrics.conftest import Run
from tests.metrics.drawn import CAREFUL
from tests.metrics.twin import to_cents

BUILT = date(2026, 9, 18)
FIRST = date(2025, 1, 1)
#: One entity of months and one of 4-4-5 weeks, whose years do not begin together.
PERIODS = {"M": months(2025, 24), "W": four_four_five(date(2024, 12, 29), 8)}
#: The currency of each entity's books, into which an invoice goes at its own day's rate.
BOOKS = {"M": "EUR", "W": "USD"}
ACROSS = {("USD", "EUR"): Decimal("0.9"), ("EUR", "USD"): Decimal("1.1")}
INVOICES = (
    "source_system text, invoice_id text, legal_entity_id text, customer_id text, currency text, invoice_date date,"
    " status text, document_type text, issued_at timestamptz, voided_at timestamptz, updated_at timestamptz,"
    " is_deleted boolean"
)
LINES = "source_system text, invoice_id text, amount decimal(18, 2), tax_amount decimal(18, 2), is_deleted boolean"
RECEIPTS = (
    "source_system text, invoice_id text, amount decimal(18, 2), currency text, received_date date, is_deleted boolean"
)
Cell = tuple[str, str, str]  # period, entity, customer


@dataclass(frozen=True)
class Invoice:
    """A document of a billing system; one that is void counts until then, a draft never."""

    system: str
    id: str
    entity: str
    customer: str
    currency: str
    day: date
    net: Decimal
    tax: Decimal
    kind: str
    status: str
    void_after: int

    @property
    def voided_on(self) -> date:
        """The day on which it was voided, if it was."""
        return self.day + timedelta(days=self.void_after)

    @property
    def total(self) -> Decimal:
        """What it adds to receivables, with tax."""
        return -(self.net + self.tax) if self.kind == "credit_note" else self.net + self.tax


@dataclass(frozen=True)
class Receipt:
    """Money received, told by a system that need not be the invoice's."""

    system: str
    invoice: str | None
    amount: Decimal
    currency: str
    day: date


def rate(currency: str, place: int, kind: str) -> Decimal:
    """Return the rate of an entity's period, counted from the first."""
    if currency == "EUR":
        return Decimal(1)
    return Decimal("0.9") + Decimal(place) / 1000 + (Decimal("0.005") if kind == "closing" else 0)


def paid(receipt: Receipt, invoices: list[Invoice]) -> Invoice | None:
    """Return the invoice that a receipt pays: its own system's, else the one that a single system has."""
    counted = [one for one in invoices if one.status != "draft" and one.id == receipt.invoice]
    own = [one for one in counted if one.system == receipt.system]
    if own:
        return own[0]
    named = [one for one in invoices if one.id == receipt.invoice]
    return counted[0] if len(named) == 1 and counted else None


def moves(invoices: list[Invoice], receipts: list[Receipt]) -> list[tuple[Invoice, date, Decimal, Decimal]]:
    """Return (invoice, day, what was invoiced in the books' currency, what became open) of all that happened."""
    found = []
    for one in invoices:
        worth = to_cents(Fraction(one.total) * Fraction(ACROSS.get((one.currency, BOOKS[one.entity]), Decimal(1))))
        if one.status != "draft":
            found.append((one, one.day, worth, one.total))
        if one.status == "void":
            found.append((one, one.voided_on, -worth, -one.total))
    for receipt in receipts:
        invoice = paid(receipt, invoices)
        if invoice is not None:
            across = ACROSS.get((receipt.currency, invoice.currency), Decimal(1))
            found.append((invoice, receipt.day, Decimal(0), -to_cents(Fraction(receipt.amount) * Fraction(across))))
    return found


def receivables(invoices: list[Invoice], receipts: list[Receipt]) -> dict[Cell, tuple[Decimal, Decimal]]:
    """Return open receivables and the invoices of a year at each period's end, by entity and customer."""
    found: dict[Cell, tuple[Decimal, Decimal]] = {}
    for entity, periods in PERIODS.items():
        cells: dict[tuple[int, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for invoice, day, invoiced, opened in moves(invoices, receipts):
            if invoice.entity == entity:
                place = next(i for i, (_, first, last) in enumerate(periods) if first <= day <= last)
                cells[place, invoice.customer, invoice.currency][0] += invoiced
                cells[place, invoice.customer, invoice.currency][1] += opened
        begun = [periods[place][1] for (place, _, _), (invoiced, _) in cells.items() if invoiced]
        for now, (name, first, last) in enumerate(periods):
            if first > BUILT:
                continue
            for customer in {who for place, who, _ in cells if place <= now}:
                left = year = Decimal(0)
                for currency in ("EUR", "USD"):
                    mine = {place: both for (place, who, what), both in cells.items()
                            if (who, what) == (customer, currency) and place <= now}  # fmt: skip
                    opened = sum((both[1] for both in mine.values()), Decimal(0))
                    left += to_cents(Fraction(opened) * Fraction(rate(currency, now, "closing")))
                    for place, (invoiced, _) in mine.items():
                        if in_the_year(periods[place], last):
                            year += to_cents(Fraction(invoiced) * Fraction(rate(BOOKS[entity], place, "average")))
                found[name, entity, customer] = (left, brought_to_a_year(year, min(begun, default=None), last))
    return found


def year_before(day: date) -> date:
    """Return the same day of the year before; of a leap day, the day before it."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def in_the_year(period: tuple[str, date, date], end: date) -> bool:
    """Whether most of a period's days lie in the twelve months that end with a day."""
    _, first, last = period
    return (last - year_before(end)).days > (year_before(end) - first).days


def brought_to_a_year(amount: Decimal, begun: date | None, end: date) -> Decimal:
    """Return a year's invoices where only some of it has landed: by the days from the first period on."""
    if begun is None or (begun - year_before(end)).days <= 3:  # a year of weeks has 364 days
        return amount
    days = (min(end, BUILT) - begun).days + 1
    return to_cents(Fraction(amount) * 365 / days) if days else Decimal(0)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Invoice], list[Receipt]]:
    start = draw(st.integers(0, 500))  # young firms too
    days = st.integers(start, 600).map(lambda number: FIRST + timedelta(days=number))
    amounts = st.decimals(min_value=1, max_value=90_000, places=2)
    keys = draw(
        st.lists(st.tuples(st.sampled_from(["erp", "old"]), st.sampled_from("abcdef")), unique=True, max_size=8)
    )
    invoices = [
        Invoice(
            system, name, draw(st.sampled_from(sorted(PERIODS))), draw(st.sampled_from("xy")),
            draw(st.sampled_from(["EUR", "USD"])), draw(days), draw(amounts),
            draw(st.sampled_from([Decimal(0), Decimal(19)])),
            draw(st.sampled_from(["invoice", "invoice", "credit_note"])),
            draw(st.sampled_from(["issued", "issued", "void", "draft"])), draw(st.integers(0, 20)),
        )
        for system, name in keys
    ]  # fmt: skip
    receipts = [
        Receipt(
            draw(st.sampled_from(["erp", "old", "bank"])), draw(st.sampled_from(["a", "b", "c", "d", "e", "f", None])),
            draw(amounts), draw(st.sampled_from(["EUR", "USD"])), draw(days),
        )
        for _ in range(draw(st.integers(0, 6)))
    ]  # fmt: skip
    return invoices, receipts


@CAREFUL
@given(world=worlds())
def test_receivables_are_what_a_loop_over_documents_and_receipts_says(
    run: Run, world: tuple[list[Invoice], list[Receipt]]
) -> None:
    invoices, receipts = world
    touched = {(invoice.entity, day) for invoice, day, _, _ in moves(invoices, receipts)}
    days = [
        (entity, day, *next(one for one in PERIODS[entity] if one[1] <= day <= one[2]))
        for entity, day in sorted(touched)
    ]
    found = run(
        "select period_id, legal_entity_key, customer_key, open_group, invoiced_group from {int_metric_receivables}",
        {
            "stg_billing__invoices": (
                INVOICES,
                [
                    (one.system, one.id, one.entity, one.customer, one.currency, one.day, one.status, one.kind,
                     None if one.status == "draft" else f"{one.day} 12:00:00+00", f"{one.voided_on} 12:00:00+00",
                     f"{one.voided_on} 12:00:00+00", False)
                    for one in invoices
                ],
            ),
            "stg_billing__invoice_lines": (LINES, [(one.system, one.id, one.net, one.tax, False) for one in invoices]),
            "stg_billing__cash_receipts": (
                RECEIPTS, [(one.system, one.invoice, one.amount, one.currency, one.day, False) for one in receipts],
            ),
            "int_id_map": (
                "entity_type text, system text, source_id text, valid_from date, valid_to date, key text",
                [
                    (kind, system, name, date(1900, 1, 1), date(9999, 12, 31), name)
                    for system in ("erp", "old")
                    for kind, name in (*(("legal_entity", e) for e in PERIODS), ("customer", "x"), ("customer", "y"))
                ],
            ),
            "int_legal_entities": (
                "legal_entity_key text, region text, time_zone text, functional_currency text",
                [(entity, "R", "UTC", BOOKS[entity]) for entity in PERIODS],
            ),
            "int_period_days": (
                "legal_entity_key text, day date, period_id text, start_date date, end_date date", days,
            ),
            "int_periods": (
                "legal_entity_key text, period_id text, start_date date, end_date date",
                [(entity, *period) for entity, periods in PERIODS.items() for period in periods],
            ),
            "int_today": ("legal_entity_key text, build_date date", [(entity, BUILT) for entity in PERIODS]),
            "int_fx_days": (
                "from_currency text, to_currency text, rate_date date, rate decimal(18, 8)",
                [
                    (*pair, day, across) for pair, across in ACROSS.items()
                    for day in sorted({one.day for one in [*invoices, *receipts]})
                ],
            ),
            "int_fx_period": (
                ("legal_entity_key text, period_id text, from_currency text, average_rate decimal(18, 8),"
                 " closing_rate decimal(18, 8)"),
                [
                    (entity, name, currency, rate(currency, place, "average"), rate(currency, place, "closing"))
                    for entity, periods in PERIODS.items() for place, (name, _, _) in enumerate(periods)
                    for currency in ("EUR", "USD")
                ],
            ),
        },
    )  # fmt: skip
    assert {tuple(cell): (left, year) for *cell, left, year in found} == receivables(invoices, receipts)
