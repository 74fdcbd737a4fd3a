"""The compiled SQL of models, run on tables that a test fills by hand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests import parsed

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "dbt_project"))  # the catalogue's modules stand beside the models, outside every package
MODELS = (
    "int_revenue_spread", "int_revenue_time_steps", "int_revenue_line_estimates", "int_revenue_cost_to_cost",
    "int_revenue_milestones",
    "int_legal_entities", "int_working_days", "fct_capacity", "int_metric_capacity",
    "int_metric_hours", "int_metric_rows_hours", "int_metric_rows_capacity",
    "int_metric_receivables", "int_metric_billing_cycle", "int_metric_leakage", "int_metric_realization",
    "int_metric_provisioning", "int_metric_latency", "int_metric_margin_pairs", "int_revenue_forecast",
    "int_project_bookings",
)  # fmt: skip
Rows = Sequence[tuple[Any, ...]]
Run = Callable[[str, Mapping[str, tuple[str, Rows]]], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Compile the models once; the result maps a model's name to its SQL."""
    folder = tmp_path_factory.mktemp("dbt")
    environment = (
        os.environ
        | parsed.environment()
        | {
            "TIEOUT_LAKE_ROOT": str(folder / "lake"),
            "TIEOUT_WORK": str(folder),
            "TIEOUT_CLOCK": "data",
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
    )
    outcome = subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt"), "compile", "--quiet",
            "--project-dir", "dbt_project", "--profiles-dir", ".", "-s", *MODELS,
        ],
        cwd=REPO, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    files = (folder / "target" / "compiled").rglob("*.sql")
    return {file.stem: file.read_text(encoding="utf-8") for file in files if file.stem in MODELS}


@pytest.fixture(scope="session")
def run(compiled: dict[str, str]) -> Run:
    """Run a compiled model on tables given as {name: (column definitions, rows)}.

    A model that it reads and that is not given is one itself, on the same tables.
    """

    def plain(model: str) -> str:
        return re.sub(r'"(?:build|mart)"\."[a-z]+"\."(\w+)"', r"\1", compiled[model])

    def beneath(model: str, given: Mapping[str, object]) -> list[str]:
        """Return the models that it reads and that are not given, each after those that it reads itself."""
        read = [name for name in MODELS if name not in given and re.search(rf"\b{name}\b", plain(model))]
        return [name for one in read if one != model for name in (*beneath(one, given), one)]

    def execute(query: str, tables: Mapping[str, tuple[str, Rows]]) -> list[tuple[Any, ...]]:
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            for name, (columns, rows) in tables.items():
                connection.execute(f"create table {name} ({columns})")
                if rows:
                    marks = ", ".join("?" for _ in rows[0])
                    connection.executemany(f"insert into {name} values ({marks})", rows)
            model = next(name for name in MODELS if f"{{{name}}}" in query)
            for name in dict.fromkeys(beneath(model, tables)):
                connection.execute(f"create view {name} as {plain(name)}")
            return connection.execute(query.replace(f"{{{model}}}", f"({plain(model)})")).fetchall()

    return execute
