"""A difference that moved names what moved the rows that it was made of, before anything else of its cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from lake import restatement_causes, restatement_items, restatement_rows
from lake.contracts import ENTITIES
from lake.restatement_sql import RESULT

#: The tables that the steps read, with the columns that the subjects of a test state.
LEDGER = (
    "ledger_id, basis, flow, origin_type, origin_system, origin_id, source_entity, source_system, source_id,"
    " gl_line_id, invoice_line_id, posting_event_id, legal_entity_key, counterparty_entity_key, project_key, "
    " contract_line_key, worker_key, account_key, period_id, work_period_id, currency, functional_currency"
)
ITEM = "item_id, category, status, flow, origin_type, origin_system, origin_id, gl_line_ids, match_key"
CELL = {"flow": "labor_cost", "legal_entity_key": "erp:DE", "project_key": "psa:P1", "period_id": "2026-03"}


@pytest.fixture
def books() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two marts and a lake without a row, and a temporary table of each kind that the steps start from."""
    with duckdb.connect() as connection:
        connection.execute("create schema lake; create table lake.invoice_line (invoice_line_id text, invoice_id text)")
        connection.execute(
            "create table lake.contract_line (source_system text, contract_line_id text, contract_id text,"
            " recognition_method text, billing_model text)"
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


def moved(books: duckdb.DuckDBPyConnection, change: int, measure: str, subject: str, amount: int, **of: str) -> None:
    """One change of the cell: a ledger row, or a difference, that came or went; `of` says what else it is."""
    put(
        books, "numbered", change_id=change, measure=measure, subject_id=subject, **(CELL | of), currency="EUR",
        category="overdue" if measure == "break" else "", change_transaction=amount, change_functional=amount,
        change_group=amount, was=amount < 0, is_now=amount > 0,
    )  # fmt: skip


def row(books: duckdb.DuckDBPyConnection, name: str, basis: str, origin: tuple[str, str] | None, **more: str) -> None:
    """A row of the ledger in the cell, as the later mart knows it."""
    kind, of = origin or (None, None)
    put(
        books, "after_mart.fct_project_ledger",
        **{"ledger_id": name, "basis": basis, **CELL, "origin_type": kind, "origin_id": of, "currency": "EUR",
           "origin_system": "psa" if kind else None, "functional_currency": "EUR", **more},
    )  # fmt: skip


def causes(books: duckdb.DuckDBPyConnection, measure: str = "break") -> list[tuple[Any, ...]]:
    """Each difference that moved, or each row of the ledger: why, by how many rows, and the first of them."""
    for step in (*restatement_causes.STEPS, *restatement_items.STEPS, RESULT):
        books.execute(step)
    return books.execute(
        "select subject_id, cause, cause_rows, cause_id from made_mart.recon_restatement where measure = ?"
        " order by subject_id, project_key",
        [measure],
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


def bears_on(entity: str, **columns: str) -> list[str]:
    """What a row of the entity bears upon, asked of the very query that lists arrived rows."""
    values = ", ".join(f"cast(? as varchar) as {name}" for name in columns)
    expressions = ", ".join(restatement_rows.bears_on(ENTITIES[entity]))
    with duckdb.connect() as connection:
        asked = f"select list_filter([{expressions}], ref -> ref is not null) from (select {values})"
        found = connection.execute(asked, list(columns.values())).fetchone()
    assert found is not None
    return list(found[0])


def test_a_line_that_leaves_its_flow_names_its_account(books: duckdb.DuckDBPyConnection) -> None:
    account = bears_on("account", source_system="erp", account_id="5001")
    person = bears_on("employee", source_system="hcm", employee_id="EB")
    put(books, "arrived", n=1, entity="employee", source_id="EB", bears_on=person)
    put(books, "arrived", n=2, entity="account", source_id="5001", bears_on=account)
    moved(books, 1, "finance_posted", "Y17", -364)
    moved(books, 2, "break", "item of Y17", 364)
    row(books, "Y17", "finance_posted", ("time_entry", "Y17"), gl_line_id="Y17", account_key="erp:5001")
    put(
        books, "after_mart.recon_item", item_id="item of Y17", category="overdue", status="open", flow="labor_cost",
        origin_type="time_entry", origin_system="psa", origin_id="Y17", match_key="labor_cost|time_entry|psa|Y17",
    )  # fmt: skip
    assert causes(books, "finance_posted") == [("Y17", "its account", 1, "5001")]


def test_a_difference_is_not_put_down_to_strangers_of_its_flow(books: duckdb.DuckDBPyConnection) -> None:
    # another person's cost moved in the same books and month; no row of this project's did
    person = bears_on("employee", source_system="hcm", employee_id="EB")
    put(books, "arrived", n=1, entity="employee", source_id="EB", bears_on=person)
    moved(books, 1, "operational", "T9", 400, project_key="psa:P9")
    row(books, "T9", "operational", ("time_entry", "T9"), worker_key="hcm:EB", project_key="psa:P9")
    moved(books, 2, "break", "item of T1", 364)
    put(
        books, "after_mart.recon_item", item_id="item of T1", category="overdue", status="open", flow="labor_cost",
        origin_type="time_entry", origin_system="psa", origin_id="T1", match_key="labor_cost|time_entry|psa|T1",
    )  # fmt: skip
    assert causes(books) == [("item of T1", "unattributed", 0, None)]


def test_a_charge_names_the_rule_between_its_two_parties(books: duckdb.DuckDBPyConnection) -> None:
    rule = bears_on("intercompany_rule", source_system="erp", provider_entity_id="SE", receiver_entity_id="UK")
    other = bears_on("intercompany_rule", source_system="erp", provider_entity_id="SE", receiver_entity_id="US")
    put(books, "arrived", n=1, entity="intercompany_rule", source_id="SE|US", bears_on=other)
    put(books, "arrived", n=2, entity="intercompany_rule", source_id="SE|UK", bears_on=rule)
    for change, (books_of, party) in enumerate((("erp:SE", "erp:UK"), ("erp:UK", "erp:SE")), 1):
        of = {"flow": "intercompany", "legal_entity_key": books_of}
        moved(books, change, "operational", f"leg of {books_of}", 36, **of)
        row(books, f"leg of {books_of}", "operational", ("time_entry", "Y02t"), counterparty_entity_key=party, **of)
    told = [(f"leg of {of}", "an intercompany rule", 1, "SE|UK") for of in ("erp:SE", "erp:UK")]
    assert causes(books, "operational") == told


def test_an_entry_that_changed_projects_names_the_reference_in_both(books: duckdb.DuckDBPyConnection) -> None:
    reference = bears_on(
        "xref", source_system="gov", entity_type="project", source_id="PSRC", canonical_id="psa:P:3b"
    )  # fmt: skip
    put(books, "arrived", n=1, entity="xref", source_id="PSRC", bears_on=reference)
    for change, (project, amount) in enumerate((("psa:P:3", -364), ("psa:P:3b", 364)), 1):
        moved(books, change, "operational", "Y03t", amount, project_key=project)
    row(books, "Y03t", "operational", ("time_entry", "Y03t"), project_key="psa:P:3b")
    assert causes(books, "operational") == [("Y03t", "its project", 1, "PSRC")] * 2


def test_a_contract_that_ends_earlier_moves_what_its_lines_earn(books: duckdb.DuckDBPyConnection) -> None:
    put(books, "lake.contract_line", source_system="crm", contract_line_id="L7", contract_id="K7")
    contract = bears_on("contract", source_system="crm", contract_id="K7")
    put(books, "arrived", n=1, entity="contract", source_id="K7", bears_on=contract)
    moved(books, 1, "operational", "L7 in May", -100, flow="revenue")
    row(books, "L7 in May", "operational", None, flow="revenue", contract_line_key="crm:L7")
    assert causes(books, "operational") == [("L7 in May", "its contract line", 1, "K7")]


def test_an_estimate_in_another_currency_moves_with_the_rate_that_its_cost_is_put_over_it_with(
    books: duckdb.DuckDBPyConnection,
) -> None:
    # no cost moved: of two lines that earn by cost, one in USD and one in the group's EUR, the rate moves the first,
    # and what earns by the hour is in no estimate
    for line, method in (("L1", "percent_complete"), ("L2", "percent_complete"), ("L3", "time_and_materials")):
        put(books, "lake.contract_line", source_system="crm", contract_line_id=line, recognition_method=method)
    put(books, "arrived", n=1, entity="fx_rate", source_id="EUR>USD", bears_on=bears_on(
        "fx_rate", source_system="erp", from_currency="EUR", to_currency="USD",
    ))  # fmt: skip
    for change, (line, currency) in enumerate((("L1", "USD"), ("L2", "EUR"), ("L3", "USD")), 1):
        moved(books, change, "operational", line, 12, flow="revenue")
        row(
            books, line, "operational", None, flow="revenue", source_entity="contract_line",
            contract_line_key=f"crm:{line}", currency=currency,
        )  # fmt: skip
    assert causes(books, "operational") == [
        ("L1", "the rate of its estimate", 1, "EUR>USD"),
        ("L2", "unattributed", 0, None),
        ("L3", "unattributed", 0, None),
    ]


def test_what_is_posted_of_a_line_moves_nothing_that_it_earned(books: duckdb.DuckDBPyConnection) -> None:
    # the month ended, so that more of the retainer is earned; a revenue line posted meanwhile is no cause of that
    put(
        books, "lake.contract_line", source_system="crm", contract_line_id="L2", contract_id="K2",
        billing_model="retainer",
    )  # fmt: skip
    books.execute("update before_build set build_time = timestamptz '2026-03-20'")
    for mart in ("before", "after"):
        put(
            books, f"{mart}_mart.dim_period", legal_entity_key="erp:DE", period_id="2026-03", end_date="2026-03-31"
        )  # fmt: skip
    posted = bears_on(
        "gl_line", source_system="erp", gl_line_id="Z02h", journal_id="J2", contract_line_id="L2", project_id="P1",
        employee_id="", posting_event_id="", reverses_gl_line_id="", origin_type="", origin_id="",
    )  # fmt: skip
    put(books, "arrived", n=1, entity="gl_line", source_id="Z02h", bears_on=posted)
    moved(books, 1, "operational", "L2 in March", 615, flow="revenue")
    moved(books, 2, "finance_posted", "Z02h", 1346, flow="revenue")
    moved(books, 3, "break", "item of L2", 615, flow="revenue")
    of_line = {"flow": "revenue", "contract_line_key": "crm:L2"}
    row(books, "L2 in March", "operational", None, source_entity="contract_line", **of_line)
    row(books, "Z02h", "finance_posted", None, gl_line_id="Z02h", **of_line)
    put(
        books, "after_mart.recon_item", item_id="item of L2", category="not_recognized", status="open",
        flow="revenue", match_key="revenue|term|crm:L2|2026-03",
    )  # fmt: skip
    assert causes(books, "operational") == [("L2 in March", "time passed", 0, None)]


def test_a_difference_takes_first_what_moved_by_as_much(books: duckdb.DuckDBPyConnection) -> None:
    for n, entry in enumerate(("T1", "T2"), 1):
        put(books, "arrived", n=n, entity="time_entry", source_id=entry, bears_on=[f"record:time_entry|psa|{entry}"])
        moved(books, n, "operational", entry, 100 * n)
        row(books, entry, "operational", None, source_entity="time_entry", source_system="psa", source_id=entry)
    key = "labor_cost|pool|erp:DE|psa:P1|2026-03|none|none"
    for entry in ("T1", "T2"):
        put(
            books, "after_mart.recon_pool_member", posted_ledger_id="S1", operational_ledger_id=entry, pool_key=key
        )  # fmt: skip
    moved(books, 3, "break", "pool", -200)
    put(books, "after_mart.recon_item", item_id="pool", category="overdue", status="open", match_key=key)
    assert causes(books) == [("pool", "its match", 1, "T2")]
