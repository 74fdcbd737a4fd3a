"""The sources and staging models follow the contracts."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lake.catalogue import open_duckdb
from lake.contracts import ENTITIES
from lake.dbt_connection import point_at
from lake.store import Lake
from tieout import generate


def test_the_files_in_the_repository_are_those_that_the_contracts_give(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 0, capsys.readouterr().err


def test_a_changed_or_left_over_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    changed = generate.STAGING / "psa" / "stg_psa__projects.sql"
    changed.write_text("select 1", encoding="utf-8")
    (generate.STAGING / "psa" / "stg_psa__forgotten.sql").write_text("select 1", encoding="utf-8")
    assert generate.main(["--check"]) == 1
    said = capsys.readouterr().err
    assert "stg_psa__projects.sql differs" in said
    assert "stg_psa__forgotten.sql differs" in said
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


def test_every_entity_has_one_staging_model_and_one_source() -> None:
    models = {file.path.stem for file in generate.generated() if file.path.suffix == ".sql"}
    assert models == {generate.model_name(entity) for entity in ENTITIES.values()}
    assert len(models) == len(ENTITIES)


def test_a_lake_may_lie_under_any_name(tmp_path: Path) -> None:
    root = tmp_path / "Müller's {old} lake"
    Lake(str(root)).ensure()
    found = 0
    with open_duckdb() as connection:
        point_at(connection, str(root))
        for file in sorted(generate.STAGING.rglob("_*sources.yml")):
            for source in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]:
                for table in source["tables"]:
                    meta = (table.get("config") or source["config"])["meta"]
                    scan = meta["external_location"].format_map({"identifier": table["name"]})  # as dbt-duckdb does
                    assert connection.execute(f"select count(*) from {scan}").fetchall() == [(0,)]
                    found += 1
    assert found > len(ENTITIES)


def test_names_are_plural_in_english() -> None:
    assert [generate.plural(n) for n in ("time_entry", "holiday", "legal_entity", "fx_rate")] == [
        "time_entries",
        "holidays",
        "legal_entities",
        "fx_rates",
    ]
