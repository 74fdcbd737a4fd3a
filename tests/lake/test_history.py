"""What the items' history takes from a published mart."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from lake import history
from lake.schemas import SYSTEM_TABLES
from lake.store import Lake

if TYPE_CHECKING:
    from pathlib import Path

_OF_THE_RUN = ("run_id", "build_time", "published_at")


def _mart(path: Path, run_id: str, hours: str) -> Path:
    """Write a mart that shows one item, which differs in hours alone."""
    schema = {n: t for n, t in SYSTEM_TABLES["recon_item_history"].items() if n not in _OF_THE_RUN}
    given = {"item_id": "A", "status": "open", "difference_functional": Decimal("0.00")}
    item = pl.DataFrame(
        [given | {"difference_hours": Decimal(hours)}], schema=schema | {"difference_hours": pl.Decimal(18, 2)}
    )
    with duckdb.connect(str(path)) as connection:
        connection.register("item", item.to_arrow())
        connection.execute("create table recon_item as select * from item")
        connection.execute(
            f"create table build_info as select '{run_id}' as run_id, timestamptz '2026-04-01' as build_time"
        )
    return path


def test_hours_that_an_item_differs_by_are_a_state_of_it(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    shown = (("r1", "2.00", 1), ("r2", "2.00", 0), ("r3", "8.00", 1))
    for run_id, hours, gained in shown:
        assert history.append(lake, _mart(tmp_path / f"{run_id}.duckdb", run_id, hours)) == gained
    rows = pl.read_delta(lake.table_uri("recon_item_history")).sort("run_id")
    assert rows.select("run_id", "difference_hours").rows() == [("r1", Decimal("2.00")), ("r3", Decimal("8.00"))]
