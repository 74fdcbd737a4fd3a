from __future__ import annotations

from pathlib import Path

import polars as pl

from .books import Books, cents


def controls(drop: Path, rule: str) -> set[str]:
    rows = pl.read_csv(drop / "_truth/control_exception.csv", infer_schema=False)
    return set(rows.filter(pl.col("rule") == rule)["subject"].to_list())


def test_every_journal_balances_but_the_one_that_must_not(drop: Path, books: Books) -> None:
    sums = books("gl_line").group_by("legal_entity_id", "journal_id").agg(cents("functional_amount").sum())
    uneven = sums.filter(pl.col("functional_amount") != 0)
    assert set(uneven["journal_id"].to_list()) == controls(drop, "unbalanced_journal")
    assert uneven.height == 1


def test_the_lines_are_the_movement_of_the_trial_balance(books: Books) -> None:
    key = ["legal_entity_id", "period_id", "account_id"]
    moved = books("gl_line").group_by(key).agg(lines=cents("functional_amount").sum())
    balance = books("gl_balance").join(moved, on=key, how="left").with_columns(pl.col("lines").fill_null(0))
    assert (balance["closing"] == balance["opening"] + balance["debit"] - balance["credit"]).all()
    gaps = balance.filter(cents("closing") - cents("opening") != pl.col("lines"))
    assert gaps.select("legal_entity_id", "account_id").sort("account_id").rows() == [
        ("UK01", "A1900"),
        ("UK01", "A7000"),
    ]


def test_balances_carry_forward(books: Books) -> None:
    rows = books("gl_balance").sort("legal_entity_id", "account_id", "period_id")
    before = rows.select(pl.col("closing").shift(1).over("legal_entity_id", "account_id").fill_null(0))["closing"]
    assert (rows["opening"] == before).all()


def test_links_add_up_to_their_line(books: Books) -> None:
    links = (
        books("posting_link")
        .group_by("gl_line_id")
        .agg(amount=cents("amount").sum(), functional=cents("functional_amount").sum())
    )
    lines = books("gl_line").join(links, on="gl_line_id", suffix="_links")
    assert lines.height > 100
    assert (lines.select(cents("amount"))["amount"] == lines["amount_links"]).all()
    assert (lines.select(cents("functional_amount"))["functional_amount"] == lines["functional"]).all()


def test_each_entity_posts_labour_in_its_own_way(books: Books) -> None:
    labour = books("gl_line").filter((pl.col("account_id") == "A5000") & (pl.col("quantity").is_not_null()))
    kinds = labour.group_by("legal_entity_id", "origin_type").len().sort("len", descending=True)
    most = {e: kinds.filter(pl.col("legal_entity_id") == e)["origin_type"][0] for e in ("DE01", "US01", "UK01")}
    assert most == {"DE01": "time_entry", "US01": "summary", "UK01": "summary"}
    linked = set(books("posting_link")["gl_line_id"].to_list())
    summaries = labour.filter(pl.col("origin_type") == "summary")
    with_links = summaries.filter(pl.col("gl_line_id").is_in(linked))["legal_entity_id"].unique().to_list()
    assert with_links == ["US01"]


def test_payroll_carries_labour_to_projects_where_an_entity_costs_at_actual(books: Books) -> None:
    paid = books("gl_line").filter(pl.col("origin_type") == "payroll", pl.col("project_id").is_not_null())
    assert paid["legal_entity_id"].unique().to_list() == ["NL01"]
    assert set(paid["account_id"]) == {"A6000"}
    key = ["project_id", "employee_id", "period_id"]
    assert paid.height == paid.select(key).n_unique() > 50
    standard = books.labour().filter((pl.col("legal_entity") == "NL01") & (pl.col("period_id") < "2026-10"))
    share = paid.select(cents("functional_amount"))["functional_amount"].sum() / standard["group"].sum()
    assert 1.0 < share < 1.04
    own = books("gl_line").filter(
        (pl.col("legal_entity_id") == "NL01") & pl.col("account_id").is_in(["A5000", "A6900"])
    )
    assert own.is_empty()


def test_the_last_period_is_open_and_the_others_closed(books: Books) -> None:
    periods = books("accounting_period")
    assert set(periods.filter(pl.col("period_id") == "2026-10")["status"]) == {"open"}
    assert set(periods.filter(pl.col("period_id") != "2026-10")["status"]) == {"closed"}
    closes = books("period_event").filter(pl.col("event") == "closed")
    assert closes.select("legal_entity_id", "period_id").unique().height == 44
