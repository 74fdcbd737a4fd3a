"""How a table is made: whole, checked by its key, and not at all where the key does not hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.firm import ROOT

MODEL = "select * from (values {rows}) as lines (line_id, amount)"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dbt project of one model that makes its tables as ours does."""
    folder = tmp_path_factory.mktemp("tables")
    ours = ROOT / "dbt_project"
    (folder / "materializations").mkdir()
    (folder / "macros").mkdir()
    (folder / "models").mkdir()
    (folder / "materializations" / "table.sql").symlink_to(ours / "materializations" / "table.sql")
    (folder / "macros" / "keys.sql").symlink_to(ours / "macros" / "refuse_repeated_keys.sql")
    (folder / "dbt_project.yml").write_text(
        "name: lines\nprofile: lines\nmacro-paths: [macros, materializations]\n"
        "models: {lines: {+materialized: table, +unique_key: [line_id]}}\n"
    )
    (folder / "profiles.yml").write_text(
        f"lines: {{target: d, outputs: {{d: {{type: duckdb, path: {folder}/lines.duckdb}}}}}}\n"
    )
    return folder


def built(project: Path, rows: str) -> subprocess.CompletedProcess[str]:
    """Run dbt on the model with these rows."""
    (project / "models" / "lines.sql").write_text(MODEL.format(rows=rows))
    dbt = Path(sys.executable).parent / "dbt"
    return subprocess.run(
        [str(dbt), "run", "--profiles-dir", "."], cwd=project, capture_output=True, text=True, check=False
    )


def standing(project: Path) -> list[tuple[object, ...]]:
    """The rows that a reader finds."""
    with duckdb.connect(str(project / "lines.duckdb"), read_only=True) as connection:
        return connection.execute("select line_id, amount from lines order by all").fetchall()


def test_a_table_whose_key_is_repeated_or_empty_is_refused_and_the_one_that_stood_stays(project: Path) -> None:
    assert built(project, "('a', 1), ('b', 2)").returncode == 0
    repeated = built(project, "('a', 1), ('a', 2)")
    assert repeated.returncode == 1
    assert "1 keys (line_id) of lines are repeated or empty, such as a" in repeated.stdout
    assert built(project, "('a', 1), (null, 2)").returncode == 1
    assert standing(project) == [("a", 1), ("b", 2)]
    assert built(project, "('c', 3)").returncode == 0
    assert standing(project) == [("c", 3)]
