from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from opening import PAGES, WITH_CARDS, opened, texts

BASIS_WORDS = ("Posted", "Operational", "Both bases")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("served_mart")
def test_a_page_asks_its_question_and_says_how_fresh_it_is(page: str) -> None:
    app = opened(page)
    assert not app.exception
    assert not app.error
    assert app.header[0].value == PAGES[page]
    said = texts(app)
    assert "Data as of **5 Nov 2026 06:00 UTC**" in said
    assert "20261105T060000Z" in said
    assert "Last closed period **2026-09**" in said.replace("\\", "")
    assert "Local mode without sign-in" in said


@pytest.mark.parametrize("page", WITH_CARDS)
@pytest.mark.usefixtures("served_mart")
def test_every_single_figure_carries_a_basis_word_and_its_definition(page: str) -> None:
    app = opened(page)
    assert len(app.metric) >= 2
    for metric in app.metric:
        assert any(f"-badge[{word}]" in metric.label for word in BASIS_WORDS), metric.label
        assert "**Owner:**" in metric.help
        assert "**Source:**" in metric.help


@pytest.mark.parametrize("page", WITH_CARDS)
@pytest.mark.usefixtures("served_mart")
def test_every_panel_with_amounts_carries_a_basis_word(page: str) -> None:
    titles = [one.value for one in opened(page).subheader]
    assert titles
    for title in titles:
        assert any(f"-badge[{word}]" in title for word in BASIS_WORDS), title


@pytest.mark.usefixtures("served_mart")
def test_the_headline_is_the_sum_of_the_last_period_in_the_metric_table(mart: Path) -> None:
    with duckdb.connect(str(mart.resolve()), read_only=True) as connection:
        row = connection.execute(
            "select sum(numerator) / 1e6 from fct_metric where metric_id = 'services_revenue'"
            " and basis = 'finance_posted' and period_id = '2026-09'"
        ).fetchone()
    assert row is not None
    card = next(one for one in opened("overview").metric if one.label.startswith("Services revenue"))
    assert card.value == f"{row[0]:.2f}\u00a0M"


@pytest.mark.usefixtures("served_mart")
def test_what_is_known_of_now_only_is_shown_whatever_periods_are_chosen() -> None:
    card = next(one for one in opened("backlog").metric if one.label.startswith("Scheduled backlog"))
    assert card.value == "2.16\u00a0M"
    assert card.delta == "at 2026-11"


@pytest.mark.usefixtures("served_mart")
def test_the_overview_sets_posted_revenue_against_plan_and_shows_the_forecast_of_coming_periods() -> None:
    app = opened("overview")
    assert "Posted solid, plan outlined behind it, forecast hatched" in texts(app)


@pytest.mark.usefixtures("served_mart")
def test_a_filter_in_the_address_narrows_every_page_and_is_printed_as_a_sentence() -> None:
    everything = opened("overview").metric[0].value
    app = opened("overview", entity="Northwind Advisory Inc")
    assert app.multiselect(key="entity").value == ["erp:US01"]
    assert app.metric[0].value != everything
    assert "Northwind Advisory Inc · all regions" in texts(app)


@pytest.mark.usefixtures("served_mart")
def test_a_filter_that_fits_nothing_ends_in_words_and_dashes() -> None:
    app = opened("reconciliation", entity="Northwind Advisory Inc", region="EMEA")
    assert not app.exception
    app = opened("overview", entity="Northwind Advisory Inc", region="EMEA")
    assert not app.exception
    assert not app.error
    assert app.metric[0].value == "–"


@pytest.mark.usefixtures("served_mart")
def test_the_bridge_says_that_nothing_is_unexplained() -> None:
    app = opened("reconciliation")
    unexplained = next(one for one in app.metric if one.label.startswith("Unexplained"))
    assert unexplained.value == "0.00"


@pytest.mark.usefixtures("served_mart")
def test_integration_health_keeps_the_view_of_it_and_of_finance_apart() -> None:
    messages = opened("integration_health")
    assert "Interfaces by flow and region :orange-badge[Operational]" in [one.value for one in messages.subheader]
    cards = {one.label.partition(" :")[0]: one.value for one in messages.metric}
    # of the last period, 4 of 100 of each entity's 400 attempts failed, and 8 wait in each of three entities
    assert cards["Message throughput"] == "1,200"
    assert cards["Failed messages"] == "4.0%"
    assert cards["Messages waiting"] == "24"
    assert "Failed mappings" in cards
    finance = opened("integration_health", integration_view="Finance: what waits")
    titles = " ".join(one.value for one in finance.subheader)
    assert "Open differences by age" in titles
    assert "Interfaces by flow and region" not in titles


@pytest.mark.usefixtures("served_mart")
def test_all_open_differences_are_told_from_the_exceptions_in_the_words_of_the_catalogue() -> None:
    finance = opened("integration_health", integration_view="Finance: what waits")
    assert any(one.label.startswith("Open exceptions") for one in finance.metric)
    assert (
        "The cards count open exceptions, the panels below all open differences."
        " A mere translation difference is no exception." in texts(finance)
    )


@pytest.mark.parametrize(
    "view", ["Freshness", "Batches", "Quarantine", "Contract drift", "Conservation", "SQL console"]
)
@pytest.mark.usefixtures("served_mart")
def test_every_view_of_the_data_page_is_drawn(view: str) -> None:
    app = opened("data_and_definitions", data_view=view)
    assert not app.exception
    assert not app.error
    assert app.subheader[0].value == view


@pytest.mark.usefixtures("served_mart")
def test_the_console_runs_a_select_and_refuses_to_read_files() -> None:
    app = opened("data_and_definitions", data_view="SQL console")
    app.text_area[0].set_value("select count(*) as n from dim_project")
    app.button[0].click().run()
    assert app.dataframe[-1].value["n"].to_list() == [24]
    app.text_area[0].set_value("select * from read_text('/etc/hostname')")
    app.button[0].click().run()
    assert "disabled" in app.error[0].value
