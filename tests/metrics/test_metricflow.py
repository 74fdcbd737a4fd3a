"""The semantic models are valid for MetricFlow, and its answers are those of the catalogue."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml

from lake import extensions
from lake.figures import metric, roll_up
from tests.firm import ROOT, Firm

MF = Path(sys.executable).parent / "mf"
#: What MetricFlow cannot say. A percentile needs the values ordered by a running sum of their weights; MetricFlow's
#: percentile, discrete, continuous or approximate, takes a percentile and no weight and counts rows, so a value that
#: stands for many entries would count once.
NOT_IN_METRICFLOW = {
    "billing_cycle_days_median", "utilization_latency_hours_median", "utilization_latency_hours_p95",
    "message_latency_seconds_p50", "message_latency_seconds_p95",
}  # fmt: skip

#: How MetricFlow calls what a figure is split by, and how the catalogue does.
LEVELS = {"figure__region": "region", "figure__flow": "flow", "metric_time__month": "period_id"}
Ask = Callable[..., str]
#: Whether a row stands in a period of its entity before the last one that has begun.
NOT_LAST = (
    "(legal_entity_key, period_id) not in (select (legal_entity_key, max_by(period_id, end_date)) from mart.dim_period"
    " where has_begun group by legal_entity_key)"
)


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


@pytest.fixture(scope="module")
def mart(firm: Firm) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{firm.mart.resolve()}' as mart (read_only)")
        yield connection


def test_the_semantic_models_are_valid(mf: Ask) -> None:
    told = mf("validate-configs", "--skip-dw")
    assert "ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0" in told


def test_every_metric_but_the_percentiles_is_given_to_metricflow(mart: duckdb.DuckDBPyConnection) -> None:
    (file,) = (ROOT / "dbt_project" / "models" / "metrics").glob("_semantic_models.yml")
    given = {entry["name"] for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["metrics"]}
    missing = {name for name, basis in every(mart) if f"{name}_{basis}" not in given}
    assert missing == NOT_IN_METRICFLOW
    percentiles = mart.execute("select distinct metric_id from mart.dim_metric where additivity = 'distribution'")
    assert {name for (name,) in percentiles.fetchall()} == NOT_IN_METRICFLOW


@pytest.mark.parametrize("level", LEVELS)
def test_a_query_gives_the_figures_of_the_catalogue_for_every_metric(
    mf: Ask, mart: duckdb.DuckDBPyConnection, tmp_path: Path, level: str
) -> None:
    ours = LEVELS[level]
    asked = [
        (name, basis) for name, basis in every(mart) if name not in NOT_IN_METRICFLOW
        and ours in {"period_id", *metric(mart, name, basis).dimensions}
    ]  # fmt: skip
    letters = 7 if ours == "period_id" else None  # MetricFlow names a month by its first day
    answer = tmp_path / "answer.csv"
    names = ",".join(f"{name}_{basis}" for name, basis in asked)
    mf("query", "--metrics", names, "--group-by", level, "--csv", str(answer))
    with answer.open(encoding="utf-8") as file:
        told = {row[level][:letters]: row for row in csv.DictReader(file)}
    compared = set()
    for name, basis in asked:
        for figure in roll_up(mart, metric(mart, name, basis), by=[ours]):
            said = told.get(str(figure.members[0][1])[:letters], {}).get(f"{name}_{basis}", "")
            if figure.value is None:
                assert said == "", (name, basis, figure.members)
                continue
            assert said, (name, basis, figure.members)
            # MetricFlow hands binary floats over: what is equal is equal to their fifteen digits
            bound = max(abs(figure.value) * Decimal("1e-12"), Decimal("1e-9"))
            assert abs(Decimal(said) - figure.value) <= bound, (name, basis, figure.members)
            compared.add((name, basis))
        rolled = {str(figure.members[0][1])[:letters] for figure in roll_up(mart, metric(mart, name, basis), by=[ours])}
        more = {member: row.get(f"{name}_{basis}", "") for member, row in told.items() if member not in rolled}
        assert not any(Decimal(said or 0) for said in more.values()), (name, basis, more)
    assert compared == set(asked)


def test_a_balance_that_ended_is_nothing_when_it_is_asked_for_alone(
    mf: Ask, mart: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """MetricFlow takes the last period of the rows that a filter leaves: it must not be an older balance."""
    ended = mart.execute(
        f"""
        select metric_id, basis, project_key from mart.fct_metric join mart.dim_metric using (metric_id, basis)
        where additivity = 'balance' and project_key is not null
        group by all having bool_and({NOT_LAST} or numerator = 0) and bool_or(numerator <> 0)
        """
    ).fetchall()
    names = sorted({f"{name}_{basis}" for name, basis, _ in ended})
    projects = sorted({project for _, _, project in ended})
    assert len(names) > 5
    for project in (projects[0], projects[-1]):
        answer = tmp_path / "answer.csv"
        where = f"{{{{ Dimension('figure__project_key') }}}} = '{project}'"
        mf("query", "--metrics", ",".join(names), "--where", where, "--csv", str(answer))
        with answer.open(encoding="utf-8") as file:
            (told,) = csv.DictReader(file)
        for name, basis, _ in ended:
            figures = roll_up(mart, metric(mart, name, basis), only={"project_key": project})
            ours = sum((figure.value or 0 for figure in figures), Decimal(0))
            assert abs(Decimal(told[f"{name}_{basis}"] or 0) - ours) < Decimal("1e-6"), (project, name, basis)


def every(mart: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Every metric and basis of the mart."""
    return mart.execute("select metric_id, basis from mart.dim_metric order by all").fetchall()
