"""Margin walk, estimates and the roll-forward on their pages: what is shown is what the tables say."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from test_pages import opened, texts

EFFECTS = ("volume_effect", "mix_effect", "bill_rate_effect", "cost_rate_effect", "unexplained_effect")


def shown(page: str, column: str, **query: str) -> pl.DataFrame:
    """Return the table of a page that has a column, as it is drawn."""
    app = opened(page, **query)
    assert not app.exception
    assert not app.error
    return next(pl.DataFrame(one.value) for one in app.dataframe if column in one.value.columns)


def asked(mart: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(mart.resolve()), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.usefixtures("served_mart")
def test_the_walk_goes_from_the_quote_to_the_books_and_its_effects_sum() -> None:
    rows = shown("margin", "volume_effect")
    assert rows["step"].to_list() == [
        "Quote → Baseline", "Baseline → Estimate", "Estimate → Books",
    ]  # fmt: skip
    assert rows["basis"].to_list() == ["Operational", "Operational", "Both bases"]
    for row in rows.iter_rows(named=True):
        assert row["margin_from"] + sum(row[name] for name in EFFECTS) == row["margin_to"]
    assert rows["margin_to"].to_list()[:2] == rows["margin_from"].to_list()[1:]


@pytest.mark.usefixtures("served_mart")
def test_the_walk_can_be_cut_by_project_and_heeds_the_filters(mart: Path) -> None:
    rows = shown("margin", "volume_effect", walk_by="Project", entity="Northwind Advisory Inc")
    (known,) = asked(mart, "select count(*) from dim_project where legal_entity_key = 'erp:US01'")
    assert rows.height == 3 * known[0]
    assert rows["member"].n_unique() == known[0]


@pytest.mark.usefixtures("served_mart")
def test_projects_on_both_bases_show_the_metrics_of_the_catalogue(mart: Path) -> None:
    rows = shown("margin", "margin_posted")
    # at first the twelve periods closed last are shown
    wanted = dict(asked(
        mart,
        "select basis, sum(numerator) from fct_metric where metric_id = 'project_margin'"
        " and period_id between '2025-10' and '2026-09' group by basis",
    ))  # fmt: skip
    assert rows.height == 24
    assert rows["margin_operational"].sum() == pytest.approx(float(wanted["operational"]))
    assert rows["margin_posted"].sum() == pytest.approx(float(wanted["finance_posted"]))
    for row in rows.iter_rows(named=True):
        assert row["distance"] == pytest.approx(row["margin_posted"] - row["margin_operational"], abs=0.005)
        assert row["share_posted"] == pytest.approx(100 * row["margin_posted"] / row["revenue_posted"])


@pytest.mark.usefixtures("served_mart")
def test_estimates_at_completion_are_listed_by_project() -> None:
    rows = shown("backlog", "estimate_at_completion_operational")
    assert rows.height == 24
    assert set(rows["estimate_at_completion_operational"]) == {2_400_000.0}


@pytest.mark.usefixtures("served_mart")
def test_unbilled_work_rolls_forward_and_says_how_much_of_it_ties_to_the_ledger(mart: Path) -> None:
    rows = shown("backlog", "translation")
    for row in rows.iter_rows(named=True):
        moved = row["recognized"] - row["billed"] - row["written_off"] + row["translation"]
        assert row["opening"] + moved == row["closing"]
    (last,) = asked(
        mart,
        "select sum(closing_group) from fct_wip_rollforward where basis = 'finance_posted' and period_id ="
        f" '{rows['period_id'][-1]}'",
    )
    assert rows["closing"][-1] == last[0]
    app = opened("backlog")
    assert "moves as the ERP's accounts do in" in texts(app)
    operational = opened("backlog", rolled_basis="Both bases")
    assert "moves as the ERP's accounts do in" not in texts(operational)
    assert Decimal(0) != last[0]
