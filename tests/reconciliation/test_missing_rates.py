"""A firm without rates: what has no price is an exception, never a build that stops.

Ann has no cost rate and her project no bill rate; Cy, a contractor, has none either. Finance posted all of that. Nobody
knows the employee of T3, and nothing is posted for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from tests.firm import Firm, configure
from tests.metrics.world import write

Row = dict[str, object]
JULY = {"legal_entity_id": "DE", "period_id": "2027-07"}
APPROVED: Row = {
    "project_id": "P1", "hours": 8,
    "work_date": "2027-07-06", "status": "approved", "submitted_at": "2027-07-07T09:00:00Z", "submitted_by": "Ann",
    "approved_at": "2027-07-07T12:00:00Z", "approved_by": "Bea",
}  # fmt: skip


def journal(number: int, account: str, amount: str, **named: object) -> list[Row]:
    """Return a balanced journal of two lines, the second on the clearing account."""
    line = JULY | {"journal_id": f"J{number}", "posting_date": "2027-07-08", "posted_at": "2027-07-08T08:00:00Z"}
    line |= {"currency": "EUR", "project_id": "P1", "quantity": "", "origin_system": "", "origin_id": ""}
    both = {"amount": amount, "functional_amount": amount}
    other = {key: str(-Decimal(amount)) for key in both}
    return [
        line | {"gl_line_id": f"G{number}", "account_id": account} | both | named,
        line | {"gl_line_id": f"G{number}x", "account_id": "1900", "origin_type": "manual", "project_id": ""} | other,
    ]


def extracts() -> dict[str, list[Row]]:
    """Return the files of the firm."""
    accounts = {"4000": "services_revenue", "5000": "labor_cost", "5200": "subcontractor_cost", "1900": "clearing"}
    people = {"Ann": "employee", "Cy": "contractor"}
    ann, cy = ({"origin_type": "time_entry", "origin_system": "psa", "origin_id": one} for one in ("T1", "T2"))
    return {
        "erp/legal_entity": [
            {"legal_entity_id": "DE", "name": "DE", "functional_currency": "EUR", "region": "EMEA", "time_zone": "UTC"}
        ],
        "erp/accounting_period": [
            JULY | {"start_date": "2027-07-01", "end_date": "2027-07-31", "close_due_at": "2027-08-05T18:00:00Z",
                    "status": "open"}
        ],
        "erp/account": [{"account_id": key, "name": key, "account_class": kind} for key, kind in accounts.items()],
        "erp/gl_line": [
            *journal(1, "5000", "200.00", quantity="8", **ann),
            *journal(2, "4000", "-800.00", quantity="8", **ann),
            *journal(3, "5200", "560.00", origin_type="accrual"),
        ],
        "erp/posting_link": [{"gl_line_id": "G3", **cy, "amount": "560.00", "functional_amount": "560.00"}],
        "crm/customer": [{"customer_id": "C", "name": "C"}],
        "hcm/employee": [
            {"employee_id": key, "full_name": key, "worker_type": kind, "hire_date": "2026-01-01"}
            for key, kind in people.items()
        ],
        "hcm/employee_assignment": [
            {"employee_id": key, "valid_from": "2026-01-01", "legal_entity_id": "DE", "fte": "1", "weekly_hours": "40"}
            for key in people
        ],
        "psa/project": [
            {"project_id": "P1", "project_code": "P1", "name": "P1", "customer_id": "C", "legal_entity_id": "DE",
             "billing_model": "time_and_materials", "status": "active", "currency": "EUR"}
        ],
        "psa/time_entry": [
            APPROVED | {"time_entry_id": "T1", "employee_id": "Ann", "is_billable": "true"},
            APPROVED | {"time_entry_id": "T2", "employee_id": "Cy", "is_billable": "false"},
            APPROVED | {"time_entry_id": "T3", "employee_id": "Nobody", "is_billable": "false"},
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    made = Firm(folder=tmp_path_factory.mktemp("unpriced"))
    configure(made.folder, feeds=write(made.extracts, extracts()))
    made.run("run")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{made.mart.resolve()}' as mart (read_only)")
        yield connection


def test_what_was_posted_for_it_is_a_difference_in_the_currency_of_the_posting(mart: duckdb.DuckDBPyConnection) -> None:
    items = mart.execute(
        "select flow, category, currency, sum(difference_transaction), sum(difference_functional) from mart.recon_item"
        " where status = 'open' group by all order by all"
    ).fetchall()
    assert items == [
        # for sale at a price that nobody knows, and invoiced nowhere
        ("billing", "not_billed", None, None, None),
        ("labor_cost", "amount_difference", "EUR", Decimal("-200.00"), Decimal("-200.00")),
        ("labor_cost", "unmapped", None, None, None),
        ("revenue", "amount_difference", "EUR", Decimal("-800.00"), Decimal("-800.00")),
        ("vendor_cost", "accrual_not_reversed", "EUR", Decimal("-560.00"), Decimal("-560.00")),
    ]


def test_each_missing_rate_is_a_control_exception(mart: duckdb.DuckDBPyConnection) -> None:
    named = mart.execute(
        "select flow, subject_id from mart.control_exception where rule = 'missing_rate' order by all"
    ).fetchall()
    assert named == [
        ("billing", "hcm:Ann"), ("labor_cost", "T3"), ("labor_cost", "hcm:Ann"), ("revenue", "hcm:Ann"),
        ("vendor_cost", "hcm:Cy"),
    ]  # fmt: skip


def test_who_is_not_known_is_found_by_the_record_and_its_hours(mart: duckdb.DuckDBPyConnection) -> None:
    (found,) = mart.execute(
        "select origin_id, operational_hours, difference_hours, operational_functional, severity from mart.recon_item"
        " where category = 'unmapped'"
    ).fetchall()
    assert found == ("T3", 8, 8, None, "high")
    (named,) = mart.execute(
        "select subject_type, subject_system, severity from mart.control_exception where subject_id = 'T3'"
    ).fetchall()
    assert named == ("time_entry", "psa", "high")


def test_the_certificate_says_what_its_totals_leave_out(mart: duckdb.DuckDBPyConnection) -> None:
    sealed = mart.execute(
        "select is_certified, reason, content ->> '$.totals.labor_cost.rows_without_rate',"
        " content ->> '$.categories.unmapped.items_without_rate' from mart.close_certificate"
        " where period_id = '2027-07'"
    ).fetchall()
    assert [(certified, labor, unmapped) for certified, _, labor, unmapped in sealed] == [(False, "2", "1")]
    assert "5 rows have no rate and are in no total" in sealed[0][1]


def test_a_ratio_over_nothing_but_such_time_has_no_value(mart: duckdb.DuckDBPyConnection) -> None:
    sides = mart.execute(
        "select sum(numerator), sum(denominator), count(*) - count(denominator) from mart.fct_metric"
        " where metric_id = 'book_to_bill' and basis = 'operational' and period_id = '2027-07'"
    ).fetchone()
    assert sides == (0, 0, 0)
