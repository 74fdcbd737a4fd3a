from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from tests.metrics.conftest import Run
from tests.metrics.drawn import CAREFUL
from tests.metrics.twin import Amendment, Entry, Month, capped_steps, cost_to_cost, spread_to_date, to_cents

OPEN_END = date(9999, 12, 31)
MONTH_ENDS = [date(2027, m + 1, 1) - timedelta(days=1) for m in range(1, 12)] + [date(2027, 12, 31)]
MONTH_ENDS += [date(2028, m + 1, 1) - timedelta(days=1) for m in range(1, 12)] + [date(2028, 12, 31)]
PERIODS = [(end.replace(day=1), end) for end in MONTH_ENDS]
MONEY = st.decimals(min_value=Decimal(0), max_value=Decimal(900_000), places=2)
LINE_COLUMNS = (
    "contract_line_key text, project_key text, legal_entity_key text, recognition_method text, known_to_date date,"
    " ended_on date"
)
TERM_COLUMNS = (
    "contract_line_key text, amendment_no bigint, amount decimal(18, 2), currency text, start_date date, end_date date,"
    " effective_from date, effective_to date, modification_type text, cap_includes_expenses boolean"
)


@st.composite
def amended_terms(draw: st.DrawFn) -> list[Amendment]:
    start = date(2027, 1, 1) + timedelta(days=draw(st.integers(0, 200)))
    end = start + timedelta(days=draw(st.integers(0, 400)))
    effective = start - timedelta(days=draw(st.integers(0, 30)))
    amendments = [Amendment(1, effective, draw(MONEY), start, end)]
    for no in range(2, 2 + draw(st.integers(0, 3))):
        effective = max(effective, start) + timedelta(days=draw(st.integers(1, 120)))
        end = end + timedelta(days=draw(st.sampled_from([0, 0, 30, -20])))
        end = max(end, start)
        kind = draw(st.sampled_from(["prospective", "cumulative_catch_up", "separate"]))
        # what is added beside needs days of its own
        last = max(end, effective) if kind == "separate" else end
        amendments.append(Amendment(no, effective, draw(MONEY), start, last, kind))
    return amendments


@CAREFUL
@given(
    terms=amended_terms(),
    known=st.integers(0, 720),
    ended=st.one_of(st.none(), st.integers(0, 720)),
    method=st.sampled_from(["straight_line", "ratable"]),
)
def test_terms_spread_by_days_as_the_day_by_day_definition_says(
    run: Run, terms: list[Amendment], known: int, ended: int | None, method: str
) -> None:
    """Up to the last day known, or the one on which the contract was terminated."""
    known_to = date(2027, 1, 1) + timedelta(days=known)
    ended_on = None if ended is None else date(2027, 1, 1) + timedelta(days=ended)
    last_day = min(known_to, ended_on or known_to)
    ends = [later.effective_from for _, later in pairwise(terms)] + [OPEN_END]
    rows = [
        ("l", t.no, t.amount, "EUR", t.start, t.end, t.effective_from, until, t.kind, False)
        for t, until in zip(terms, ends, strict=True)
    ]
    found = run(
        "select measured_to, earned_to_date, amount from {int_revenue_spread} order by measured_to",
        {
            "int_revenue_lines": (LINE_COLUMNS, [("l", "p", "e", method, known_to, ended_on)]),
            "int_contract_line_terms": (TERM_COLUMNS, rows),
            "int_periods": (
                "legal_entity_key text, period_id text, start_date date, end_date date",
                [("e", f"{last:%Y-%m}", first, last) for first, last in PERIODS],
            ),
        },
    )
    before = Decimal(0)
    for day, to_date, amount in found:
        expected = spread_to_date(terms, day)
        assert to_date == expected
        assert amount == expected - before
        before = expected
    measured = [
        min(last, last_day) for first, last in PERIODS if first <= last_day and min(last, last_day) >= terms[0].start
    ]
    assert [day for day, _, _ in found] == measured


