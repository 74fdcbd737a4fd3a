"""What the grants of the served run let a person see, in queries, on pages and in the console."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from test_pages import opened, texts

from dashboards import signin
from dashboards.entitlement import LOCAL, RATES_HIDDEN, WHOLE, Rights
from dashboards.mart import Run, served
from dashboards.queries import catalogue, grants, reconciliation
from dashboards.queries.grants import grants_of
from dashboards.scope import Filters, Scope

ITEM_AMOUNTS = (
    "operational_group", "posted_group", "difference_group", "operational_transaction", "posted_transaction",
)  # fmt: skip
LEDGER_AMOUNTS = ("amount_transaction", "amount_functional", "amount_group")
PERIODS = Filters(periods=("2026-09",))
NO_RATES = Rights(who="ceo@example.com", grants=WHOLE)
US_RATES = Rights(who="x", grants=(("erp:US01", "*"), ("erp:DE01", "*")), rates=(("erp:US01", "*"),))
# project i stands in the books of US01, DE01, UK01 by 1 + i % 3
DE_PROJECT, US_PROJECT = "psa:P1", "psa:P3"


@pytest.fixture
def run(served_mart: Path) -> Run:
    assert served_mart.exists()
    return served()


def broken_down(run: Run, rights: Rights, flow: str, project: str) -> pl.DataFrame:
    return reconciliation.items(Scope(run, rights, PERIODS), flow, "overdue", project)


def amounts(rows: pl.DataFrame, names: tuple[str, ...]) -> set[Any]:
    assert rows.height
    return {value for name in names for value in rows[name].to_list()}


def test_single_labor_rows_keep_their_hours_and_show_no_amount_without_the_right_to_rates(run: Run) -> None:
    rows = broken_down(run, NO_RATES, "labor_cost", DE_PROJECT)
    assert amounts(rows, ITEM_AMOUNTS) == {None}
    assert rows["amount_withheld"].all()
    assert rows["operational_hours"].to_list() == [Decimal("8.00")]
    scope = Scope(run, NO_RATES, PERIODS)
    for (origin,) in rows.select("origin_id").iter_rows():
        source = reconciliation.ledger_rows(scope, "labor_cost", "psa", origin)
        assert amounts(source, LEDGER_AMOUNTS) == {None}
        assert amounts(reconciliation.lineage(scope, "labor_cost", "psa", origin), ("posted_group",)) == {None}


@pytest.mark.parametrize("flow", ["vendor_cost", "labor_cost"])
def test_the_right_to_rates_counts_for_the_entity_that_it_was_granted_for(run: Run, flow: str) -> None:
    assert None not in amounts(broken_down(run, US_RATES, flow, US_PROJECT), ITEM_AMOUNTS)
    assert amounts(broken_down(run, US_RATES, flow, DE_PROJECT), ITEM_AMOUNTS) == {None}
    assert None not in amounts(broken_down(run, LOCAL, flow, DE_PROJECT), ITEM_AMOUNTS)


def test_the_right_to_rates_of_a_practice_counts_for_its_projects_only(run: Run) -> None:
    cloud = Rights(who="x", grants=WHOLE, rates=(("*", "Cloud"),))  # the practice of project 2; of 1 it is Data & AI
    assert None not in amounts(broken_down(run, cloud, "labor_cost", "psa:P2"), ITEM_AMOUNTS)
    assert amounts(broken_down(run, cloud, "labor_cost", DE_PROJECT), ITEM_AMOUNTS) == {None}


def test_other_flows_and_every_sum_stay_as_they_are(run: Run) -> None:
    hidden, whole = Scope(run, NO_RATES, PERIODS), Scope(run, LOCAL, PERIODS)
    assert broken_down(run, NO_RATES, "revenue", DE_PROJECT).equals(broken_down(run, LOCAL, "revenue", DE_PROJECT))
    assert reconciliation.totals(hidden).equals(reconciliation.totals(whole))
    sums = reconciliation.projects(hidden, "labor_cost", "overdue")
    assert sums.equals(reconciliation.projects(whole, "labor_cost", "overdue"))
    assert sums["difference"].null_count() == 0


def test_rights_to_rates_do_not_spread_over_entities_or_outlive_their_grant(run: Run) -> None:
    rights = grants_of(run, "two@example.com")
    assert {entity for entity, _ in rights.grants} == {"erp:US01", "erp:DE01", "erp:UK01"}
    assert rights.rates == (("erp:US01", "*"),)
    assert rights.hides_rates
    assert RATES_HIDDEN in rights.sentence
    assert RATES_HIDDEN not in LOCAL.sentence


def test_a_grant_ends_on_its_day_also_where_nothing_was_built_since(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grants, "today", lambda: date(2026, 11, 19))
    assert grants_of(run, "soon@example.com").everything
    monkeypatch.setattr(grants, "today", lambda: date(2026, 11, 20))
    assert grants_of(run, "soon@example.com").grants == ()


@pytest.mark.parametrize(
    "rights", [NO_RATES, US_RATES, Rights(who="x", grants=(("erp:US01", "*"),), rates=(("erp:US01", "*"),))]
)
def test_values_of_refused_rows_and_sums_of_the_firm_are_for_who_may_see_everything(run: Run, rights: Rights) -> None:
    for table, columns in catalogue.CONTENT.items():
        every = catalogue.rows(Scope(run, LOCAL), table, order="1")
        some = catalogue.rows(Scope(run, rights), table, order="1")
        assert every is not None
        assert some is not None
        assert some.height == every.height > 0
        assert amounts(some, columns) == {None}
        assert some.drop(columns).equals(every.drop(columns))
    refused = catalogue.rows(Scope(run, LOCAL), "obs_quarantine", order="1")
    assert refused is not None
    assert refused["given_value"].to_list() == ["61,50"]


def signed_in(monkeypatch: pytest.MonkeyPatch, **facts: Any) -> None:
    monkeypatch.setattr(signin, "visitor", lambda: facts)


def test_a_visitor_who_did_not_sign_in_or_is_not_known_sees_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    unchecked = {"is_logged_in": True, "email": "two@example.com", "email_verified": False}
    for facts in ({"is_logged_in": False}, {"is_logged_in": True, "email": "nobody@example.com"}, unchecked):
        signed_in(monkeypatch, **facts)
        rights = signin.rights_of_visitor(run)
        assert rights.grants == rights.rates == ()
        for table in ("obs_quarantine", "obs_conservation", "obs_batches", "obs_freshness"):
            rows = catalogue.rows(Scope(run, rights), table, order="1")
            assert rows is not None
            assert rows.height == 0


@pytest.mark.usefixtures("served_mart")
def test_the_pages_say_what_is_hidden_and_the_console_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(monkeypatch, is_logged_in=True, email="two@example.com")
    quarantine = opened("data_and_definitions", data_view="Quarantine")
    assert not quarantine.exception
    assert "Empty here: Given value, Reason" in texts(quarantine)
    assert RATES_HIDDEN in texts(quarantine)
    console = opened("data_and_definitions", data_view="SQL console")
    assert "open only to people who may see every row and every cost rate" in texts(console)
    assert not console.text_area


@pytest.mark.usefixtures("served_mart")
def test_the_console_is_closed_to_who_sees_every_row_and_no_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.components.frame.rights_of_visitor", lambda _: NO_RATES)
    assert not opened("data_and_definitions", data_view="SQL console").text_area


@pytest.mark.usefixtures("served_mart")
def test_where_sign_in_is_set_up_nothing_is_shown_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(monkeypatch, is_logged_in=False)
    app = opened("overview")
    assert not app.exception
    assert [one.value for one in app.info] == ["Sign in to see the figures that are granted to you."]
    assert [one.label for one in app.sidebar.button] == ["Sign in"]
    assert not app.metric
    assert not app.multiselect
    signed_in(monkeypatch, is_logged_in=True, email="two@example.com", email_verified=True)
    app = opened("overview")
    assert app.metric
    assert [one.label for one in app.sidebar.button] == ["Sign out"]
