"""The semantic models are valid for MetricFlow, and its answers are those of the catalogue."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from lake import extensions
from lake.figures import metric, roll_up
from tests.firm import ROOT, Firm

MF = Path(sys.executable).parent / "mf"
#: Flows, ratios and balances of every basis, as (metric, basis).
ASKED = (
    ("services_revenue", "operational"), ("services_revenue", "finance_posted"), ("gross_margin_share", "operational"),
    ("utilization_billable", "operational"), ("backlog_contracted", "finance_posted"), ("wip_unbilled", "cross_basis"),
    ("backlog_coverage_months", "operational"), ("percent_complete", "operational"), ("margin_accuracy", "cross_basis"),
    ("billing_cycle_days", "finance_posted"), ("forecast_accuracy", "operational"), ("dso", "finance_posted"),
)  # fmt: skip

Ask = Callable[..., str]


@pytest.fixture(scope="module")
def mf(firm: Firm, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Run `mf` on the firm's mart, in a folder that looks like the dbt project with what its build parsed."""
    if not MF.exists():
        pytest.skip("MetricFlow is not installed here; `make setup` brings it with requirements/lock.txt.")
    folder = tmp_path_factory.mktemp("mf")
    for part in (ROOT / "dbt_project").iterdir():
        if part.name not in {"target", "logs"}:
            (folder / part.name).symlink_to(part)
    (folder / "target").mkdir()
    work = firm.lake_root / "work"
    for name in ("manifest.json", "semantic_manifest.json"):
        shutil.copy(work / "dbt_target" / name, folder / "target" / name)
    environment = {
        **os.environ,
        "TIEOUT_LAKE_ROOT": str(firm.lake_root),
        "TIEOUT_WORK": str(work),
        "TIEOUT_CLOCK": "data",
        "TIEOUT_DUCKDB_EXTENSIONS": str(extensions.default_directory()),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_PROFILES_DIR": str(ROOT),
        "DO_NOT_TRACK": "1",
    }

    def ask(*arguments: str) -> str:
        done = subprocess.run(
            [str(MF), *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    return ask


def test_the_semantic_models_are_valid(mf: Ask) -> None:
    told = mf("validate-configs", "--skip-dw")
    assert "ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0" in told


def test_a_query_gives_the_figures_of_the_catalogue(mf: Ask, firm: Firm, tmp_path: Path) -> None:
    level = "region"
    names = [f"{metric_id}_{basis}" for metric_id, basis in ASKED]
    answer = tmp_path / "answer.csv"
    mf("query", "--metrics", ",".join(names), "--group-by", f"figure__{level}", "--csv", str(answer))
    with answer.open(encoding="utf-8") as file:
        told = {row[f"figure__{level}"]: row for row in csv.DictReader(file)}
    compared = 0
    with duckdb.connect() as connection:
        connection.execute(f"attach '{firm.mart.resolve()}' as mart (read_only)")
        for (metric_id, basis), name in zip(ASKED, names, strict=True):
            for figure in roll_up(connection, metric(connection, metric_id, basis), by=[level]):
                if figure.value is None:
                    continue
                given = Decimal(told[str(figure.members[0][1])][name])
                # MetricFlow hands binary floats over: what is equal is equal to their fifteen digits
                assert abs(given - figure.value) <= abs(figure.value) * Decimal("1e-12"), (name, figure.members)
                compared += 1
    assert compared > len(ASKED)
