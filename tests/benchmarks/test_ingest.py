"""The verdict of the ingestion benchmark holds every bound that it states."""

from __future__ import annotations

import pytest

from benchmarks import ingest, ingest_snapshot
from benchmarks.measure import Cost


def _costs(**wall: float) -> dict[str, Cost]:
    roads = {"bare": ingest.BARE, "ours": ingest.OURS, "dlt": ingest.DLT}
    return {roads[name]: Cost(seconds, seconds, 100) for name, seconds in wall.items()}


@pytest.mark.parametrize(
    ("wall", "faults"),
    [
        ({"bare": 5, "ours": 8, "dlt": 9}, []),
        ({"bare": 5, "ours": 8}, []),
        ({"bare": 5, "ours": 8, "dlt": 7}, ["× 1.14 the time of dlt's fastest"]),
        ({"bare": 5, "ours": 11, "dlt": 12}, ["× 2.20 the bare road's time"]),
    ],
)
def test_a_landing_is_held_to_the_bare_road_and_to_dlt(wall: dict[str, float], faults: list[str]) -> None:
    found = ingest.landing_faults(_costs(**wall))
    assert len(found) == len(faults)
    assert all(fault in said for fault, said in zip(faults, found, strict=True))


@pytest.mark.parametrize(("mine", "count"), [(4, 0), (7, 1), (13, 2)])
def test_a_snapshot_is_held_to_a_bare_read_and_to_its_own_first_landing(mine: float, count: int) -> None:
    roads = {ingest_snapshot.BARE: 2, ingest_snapshot.CHANGED: mine, ingest_snapshot.FIRST: 16}
    assert len(ingest_snapshot.faults({road: Cost(wall, wall, 100) for road, wall in roads.items()})) == count
