from __future__ import annotations

import csv
import importlib.util
import io
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from tieout import docs, metric_page

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
LINTED_BYTES = 20_000
ENTRY = {
    "id": "hours_sold",
    "label": "Hours sold",
    "formula": "hours",
    "basis": ["operational", "finance_posted"],
    "unit": "hours",
    "direction": "up",
    "owner": "COO",
    "additivity": "flow",
    "dimensions": ["region", "legal_entity_key"],
    "numerator": {"from": "int_metric_hours", "sum": "hours", "words": "hours"},
    "caveats": "It's none.",
    "elsewhere": "Time tools count minutes.",
}


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("metric_generate", PROJECT / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def write(folder: Path, *entries: dict[str, object]) -> Path:
    (folder / "some.yml").write_text(yaml.safe_dump({"metrics": list(entries)}), encoding="utf-8")
    return folder


def test_the_generated_models_are_what_the_catalogue_says() -> None:
    outcome = subprocess.run(
        [sys.executable, str(PROJECT / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr


def test_every_metric_names_a_feed_that_exists(generate: ModuleType) -> None:
    models = {file.stem for file in (PROJECT / "models").rglob("*.sql")}
    for metric in generate.load():
        assert metric.feeds, f"{metric.id} reads nothing"
        assert set(metric.feeds) <= models, f"{metric.id} reads {metric.feeds}"


def test_a_metric_of_both_bases_reads_each_basis_apart(generate: ModuleType, tmp_path: Path) -> None:
    (metric,) = generate.load(write(tmp_path, ENTRY))
    conditions = [condition for basis in metric.bases for _, _, condition in metric.sides(basis)]
    assert conditions == ["basis = 'operational'", "basis = 'finance_posted'"]
    (sql,) = generate.fct_metric_steps([metric]).values()
    assert sql.count("metric_side('hours_sold', 'operational'") == 1
    assert sql.count("metric_side('hours_sold', 'finance_posted'") == 1


def test_only_the_default_basis_of_a_headline_is_one(generate: ModuleType, tmp_path: Path) -> None:
    (metric,) = generate.load(write(tmp_path, ENTRY | {"headline": 2, "default_basis": "finance_posted"}))
    rows = list(csv.DictReader(io.StringIO(generate.metric_definition([metric]))))
    assert [row["basis"] for row in rows if row["is_headline"] == "true"] == ["finance_posted"]
    assert {row["caveats"] for row in rows} == {"It's none."}


def test_sides_are_stacked_in_the_step_of_their_feed_and_a_feed_of_its_own_has_a_step_of_its_own(
    generate: ModuleType, tmp_path: Path
) -> None:
    other = ENTRY | {"id": "calls_taken", "numerator": {"from": "int_metric_calls", "sum": "calls", "words": "calls"}}
    metrics = generate.load(write(tmp_path, ENTRY, other))
    steps = generate.fct_metric_steps(metrics)
    assert list(steps) == ["int_metric_rows_calls", "int_metric_rows_hours"]
    assert all(f"ref('{step}')" in generate.fct_metric(metrics) for step in steps)
    assert all(f"- name: {step}\n" in generate.steps_described(metrics) for step in steps)


def test_what_is_left_over_of_an_older_catalogue_is_named_and_removed(
    generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "STEPS", tmp_path / "steps")
    monkeypatch.setattr(generate, "TARGET", tmp_path)
    monkeypatch.setattr(generate, "SEED", tmp_path / "seed.csv")
    assert generate.main([]) == 0
    (tmp_path / "steps" / "int_metric_rows_gone.sql").write_text("select 1", encoding="utf-8")
    (tmp_path / "fct_metric.sql").write_text("select 1", encoding="utf-8")
    assert generate.main(["--check"]) == 1
    said = capsys.readouterr().err
    assert "int_metric_rows_gone.sql is left over" in said
    assert "fct_metric.sql differs" in said
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


def test_no_model_is_longer_than_the_linter_reads() -> None:
    """SQLFluff passes over a file of more than 20,000 bytes with a warning and no failure."""
    long = [file.name for file in (PROJECT / "models").rglob("*.sql") if file.stat().st_size > LINTED_BYTES]
    assert long == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"unit": "pieces"}, "some.yml: metric hours_sold, unit: 'pieces' is none of money, share"),
        ({"basis": ["both"]}, "some.yml: metric hours_sold, basis: 'both' is none of operational"),
        ({"dimensions": ["country"]}, "some.yml: metric hours_sold, dimensions: 'country' is none of"),
        ({"colour": "red"}, "some.yml: metric hours_sold has the unknown key colour"),
        ({"default_basis": "cross_basis"}, "default_basis: 'cross_basis' is none of its own bases"),
        ({"numerator": {"from": "x", "sum": "y"}}, "metric hours_sold, numerator lacks the key words"),
        ({"additivity": "distribution"}, "metric hours_sold lacks the key distribution, which a distribution needs"),
        (
            {"elsewhere": ""},
            "metric hours_sold, elsewhere: says nothing; name where sources disagree, or that they agree",
        ),
        ({"quantile": 0.5}, "metric hours_sold has the key quantile, which a flow has not"),
    ],
)
def test_a_wrong_entry_is_named_with_file_metric_key_and_value(
    generate: ModuleType, tmp_path: Path, change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(generate.CatalogueError) as raised:
        generate.load(write(tmp_path, ENTRY | change))
    assert sentence in str(raised.value)


def test_an_id_may_be_declared_once_only(generate: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(generate.CatalogueError, match="hours_sold is declared twice"):
        generate.load(write(tmp_path, ENTRY, ENTRY))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{id: half_told, label: Half told, formula: x}", "metric half_told lacks the key basis"),
        ("{label: Nameless}", "a metric of one.yml lacks the key id"),
    ],
)
def test_the_page_of_metrics_refuses_an_incomplete_entry_in_one_sentence(
    entry: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.yml").write_text(f"metrics:\n  - {entry}\n", encoding="utf-8")
    monkeypatch.setattr(metric_page, "CATALOGUE", tmp_path)
    assert docs.main(["--check"]) == 1
    assert capsys.readouterr().err == f"tieout.docs: {said}; complete its entry in one.yml.\n"
