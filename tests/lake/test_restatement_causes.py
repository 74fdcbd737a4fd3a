"""A difference that moved names what moved the rows that it was made of, before anything else of its cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from lake import restatement_causes, restatement_items
from lake.restatement_sql import RESULT

#: The tables that the steps read, with the columns that the subjects of a test state.
LEDGER = (
    "ledger_id, basis, flow, origin_type, origin_system, origin_id, source_entity, source_system, source_id,"
    " gl_line_id, invoice_line_id, posting_event_id, legal_entity_key, counterparty_entity_key, project_key, "
    " contract_line_key, worker_key, period_id, work_period_id, currency, functional_currency"
)
ITEM = "item_id, category, status, flow, origin_type, origin_system, origin_id, gl_line_ids, match_key"
CELL = {"flow": "labor_cost", "legal_entity_key": "erp:DE", "project_key": "psa:P1", "period_id": "2026-03"}


@pytest.fixture
def books() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two marts and a lake without a row, and a temporary table of each kind that the steps start from."""
    with duckdb.connect() as connection:
        connection.execute("create schema lake; create table lake.invoice_line (invoice_line_id text, invoice_id text)")
        connection.execute(
            "create table lake.contract_line (source_system text, contract_line_id text, recognition_method text,"
            " billing_model text)"
        )
        for mart in ("before", "after", "made"):
            connection.execute(f"attach ':memory:' as {mart}_mart")
            connection.execute(f"create temp table {mart}_build as select timestamptz '2026-04-20' as build_time")
            for table, columns in (("fct_project_ledger", LEDGER), ("recon_item", ITEM)):
                typed = ", ".join(f"{name.strip()} text" for name in columns.split(","))
                connection.execute(f"create table {mart}_mart.{table} ({typed})")
            connection.execute(f"alter table {mart}_mart.fct_project_ledger add column transaction_date date")
            connection.execute(
                f"create table {mart}_mart.recon_pool_member (posted_ledger_id text, operational_ledger_id text,"
                " pool_key text)"
            )
            connection.execute(
                f"create table {mart}_mart.dim_period (legal_entity_key text, period_id text, end_date date)"
            )
            connection.execute(f"create table {mart}_mart.build_info as select 'EUR' as group_currency")
        connection.execute(
            "create temp table arrived (n int, entity text, source_system text, source_id text, version timestamp,"
            " batch_id int, file text, file_row int, bears_on text[])"
        )
        connection.execute(
            "create temp table numbered (change_id int, measure text, category text, subject_id text, flow text,"
            " legal_entity_key text, project_key text, period_id text, currency text,"
            " change_transaction decimal(18, 2), change_functional decimal(18, 2), change_group decimal(18, 2),"
            " was bool, is_now bool)"
        )
        yield connection


def put(books: duckdb.DuckDBPyConnection, table: str, **row: Any) -> None:
    marks = ", ".join("?" * len(row))
    books.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


def moved(books: duckdb.DuckDBPyConnection, change: int, measure: str, subject: str, amount: int) -> None:
    """One change of the cell: a ledger row, or a difference, that came or went."""
    put(
        books, "numbered", change_id=change, measure=measure, subject_id=subject, **CELL, currency="EUR",
        category="overdue" if measure == "break" else "", change_transaction=amount, change_functional=amount,
        change_group=amount, was=amount < 0, is_now=amount > 0,
    )  # fmt: skip


def row(books: duckdb.DuckDBPyConnection, name: str, basis: str, origin: tuple[str, str] | None, **more: str) -> None:
    """A row of the ledger in the cell, as the later mart knows it."""
    kind, of = origin or (None, None)
    put(
        books, "after_mart.fct_project_ledger", ledger_id=name, basis=basis, **CELL, origin_type=kind,
        origin_system="psa" if kind else None, origin_id=of, currency="EUR", functional_currency="EUR", **more,
    )  # fmt: skip


def causes(books: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Each difference that moved: why, by how many rows, and the first of them."""
    for step in (*restatement_causes.STEPS, *restatement_items.STEPS, RESULT):
        books.execute(step)
    return books.execute(
        "select subject_id, cause, cause_rows, cause_id from made_mart.recon_restatement where measure = 'break'"
        " order by subject_id"
    ).fetchall()


def test_an_item_takes_what_moved_the_rows_of_its_match_before_its_cells(books: duckdb.DuckDBPyConnection) -> None:
    # the other half of journal J18 arrives: line G18 enters the ledger, and entry T18 is no longer overdue
    put(books, "arrived", n=1, entity="time_entry", source_id="T63", bears_on=["record:time_entry|psa|T63"])
    put(books, "arrived", n=2, entity="gl_line", source_id="G18x", bears_on=["line:G18x", "event:J18"])
    moved(books, 1, "operational", "T63", 500)
    moved(books, 2, "finance_posted", "G18", 800)
    moved(books, 3, "break", "item of T18", -800)
    named = {"source_entity": "time_entry", "source_system": "psa", "source_id": "T63"}
    row(books, "T63", "operational", ("time_entry", "T63"), **named)
    row(books, "G18", "finance_posted", ("time_entry", "T18"), gl_line_id="G18", posting_event_id="J18")
    put(
        books, "before_mart.recon_item", item_id="item of T18", category="overdue", status="open", flow="labor_cost",
        origin_type="time_entry", origin_system="psa", origin_id="T18", match_key="labor_cost|time_entry|psa|T18",
    )  # fmt: skip
    assert causes(books) == [("item of T18", "its match", 1, "G18x")]


def test_what_a_pool_leaves_over_takes_what_moved_its_members(books: duckdb.DuckDBPyConnection) -> None:
    put(books, "arrived", n=1, entity="time_entry", source_id="T1", bears_on=["record:time_entry|psa|T1"])
    put(books, "arrived", n=2, entity="time_entry", source_id="T2", bears_on=["record:time_entry|psa|T2"])
    for change, entry in enumerate(("T1", "T2"), 1):
        moved(books, change, "operational", entry, 100)
        named = {"source_entity": "time_entry", "source_system": "psa", "source_id": entry}
        row(books, entry, "operational", ("time_entry", entry), **named)
    moved(books, 3, "break", "pool", 100)
    key = "labor_cost|pool|erp:DE|psa:P1|2026-03|none|none"
    put(books, "after_mart.recon_item", item_id="pool", category="overdue", status="open", match_key=key)
    put(
        books, "after_mart.recon_pool_member", posted_ledger_id="S1", operational_ledger_id="T2", pool_key=key
    )  # fmt: skip
    assert causes(books) == [("pool", "its match", 1, "T2")]


def test_an_item_of_which_no_row_moved_still_takes_what_moved_its_cell(books: duckdb.DuckDBPyConnection) -> None:
    put(books, "arrived", n=1, entity="time_entry", source_id="T63", bears_on=["record:time_entry|psa|T63"])
    moved(books, 1, "operational", "T63", 500)
    moved(books, 2, "break", "item of T18", -800)
    named = {"source_entity": "time_entry", "source_system": "psa", "source_id": "T63"}
    row(books, "T63", "operational", ("time_entry", "T63"), **named)
    put(
        books, "before_mart.recon_item", item_id="item of T18", category="overdue", status="open", flow="labor_cost",
        origin_type="time_entry", origin_system="psa", origin_id="T18", match_key="labor_cost|time_entry|psa|T18",
    )  # fmt: skip
    assert causes(books) == [("item of T18", "its cell", 1, "T63")]
