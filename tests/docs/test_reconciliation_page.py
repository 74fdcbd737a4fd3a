"""The guide's worked page says what its figures count."""

from __future__ import annotations

import json

import duckdb

from tieout import reconciliation_page as guide


def test_what_the_ledger_holds_of_time_is_called_rows_of_the_ledger() -> None:
    # an entry of a contractor that bills wholly relieve has no row, so the ledger's rows are not the entries
    kept = json.loads(guide.EXAMPLE.read_text(encoding="utf-8"))
    assert f"{kept['people'][2]:,} ledger rows of time" in guide.PAGE.read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(
            "create table fct_project_ledger as select * from (values ('operational', 'labor_cost', 'W1', '2026-01'),"
            " ('operational', 'vendor_cost', 'W2', '2026-02'), ('operational', 'vendor_cost', 'none', '2026-03'),"
            " ('operational', 'revenue', 'W1', '2026-01'), ('finance_posted', 'labor_cost', 'W1', '2026-01'))"
            " as row(basis, flow, worker_key, work_period_id)"
        )
        assert connection.execute(guide.PEOPLE).fetchone() == (2, 2, 2)
