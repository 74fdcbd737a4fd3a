"""What a snapshot costs in which one row changed, beside the least that it could: a part of `make bench-ingest`.

The bare road reads the same file in DuckDB, hashes its rows and joins the hashes of the snapshot before.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import Cost, measure

ROADS = Path(__file__).parent / "roads"
#: So many times the bare road's processor time may the snapshot take, and so many times that of its own first landing.
BOUND, SHARE = 3.0, 0.75
BARE, CHANGED, FIRST = "bare read and diff", "tieout, one row changed", "tieout, its first landing"


def costs(file: Path, folder: Path, *, times: int) -> dict[str, list[Cost]]:
    """Land the CSV `file` as a snapshot, then `times` times with one row changed; return what each road took."""
    place = folder / "snapshots"
    place.mkdir()
    said = [str(file), str(place)]
    roads = {
        BARE: [sys.executable, str(ROADS / "bare_diff.py"), *said],
        CHANGED: [sys.executable, "-m", "benchmarks.roads.tieout_ingest", *said, "snapshot"],
    }
    log = folder / "log.txt"
    first = {road: measure(command, log=log) for road, command in roads.items()}
    found: dict[str, list[Cost]] = {road: [] for road in roads}
    for time in range(times):
        _change(file, time)
        for road, command in roads.items():
            cost = measure(command, log=log)
            print(f"  {road}: {cost.wall:.1f} s, {cost.cpu:.1f} cpu s, {cost.peak_mb:.0f} MB", flush=True)
            found[road].append(cost)
    return found | {FIRST: [first[CHANGED]]}


def faults(costs: Mapping[str, Cost]) -> list[str]:
    """Say which bounds were not kept."""
    mine, bare, first = (costs[road].cpu for road in (CHANGED, BARE, FIRST))
    wrong = []
    if mine > BOUND * bare:
        wrong.append(f"a snapshot takes × {mine / bare:.2f} the cpu of a bare diff; at most × {BOUND} is wanted")
    if mine > SHARE * first:
        wrong.append(f"a snapshot takes × {mine / first:.2f} its first landing's cpu; at most × {SHARE} is wanted")
    return wrong


def _change(file: Path, time: int) -> None:
    """Give the first record other hours, as many bytes long."""
    with file.open("r+b") as stream:
        stream.readline()
        start = stream.tell()
        cells = stream.readline().split(b",")
        cells[5] = f"{1 + time % 9}.25".encode()
        stream.seek(start)
        stream.write(b",".join(cells))
