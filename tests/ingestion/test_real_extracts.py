"""Extracts of real systems land as they are, with their known totals."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.adapter import load
from ingestion.feed import Feed
from ingestion.pipeline import ingest
from lake.contracts import ENTITIES
from tests.ingestion.conftest import CONSERVED, Drop

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real extracts are not at {DATA}")


@pytest.fixture
def landed(drop: Drop, request: pytest.FixtureRequest) -> Drop:
    """The extract of the system that the test names, landed."""
    feed = Feed(request.param, request.param, str(DATA / request.param), time_zone="UTC")
    ingest(drop.lake, feed)
    assert ingest(drop.lake, feed).status == "unchanged"
    assert drop.rows(CONSERVED) == [(0,)]
    assert drop.rows("select count(*) from lake.quarantine") == [(0,)]
    return drop


def system(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("landed", [name], indirect=True)


@system("xero")
def test_every_xero_journal_lands_and_balances(landed: Drop) -> None:
    totals = "count(*), count(distinct journal_id), sum(functional_amount), max(period_id)"
    found = landed.rows(f"select {totals} from lake.gl_line")
    assert found == [(4033, 1685, Decimal(0), "2021-03")]
    unbalanced = "select journal_id from lake.gl_line group by 1 having sum(functional_amount) <> 0"
    assert landed.rows(unbalanced) == []
    strangers = "select count(*) from lake.gl_line where account_id not in (select account_id from lake.account)"
    assert landed.rows(strangers) == [(0,)]


@system("xero")
def test_834_xero_journals_trace_to_an_invoice_or_bill(landed: Drop) -> None:
    traced = "select count(distinct journal_id) from lake.gl_line where origin_type in ('invoice', 'vendor_bill')"
    assert landed.rows(traced) == [(834,)]


@system("xero")
def test_xero_bills_and_sales_invoices_go_their_own_ways(landed: Drop) -> None:
    counts = landed.rows(
        "select (select count(*) from lake.invoice), (select count(*) from lake.invoice_line), "
        "(select count(*) from lake.vendor_bill_line), (select count(*) from lake.account)"
    )
    assert counts == [(601 - 484, 649 - 518, 518, 71)]
    void = "select count(distinct bill_id) from lake.vendor_bill_line where status = 'void'"
    assert landed.rows(void) == [(8,)]
    assert landed.rows("select count(*) from lake.invoice where is_deleted") == [(1,)]
    currencies = "select currency from lake.invoice union select currency from lake.vendor_bill_line order by 1"
    assert landed.rows(currencies) == [("CAD",), ("GBP",), ("USD",)]
    excluded = landed.rows("select distinct excluded_by from lake.batch_files where entity = 'invoice'")
    assert excluded == [('{"bills": 484}',)]


@system("workday_raas")
def test_every_workday_record_lands_repeated_workers_as_versions(landed: Drop) -> None:
    found = dict(landed.rows("select file, landed from lake.batch_files where entity = 'employee'"))
    assert found["stream_v3.log"] == 103
    assert found["stream_many_records_per_employee.log"] == 104
    left = "select count(distinct employee_id) from lake.employee where termination_date is not null"
    assert landed.rows(left) == [(3,)]
    versions = (
        "select count(distinct manager_id) from lake.employee_assignment "
        "where employee_id = '197' and _file = 'stream_many_records_per_employee.log'"
    )
    assert landed.rows(versions) == [(2,)]


@system("tock")
def test_tock_projects_and_timecards_land(landed: Drop) -> None:
    assert landed.rows("select count(*) from lake.project") == [(55,)]
    entries = landed.rows("select project_id, employee_id, hours, status from lake.time_entry order by work_date")
    assert entries == [
        ("1", "1", Decimal(20), "approved"),
        ("1", "1", Decimal(20), "approved"),
        ("1", "1", Decimal(20), "draft"),
    ]
    assert landed.rows("select grade from lake.employee_assignment") == [("4",)]


@pytest.mark.parametrize("name", ["xero", "workday_raas", "tock"])
def test_an_adapter_maps_or_assumes_everything_its_entities_require(name: str) -> None:
    for step in load(name).inputs:
        entity = ENTITIES[step.entity]
        needed = {c.name for c in entity.columns if (c.required or c.name in entity.key) and c.default is None}
        assert needed <= {*(step.columns or {}), *step.assume}, step.entity
