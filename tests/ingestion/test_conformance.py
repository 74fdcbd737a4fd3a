"""Every adapter passes this by existing: its samples land whole, and the rows worked out by hand come out.

An adapter's samples lie in `fixtures/<system>/`, beside `expected.yml`: for each entity some rows, and of each the
columns that are worth saying.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from ingestion.adapter import available, load
from ingestion.adapter_check import check
from ingestion.adapter_trial import attempt
from lake import delta
from lake.contracts import ENTITIES
from tests.ingestion.conftest import Drop

SHIPPED = Path(__file__).parents[2] / "ingestion/adapters"
FIXTURES = Path(__file__).parent / "fixtures"
EXPECTED = "expected.yml"


@pytest.fixture(params=available())
def system(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_an_adapter_holds_together_and_its_samples_show_every_column(system: str) -> None:
    assert not [line for line in check(SHIPPED / f"{system}.yml") if line.startswith("Note:")]
    assert attempt(load(system), FIXTURES / system).missing == ()


def test_an_adapters_samples_land_whole_once_and_as_worked_out_by_hand(system: str, drop: Drop) -> None:
    for file in (FIXTURES / system).iterdir():
        if file.name != EXPECTED:
            shutil.copy(file, drop.folder)
    drop.options = {"system": system}
    drop.ingest()
    assert drop.ingest().status == "unchanged"
    assert delta.read(delta.open_table(drop.lake, "quarantine"), ["reason"]).is_empty()
    files = delta.read(delta.open_table(drop.lake, "batch_files"))
    assert files.filter(pl.col("landed") + pl.col("quarantined") + pl.col("excluded") != pl.col("rows_read")).is_empty()
    expected = yaml.safe_load((FIXTURES / system / EXPECTED).read_text("utf-8"))
    for entity, rows in expected.items():
        landed = delta.read(delta.open_table(drop.lake, entity))
        for row in rows:
            _compare(landed, entity, row)


def _compare(landed: pl.DataFrame, entity: str, row: dict[str, Any]) -> None:
    keys = [k for k in ENTITIES[entity].key if k in row]
    assert keys, f"{entity}: a row to look for needs its key"
    (found,) = [r for r in landed.to_dicts() if all(str(r[k]) == str(row[k]) for k in keys)]
    assert {c: _text(found[c]) for c in row} == {c: _text(v) for c, v in row.items()}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
