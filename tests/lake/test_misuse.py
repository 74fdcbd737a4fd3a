"""Plain SQL over the fact tables: what adds up is answered, each misuse is refused with one sentence."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from dashboards.mart import ConsoleError, Run, console
from lake.additive import FACTS, Fact
from lake.errors import MisuseError
from lake.misuse import refuse
from tests.firm import Firm

REVENUE = "from mart.fct_metric where metric_id = 'services_revenue' and basis = 'operational'"
UNBILLED = "from mart.fct_metric where metric_id = 'wip_unbilled' and basis = 'cross_basis'"
BY_PERIOD = f"(select period_id, sum(numerator) as amount {UNBILLED} group by period_id)"

POSTED = REVENUE.replace("operational", "finance_posted")
ADDED = "adds sums on finance_posted and operational, which are never added; show them side by side, or subtract"
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
    f"select list_sum(list(numerator)) {UNBILLED}": OVER_TIME,
    f"select list_aggregate(list(numerator), 'sum') {UNBILLED}": OVER_TIME,
    "select sum(weight) from mart.fct_metric_distribution": "which are different metrics; group by metric_id",
    # tables beside fct_metric
    "select sum(amount_group) from mart.fct_project_ledger where flow = 'revenue'": (
        "adds fct_project_ledger on finance_posted and operational, which are never added; group by basis"
    ),
    "select avg(l.amount_group) from mart.fct_project_ledger as l join mart.dim_project as p using (project_key)": (
        "which are never added; group by basis"
    ),
    "select sum(x) from (select project_key, sum(amount_group) as x from mart.fct_project_ledger group by 1)": (
        "took from fct_project_ledger without saying of which basis, entity and period; keep basis, legal_entity_key"
    ),
    "select project_key, sum(revenue_services) from mart.fct_project_period group by 1": "group by basis",
    "select basis, backlog_type, sum(backlog_group) from mart.fct_backlog group by all": (
        "adds fct_backlog over several periods, and it is a balance: the last period of each legal entity counts."
        " Group by period_id, or choose one."
    ),
    "select period_id, sum(backlog_group) from mart.fct_backlog"
    " where backlog_type <> 'soft' and basis = 'operational' group by 1": (
        "adds fct_backlog on contracted and scheduled, which are never added; group by backlog_type"
    ),
    "select sum(closing_group) from mart.fct_wip_rollforward where basis = 'cross_basis'": "over several periods",
    "select sum(estimate_at_completion) from mart.fct_forecast": "adds fct_forecast over several periods",
    "select project_key, (select sum(amount_group) from mart.fct_project_ledger as l"
    " where l.project_key = p.project_key) from mart.dim_project as p": "group by basis",
    # bases by plus
    f"select (select sum(numerator) {REVENUE}) + (select sum(numerator) {POSTED})": ADDED,
    f"select a.n + b.n from (select sum(numerator) as n {REVENUE}) as a,"
    f" (select sum(numerator) as n {POSTED}) as b": ADDED,
    f"with a as (select sum(numerator) as n {REVENUE}), b as (select sum(numerator) as m {POSTED})"
    " select coalesce(n, 0) + coalesce(m, 0) from a, b": ADDED,
    "select sum(amount_group) filter (where basis = 'operational')"
    " + sum(amount_group) filter (where basis = 'finance_posted') from mart.fct_project_ledger": ADDED,
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
    "select metric_id, basis, sum(weight) from mart.fct_metric_distribution group by all",
    f"select list(numerator) {UNBILLED}",
    f"select list_sum(list(numerator)) {REVENUE}",
    "select sum(amount_group) from mart.fct_project_ledger where flow = 'revenue' and basis = 'operational'",
    "select basis, sum(amount_group), count(*) from mart.fct_project_ledger group by basis",
    "select count(*), max(amount_group) from mart.fct_project_ledger",
    "select sum(case when basis = 'operational' then amount_group else -amount_group end) from mart.fct_project_ledger",
    "select sum(case when basis = 'operational' then amount_group else 0 end) from mart.fct_project_ledger",
    (
        "select sum(amount_group) filter (where basis = 'operational')"
        " - sum(amount_group) filter (where basis = 'finance_posted') from mart.fct_project_ledger"
    ),
    "select avg(amount_group) from mart.fct_project_ledger where basis = 'operational' and flow = 'revenue'",
    (
        "select sum(x) from (select project_key, sum(amount_group) as x from mart.fct_project_ledger"
        " where basis = 'operational' group by 1)"
    ),
    "select sum(n) from (select project_key, count(*) as n from mart.fct_project_ledger group by 1)",
    (
        "select project_key, (select sum(amount_group) from mart.fct_project_ledger as l"
        " where l.project_key = p.project_key and l.basis = 'operational') from mart.dim_project as p"
    ),
    (
        "select project_key, (select sum(amount_group) from mart.fct_project_ledger as l"
        " where l.project_key = p.project_key and basis = 'operational')"
        " - (select sum(amount_group) from mart.fct_project_ledger as l"
        " where l.project_key = p.project_key and basis = 'finance_posted') from mart.dim_project as p"
    ),
    "select period_id, backlog_type, sum(backlog_group) from mart.fct_backlog where basis = 'operational' group by all",
    "select sum(actual_cost) from mart.fct_forecast",
    "select avg(estimate_at_completion) from mart.fct_forecast where period_state = 'running'",
    "select basis, sum(recognized_group) - sum(billed_group) from mart.fct_wip_rollforward group by basis",
    "select sum(available_hours) from mart.fct_capacity",
    f"select (select sum(numerator) {REVENUE}) - (select sum(numerator) {POSTED})",
    f"select (select sum(numerator) {REVENUE}) / (select sum(numerator) {POSTED})",
    (
        f"select (select sum(numerator) {REVENUE} and period_id = '2026-08')"
        f" + (select sum(numerator) {REVENUE} and period_id = '2026-09')"
    ),
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


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.name)
def test_every_amount_and_hour_of_a_fact_is_said_to_add_up_or_not(mart: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    columns = {name: kind for name, kind, *_ in mart.execute(f"describe mart.{fact.name}").fetchall()}
    assert {name for name, kind in columns.items() if kind.startswith("DECIMAL")} == fact.measures
    assert {*fact.apart} <= set(columns)


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
