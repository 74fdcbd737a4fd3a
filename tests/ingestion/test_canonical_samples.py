"""The canonical adapter's samples show every column of every contract, and are what the contracts make of them."""

from __future__ import annotations

import polars as pl

from ingestion.conform import unknown_columns
from lake import delta
from lake.contracts import ENTITIES
from tests.ingestion.canonical_samples import FOLDER, samples
from tests.ingestion.conftest import Drop


def test_the_samples_are_those_that_the_contracts_make() -> None:
    there = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.csv")}
    assert there == samples(), "run python -m tests.ingestion.canonical_samples"


def test_every_entity_lands_both_of_its_rows_and_none_is_held(drop: Drop) -> None:
    for name, content in samples().items():
        drop.write(name, content)
    done = drop.ingest()
    assert (done.counts.rows_read, done.counts.landed) == (2 * len(ENTITIES), 2 * len(ENTITIES))
    for name, entity in ENTITIES.items():
        rows = delta.read(delta.open_table(drop.lake, name)).sort("updated_at")
        columns = [c.name for c in entity.columns]
        assert not unknown_columns(columns, entity)
        assert rows.height == 2, name
        assert sum(rows.select(columns).head(1).null_count().row(0)) == 0, f"{name}: the first row says everything"
        assert rows.select(pl.col("_extra").null_count()).item() == 2