@CAREFUL
@given(
    amounts=st.lists(
        st.tuples(
            st.decimals(min_value=-300, max_value=900, places=2), st.integers(0, 60), st.booleans(),
            st.sampled_from([False, False, True]),
        ),
        min_size=1,
        max_size=15,
    ),
    caps=st.lists(st.tuples(st.one_of(st.none(), MONEY.map(lambda m: m / 100)), st.booleans()), min_size=1, max_size=4),
)  # fmt: skip
def test_caps_cut_entries_as_the_loop_over_approvals_says(
    run: Run, amounts: list[tuple[Decimal, int, bool, bool]], caps: list[tuple[Decimal | None, bool]]
) -> None:
    first_day = date(2027, 1, 1)
    entries = [
        Entry(
            f"e{i:02}",
            None if waits else datetime(2027, 1, 1, 12, tzinfo=UTC) + timedelta(days=day),
            first_day + timedelta(days=(day * 7) % 40),
            net,
            is_expense,
        )
        for i, (net, day, waits, is_expense) in enumerate(amounts)
    ]
    steps = [
        (first_day + timedelta(days=20 * i), None if cap is None else cap.quantize(Decimal("0.01")))
        for i, (cap, _) in enumerate(caps)
    ]
    including = [within for _, within in caps]
    ends = [later for (_, _), (later, _) in pairwise(steps)] + [OPEN_END]
    found = run(
        "select origin_id, amount_recognized from {int_revenue_time_steps}",
        {
            "int_build": ("build_time timestamptz", [("2027-03-31 00:00:00+00",)]),
            "int_contract_line_terms": (
                TERM_COLUMNS,
                [
                    ("l", i + 1, cap, "EUR", first_day, None, day, until, "prospective", within)
                    for i, ((day, cap), until, within) in enumerate(zip(steps, ends, including, strict=True))
                ],
            ),
            "int_revenue_earnings": (
                (
                    "origin_type text, source_system text, origin_id text, contract_line_key text,"
                    " transaction_date date, approved_at timestamptz, net_amount decimal(18, 2), time_zone text"
                ),
                [
                    (
                        "expense" if e.is_expense else "time_entry", "psa", e.id, "l", e.work_date,
                        str(e.approved_at) if e.approved_at else None, e.net, "UTC",
                    )
                    for e in entries
                ],
            ),
        },
    )  # fmt: skip
    if all(cap is None for _, cap in steps):
        assert dict(found) == {e.id: e.net for e in entries}
    else:
        assert dict(found) == capped_steps(entries, steps, date(2027, 3, 31), including=including)


#: Free lines too, which are a loss from the first hour on.
LINE_AMOUNT = st.one_of(st.just(Decimal("0.00")), st.decimals(min_value=1, max_value=500_000, places=2))


#: Months without any cost, also the first ones, and a forecast that says less than nothing is left.
COST = st.one_of(st.just(Decimal("0.00")), st.decimals(min_value=0, max_value=80_000, places=2))
REMAINING = st.one_of(MONEY, MONEY, st.just(Decimal("0.00")), st.just(Decimal("-10.00")))


@st.composite
def measured_months(draw: st.DrawFn) -> list[Month]:
    cost = Decimal(0)
    amount = draw(LINE_AMOUNT)
    forecast: tuple[date, Decimal] | None = None
    budget = draw(st.one_of(st.none(), MONEY))
    months: list[Month] = []
    no, kind = 1, "cumulative_catch_up"
    for _, end in PERIODS[: draw(st.integers(1, 9))]:
        if months and draw(st.integers(0, 2)) == 0:
            no += 1
            kind = draw(st.sampled_from(["prospective", "prospective", "cumulative_catch_up", "separate"]))
            amount = draw(LINE_AMOUNT)
        cost += draw(COST)
        if draw(st.integers(0, 2)) == 0:  # seldom enough to grow stale
            forecast = (end - timedelta(days=draw(st.integers(0, 27))), draw(REMAINING))
        months.append(Month(end, cost, amount, *(forecast or (None, None)), budget, no, kind))
    if draw(st.integers(0, 2)) == 0:  # a budget that is used up to the cent, as no amount by chance is
        budget = draw(st.sampled_from(months)).cost_to_date
        months = [replace(month, budget=budget) for month in months]
    return months


NOUGHT = Decimal("0.00")


@CAREFUL
@example([  # nothing is to be spent, so nothing is earned by spending, on no terms
    Month(MONTH_ENDS[0], NOUGHT, NOUGHT, None, None, NOUGHT),
    Month(MONTH_ENDS[1], NOUGHT, Decimal("1.00"), None, None, NOUGHT, 2, "prospective"),
])  # fmt: skip
@example([  # a budget used up to the cent, and then passed
    Month(MONTH_ENDS[0], Decimal(100), Decimal(200), None, None, Decimal(100)),
    Month(MONTH_ENDS[1], Decimal(130), Decimal(200), None, None, Decimal(100)),
])  # fmt: skip
@given(months=measured_months())
def test_cost_to_cost_is_what_the_month_by_month_definition_says(run: Run, months: list[Month]) -> None:
    costs = [months[0].cost_to_date, *(b.cost_to_date - a.cost_to_date for a, b in pairwise(months))]
    firsts = [m for i, m in enumerate(months) if i == 0 or m.amendment != months[i - 1].amendment]
    in_force = [date(2026, 1, 1), *(m.end.replace(day=10) for m in firsts[1:]), OPEN_END]
    terms = [
        ("l", m.amendment, m.amount, "EUR", date(2027, 1, 1), None, since, until, m.kind, False)
        for m, (since, until) in zip(firsts, pairwise(in_force), strict=True)
    ]
    spent = [
        ("p", "l" if i % 2 else "none", m.end, cost) for i, (m, cost) in enumerate(zip(months, costs, strict=True))
    ]
    found = run(f"{WANTED} order by period_end", cost_tables(["l"], terms, months, spent))
    assert [row[1:] for row in found] == cost_to_cost(months)


