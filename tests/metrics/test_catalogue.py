from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
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
    sql = generate.fct_metric([metric])
    assert sql.count("metric_side('hours_sold', 'operational'") == 1
    assert sql.count("metric_side('hours_sold', 'finance_posted'") == 1


def test_only_the_default_basis_of_a_headline_is_one(generate: ModuleType, tmp_path: Path) -> None:
    (metric,) = generate.load(write(tmp_path, ENTRY | {"headline": 2, "default_basis": "finance_posted"}))
    sql = generate.dim_metric([metric])
    assert sql.count("true as is_headline") == 1
    assert "It''s none." in sql


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
