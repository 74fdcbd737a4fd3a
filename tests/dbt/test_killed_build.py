"""A build that is killed leaves files that open, and that say that nothing may be built upon them."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import duckdb
import pytest

from tests.dbt.building import build, start
from tests.firm import Firm


@pytest.fixture(scope="module")
def killed(firm: Firm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work folder of an increment that was killed once it had written to tables of both files."""
    work = tmp_path_factory.mktemp("killed") / "work"
    shutil.copytree(firm.lake_root / "work", work)
    log = work / "logs" / "dbt.log"
    with start(firm.lake_root, work) as running:
        until = time.monotonic() + 300
        while "Finished running node model.tieout.fct_project_ledger" not in _text(log):
            assert running.poll() is None, "the build ended before it could be killed"
            assert time.monotonic() < until, _text(log)[-2000:]
            time.sleep(0.1)
        running.kill()
    return work


@pytest.mark.slow
def test_a_killed_build_is_marked_as_unfinished(killed: Path) -> None:
    assert _ask(killed / "build.duckdb", "select finished from state.build") == [(False,)]


@pytest.mark.slow
def test_the_tables_are_those_of_the_build_before(firm: Firm, killed: Path) -> None:
    """Nothing of the killed build was written: the mart is the one that was published."""
    digest = "select count(*), sum(hash(t)) from {} as t"
    for file, table in (("mart", "main.fct_project_ledger"), ("build", "intermediate.int_time_priced")):
        before = firm.lake_root / "work" / f"{file}.duckdb"
        assert _ask(killed / f"{file}.duckdb", digest.format(table)) == _ask(before, digest.format(table))


@pytest.mark.slow
def test_the_next_build_is_a_full_one(firm: Firm, killed: Path) -> None:
    build(firm.lake_root, killed, "--select", "+int_time_priced")
    reason = _ask(killed / "build.duckdb", "select reason from staging.stg_lake__build_scope")
    assert reason == [("the last build did not finish",)]


@pytest.mark.slow
def test_the_mart_is_written_before_the_file_that_says_so(firm: Firm) -> None:
    said = _text(firm.lake_root / "work" / "dbt_logs" / "dbt.log")
    written = [line.strip() for line in said.splitlines() if line.strip().startswith("checkpoint ")]
    assert written[-2:] == ['checkpoint "mart"', 'checkpoint "build"']


def _text(log: Path) -> str:
    return log.read_text(encoding="utf-8") if log.exists() else ""


def _ask(file: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()
