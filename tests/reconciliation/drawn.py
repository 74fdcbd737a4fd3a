"""What the property tests draw: facts of delivery with whatever the books made of them, pairs, terms and totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from hypothesis import strategies as st

ENTITIES = {"erp:DE01": "EUR", "erp:US01": "USD"}
PERIODS = ("2026-07", "2026-08", "2026-09", "2026-10")
Kind = Literal["line", "link", "accrual"]


@dataclass(frozen=True)
class Posting:
    """One posting of a fact: its share of the amount, how far off, and where it went; perhaps taken back.

    `hours_off` is None where the line states no hours, `period` where it stands in the fact's own; `taken_back` is the
    period of the reversal; `leaves` the cents and quarter hours that a summary has beside this link, if any.
    """

    percent: int
    cents_off: int
    hours_off: int | None
    other_entity: bool
    other_project: bool
    other_currency: bool
    period: int | None
    kind: Kind
    event: int
    bank_percent: int
    taken_back: int | None
    leaves: tuple[int, int] | None


@dataclass(frozen=True)
class Fact:
    """What one flow makes of a time entry, expense or bill line, with its postings."""

    flow: Literal["labor_cost", "expense_cost", "vendor_cost", "revenue", "billing"]
    entity: str
    project: int
    period: int
    status: Literal["approved", "submitted", "rejected", "unknown"]
    quarter_hours: int
    cents: int
    foreign: bool
    undone: Literal["no", "approved", "submitted"]
    days_open: int
    #: Which rate it lacks: of cost, so that it has no currency either, or of exchange, so that its books hold nothing.
    lacks: Literal["nothing", "rate", "exchange"]
    postings: tuple[Posting, ...]


@dataclass(frozen=True)
class Pair:
    """What two entities owe one another for a project and period: both sides of it, each posted or not."""

    provider: str
    project: int
    period: int
    cents: int
    days_open: int
    #: How far off each leg is posted, the provider's and the receiver's; None where it is not.
    legs_off: tuple[int | None, int | None]


@dataclass(frozen=True)
class Term:
    """Revenue that is earned by contract line and period, with what was posted for it."""

    entity: str
    project: int
    period: int
    cents: int
    days_open: int
    is_expected: bool
    #: How far off each posting is, and whether it stands in the next period.
    postings_off: tuple[tuple[int, bool], ...]


@dataclass(frozen=True)
class Total:
    """A line of the books that names no record, and perhaps the one that takes it back, this period or the next."""

    entity: str
    project: int
    period: int
    cents: int
    days_open: int
    quarter_hours: int | None
    origin: Literal["summary", "manual", "payroll", "accrual"]
    taken_back: int | None


rarely = st.sampled_from((False, False, False, True))
any_period = st.integers(0, len(PERIODS) - 1)
wild = st.builds(
    Posting,
    percent=st.one_of(st.just(100), st.sampled_from((50, 25)), st.integers(0, 200)),
    cents_off=st.one_of(st.just(0), st.just(0), st.integers(-3, 3), st.integers(-300_000, 300_000)),
    hours_off=st.one_of(st.just(0), st.just(0), st.none(), st.integers(-40, 40)),
    other_entity=rarely,
    other_project=rarely,
    other_currency=rarely,
    period=st.one_of(st.none(), st.none(), st.none(), any_period),
    kind=st.sampled_from(("line", "line", "link", "accrual")),
    event=st.integers(0, 2),
    bank_percent=st.one_of(st.just(100), st.integers(80, 120)),
    taken_back=st.one_of(st.none(), st.none(), any_period),
    leaves=st.one_of(st.none(), st.tuples(st.sampled_from((0, 0, 1, -7_000)), st.integers(-8, 8))),
)
#: What a posting is like that goes as it should.
straight: dict[str, st.SearchStrategy[Any]] = {
    "cents_off": st.just(0),
    "hours_off": st.just(0),
    "other_entity": st.just(False),
    "other_project": st.just(False),
    "other_currency": st.just(False),
    "period": st.none(),
    "kind": st.just("line"),
    "event": st.integers(0, 2),
    "bank_percent": st.just(100),
    "taken_back": st.none(),
    "leaves": st.none(),
}
#: What went as it should, perhaps more than once, and in parts of which one may be missing.
plain = st.builds(Posting, percent=st.just(100), **straight)
part = st.builds(Posting, percent=st.sampled_from((25, 50)), **straight)
postings = st.one_of(plain, part, wild)
facts = st.builds(
    Fact,
    flow=st.sampled_from(("labor_cost", "labor_cost", "expense_cost", "vendor_cost", "revenue", "billing")),
    entity=st.sampled_from(tuple(ENTITIES)),
    project=st.integers(0, 1),
    period=st.integers(0, 2),
    status=st.sampled_from(("approved", "approved", "approved", "submitted", "rejected", "unknown")),
    quarter_hours=st.integers(0, 40),
    cents=st.integers(-50_000, 300_000),
    foreign=st.booleans(),
    undone=st.sampled_from(("no", "no", "no", "approved", "submitted")),
    days_open=st.integers(0, 60),
    lacks=st.sampled_from(("nothing", "nothing", "nothing", "nothing", "rate", "exchange")),
    postings=st.lists(postings, max_size=4).map(tuple),
)
offs = st.one_of(st.just(0), st.just(0), st.integers(-2, 2), st.integers(-70_000, 70_000))
pairs = st.builds(
    Pair,
    provider=st.sampled_from(tuple(ENTITIES)),
    project=st.integers(0, 1),
    period=st.integers(0, 2),
    cents=st.integers(100, 300_000),
    days_open=st.integers(0, 60),
    legs_off=st.tuples(st.one_of(st.none(), offs), st.one_of(st.none(), offs)),
)
terms = st.builds(
    Term,
    entity=st.sampled_from(tuple(ENTITIES)),
    project=st.integers(0, 1),
    period=st.integers(0, 2),
    cents=st.integers(100, 3_000_000),
    days_open=st.integers(0, 60),
    is_expected=st.sampled_from((True, True, True, False)),
    postings_off=st.lists(st.tuples(offs, st.sampled_from((False, False, True))), max_size=2).map(tuple),
)
totals = st.builds(
    Total,
    entity=st.sampled_from(tuple(ENTITIES)),
    project=st.integers(0, 1),
    period=st.integers(0, 2),
    cents=st.integers(-50_000, 300_000),
    days_open=st.integers(0, 60),
    quarter_hours=st.one_of(st.none(), st.integers(-40, 40)),
    origin=st.sampled_from(("summary", "summary", "manual", "payroll", "accrual")),
    taken_back=st.sampled_from((None, None, 0, 1)),
)

Entry = Fact | Total | Pair | Term
ledgers = st.lists(st.one_of(facts, facts, facts, facts, totals, pairs, terms), min_size=1, max_size=10)
