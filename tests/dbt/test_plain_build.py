"""The project as a plain dbt user runs it: no wrapper, every unit test, and the same rows as the published mart."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from lake import extensions
from tests import parsed
from tests.firm import ROOT, Firm


@pytest.fixture(scope="module")
def plain(firm: Firm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work folder of one `dbt build` of everything."""
    work = tmp_path_factory.mktemp("plain")
    environment = {
        **os.environ,
        **parsed.environment(),
        "TIEOUT_LAKE_ROOT": str(firm.lake_root),
        "TIEOUT_WORK": str(work),
        "TIEOUT_CLOCK": "data",
        "TIEOUT_RUN_ID": run_of(firm.mart),
        "TIEOUT_DUCKDB_EXTENSIONS": str(extensions.default_directory()),
        "DBT_TARGET_PATH": str(work / "target"),
        "DBT_LOG_PATH": str(work / "logs"),
    }
    command = [str(Path(sys.executable).parent / "dbt"), "build", "--project-dir", "dbt_project", "--profiles-dir", "."]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    return work


def run_of(mart: Path) -> str:
    """The id of the run that built a mart: under the same one even the seals of the certificates must agree."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        row = connection.execute("select run_id from main.build_info").fetchone()
    assert row is not None
    return str(row[0])


def tables(mart: Path) -> dict[str, tuple[int, int]]:
    """Number of rows and an order-free digest of every table."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        names = connection.execute("select table_name from duckdb_tables() where schema_name = 'main'").fetchall()
        found = {}
        for (name,) in names:
            row = connection.execute(f'select count(*), sum(hash(t)) from main."{name}" as t').fetchone()
            assert row is not None
            found[name] = (row[0], row[1])
        return found


def test_plain_dbt_builds_the_same_mart_row_for_row(plain: Path, firm: Firm) -> None:
    built, published = tables(plain / "mart.duckdb"), tables(firm.mart)
    assert built.keys() == published.keys()
    assert {n for n in built if built[n] != published[n]} == set()


#: What extracts without such a fault have none of; the last is of schedule lines posted in another period than theirs.
FAULTS = {"obs_drift", "obs_quarantine", "lineage_period"}


def test_no_table_of_the_firms_mart_is_empty_but_those_of_faulty_extracts(plain: Path) -> None:
    assert {name for name, (rows, _) in tables(plain / "mart.duckdb").items() if rows == 0} == FAULTS
