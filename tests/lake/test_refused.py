"""What a refused batch wrote is never seen, and the next maintenance takes it out without breaking a reader."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from ingestion.feed import Feed
from ingestion.pipeline import ingest
from lake import catalogue, delta, maintenance
from lake.errors import BatchRefused
from lake.events import ignore
from lake.store import Lake


def _in_table(lake: Lake, name: str) -> list[int]:
    return pl.scan_delta(delta.open_table(lake, name)).select("_batch_id").collect()["_batch_id"].sort().to_list()


def _seen(lake: Lake) -> list[tuple[object, ...]]:
    with catalogue.connect(lake) as connection:
        return connection.execute("select customer_id, _batch_id from lake.customer order by all").fetchall()


def test_rows_of_a_refused_batch_are_never_seen_and_leave_with_the_next_maintenance(tmp_path: Path) -> None:
    lake, folder = Lake(str(tmp_path / "lake")), tmp_path / "drop"
    feed = Feed("crm", "canonical", str(folder))
    folder.mkdir()
    for number in (1, 2):
        (folder / f"customer.{number}.csv").write_text(f"customer_id,name\nC{number},Acme\n")
        # `contract` comes after `customer`: the customers are written when it turns out to be wrong.
        (folder / "contract.csv").write_text("contract_id\nK1\n")
        with pytest.raises(BatchRefused, match="lacks the required columns"):
            ingest(lake, feed)
        (folder / "contract.csv").unlink()
        ingest(lake, feed)
    assert _in_table(lake, "customer") == [1, 2, 3, 4], "the refused batches 1 and 3 did write"
    assert _seen(lake) == [("C1", 2), ("C2", 4)]
    opened = DeltaTable(lake.table_uri("customer"))
    done = {one.health.table: one for one in maintenance.maintain(lake, events=ignore)}
    assert done["customer"].withdrawn == 2
    assert done["contract"].withdrawn == 0
    assert _in_table(lake, "customer") == [2, 4]
    assert _seen(lake) == [("C1", 2), ("C2", 4)]
    assert pl.scan_delta(opened).collect().height == 4, "who opened the table before reads on"
    assert delta.landed_version(delta.open_table(lake, "customer"), "crm/customer") == 4
    again = {one.health.table: one for one in maintenance.maintain(lake, events=ignore)}
    assert again["customer"].withdrawn == 0
    assert ingest(lake, feed).status == "unchanged"
