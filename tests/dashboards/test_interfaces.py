"""What the integration page says of messages: the same in its cards, its charts and its table, under every filter."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest
from opening import opened
from streamlit.testing.v1 import AppTest

from dashboards.entitlement import LOCAL, Rights
from dashboards.mart import Run, served
from dashboards.queries import integration
from dashboards.scope import Filters, Scope

OCTOBER = Filters(periods=("2026-10",))


@pytest.fixture
def run(served_mart: Path) -> Run:
    assert served_mart.exists()
    return served()


def health(**query: str | list[str]) -> AppTest:
    return opened("integration_health", **query)


def interfaces(app: AppTest) -> pl.DataFrame:
    (table,) = (one.value for one in app.dataframe if "message_throughput_operational" in one.value.columns)
    return pl.from_pandas(table)


@pytest.mark.usefixtures("served_mart")
def test_the_table_of_interfaces_adds_up_to_the_cards_above_it() -> None:
    """Of one period, time to the ERP alone: 400 attempts of each of three entities, one of them in America."""
    app = health(period=["2026-10", "2026-10"])
    cards = {one.label.partition(" :")[0]: one.value for one in app.metric}
    rows = interfaces(app)
    counted = rows.filter(pl.col("message_throughput_operational").is_not_null())
    assert dict(counted.select("region", "message_throughput_operational").iter_rows()) == {"AMER": 400, "EMEA": 800}
    assert cards["Message throughput"] == "1,200"
    assert counted["message_failure_share_operational"].to_list() == [4.0, 4.0]
    assert counted.sort("region")["message_queue_depth_operational"].to_list() == [8, 16]
    assert cards["Message latency p50"] == "60\u00a0s"
    assert cards["Message latency p95"] == "67\u00a0min"


@pytest.mark.usefixtures("served_mart")
def test_the_table_and_the_charts_answer_to_the_filter_of_legal_entities(run: Run, mart: Path) -> None:
    rows = interfaces(health(period=["2026-10", "2026-10"], entity="Northwind Advisory Inc"))
    assert set(rows["region"]) == {"AMER"}
    assert rows["message_throughput_operational"].drop_nulls().to_list() == [400]
    with duckdb.connect(str(mart.resolve()), read_only=True) as connection:
        row = connection.execute(
            "select sum(attempts) from obs_integration where region = 'AMER' and period_id = '2026-10'"
        ).fetchone()
    assert row is not None
    of_one = Filters(periods=("2026-10",), entities=("erp:US01",))
    assert integration.by_day(Scope(run, LOCAL, of_one), step="day")["attempts"].sum() == row[0]
    assert integration.by_day(Scope(run, LOCAL, OCTOBER), step="day")["attempts"].sum() > row[0]


def test_the_charts_show_only_the_messages_of_granted_entities(run: Run) -> None:
    american = Rights(who="us@example.com", grants=(("erp:US01", "*"),))
    granted = integration.by_day(Scope(run, american, OCTOBER), step="week")
    of_one = Scope(run, LOCAL, Filters(periods=("2026-10",), entities=("erp:US01",)))
    assert granted.equals(integration.by_day(of_one, step="week"))
    assert granted.height > 0
    cloud = Rights(who="cloud@example.com", grants=(("erp:US01", "Cloud"),))
    assert integration.by_day(Scope(run, cloud, OCTOBER), step="week").height == 0


@pytest.mark.usefixtures("served_mart")
def test_a_filter_that_messages_are_not_split_by_leaves_no_chart_beside_cards_without_a_figure() -> None:
    app = health(period=["2026-10", "2026-10"], practice="Cloud")
    assert not app.exception
    assert not [one for one in app.dataframe if "message_throughput_operational" in one.value.columns]
    said = " ".join(str(one.value) for one in (*app.markdown, *app.info, *app.caption))
    assert "Messages are not split by practice" in said
