"""Plain SQL over fct_metric: what adds up is answered, each misuse is refused with one sentence."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from dashboards.mart import ConsoleError, Run, console
from lake.errors import MisuseError
from lake.misuse import refuse
from tests.firm import Firm

REVENUE = "from mart.fct_metric where metric_id = 'services_revenue' and basis = 'operational'"
UNBILLED = "from mart.fct_metric where metric_id = 'wip_unbilled' and basis = 'cross_basis'"
BY_PERIOD = f"(select period_id, sum(numerator) as amount {UNBILLED} group by period_id)"

OVER_TIME = "adds wip_unbilled over several periods, and it is a balance"
UNSAID = "without saying of which metric, basis, entity and period"
MISUSED = {
    f"select sum(numerator) {UNBILLED}": OVER_TIME,
    f"select region, fsum(numerator) as n {UNBILLED} group by all order by n": OVER_TIME,
    f"with rows as (select * {UNBILLED}) select sum(numerator) from rows": OVER_TIME,
    f"select (select sum(numerator) {UNBILLED}) as unbilled": OVER_TIME,
    f"select 1 union all select sum(f.numerator) {UNBILLED.replace('fct_metric', 'fct_metric as f')}": OVER_TIME,
    f"select sum(sum(numerator)) over (order by period_id) {UNBILLED} group by period_id": OVER_TIME,
    f"select sum(numerator) over (order by period_end) {UNBILLED}": OVER_TIME,
    f"select sum(case when region is not null then numerator end) {UNBILLED}": OVER_TIME,
    "select sum(numerator) filter (where metric_id = 'dso') from mart.fct_metric": "adds dso over several periods",
    f"select sum(amount) from {BY_PERIOD}": UNSAID,
    f"select avg(amount) from {BY_PERIOD}": UNSAID,
    f"with by_period as {BY_PERIOD} select max(period_id), sum(amount) from by_period": UNSAID,
    "select sum(numerator) from mart.fct_metric where metric_id = 'services_revenue'": (
        "adds services_revenue on finance_posted and operational, which are never added"
    ),
    "select sum(numerator) from mart.fct_metric where basis = 'cross_basis'": "which are different metrics",
    "select avg(numerator / denominator) from mart.fct_metric where metric_id = 'utilization_gross'": (
        "neither added nor averaged; take sum(numerator) / sum(denominator)"
    ),
    "select sum(numerator / denominator) from mart.fct_metric where metric_id = 'utilization_gross'": (
        "neither added nor averaged"
    ),
    f"select median(numerator) {REVENUE}": "median() of rows of fct_metric means nothing",
}
ANSWERED = [
    f"select sum(numerator) {REVENUE}",
    f"select region, sum(numerator) {REVENUE} group by 1",
    f"select avg(amount) from (select period_id, sum(numerator) as amount {REVENUE} group by period_id)",
    f"select period_id, sum(sum(numerator)) over (order by period_id) {REVENUE} group by period_id",
    f"select period_id, sum(numerator) {UNBILLED} group by all",
    f"select period_id, region, sum(numerator) {UNBILLED} group by grouping sets ((period_id), (period_id, region))",
    f"select sum(numerator) {UNBILLED} and period_id = '2026-09'",
    f"select sum(numerator) filter (where period_id = '2026-09') {UNBILLED}",
    "select sum(numerator) / sum(denominator) from mart.fct_metric where metric_id = 'utilization_gross'",
    "select metric_id, basis, period_id, sum(numerator) from mart.fct_metric group by all",
    "select count(*), max(numerator), list(distinct basis) from mart.fct_metric",
    "select sum(weight) from mart.fct_metric_distribution",
    "select metric_id from mart.dim_metric where metric_id in (select metric_id from mart.fct_metric)",
    "describe mart.fct_metric",
]


@pytest.fixture(scope="module")
def mart(firm: Firm) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{firm.mart.resolve()}' as mart (read_only)")
        yield connection


@pytest.mark.parametrize(("statement", "sentence"), MISUSED.items())
def test_each_misuse_is_refused_with_one_sentence(
    mart: duckdb.DuckDBPyConnection, statement: str, sentence: str
) -> None:
    mart.execute(statement)  # DuckDB itself would answer
    with pytest.raises(MisuseError) as refused:
        refuse(mart, statement)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("statement", ANSWERED)
def test_what_adds_up_is_answered(mart: duckdb.DuckDBPyConnection, statement: str) -> None:
    refuse(mart, statement)
    assert mart.execute(statement).fetchall()


def test_what_is_wrong_with_a_statement_is_said_by_running_it(mart: duckdb.DuckDBPyConnection) -> None:
    refuse(mart, "select sum(nothing_of_the_kind) from mart.fct_metric")
    refuse(mart, "selct sum(numerator) from mart.fct_metric")


def test_the_verb_and_the_apps_console_refuse_too(firm: Firm) -> None:
    refused = firm.run("sql", f"select sum(numerator) {UNBILLED}", expect=1)
    assert OVER_TIME in refused.stderr
    assert refused.stderr.count("\n") == 1
    run = Run(path=str(firm.mart.resolve()), run_id="misuse")
    with pytest.raises(ConsoleError, match=OVER_TIME):
        console(run, f"select sum(numerator) {UNBILLED};".replace("mart.", ""))
    answer, _ = console(run, f"select sum(numerator) as n {REVENUE};".replace("mart.", ""))
    assert answer["n"][0] > 0
