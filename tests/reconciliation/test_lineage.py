"""Each posted project line leads to a record in an extract, and back; what leads nowhere says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import duckdb
import pytest

from lake.catalogue import connect, open_duckdb
from lake.contracts import ENTITIES
from lake.store import Lake
from tests.firm import Firm
from tests.reconciliation.compiled import Compiled
from tieout import tracing

#: Nothing can stand behind these: nobody named an origin, or the origin never landed.
WITHOUT_ORIGIN = {"manual_journal", "orphan_posting", "accrual", "accrual_not_reversed", "summary_unallocated"}


@pytest.fixture(scope="module")
def mart(firm: Firm) -> Iterator[duckdb.DuckDBPyConnection]:
    """The firm's lake and published mart."""
    with connect(Lake(str(firm.lake_root)), firm.mart) as connection:
        yield connection


def test_every_posted_project_line_of_the_ledger_has_a_lineage_with_its_level(mart: duckdb.DuckDBPyConnection) -> None:
    posted, traced = mart.execute(
        "select count(distinct ledger_id), (select count(distinct posted_ledger_id) from mart.lineage"
        " where level is not null and posted_file is not null and posted_row is not null)"
        " from mart.fct_project_ledger where basis = 'finance_posted'"
    ).fetchall()[0]
    assert posted == traced > 0


def test_what_has_no_level_is_a_posting_without_an_origin_that_landed(mart: duckdb.DuckDBPyConnection) -> None:
    levels = Counter(dict(mart.execute("select level, count(*) from mart.lineage group by level").fetchall()))
    assert {"line", "link", "bill", "pool", "contract_line_period", "none"} <= set(levels)
    unexplained = mart.execute(
        "with items as (select flow, category, unnest(string_split(gl_line_ids, ',')) as line from mart.recon_item)"
        " select flow, coalesce(gl_line_id, invoice_line_id) from mart.lineage where level = 'none'"
        " and not exists (select 1 from items where items.flow = lineage.flow and trim(items.line) ="
        " coalesce(gl_line_id, invoice_line_id) and category in (select unnest(?::varchar[])))",
        [sorted(WITHOUT_ORIGIN)],
    ).fetchall()
    assert unexplained == []