WANTED = "select contract_line_key, revenue_amount, provision_amount, is_estimate_stale from {int_revenue_cost_to_cost}"
SOLD = "sold by the hour"
Tables = dict[str, tuple[str, list[tuple[object, ...]]]]


def cost_tables(
    lines: list[str], terms: list[tuple[object, ...]], months: list[Month], spent: list[tuple[object, ...]]
) -> Tables:
    """The tables beneath int_revenue_cost_to_cost, for the lines of project p."""
    return {
        "int_revenue_lines": (
            LINE_COLUMNS,
            [(one, "p", "e", "percent_complete", date(2029, 1, 1), None) for one in lines],
        ),
        "int_contract_line_terms": (TERM_COLUMNS, terms),
        "int_fx_period": (
            "legal_entity_key text, period_id text, from_currency text, average_rate decimal(18, 8)",
            [("e", f"{m.end:%Y-%m}", "EUR", 1) for m in months],
        ),
        "int_project_estimates": (
            (
                "project_key text, legal_entity_key text, period_id text, period_end date, measured_to date,"
                " forecast_date date, remaining_cost_group decimal(18, 2), budget_cost_group decimal(18, 2)"
            ),
            [("p", "e", f"{m.end:%Y-%m}", m.end, m.end, m.forecast_date, m.remaining, m.budget) for m in months],
        ),
        "int_project_cost_by_period": (
            "project_key text, contract_line_key text, period_end date, cost_group decimal(18, 2), earns_itself bool",
            [("p", "unmapped" if line == SOLD else line, end, cost, line == SOLD) for _, line, end, cost in spent],
        ),
    }  # fmt: skip


#: What names a line that earns by cost counts for it alone; what names none is shared, but not what is sold by itself;
#: another line's work is neither.
OF_LINES = st.sampled_from(["l0", "l1", "l2", "none", "unmapped", SOLD, "of-time-and-materials"])


@CAREFUL
@given(
    months=measured_months(),
    amounts=st.lists(LINE_AMOUNT, min_size=2, max_size=3),
    spent=st.lists(st.tuples(OF_LINES, st.integers(0, 8), COST), max_size=12),
)
def test_several_lines_of_a_project_take_their_own_cost_and_share_the_rest_by_amount(
    run: Run, months: list[Month], amounts: list[Decimal], spent: list[tuple[str, int, Decimal]]
) -> None:
    lines = [f"l{number}" for number in range(len(amounts))]
    spent = [(line, month, cost) for line, month, cost in spent if month < len(months)]
    terms = [
        (line, 1, amount, "EUR", date(2027, 1, 1), None, date(2026, 1, 1), OPEN_END, "cumulative_catch_up", False)
        for line, amount in zip(lines, amounts, strict=True)
    ]
    rows = [("p", line, months[month].end, cost) for line, month, cost in spent]
    found = run(f"{WANTED} order by period_end", cost_tables(lines, terms, months, rows))
    weights = amounts if any(amounts) else [Decimal(1)] * len(amounts)
    for line, amount, weight in zip(lines, amounts, weights, strict=True):

        def share(whole: Decimal | None, part: Decimal = weight) -> Decimal | None:
            return whole if whole is None else to_cents(Fraction(whole) * Fraction(part) / Fraction(sum(weights)))

        mine = []
        for number, month in enumerate(months):
            own = sum((cost for of, at, cost in spent if of == line and at <= number), Decimal(0))
            rest = sum((cost for of, at, cost in spent if of in {"none", "unmapped"} and at <= number), Decimal(0))
            mine.append(
                Month(
                    month.end, own + (share(rest) or 0), amount, month.forecast_date, share(month.remaining),
                    share(month.budget),
                )
            )  # fmt: skip
        assert [row[1:] for row in found if row[0] == line] == cost_to_cost(mine), line
