"""Figures agree wherever they are asked for, and refuse to be what they cannot be."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from statistics import mean
from typing import Any, get_args

import duckdb
import polars as pl
import pytest

from dashboards.entitlement import LOCAL
from dashboards.mart import Run
from dashboards.measure import definitions_of, members_of, series_of
from dashboards.queries import metrics as app
from dashboards.scope import Filters, Scope
from lake.errors import MisuseError
from lake.figures import Figure, Metric, metric, roll_up
from tests.firm import Firm

TABLES = ("fct_metric", "fct_metric_distribution")
LEVELS = (
    "legal_entity_key", "region", "practice", "role", "customer_key", "project_key", "billing_model", "flow",
    "period_id",
)  # fmt: skip


@pytest.fixture(scope="module")
def mart(firm: Firm) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{firm.mart.resolve()}' as mart (read_only)")
        yield connection


def every(connection: duckdb.DuckDBPyConnection) -> list[Metric]:
    rows = connection.execute("select metric_id, basis from mart.dim_metric order by 1, 2").fetchall()
    return [metric(connection, metric_id, basis) for metric_id, basis in rows]


def by_hand(rows: list[dict[str, Any]], wanted: Metric, level: str, last: dict[str, str]) -> dict[Any, Decimal | None]:
    """Roll rows of fct_metric (or its distribution) up in a loop, as the catalogue says."""
    kept = [row for row in rows if (row["metric_id"], row["basis"]) == (wanted.metric_id, wanted.basis)]
    if wanted.additivity == "balance" and level != "period_id":
        kept = [row for row in kept if row["period_id"] == last.get(row["legal_entity_key"])]
    groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in kept:
        groups[row[level]].append(row)
    return {
        member: percentile(part, wanted) if wanted.quantile else total(part, wanted) for member, part in groups.items()
    }


def total(rows: list[dict[str, Any]], wanted: Metric) -> Decimal | None:
    above = [row["numerator"] for row in rows if row["numerator"] is not None]
    below = sum((row["denominator"] for row in rows if row["denominator"] is not None), Decimal(0))
    if not above:
        return None
    return sum(above, Decimal(0)) if not wanted.is_ratio else (sum(above, Decimal(0)) / below if below else None)


def percentile(rows: list[dict[str, Any]], wanted: Metric) -> Decimal:
    assert wanted.quantile is not None
    whole = sum((row["weight"] for row in rows), Decimal(0))
    reached = Decimal(0)
    for row in sorted(rows, key=lambda one: one["value"]):
        reached += row["weight"]
        if reached >= whole * wanted.quantile:
            return Decimal(row["value"])
    raise AssertionError("no weight")


def test_every_metric_rolls_up_at_every_level_as_a_loop_over_its_rows_says(
    firm: Firm, mart: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    # the rows come out of an export, so that exports are proved to hold the same
    for table in ("fct_metric", "fct_metric_distribution"):
        firm.run("export", table, str(tmp_path / f"{table}.parquet"))
    exported = {
        name: pl.read_parquet(tmp_path / f"{name}.parquet").to_dicts()
        for name in ("fct_metric", "fct_metric_distribution")
    }
    last = dict(
        mart.execute(
            "select legal_entity_key, max_by(period_id, end_date) from mart.dim_period where has_begun group by 1"
        ).fetchall()
    )
    compared = 0
    for wanted in every(mart):
        rows = exported["fct_metric_distribution" if wanted.additivity == "distribution" else "fct_metric"]
        for level in LEVELS:
            if level != "period_id" and level not in wanted.dimensions:
                continue
            expected = by_hand(rows, wanted, level, last)
            found = {figure.members[0][1]: figure.value for figure in roll_up(mart, wanted, by=[level])}
            assert {k: round(v, 12) if v is not None else v for k, v in found.items()} == {
                k: round(v, 12) if v is not None else v for k, v in expected.items()
            }, (wanted.metric_id, wanted.basis, level)
            compared += len(found)
    assert compared > 2_000


def test_the_app_shows_the_same_figures(firm: Firm, mart: duckdb.DuckDBPyConnection) -> None:
    periods = tuple(
        row[0] for row in mart.execute(
            "select distinct period_id from mart.fct_metric, mart.build_info"
            " where period_end <= cast(build_time as date) order by 1"
        ).fetchall()
    )  # fmt: skip
    scope = Scope(Run(path=str(firm.mart.resolve()), run_id="figures"), LOCAL, Filters(periods=periods))
    definitions = definitions_of(app.definitions(scope))
    for wanted in every(mart):
        if wanted.additivity == "distribution":
            continue
        definition = definitions[wanted.metric_id, wanted.basis]
        shown = series_of(app.by_period(scope, (wanted.metric_id,)), definition, periods)
        for period, value in zip(periods, shown.values(), strict=True):
            mine = roll_up(mart, wanted, periods=[period])
            assert value == (mine[0].value if mine else None), (wanted.metric_id, wanted.basis, period)
        for level in get_args(app.Member):
            if level in wanted.dimensions and wanted.additivity == "flow":
                members = members_of(app.by_member(scope, (wanted.metric_id,), level), definition, periods)
                rolled = {f.members[0][1]: f.value for f in roll_up(mart, wanted, by=[level], periods=periods)}
                assert {name: one.total for name, one in members.items()} == rolled, (wanted.metric_id, level)


def test_sql_the_verb_and_the_roll_up_say_the_same(firm: Firm, mart: duckdb.DuckDBPyConnection) -> None:
    asked = firm.run("metric", "utilization_billable", "--basis", "operational", "--by", "region", "--format", "csv")
    verb = {row["region"]: Decimal(row["value"]) for row in csv.DictReader(io.StringIO(asked.stdout))}
    query = (
        "select region, sum(numerator) as n, sum(denominator) as d from mart.fct_metric"
        " where metric_id = 'utilization_billable' and basis = 'operational' group by region"
    )
    by_sql = {
        row["region"]: Decimal(row["n"]) / Decimal(row["d"])
        for row in json.loads(firm.run("sql", query, "--format", "json").stdout)
    }
    wanted = metric(mart, "utilization_billable", "operational")
    rolled = {figure.members[0][1]: figure.value for figure in roll_up(mart, wanted, by=["region"])}
    assert verb == by_sql == rolled
    assert len(rolled) > 1


def test_sql_gives_every_metric_that_adds_up_at_every_level(firm: Firm, mart: duckdb.DuckDBPyConnection) -> None:
    levels = ", ".join(f"(metric_id, basis, {level})" for level in LEVELS)
    names = ", ".join(f"case when grouping({level}) = 0 then '{level}' end" for level in LEVELS)
    members = ", ".join(f"case when grouping({level}) = 0 then {level} end" for level in LEVELS)
    query = (
        f"select metric_id, basis, coalesce({names}) as level, coalesce({members}) as member,"
        " sum(numerator) as n, sum(denominator) as d from mart.fct_metric"
        f" where metric_id in (select metric_id from mart.dim_metric where additivity = 'flow')"
        f" group by grouping sets ({levels})"
    )
    asked = {
        (row["metric_id"], row["basis"], row["level"], row["member"]): row
        for row in json.loads(firm.run("sql", query, "--format", "json").stdout)
    }
    compared = 0
    for wanted in every(mart):
        for level in LEVELS:
            if wanted.additivity != "flow" or (level != "period_id" and level not in wanted.dimensions):
                continue
            for figure in roll_up(mart, wanted, by=[level]):
                row = asked[wanted.metric_id, wanted.basis, level, figure.members[0][1]]
                told = sum_or_share(row, wanted)
                assert told == (None if figure.value is None else round(figure.value, 12)), (wanted, level, row)
                compared += 1
    assert compared > 1_000


def sum_or_share(row: dict[str, Any], wanted: Metric) -> Decimal | None:
    if row["n"] is None:
        return None
    if not wanted.is_ratio:
        return round(Decimal(str(row["n"])), 12)
    below = Decimal(str(row["d"] or 0))
    return round(Decimal(str(row["n"])) / below, 12) if below else None


FLOW = Metric("services_revenue", "operational", "money", False, "flow", None, ("region",))
A = Figure(FLOW, (("region", "EMEA"),), ("2026-01",), Decimal(10))


def test_a_figure_says_what_the_worst_of_its_ledgers_is_worth(mart: duckdb.DuckDBPyConnection) -> None:
    incomplete = mart.execute(
        "select legal_entity_key, period_id from mart.gl_completeness where status = 'incomplete'"
    ).fetchall()
    assert incomplete, "the firm has a journal that does not balance"
    by = ("legal_entity_key", "period_id")
    for metric_id in ("services_revenue", "gross_margin"):
        for basis, stands in (("operational", False), ("finance_posted", True)):
            wanted = metric(mart, metric_id, basis)
            split = {tuple(m for _, m in one.members): one.gl_status for one in roll_up(mart, wanted, by=by)}
            assert {key for key, status in split.items() if status == "incomplete"} == (
                set(incomplete) & set(split) if stands else set()
            )
            assert [one.gl_status for one in roll_up(mart, wanted)] == (["incomplete"] if stands else [None])
            rows = mart.execute(
                "select distinct legal_entity_key, period_id, gl_status from mart.fct_metric"
                " where metric_id = ? and basis = ?",
                [metric_id, basis],
            ).fetchall()
            assert {(entity, period): status for entity, period, status in rows} == split
    proved = [one for one in roll_up(mart, wanted, by=by) if one.gl_status == "complete"]
    assert proved


def test_a_sum_is_worth_what_the_worst_of_its_parts_is() -> None:
    proved, broken = replace(A, gl_status="complete"), replace(A, gl_status="incomplete")
    assert (proved + broken).gl_status == (broken + proved).gl_status == "incomplete"
    assert (proved + proved).gl_status == "complete"
    assert (A + A).gl_status is None


def test_what_adds_up_is_added() -> None:
    assert sum([A, replace(A, periods=("2026-02",))]).value == Decimal(20)  # type: ignore[union-attr]
    balance = replace(FLOW, additivity="balance")
    assert (replace(A, metric=balance) + replace(A, metric=balance)).value == Decimal(20)


@pytest.mark.parametrize(
    ("change", "other", "sentence"),
    [
        ({}, {"basis": "finance_posted"}, "must not be added or averaged"),
        ({}, {"metric_id": "labor_cost"}, "are two metrics; they are never added"),
        ({"is_ratio": True}, {}, "is a ratio; values of it are neither added nor averaged"),
        ({"additivity": "distribution"}, {}, "is a percentile; values of it are neither added nor averaged"),
    ],
)
def test_figures_that_cannot_be_added_refuse_sums_and_means(
    change: dict[str, Any], other: dict[str, Any], sentence: str
) -> None:
    one = replace(A, metric=replace(FLOW, **change))
    two = replace(A, metric=replace(FLOW, **(change | other)))
    with pytest.raises(MisuseError, match=sentence):
        one + two
    with pytest.raises(MisuseError, match=sentence):
        sum([one, two])
    with pytest.raises((MisuseError, TypeError)):
        mean([one, two])  # type: ignore[type-var]


def test_a_balance_is_not_summed_over_time() -> None:
    one = replace(A, metric=replace(FLOW, additivity="balance"))
    with pytest.raises(MisuseError, match="a balance; over time its last period counts"):
        one + replace(one, periods=("2026-02",))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["services_revenue"], "is given on finance_posted and operational, which are never added"),
        (["services_revenue", "--basis", "cross_basis"], "is not given on the basis 'cross_basis'"),
        (["services_revenue", "--basis", "operational", "--by", "role"], "cannot be split by 'role'"),
        (["revenue_of_everything"], "There is no metric 'revenue_of_everything'"),
        (["services_revenue", "--basis", "operational", "--only", "EMEA"], "has no `=`"),
    ],
)
def test_the_verb_refuses_with_one_sentence(firm: Firm, arguments: list[str], sentence: str) -> None:
    refused = firm.run("metric", *arguments, expect=1)
    assert sentence in refused.stderr
    assert refused.stderr.count("\n") == 1
