"""The parts that need no browser and no running app."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from dashboards.charts import bridge, columns, style
from dashboards.components import formats, table
from dashboards.entitlement import LOCAL, Rights, predicate
from dashboards.launch import command, environment
from dashboards.mart import ConsoleError, Run, console, served
from dashboards.measure import Definition, Point, Series
from dashboards.queries import integration, metrics, reconciliation
from dashboards.queries.grants import grants_of
from dashboards.scope import Filters, Scope

LIGHT = style.PALETTES["light"]


def definition(*, unit: str = "share", is_ratio: bool = True, is_balance: bool = False) -> Definition:
    return Definition(
        metric_id="m", basis="operational", label="M", unit=unit, is_ratio=is_ratio, is_balance=is_balance,
        direction="up", formula="f", owner="o", source="s",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, "–"),
        (Decimal(0), "0"),
        (Decimal(1260000), "1.26\u00a0M"),
        (Decimal(-862000), "-862\u00a0k"),
        (Decimal(999600), "1.00\u00a0M"),
        (Decimal(1500000000), "1.50\u00a0B"),
        (Decimal("12.34"), "12.3"),
    ],
)
def test_large_numbers_are_shown_with_three_digits_and_a_scale(number: Decimal | None, shown: str) -> None:
    assert formats.compact(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (1_500_000, "1.5\u00a0M"),
        (2_000_000, "2\u00a0M"),
        (-20_000, "-20\u00a0k"),
        (2e9, "2\u00a0B"),
        (0.5, "0.5"),
    ],
)
def test_an_axis_says_round_amounts_in_the_scales_of_the_cards(number: float, shown: str) -> None:
    assert formats.tick(number) == shown


@given(some.floats(-1e12, 1e12), some.floats(-1e12, 1e12))
def test_round_steps_reach_around_what_is_drawn_and_are_few(one: float, other: float) -> None:
    low, high = sorted((one, other))
    steps = style.round_steps(low, high)
    assert steps[0] <= low
    assert steps[-1] >= high
    assert len(steps) <= style.FEW_STEPS + 5


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "–"),
        (0, "0\u00a0s"),
        (45, "45\u00a0s"),
        (600, "10\u00a0min"),
        (14_900, "4.1\u00a0h"),
        (260_000, "3.0\u00a0days"),
    ],
)
def test_how_long_something_took_is_said_in_the_unit_that_a_person_would_choose(
    seconds: float | None, shown: str
) -> None:
    assert formats.duration(seconds) == shown


def test_a_change_of_a_share_is_in_percentage_points() -> None:
    assert formats.change(Decimal("0.0213"), "share") == "+2.1 pp"
    assert formats.change(Decimal("-0.1"), "share") == "-10.0 pp"
    assert formats.change(Decimal("0.0002"), "share") == "0.0 pp"


def test_a_ratio_rolls_up_as_sum_over_sum_and_not_as_a_mean_of_ratios() -> None:
    points = (Point("1", Decimal(1), Decimal(10)), Point("2", Decimal(9), Decimal(10)), Point("3", None, None))
    assert Series(definition(), points).total == Decimal("0.5")


def test_a_balance_takes_its_last_period() -> None:
    points = (Point("1", Decimal(5), None), Point("2", Decimal(7), None))
    assert Series(definition(unit="money", is_ratio=False, is_balance=True), points).total == Decimal(7)


def test_a_ratio_without_a_denominator_has_no_value() -> None:
    assert Series(definition(), (Point("1", Decimal(1), Decimal(0)),)).latest is None


@settings(deadline=None, max_examples=40)
@given(some.lists(some.decimals(min_value=-(10**6), max_value=10**6, places=2), min_size=1, max_size=30))
def test_the_drawn_bridge_ends_at_posted_however_many_steps_it_has(steps: list[Decimal]) -> None:
    start = Decimal(10**7)
    end = start - sum(steps, Decimal(0))
    named = [(f"step {place}", amount) for place, amount in enumerate(steps)]
    figure, from_zero = bridge.horizontal(("Operational", start), named, ("Posted", end), LIGHT)
    bars = figure.data[0]
    low = 0.0 if from_zero else figure.layout.xaxis.range[0]
    assert bars.base[-1] + bars.x[-1] == pytest.approx(float(end))
    assert bars.base[0] == pytest.approx(low)
    assert len(bars.y) <= 9
    moved = sum(
        (-1 if colour == LIGHT.worse else 1) * length
        for colour, length in zip(bars.marker.color[1:-1], bars.x[1:-1], strict=True)
    )
    assert float(start) + moved == pytest.approx(float(end), abs=0.01)


def test_a_bridge_whose_axis_does_not_start_at_zero_says_so() -> None:
    small = [("Overdue", Decimal(10))]
    _, from_zero = bridge.horizontal(("Operational", Decimal(1000)), small, ("Posted", Decimal(990)), LIGHT)
    assert from_zero is False
    large = [("Overdue", Decimal(900))]
    _, from_zero = bridge.horizontal(("Operational", Decimal(1000)), large, ("Posted", Decimal(100)), LIGHT)
    assert from_zero is True


def test_columns_start_at_zero_and_the_difference_is_first_less_second() -> None:
    figure = columns.with_differences(
        ["2026-01", "2026-02"],
        columns.Columns("Posted", [Decimal(90), None], "actual"),
        columns.Columns("Plan", [Decimal(100), Decimal(100)], "plan"),
        LIGHT,
        difference_name="Posted less plan",
    )
    assert figure.layout.yaxis.rangemode == "tozero"
    differences = next(trace for trace in figure.data if trace.name == "Posted less plan")
    assert list(differences.y) == [-10.0, None]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_bars_stand_out_from_the_background_in_both_themes(theme: style.Theme) -> None:
    palette = style.PALETTES[theme]
    for text in (palette.text, palette.muted):
        assert contrast(text, palette.background) >= 4.5
    for shape in (palette.actual, palette.other_basis, palette.better, palette.worse):
        assert contrast(shape, palette.background) >= 3.0


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_rights_are_written_into_the_condition_and_nothing_granted_is_nothing_shown() -> None:
    assert predicate(LOCAL, entity="e", practice="p") == ("true", ())
    none = Rights(who="x", grants=())
    assert predicate(none, entity="e", practice="p") == ("false", ())
    some_rights = Rights(who="x", grants=(("erp:US01", "*"), ("*", "Cloud")))
    assert predicate(some_rights, entity="e", practice="p") == ("((e = ?) or (p = ?))", ("erp:US01", "Cloud"))
    assert predicate(some_rights, entity="e", practice=None) == ("((e = ?))", ("erp:US01",))


@pytest.fixture
def run(served_mart: Path) -> Run:
    assert served_mart.exists()
    return served()


def test_a_person_sees_the_rows_of_the_granted_entity_only(run: Run) -> None:
    rights = Rights(who="us@example.com", grants=(("erp:US01", "*"),))
    filters = Filters(periods=("2026-08", "2026-09"))
    seen = metrics.by_member(Scope(run, rights, filters), ("services_revenue",), "legal_entity_key")
    assert set(seen["member"]) == {"erp:US01"}
    everything = metrics.by_member(Scope(run, LOCAL, filters), ("services_revenue",), "legal_entity_key")
    assert set(everything["member"]) == {"erp:US01", "erp:DE01", "erp:UK01"}


def test_a_person_of_one_practice_sees_that_practice_in_the_bridge(run: Run) -> None:
    rights = Rights(who="cloud@example.com", grants=(("*", "Cloud"),))
    scope = Scope(run, rights, Filters(periods=("2026-09",)))
    every = Scope(run, LOCAL, Filters(periods=("2026-09",), practices=("Cloud",)))
    assert reconciliation.totals(scope).equals(reconciliation.totals(every))
    assert reconciliation.totals(scope).height > 0


def test_latencies_of_several_days_are_taken_anew_from_all_their_messages(run: Run) -> None:
    """In October ten messages a day, flow and region: 30 s five times, 60 s four times, 900 s once.

    On Monday 5 October 200 invoices of EMEA took 4,000 s besides: 310 + 200 messages in the month, the 255th took 60 s;
    420 + 200 of all in that week, the 310th took 60 s. The days' own medians are 30 s, but for that day's 4,000.
    """
    scope = Scope(run, LOCAL, Filters(periods=("2026-10",)))
    names = ("latency_p50_seconds", "latency_p95_seconds")
    metric_ids = ("message_latency_seconds_p50", "message_latency_seconds_p95")
    flows: dict[tuple[str, str], tuple[int, ...]] = {}
    for row in metrics.percentiles(scope, metric_ids, "flow", "region").iter_rows(named=True):
        key = row["flow"], row["region"]
        flows[key] = (*flows.get(key, ()), row["value"])
    assert flows.pop(("invoice", "EMEA")) == (60, 4000)
    assert len(flows) == 5
    assert set(flows.values()) == {(30, 900)}
    weeks = {row["first_day"]: tuple(row[one] for one in names)
             for row in integration.by_day(scope, step="week").iter_rows(named=True)}  # fmt: skip
    assert weeks.pop(date(2026, 10, 5)) == (60, 4000)
    assert set(weeks.values()) == {(30, 900)}
    days = integration.by_day(scope, step="day")
    assert days.height == 31
    assert days.filter(pl.col("first_day") == date(2026, 10, 5))[names[0]].to_list() == [4000]


def test_someone_without_a_grant_has_no_rights(run: Run) -> None:
    rights = grants_of(run, "nobody@example.com")
    assert rights.grants == ()
    assert "no rows are granted" in rights.sentence
    assert grants_of(run, "US@example.com").grants == (("erp:US01", "*"),)


@pytest.mark.parametrize(
    "statement",
    [
        "select 1; select 2",
        "create table x (a integer)",
        "attach '/tmp/other.duckdb'",
        "copy (select 1) to '/tmp/out.csv'",
        "select * from read_csv('/etc/passwd')",
        "select * from glob('/**')",
        "set memory_limit = '10GB'",
        "install httpfs",
        "selct 1",
        "",
    ],
)
def test_the_console_refuses_what_is_not_one_query_of_the_mart(run: Run, statement: str) -> None:
    with pytest.raises(ConsoleError):
        console(run, statement)


def test_the_console_reads_the_mart_and_cuts_long_answers(run: Run) -> None:
    for name in ("dim_project", "mart.dim_project"):
        rows, cut = console(run, f"with p as (from {name}) select count(*) as n from p;")
        assert rows["n"].to_list() == [24]
        assert not cut
    rows, cut = console(run, "from range(100000)")
    assert rows.height == 1000
    assert cut


def test_the_console_stops_a_statement_that_takes_too_long(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.mart.CONSOLE_SECONDS", 0.2)
    with pytest.raises(ConsoleError, match="Stopped after"):
        console(run, "select count(*) from range(100000000000) a, range(1000) b")


def test_a_csv_export_does_not_start_a_formula_in_a_spreadsheet() -> None:
    frame = pl.DataFrame({"name": ["=cmd()", "-1", "plain"], "amount": [Decimal("-1.20"), None, Decimal(3)]})
    lines = table.csv(frame).decode().splitlines()
    assert lines[1].startswith("'=cmd()")
    assert lines[1].endswith("-1.20")
    assert lines[3].startswith("plain")


def test_the_app_is_started_for_this_machine_only_and_without_statistics(tmp_path: Path) -> None:
    arguments = command(mart=tmp_path / "mart.duckdb", port=8601)
    assert "--server.address=127.0.0.1" in arguments
    assert "--server.port=8601" in arguments
    assert "--browser.gatherUsageStats=false" in arguments
    known = environment(mart=tmp_path / "mart.duckdb", base={"PATH": "/bin"})
    assert known["TIEOUT_MART"] == str(tmp_path / "mart.duckdb")
    assert known["PATH"] == "/bin"
