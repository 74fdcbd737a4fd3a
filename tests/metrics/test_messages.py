"""What IT watches is the same in the catalogue, in the tables of days and targets, and on the page."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from lake.figures import metric, roll_up
from tests.firm import Firm

COUNTS = {
    "message_throughput": "sum(attempts)",
    "message_retries": "sum(retries)",
    "message_dead_letters": "sum(dead_letter)",
    "message_failure_share": "(sum(failed) + sum(dead_letter)) / sum(attempts)::decimal(18, 0)",
}


@pytest.fixture(scope="module")
def mart(firm: Firm) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{firm.mart.resolve()}' as mart (read_only)")
        yield connection


@pytest.mark.parametrize("name", COUNTS)
def test_messages_of_all_entities_are_those_of_all_days_and_targets(mart: duckdb.DuckDBPyConnection, name: str) -> None:
    days = mart.execute(f"select region, flow, {COUNTS[name]} from mart.obs_integration group by all").fetchall()
    figures = roll_up(mart, metric(mart, name), by=["region", "flow"])
    found = {tuple(member for _, member in one.members): one.value for one in figures}
    assert len(found) > 2
    assert {key: round(value or Decimal(0), 9) for key, value in found.items()} == {
        (region, flow): round(Decimal(str(value)), 9) for region, flow, value in days
    }


@pytest.mark.parametrize("name", COUNTS)
def test_the_days_of_a_period_and_entity_add_up_to_its_figure(mart: duckdb.DuckDBPyConnection, name: str) -> None:
    """The charts by day and the cards above them are of the same messages, whatever filter is set."""
    days = mart.execute(
        f"select period_id, legal_entity_key, {COUNTS[name]} from mart.obs_integration"
        " group by all having sum(attempts) > 0"
    ).fetchall()
    figures = roll_up(mart, metric(mart, name), by=["period_id", "legal_entity_key"])
    found = {tuple(member for _, member in one.members): one for one in figures}
    assert len({entity for _, entity, _ in days}) > 2
    for period, entity, value in days:
        assert round(found[period, entity].value or Decimal(0), 9) == round(Decimal(str(value)), 9), (period, entity)
    assert sum(value for *_, value in days) > 0


def test_the_latencies_of_a_period_and_entity_are_those_of_its_days(mart: duckdb.DuckDBPyConnection) -> None:
    days = mart.execute(
        "select period_id, legal_entity_key, latency_seconds, sum(messages)"
        " from mart.obs_integration_latency group by all"
    ).fetchall()
    values = mart.execute(
        "select period_id, legal_entity_key, value::bigint, sum(weight)::bigint from mart.fct_metric_distribution"
        " where metric_id = 'message_latency_seconds_p50' group by all"
    ).fetchall()
    assert sorted(days) == sorted(values)
    assert len(days) > 10


def test_what_waits_at_the_last_periods_end_is_what_waits_on_the_last_day(mart: duckdb.DuckDBPyConnection) -> None:
    days = mart.execute(
        "select region, flow, sum(depth) from (select legal_entity_key, region, flow, target,"
        " arg_max(queue_depth, day) as depth from mart.obs_integration group by all) group by all"
    ).fetchall()
    figures = roll_up(mart, metric(mart, "message_queue_depth"), by=["region", "flow"])
    found = {tuple(member for _, member in one.members): one.value for one in figures}
    assert found == {(region, flow): depth for region, flow, depth in days}
    assert sum(found.values()) > 0


@pytest.mark.parametrize(
    ("name", "part"), [("message_latency_seconds_p50", 0.50), ("message_latency_seconds_p95", 0.95)]
)
def test_latencies_are_those_of_all_messages_that_the_page_orders(
    mart: duckdb.DuckDBPyConnection, name: str, part: float
) -> None:
    found = {one.members[0][1]: one.value for one in roll_up(mart, metric(mart, name), by=["flow"])}
    assert found
    for flow, value in found.items():
        taken = mart.execute(
            "select latency_seconds, messages from mart.obs_integration_latency where flow = ? order by 1", [flow]
        ).fetchall()
        each = [seconds for seconds, messages in taken for _ in range(messages)]
        place = next(n for n in range(1, len(each) + 1) if n >= Decimal(str(part)) * len(each))
        assert value == each[place - 1], flow
