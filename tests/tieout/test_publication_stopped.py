"""A build that is stopped between publishing its mart and recording the items that it showed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from lake import history, publish
from lake.store import Lake
from tieout import build


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The marts whose items were appended to the history."""
    found: list[Path] = []
    monkeypatch.setattr(history, "append", lambda _lake, mart: found.append(mart))
    return found


@pytest.mark.parametrize(("shown", "named", "expected"), [("r1", "r1", ["mart_r1.duckdb"]), ("r1", "r2", [])])
def test_the_next_build_records_what_was_shown_and_nothing_else(
    shown: str, named: str, expected: list[str], recorded: list[Path], tmp_path: Path
) -> None:
    built, marts, work = tmp_path / "built.duckdb", tmp_path / "mart", tmp_path / "work"
    work.mkdir()
    with duckdb.connect(str(built)) as connection:
        connection.execute("create table t as select 1 as v")
    publish.publish(built, marts, run_id=shown)
    (work / "unrecorded").write_text(named, encoding="utf-8")
    lake = Lake(str(tmp_path / "lake"))
    build.finish_last(lake, marts, work)
    build.finish_last(lake, marts, work)
    assert [mart.name for mart in recorded] == expected
