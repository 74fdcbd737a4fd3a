"""A build that only follows what changed leaves the same rows as one that computes everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from lake import extensions
from tests.dbt import changed_invoices
from tests.dbt.changed_invoices import clearing
from tests.dbt.landing import contract_only, land, newest, rows
from tests.firm import ROOT, Firm
from tieout.build import _code_version

#: Tables that tell about the build itself, not about the firm.
ABOUT_THE_BUILD = ("stg_lake__build_scope", "stg_lake__new_batches", "int_reference_changes", "int_build", "build_info")
#: Workings of the match: an increment fills them with the groups that it explains anew, and nothing else reads them.
OF_THE_SCOPE = (
    *("int_recon_scope", "int_recon_seeds", "int_recon_touched_rows", "int_recon_pool_totals", "int_recon_messages"),
    *("int_recon_reversals", "int_recon_matched", "int_recon_origins", "int_recon_tolerances", "int_recon_duplicates"),
    *("int_recon_compared", "int_recon_cells", "int_recon_leg_parts", "int_recon_moved", "int_recon_home"),
    *("int_recon_group_lines", "int_recon_unposted", "int_recon_measured", "int_recon_reduced", "int_recon_factored"),
    *("int_recon_cut_duplicates", "int_recon_cut_legs", "int_recon_cut_moved", "int_recon_cut_pools", "int_recon_cuts"),
    *("int_recon_cut_posted_only", "int_recon_cut_priced", "int_recon_cut_steps", "int_recon_cut_unposted"),
)


def change_the_world(firm: Firm, now: datetime) -> None:
    """Land a day that reaches far back: changed, deleted and late entries, and changed reference data."""
    entries = rows(
        firm,
        "select * exclude (_year) from lake.time_entry where status = 'approved' order by hash(time_entry_id) limit 4",
    )
    deleted, halved, late, moved = (contract_only(e) for e in entries)
    other_project = rows(
        firm,
        "select project_id from lake.project where billing_model = 'non_billable' order by project_id limit 1",
    )[0]["project_id"]
    land(
        firm,
        "psa",
        "time_entry",
        [
            deleted | {"is_deleted": True, "updated_at": now},
            halved | {"hours": round(halved["hours"] / 2, 2), "billable_hours": 0, "updated_at": now},
            # an older version that arrives late never wins, yet it may be the first submission
            late | {
                "hours": late["hours"] * 2,
                "submitted_at": late["submitted_at"] - timedelta(days=40),
                "updated_at": late["updated_at"] - timedelta(days=30),
            },
            moved | {"project_id": other_project, "contract_line_id": None, "updated_at": now},
        ],
    )  # fmt: skip
    lines = "select * from lake.contract_line where recognition_method = 'time_and_materials' and amount is {} limit 1"
    capped, uncapped = (contract_only(rows(firm, lines.format(state))[0]) for state in ("not null", "null"))
    land(firm, "crm", "contract_line", [
        {**line, "amendment_no": line["amendment_no"] + 7, "amount": cap, "updated_at": now}
        for line, cap in ((capped, None), (uncapped, "12345.67"))
    ])  # fmt: skip
    rate = rows(firm, "select * from lake.employee_cost_rate order by employee_id, valid_from limit 1")[0]
    land(firm, "hcm", "employee_cost_rate", [contract_only(rate) | {"hourly_cost": "91.17", "updated_at": now}])
    # whose time was posted as labor, and who turns out to be a contractor
    posted = rows(
        firm,
        "select * from lake.employee where worker_type = 'employee' and employee_id in (select employee_id from"
        " lake.gl_line where origin_type = 'time_entry') order by hash(employee_id) limit 1",
    )[0]
    land(firm, "hcm", "employee", [contract_only(posted) | {"worker_type": "contractor", "updated_at": now}])
    customer = rows(firm, "select min(customer_id) as id from lake.customer")[0]["id"]
    project = rows(
        firm,
        f"select * from lake.project where billing_model <> 'non_billable' and customer_id <> '{customer}' limit 1",
    )[0]
    land(firm, "psa", "project", [contract_only(project) | {"customer_id": customer, "updated_at": now}])
    fx = rows(firm, "select * exclude (_year) from lake.fx_rate where rate_type = 'average' order by rate_date limit 1")
    land(firm, "erp", "fx_rate", [contract_only(fx[0]) | {"rate": "1.234", "updated_at": now}])
    renamed = rows(firm, "select max(project_id) as id from lake.time_entry")[0]["id"]
    cross_reference = {
        "entity_type": "project",
        "system": "psa",
        "source_id": renamed,
        "valid_from": "2020-01-01",
        "canonical_id": "GOLD",
        "updated_at": now,
    }
    land(firm, "governance", "xref", [cross_reference])
    # a trial balance that says something else: what was posted is as it was, and is worth less
    balance = rows(firm, "select * from lake.gl_balance where debit > 0 order by period_id, legal_entity_id limit 1")[0]
    land(firm, "erp", "gl_balance", [
        contract_only(balance) | {"debit": balance["debit"] + 1, "closing": balance["closing"] + 1, "updated_at": now},
    ])  # fmt: skip
    change_the_books(firm, now)


def change_the_books(firm: Firm, now: datetime) -> None:
    """Land what the match has to take up again: reversals, withdrawn postings, failures, holds, moved terms."""
    posted = newest(
        firm, "gl_line", "gl_line_id", "origin_type = 'time_entry' and amount > 0 and project_id is not null", 2
    )
    summary = newest(firm, "gl_line", "gl_line_id", "origin_type = 'summary' and amount > 0 and quantity > 8", 2)
    journal = [
        # a line taken back, with its other side
        *({**line, "gl_line_id": f"{line['gl_line_id']}-back{side}", "journal_id": f"{line['journal_id']}-back",
           "amount": sign * line["amount"], "functional_amount": sign * line["functional_amount"],
           "quantity": None if side else -line["quantity"], "posted_at": now, "updated_at": now,
           "reverses_gl_line_id": None if side else line["gl_line_id"],
           "account_id": clearing(firm) if side else line["account_id"],
           "origin_type": "manual" if side else line["origin_type"], "origin_id": None if side else line["origin_id"],
           "posting_event_id": None}
          for line in posted[:1] for side, sign in enumerate((-1, 1))),
        # a summary whose hours were mended, and one that is gone
        {**summary[0], "quantity": summary[0]["quantity"] - 8, "updated_at": now},
        {**summary[1], "is_deleted": True, "updated_at": now},
    ]  # fmt: skip
    land(firm, "erp", "gl_line", journal)
    sent = newest(firm, "integration_message", "message_id", "flow = 'time_to_erp' and status = 'succeeded'", 3)
    land(firm, "middleware", "integration_message", [
        {**m, "message_id": m["message_id"] + "-again", "attempt": m["attempt"] + 1, "status": "dead_letter",
         "queued_at": now, "started_at": now, "finished_at": now, "error_code": "E42", "updated_at": now}
        for m in sent
    ])  # fmt: skip
    issued = newest(firm, "invoice", "invoice_id", "status = 'issued' and document_type = 'invoice'", 2)
    land(firm, "erp", "invoice", [
        {**issued[0], "status": "on_hold", "hold_reason": "purchase order missing", "updated_at": now},
        {**issued[1], "status": "void", "voided_at": now, "updated_at": now},
    ])  # fmt: skip
    entries = newest(firm, "time_entry", "time_entry_id", "status = 'approved' and is_billable and hours > 4", 6)
    again = {"submitted_at": now, "approved_at": now, "updated_at": now}
    land(firm, "psa", "time_entry", [
        {**entries[4], "status": "rejected", "rejected_at": now, "updated_at": now},
        {**entries[5], "time_entry_id": "taken-back", "hours": -entries[5]["hours"], "billable_hours": -4,
         "reverses_id": entries[5]["time_entry_id"], **again},
    ], name="zz-latest")  # fmt: skip
    write_down = {
        "adjustment_id": "late", "origin_type": "time_entry", "origin_system": "psa",
        "origin_id": entries[3]["time_entry_id"], "type": "write_down", "hours": 1, "amount": "55.55",
        "currency": "EUR", "effective_date": now.date(), "updated_at": now,
    }  # fmt: skip
    land(firm, "erp", "billing_adjustment", [write_down])
    due = newest(firm, "accounting_period", "period_id", "status <> 'closed' and close_due_at is not null", 1)
    land(firm, "erp", "accounting_period", [
        {**p, "close_due_at": p["close_due_at"] + timedelta(days=2), "updated_at": now} for p in due
    ])  # fmt: skip
    scheduled = newest(firm, "revenue_schedule_line", "schedule_line_id", "status = 'recognized'", 1)
    earlier = rows(firm, "select min(period_id) as id from lake.accounting_period")[0]["id"]
    land(firm, "erp", "revenue_schedule_line", [{**s, "period_id": earlier, "updated_at": now} for s in scheduled])


def build(lake_root: Path, work: Path, *selection: str) -> None:
    """Run plain dbt on every model and seed, or on those selected."""
    work.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "TIEOUT_LAKE_ROOT": str(lake_root),
        "TIEOUT_WORK": str(work),
        "TIEOUT_CLOCK": "data",
        "TIEOUT_RUN_ID": "the-same",
        "TIEOUT_CODE_VERSION": _code_version(),  # as `tieout build` says it, so that what that left is trusted
        "TIEOUT_DUCKDB_EXTENSIONS": str(extensions.default_directory()),
        "DBT_TARGET_PATH": str(work / "target"),
        "DBT_LOG_PATH": str(work / "logs"),
    }
    command = [str(Path(sys.executable).parent / "dbt"), "build", "--project-dir", "dbt_project", "--profiles-dir", "."]
    command += ["--resource-type", "model", "--resource-type", "seed", *selection]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def tables(work: Path) -> dict[str, tuple[int, int]]:
    """Number of rows and an order-free digest of every table that a build left."""
    found = {}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for file in ("build", "mart"):
            connection.execute(f"attach '{work / file}.duckdb' as {file} (read_only)")
        listed = connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables()"
            " where database_name in ('build', 'mart') and schema_name <> 'state'"
        ).fetchall()
        for database, schema, name in listed:
            if name in (*ABOUT_THE_BUILD, *OF_THE_SCOPE) or name.startswith("int_touched_"):
                continue
            table = f'{database}.{schema}."{name}"'
            row = connection.execute(f"select count(*), sum(hash(t)) from {table} as t").fetchone()
            assert row is not None
            found[f"{schema}.{name}"] = (row[0], row[1])
    return found


@pytest.fixture(scope="module")
def lake_root(firm: Firm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the firm's lake with what the build of one more day left, on which another day has landed."""
    folder = tmp_path_factory.mktemp("increment")
    copy = Firm(folder=folder / "firm")
    shutil.copytree(firm.folder, copy.folder)
    shutil.copytree(firm.lake_root / "work", folder / "kept")
    held = "select count(*) as held from lake.quarantine"
    before = rows(copy, held)
    last: datetime = rows(copy, "select max(updated_at) as at from lake.time_entry")[0]["at"]
    now = last.astimezone(UTC) + timedelta(hours=1)
    changed_invoices.first_day(copy, now)
    copy.run("ingest")
    build(copy.lake_root, folder / "kept")
    change_the_world(copy, now + timedelta(hours=1))
    changed_invoices.second_day(copy, now + timedelta(hours=1))
    copy.run("ingest")
    assert rows(copy, held) == before, "what the test changes must land"
    return copy.lake_root


