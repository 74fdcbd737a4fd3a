"""What every page says of the mart that is served: running periods, unproved ledgers, a new run, or none at all."""

from __future__ import annotations

from pathlib import Path

import duckdb
import mart_fixture
import pytest
import streamlit as st
from opening import PAGES, WITH_CARDS, opened, texts

RUNNING = ["2026-09", "2026-10"]
INCOMPLETE = """
    update gl_completeness set status = 'incomplete', reason = '1 account differs from the trial balance'
    where legal_entity_key = 'erp:DE01' and period_id = '{}'
"""
PROVISIONAL = "update {} set is_provisional = period_id = '2026-10'"


def _serve(folder: Path, monkeypatch: pytest.MonkeyPatch, *changes: str) -> None:
    """Let the app show a mart of its own that was changed."""
    pointer = mart_fixture.write(folder)
    with duckdb.connect(str(pointer.resolve())) as connection:
        for change in changes:
            connection.execute(change)
    monkeypatch.setenv("TIEOUT_MART", str(pointer))
    st.cache_data.clear()
    st.cache_resource.clear()


def test_every_posted_figure_on_an_unproved_ledger_says_incomplete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _serve(tmp_path, monkeypatch, INCOMPLETE.format("2026-09"))
    app = opened("overview")
    posted = [one.label for one in app.metric if "-badge[Operational]" not in one.label]
    assert posted
    assert all("-badge[Incomplete]" in label for label in posted)
    assert all("Incomplete" not in one.label for one in app.metric if one.label not in posted)
    assert "Northwind Beratung GmbH 2026" in texts(app)
    assert "1 account differs from the trial balance" in texts(app)


def test_a_balance_stands_on_the_ledgers_before_the_periods_chosen_and_a_flow_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _serve(tmp_path, monkeypatch, INCOMPLETE.format("2026-03"))
    marks: dict[str, bool] = {}
    for page in ("overview", "backlog"):
        app = opened(page, period=["2026-08", "2026-09"])
        marks |= {one.label.split(" :red")[0]: ":red-badge[Incomplete]" in one.label for one in app.metric}
        assert "earlier **incomplete** ledgers: Northwind Beratung GmbH 2026" in texts(app)
    assert marks["Contracted backlog :blue-badge[Posted]"]
    assert not marks["Contracted backlog :orange-badge[Operational]"]
    assert not marks["Services revenue :blue-badge[Posted]"]


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve a mart that was built while its newest period with figures was running."""
    _serve(tmp_path, monkeypatch, *(PROVISIONAL.format(table) for table in ("fct_metric", "fct_metric_distribution")))


@pytest.mark.parametrize("page", WITH_CARDS)
@pytest.mark.usefixtures("running")
def test_every_figure_of_a_running_period_says_provisional_beside_its_basis(page: str) -> None:
    app = opened(page, period=RUNNING)
    labels = [one.label for one in app.metric] + [one.value for one in app.subheader]
    assert labels
    for label in labels:
        # what is known of now only stands at another period of this mart, which is not the running one
        assert label.endswith(":violet-badge[Provisional]") or label.startswith("Scheduled backlog"), label
    assert "Figures with **2026-10** are **provisional**" in texts(app).replace("\\", "")


@pytest.mark.parametrize("page", WITH_CARDS)
@pytest.mark.usefixtures("running")
def test_figures_of_ended_periods_do_not_say_provisional_in_a_mart_with_a_running_one(page: str) -> None:
    app = opened(page, period=["2026-08", "2026-09"])
    assert app.metric
    assert "rovisional" not in " ".join([*(one.label for one in app.metric), texts(app)])


@pytest.mark.usefixtures("served_mart")
def test_rows_that_no_total_holds_are_counted_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pointer = mart_fixture.write(tmp_path)
    assert "without a cost, bill or exchange rate" not in texts(opened("overview"))
    with duckdb.connect(str(pointer.resolve())) as connection:
        connection.execute(
            "update recon_bridge_total set rows_without_rate = 2 where project_key ="
            " (select min(project_key) from recon_bridge_total) and period_id = '2026-09' and flow = 'labor_cost'"
        )
        row = connection.execute("select sum(rows_without_rate) from recon_bridge_total").fetchone()
    assert row is not None
    monkeypatch.setenv("TIEOUT_MART", str(pointer))
    st.cache_data.clear()
    st.cache_resource.clear()
    assert f"**{row[0]}** ledger rows without a cost, bill or exchange rate" in texts(opened("overview"))


@pytest.mark.usefixtures("served_mart")
def test_a_new_run_is_served_as_soon_as_the_pointer_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pointer = mart_fixture.write(tmp_path, run_id="first")
    monkeypatch.setenv("TIEOUT_MART", str(pointer))
    app = opened("overview")
    assert "Run **first**" in texts(app)
    pointer.unlink()
    mart_fixture.write(tmp_path, run_id="second")
    assert "Run **second**" in texts(app.run())


@pytest.mark.parametrize("page", PAGES)
def test_without_a_published_mart_every_page_says_in_one_sentence_what_to_do(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIEOUT_MART", str(tmp_path / "mart.duckdb"))
    app = opened(page)
    assert not app.exception
    assert "No mart is published yet" in app.info[0].value
    assert "tieout run" in app.info[0].value


@pytest.mark.parametrize("view", ["Batches", "Quarantine"])
def test_where_no_period_has_figures_the_pages_say_so_and_what_has_landed_is_still_shown(
    view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer = mart_fixture.write(tmp_path)
    with duckdb.connect(str(pointer.resolve())) as connection:
        connection.execute("delete from dim_period")
    monkeypatch.setenv("TIEOUT_MART", str(pointer))
    st.cache_data.clear()
    st.cache_resource.clear()
    (said,) = opened("overview").info
    assert "holds no figures in a period of any legal entity: land `legal_entity`" in said.value
    app = opened("data_and_definitions", data_view=view)
    assert not app.info
    assert not app.error
    assert len(app.dataframe) == 1


@pytest.mark.usefixtures("served_mart")
def test_a_broken_mart_is_one_sentence_and_no_stack_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "mart_broken.duckdb"
    broken.write_bytes(b"this is no database" * 100)
    monkeypatch.setenv("TIEOUT_MART", str(broken))
    app = opened("overview")
    assert not app.exception
    assert "cannot be opened" in app.info[0].value


def test_a_mart_that_lacks_a_table_is_one_sentence_and_no_stack_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poor = tmp_path / "mart_poor.duckdb"
    with duckdb.connect(str(poor)) as connection:
        connection.execute("create table other (a integer)")
    monkeypatch.setenv("TIEOUT_MART", str(poor))
    app = opened("overview")
    assert not app.exception
    assert "cannot be drawn from the published mart" in app.error[0].value