def test_a_line_of_a_summary_that_took_up_no_row_of_its_own_leads_to_those_of_its_pool(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    lines, empty = mart.execute(
        "with line as"
        " (select posted_ledger_id, pool_key, bool_or(is_own_run) as own, count(*) as members"
        " from mart.recon_pool_member group by all) select count(*) filter (where not own),"
        " count(*) filter (where not own and members <> (select count(*) from mart.recon_pool_member as all_of"
        " where all_of.pool_key = line.pool_key and is_own_run)) from line"
    ).fetchall()[0]
    assert lines > 0
    assert empty == 0
    assert mart.execute(
        "select count(*) from mart.lineage as path inner join mart.recon_pool_member as member on"
        " path.posted_ledger_id = member.posted_ledger_id where not member.is_own_run and path.level <> 'pool'"
    ).fetchone() == (0,)
    taken = mart.execute(
        "select count(*), count(distinct operational_ledger_id) from mart.recon_pool_member where is_own_run"
    ).fetchall()
    assert taken[0][0] == taken[0][1]


def test_every_end_of_a_path_is_a_row_that_landed_from_that_file(mart: duckdb.DuckDBPyConnection) -> None:
    assert mart.execute(
        "select count(*) from mart.lineage where level <> 'none'"
        " and concat_ws('|', source_id, operational_file, operational_row, operational_batch_id) not like '%|%|%|%'"
    ).fetchone() == (0,)
    ends = mart.execute("select distinct source_entity from mart.lineage where level <> 'none'").fetchall()
    assert ends
    for (entity,) in ends:
        key = ENTITIES[entity].key[0]
        lost = mart.execute(
            f"select count(*) from mart.lineage as path left join lake.{entity} as landed"
            " on landed._batch_id = path.operational_batch_id and landed._file = path.operational_file"
            f" and landed._row = path.operational_row and starts_with(path.source_id, landed.{key})"
            " and landed.source_system = path.operational_system"
            f" where path.source_entity = ? and path.level <> 'none' and landed.{key} is null",
            [entity],
        ).fetchone()
        assert lost == (0,), entity


def test_the_command_leads_from_a_posted_line_to_its_record_and_back(
    firm: Firm, mart: duckdb.DuckDBPyConnection
) -> None:
    line, record, file, row = mart.execute(
        "select gl_line_id, source_id, operational_file, operational_row from mart.lineage"
        " where level = 'line' and flow = 'labor_cost' order by gl_line_id limit 1"
    ).fetchall()[0]
    there = firm.run("lineage", line).stdout
    assert "labor_cost · line: one to one" in there
    assert f"time_entry psa:{record}" in there
    assert f"{file} row {row}" in there
    back = firm.run("lineage", record).stdout
    assert f"GL line {line} of erp" in back
    refused = firm.run("lineage", "no-such-line", expect=1)
    assert "neither a posted line nor a record" in refused.stderr


def test_a_contractors_entry_leads_through_its_bill_to_the_posting_and_back(
    firm: Firm, mart: duckdb.DuckDBPyConnection
) -> None:
    line, bill, entry, file, row = mart.execute(
        "select gl_line_id, origin_id, source_id, operational_file, operational_row from mart.lineage"
        " where level = 'bill' and gl_line_id is not null order by gl_line_id, source_id limit 1"
    ).fetchall()[0]
    there = firm.run("lineage", line).stdout
    assert "vendor_cost · bill: through the vendor's bill" in there
    assert f"time_entry psa:{entry}, counted through that bill" in there
    assert f"{file} row {row}" in there
    assert f"GL line {line} of erp" in firm.run("lineage", entry).stdout
    assert f"GL line {line} of erp" in firm.run("lineage", bill).stdout


def test_an_invoice_line_between_posting_and_work_is_told_with_its_place() -> None:
    # G1 names invoice line L1, which has two versions, and the invoice line names entry T1
    with duckdb.connect() as connection:
        connection.execute("create schema lake")
        at = "updated_at timestamp, _batch_id int, _file text, _row int"
        named = "origin_type text, origin_system text, origin_id text"
        connection.execute(f"create table lake.gl_line (gl_line_id text, source_system text, {named}, {at})")
        connection.execute(f"create table lake.invoice_line (invoice_line_id text, source_system text, {at})")
        connection.execute(f"create table lake.time_entry (time_entry_id text, source_system text, {at})")
        connection.execute(
            "insert into lake.gl_line values ('G1', 'erp', 'invoice_line', 'erp', 'L1', '2026-05-01', 3, 'gl.csv', 9)"
        )
        connection.execute(
            "insert into lake.invoice_line values ('L1', 'erp', '2026-05-01', 1, 'lines.csv', 4),"
            " ('L1', 'erp', '2026-05-02', 2, 'lines.csv', 7), ('L1', 'erp2', '2026-05-03', 2, 'others.csv', 1)"
        )
        connection.execute("insert into lake.time_entry values ('T1', 'psa', '2026-04-01', 1, 'time.csv', 2)")
        told = tracing.between(
            connection,
            {"gl_line_id": "G1", "posted_system": "erp", "origin_type": "time_entry", "origin_system": "psa",
             "origin_id": "T1"},
        )  # fmt: skip
    assert told == {
        "through_type": "invoice_line", "through_system": "erp", "through_id": "L1",
        "through_batch_id": 2, "through_file": "lines.csv", "through_row": 7,
        "origin_batch_id": 1, "origin_file": "time.csv", "origin_row": 2,
    }  # fmt: skip


def test_a_schedule_line_leads_to_its_posting_and_is_told_with_its_place(
    firm: Firm, mart: duckdb.DuckDBPyConnection
) -> None:
    schedule, file, row = mart.execute(
        "select schedule_line_id, _file, _row from lake.revenue_schedule_line where schedule_line_id in"
        " (select origin_id from mart.lineage where origin_type = 'revenue_schedule')"
        " qualify count(*) over (partition by schedule_line_id) = 1 order by all limit 1"
    ).fetchall()[0]
    told = firm.run("lineage", schedule).stdout
    assert f"origin       revenue_schedule erp:{schedule}, batch " in told
    assert f"{file} row {row}" in told


def test_a_line_that_is_kept_out_with_its_journal_says_so(firm: Firm, mart: duckdb.DuckDBPyConnection) -> None:
    ((journal,),) = mart.execute(
        "select subject_id from mart.control_exception where rule = 'unbalanced_journal'"
    ).fetchall()
    said = firm.run("lineage", f"{journal}-1").stdout
    assert f"is kept out of the ledger: journal {journal} does not balance, its lines sum to 10.00" in said


def test_a_schedule_line_posted_in_another_period_leads_to_the_one_that_it_is_for(firm: Firm) -> None:
    work = firm.lake_root / "work"
    compiled = Compiled(work, ("lineage",), given=("lineage_record", "recon_pool_member"))
    own = {
        "fct_project_ledger": [
            scheduled("february", basis="operational", period_id="2026-02", source_entity="contract_line"),
            scheduled("march", basis="operational", period_id="2026-03", source_entity="contract_line"),
            scheduled("late", basis="finance_posted", period_id="2026-03", gl_line_id="late", origin_id="RS02"),
            scheduled("in time", basis="finance_posted", period_id="2026-03", gl_line_id="in time", origin_id="RS03"),
            # the line of a schedule that never landed is of the period that it stands in
            scheduled("orphan", basis="finance_posted", period_id="2026-03", gl_line_id="orphan", origin_id="RS99"),
        ],
        "int_schedule_line_periods": [
            {"basis": "finance_posted", "origin_type": "revenue_schedule", "origin_system": "erp", "origin_id": name,
             "period_id": period}
            for name, period in (("RS02", "2026-02"), ("RS03", "2026-03"))
        ],
    }  # fmt: skip
    with open_duckdb() as connection:
        for name in ("build", "mart"):
            connection.execute(f"attach '{work / name}.duckdb' as {name} (read_only)")
        for name in compiled.given:
            connection.execute(f"create table memory.{name} as select * from {compiled.relation(name)} limit 0")
            for row in own.get(name, []):
                marks = ", ".join("?" * len(row))
                connection.execute(f"insert into memory.{name} ({', '.join(row)}) values ({marks})", list(row.values()))
        for name in compiled.steps:
            connection.execute(compiled.statement(name, "memory.{}".format))
        paths = connection.execute("select gl_line_id, operational_ledger_id, level from memory.lineage").fetchall()
    level = "contract_line_period"
    assert sorted(paths) == [("in time", "march", level), ("late", "february", level), ("orphan", "march", level)]


def scheduled(name: str, **columns: str) -> dict[str, str]:
    """One ledger row of a contract line that is earned by schedule; a posting names its schedule line."""
    origin = {"origin_type": "revenue_schedule", "origin_system": "erp"}
    return {"ledger_id": name, "flow": "revenue", "contract_line_key": "crm:LP6", **origin, **columns}
