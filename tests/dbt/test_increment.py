"""A build that only follows what changed leaves the same rows as one that computes everything."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lake import extensions
from lake.catalogue import connect
from lake.store import Lake
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

Row = dict[str, Any]


def rows(firm: Firm, sql: str) -> list[Row]:
    """What the lake says, one dictionary a row."""
    with connect(Lake(str(firm.lake_root)), mart=None) as connection:
        answer = connection.sql(sql)
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]


def land(firm: Firm, feed: str, entity: str, changed: Iterable[Mapping[str, object]]) -> None:
    """Put rows into a feed's folder as one more file of the entity."""
    folder = firm.extracts / feed / entity
    folder.mkdir(exist_ok=True)
    lines = [json.dumps({k: v for k, v in row.items() if v is not None}, default=str) for row in changed]
    (folder / "zz-later.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")


def contract_only(row: Row) -> Row:
    """A landed row without what ingestion added."""
    return {k: v for k, v in row.items() if not k.startswith("_") and k != "source_system"}


def change_the_world(firm: Firm) -> None:
    """Land a day that reaches far back: changed, deleted and late entries, and changed reference data."""
    newest: datetime = rows(firm, "select max(updated_at) as at from lake.time_entry")[0]["at"]
    now = (newest + timedelta(hours=1)).astimezone(UTC)
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
            halved | {"hours": halved["hours"] / 2, "billable_hours": 0, "updated_at": now},
            # an older version that arrives late never wins, yet it may be the first submission
            late | {
                "hours": late["hours"] * 2,
                "submitted_at": late["submitted_at"] - timedelta(days=40),
                "updated_at": late["updated_at"] - timedelta(days=30),
            },
            moved | {"project_id": other_project, "contract_line_id": None, "updated_at": now},
        ],
    )  # fmt: skip
    rate = rows(firm, "select * from lake.employee_cost_rate order by employee_id, valid_from limit 1")[0]
    land(firm, "hcm", "employee_cost_rate", [contract_only(rate) | {"hourly_cost": "91.17", "updated_at": now}])
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
    """A copy of the firm's lake with what its build left, on which a day has landed."""
    folder = tmp_path_factory.mktemp("increment")
    copy = Firm(folder=folder / "firm")
    shutil.copytree(firm.folder, copy.folder)
    shutil.copytree(firm.lake_root / "work", folder / "kept")
    change_the_world(copy)
    copy.run("ingest")
    return copy.lake_root


@pytest.mark.slow
def test_an_increment_leaves_the_same_rows_as_a_full_build(lake_root: Path, tmp_path: Path) -> None:
    kept = lake_root.parent.parent / "kept"
    build(lake_root, kept)
    with duckdb.connect(str(kept / "build.duckdb"), read_only=True) as connection:
        scope = connection.execute("select reason, is_full from staging.stg_lake__build_scope").fetchone()
        touched = connection.execute("select count(*) from intermediate.int_touched_time_entries").fetchone()
        entries = connection.execute("select count(*) from intermediate.int_time_priced").fetchone()
    assert scope == ("an increment", False)
    assert touched is not None
    assert entries is not None
    assert 4 < touched[0] < entries[0]
    build(lake_root, tmp_path / "whole")
    increment, whole = tables(kept), tables(tmp_path / "whole")
    assert increment.keys() == whole.keys()
    assert {name: (increment[name][0], whole[name][0]) for name in whole if increment[name] != whole[name]} == {}


@pytest.mark.slow
def test_a_build_that_stopped_halfway_is_followed_by_a_full_one(lake_root: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    shutil.copytree(lake_root.parent.parent / "kept", kept)
    with duckdb.connect(str(kept / "build.duckdb")) as connection:
        connection.execute("update state.build set finished = false")
        connection.execute("delete from intermediate.int_time_priced")
    build(lake_root, kept, "--select", "+int_time_priced")
    with duckdb.connect(str(kept / "build.duckdb"), read_only=True) as connection:
        scope = connection.execute("select reason from staging.stg_lake__build_scope").fetchone()
        lost = connection.execute(
            "select count(*) from staging.stg_psa__time_entries anti join intermediate.int_time_priced"
            " using (source_system, time_entry_id)"
        ).fetchone()
    assert scope == ("the last build did not finish",)
    assert lost == (0,)
