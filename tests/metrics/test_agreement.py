"""The verb, SQL and the app's queries agree with the roll-up: balances and percentiles as well, at every level."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from decimal import Decimal
from typing import get_args

import duckdb
import pytest

from dashboards.entitlement import LOCAL
from dashboards.mart import Run
from dashboards.measure import definitions_of, members_of
from dashboards.queries import metrics as app
from dashboards.scope import Filters, Scope
from lake.figures import roll_up
from tests.firm import Firm
from tests.metrics.test_figures import LEVELS, every, sum_or_share
from tieout import query as ask
from tieout import settings

#: The last period of each entity that has begun, as a reader of the mart would write it.
LAST = (
    "(legal_entity_key, period_id) in (select (legal_entity_key, max_by(period_id, end_date)) from mart.dim_period"
    " where has_begun group by legal_entity_key)"
)


@pytest.fixture(scope="module")
def mart(firm: Firm) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"attach '{firm.mart.resolve()}' as mart (read_only)")
    return connection


def test_the_verb_prints_every_metric_at_every_level_as_the_roll_up_has_it(
    firm: Firm, mart: duckdb.DuckDBPyConnection
) -> None:
    compared: dict[str, int] = defaultdict(int)
    with ask.connect(settings.load(firm.config)) as opened:  # a call of the verb opens the lake anew
        for wanted in every(mart):
            for level in ("period_id", *wanted.dimensions):
                answer = ask.told(
                    opened, wanted.metric_id, basis=wanted.basis, by=[level], periods=[], only={}, output="csv"
                )
                said = [(row[level], row["value"]) for row in csv.DictReader(io.StringIO(answer))]
                mine = [
                    (figure.members[0][1] or "", "" if figure.value is None else str(figure.value))
                    for figure in roll_up(mart, wanted, by=[level])
                ]
                assert said == mine, (wanted.metric_id, wanted.basis, level)
                compared[level] += len(said)
    assert set(compared) == set(LEVELS)
    assert sum(compared.values()) > 3_000


def test_sql_gives_every_balance_at_every_level(firm: Firm, mart: duckdb.DuckDBPyConnection) -> None:
    levels = [level for level in LEVELS if level != "period_id"]
    sets = ", ".join(f"(metric_id, basis, {level})" for level in levels)
    names = ", ".join(f"case when grouping({level}) = 0 then '{level}' end" for level in levels)
    members = ", ".join(f"case when grouping({level}) = 0 then {level} end" for level in levels)
    query = (
        f"select metric_id, basis, coalesce({names}) as level, coalesce({members}) as member,"
        f" sum(numerator) as n, sum(denominator) as d from mart.fct_metric where {LAST} group by grouping sets ({sets})"
    )
    asked = {
        (row["metric_id"], row["basis"], row["level"], row["member"]): row
        for row in json.loads(firm.run("sql", query, "--format", "json").stdout)
    }
    compared = 0
    for wanted in every(mart):
        for level in levels if wanted.additivity == "balance" else []:
            for figure in roll_up(mart, wanted, by=[level]) if level in wanted.dimensions else []:
                row = asked[wanted.metric_id, wanted.basis, level, figure.members[0][1]]
                assert sum_or_share(row, wanted) == (None if figure.value is None else round(figure.value, 12)), row
                compared += 1
    assert compared > 500


def test_sql_gives_every_percentile_at_every_level(firm: Firm, mart: duckdb.DuckDBPyConnection) -> None:
    part = (
        "select metric_id, basis, '{level}' as level, member, min(value) as value from (select *, sum(weight) over"
        " (partition by metric_id, basis, member order by value) as reached, sum(weight) over (partition by metric_id,"
        " basis, member) as whole from (select metric_id, basis, {level} as member, value, quantile, sum(weight) as"
        " weight from mart.fct_metric_distribution join mart.dim_metric using (metric_id, basis) group by all))"
        " where reached >= whole * quantile group by all"
    )
    query = " union all ".join(part.format(level=level) for level in LEVELS)
    asked = {
        (row["metric_id"], row["basis"], row["level"], row["member"]): Decimal(row["value"])
        for row in json.loads(firm.run("sql", query, "--format", "json").stdout)
    }
    compared = 0
    for wanted in every(mart):
        for level in ("period_id", *wanted.dimensions) if wanted.additivity == "distribution" else ():
            for figure in roll_up(mart, wanted, by=[level]):
                assert asked[wanted.metric_id, wanted.basis, level, figure.members[0][1]] == figure.value, figure
                compared += 1
    assert compared > 50


def test_the_app_gives_every_balance_by_member_as_of_the_last_period_chosen(
    firm: Firm, mart: duckdb.DuckDBPyConnection
) -> None:
    periods = tuple(
        row[0] for row in mart.execute(
            "select distinct period_id from mart.fct_metric, mart.build_info"
            " where period_end <= cast(build_time as date) order by 1"
        ).fetchall()
    )  # fmt: skip
    scope = Scope(Run(path=str(firm.mart.resolve()), run_id="agreement"), LOCAL, Filters(periods=periods))
    definitions = definitions_of(app.definitions(scope))
    compared = 0
    for wanted in every(mart):
        for level in get_args(app.Member) if wanted.additivity == "balance" else ():
            if level not in wanted.dimensions:
                continue
            frame = app.by_member(scope, (wanted.metric_id,), level)
            found = members_of(frame, definitions[wanted.metric_id, wanted.basis], periods)
            shown = {name: one.total for name, one in found.items() if one.total is not None}
            rolled = roll_up(mart, wanted, by=[level], periods=periods[-1:])
            assert shown == {f.members[0][1]: f.value for f in rolled if f.value is not None}, (wanted, level)
            compared += len(shown)
    assert compared > 300