@pytest.mark.slow
def test_an_increment_leaves_the_same_rows_as_a_full_build(lake_root: Path, tmp_path: Path) -> None:
    kept = lake_root.parent.parent / "kept"
    build(lake_root, kept)
    with duckdb.connect(str(kept / "build.duckdb"), read_only=True) as connection:
        scope = connection.execute("select reason, is_full from staging.stg_lake__build_scope").fetchone()
        touched = connection.execute("select count(*) from intermediate.int_touched_time_entries").fetchone()
        entries = connection.execute("select count(*) from intermediate.int_time_priced").fetchone()
        late = connection.execute(
            "select sum(amount) from intermediate.int_gl_line_origins where gl_line_id = 'before-invoice'"
        ).fetchone()
        credit = connection.execute("select count(*) from intermediate.int_credit_note_origins").fetchone()
    assert scope == ("an increment", False)
    assert touched is not None
    assert entries is not None
    assert 4 < touched[0] < entries[0]
    assert late not in (None, (None,)), "the posting finds the invoice that came a day later"
    assert credit == (0,), "the credit note no longer is what its invoice bills"
    build(lake_root, tmp_path / "whole")
    increment, whole = tables(kept), tables(tmp_path / "whole")
    assert increment.keys() == whole.keys()
    assert {name: (increment[name][0], whole[name][0]) for name in whole if increment[name] != whole[name]} == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("update state.build set finished = false", "the last build did not finish"),
        # the same numbers, committed at other moments: the folder was left by the builds of another lake
        (
            "update state.known_batches set committed_at = committed_at - interval 1 second",
            "batches of the last build are gone",
        ),
    ],
)
def test_what_cannot_be_built_upon_is_built_whole(lake_root: Path, tmp_path: Path, change: str, reason: str) -> None:
    kept = tmp_path / "kept"
    shutil.copytree(lake_root.parent.parent / "kept", kept)
    with duckdb.connect(str(kept / "build.duckdb")) as connection:
        connection.execute(change)
        connection.execute("delete from intermediate.int_time_priced")
    build(lake_root, kept, "--select", "+int_time_priced")
    with duckdb.connect(str(kept / "build.duckdb"), read_only=True) as connection:
        scope = connection.execute("select reason from staging.stg_lake__build_scope").fetchone()
        lost = connection.execute(
            "select count(*) from staging.stg_psa__time_entries anti join intermediate.int_time_priced"
            " using (source_system, time_entry_id)"
        ).fetchone()
    assert scope == (reason,)
    assert lost == (0,)
