"""From a CSV of time entries to a validated Delta table, beside the bare road and dlt's fastest: `make bench-ingest`.

All roads take the same file in the same run, each in a process of its own, interpreter and imports included.
The machine may be shared: what counts is the ratio to the bare road, in wall and in processor seconds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb

from benchmarks import ingest_snapshot
from benchmarks.measure import Cost, measure

ROOT = Path(__file__).parents[1]
ROADS = Path(__file__).parent / "roads"
#: The bounds: so many times the bare road's time, and so many times the memory for a file four times as long, give
#: or take what an allocator keeps. dlt's fastest road, which checks nothing, may not be the faster one.
BOUND, FLAT = 2.0, 1.25
BARE, OURS, DLT = "bare DuckDB to Delta", "tieout", "dlt's fastest"

ENTRIES = """
copy (
    select
        'T' || lpad(i::varchar, 8, '0') as time_entry_id, 'P' || lpad((i % 4000)::varchar, 5, '0') as project_id,
        'K' || lpad((i % 9000)::varchar, 5, '0') as task_id, 'E' || lpad((i % 10000)::varchar, 5, '0') as employee_id,
        date '2025-01-01' + (i % 365)::int as work_date, ((i % 32 + 1) * 0.25)::decimal(9, 2) as "hours",
        i % 5 <> 0 as is_billable, 'approved' as status,
        strftime(timestamp '2025-01-05 08:00:00' + interval (i % 31536000) second, '%Y-%m-%dT%H:%M:%SZ') as updated_at
    from range({rows}) as t (i)
) to '{file}' (header)
"""


def roads(dlt: Path | None) -> dict[str, list[str]]:
    """Return the command of each road by name; dlt's where its environment is there."""
    found = {
        BARE: [sys.executable, str(ROADS / "bare.py")],
        OURS: [sys.executable, "-m", "benchmarks.roads.tieout_ingest"],
    }
    return found | ({DLT: [str(dlt), str(ROADS / "dlt_fastest.py")]} if dlt else {})


def run(command: list[str], file: Path, folder: Path) -> Cost:
    """Take a road once and clear up after it."""
    target = folder / "target"
    target.mkdir()
    try:
        cost = measure([*command, str(file), str(target)], log=folder / "log.txt")
        # Said at once, so that a run that is cut short has shown something.
        road = command[-1].removesuffix(".py").replace("/", ".").rpartition(".")[2]
        print(f"  {road}: {cost.wall:.1f} s, {cost.cpu:.1f} cpu s, {cost.peak_mb:.0f} MB", flush=True)
        return cost
    finally:
        shutil.rmtree(target)


def main() -> int:
    """Print the tables; the exit code says whether the bounds were kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument(
        "--long", type=int, default=20_000_000, help="rows of the file that tells whether memory is flat"
    )
    parser.add_argument("--times", type=int, default=2, help="how often each road is taken; the least counts")
    parser.add_argument("--dlt", type=Path, help="the interpreter of dlt's own environment")
    said = parser.parse_args()
    os.environ |= {"PYTHONPATH": str(ROOT), "RUNTIME__DLTHUB_TELEMETRY": "false"}
    with tempfile.TemporaryDirectory(prefix="tieout-bench-") as name:
        folder = Path(name)
        short = _file(folder, said.rows)
        taken = {road: [run(c, short, folder) for _ in range(said.times)] for road, c in roads(said.dlt).items()}
        costs = {road: least(found) for road, found in taken.items()}
        print(f"{said.rows:,} time entries, {short.stat().st_size / 1e9:.2f} GB of CSV; the least of {said.times}")
        table(costs, BARE)
        wrong = landing_faults(costs)
        snapshots = {r: least(f) for r, f in ingest_snapshot.costs(short, folder, times=said.times).items()}
        print(f"the same file as a snapshot in which one row changed; the least of {said.times}")
        table(snapshots, ingest_snapshot.BARE)
        wrong += ingest_snapshot.faults(snapshots)
        if said.long:
            # Taken as often as the short one: what an allocator keeps differs from run to run.
            long = _file(folder, said.long)
            more = least([run(roads(None)[OURS], long, folder) for _ in range(said.times)])
            growth = more.peak_mb / costs[OURS].peak_mb
            print(f"tieout, {said.long:,} rows: {more.wall:.1f} s, {more.cpu:.1f} cpu s, ", end="")
            print(f"peak {more.peak_mb:.0f} MB: × {growth:.2f}")
            if growth > FLAT:
                wrong.append(f"memory grows × {growth:.2f} with the file; at most × {FLAT} is wanted")
    print("within the bounds" if not wrong else f"NOT within the bounds: {'; '.join(wrong)}")
    return 1 if wrong else 0


def landing_faults(costs: Mapping[str, Cost]) -> list[str]:
    """Say which bounds of a first landing were not kept: against the bare road, and against dlt where it was taken."""
    ours, bare, dlt = costs[OURS].wall, costs[BARE].wall, costs.get(DLT)
    wrong = []
    if ours > BOUND * bare:
        wrong.append(f"tieout takes × {ours / bare:.2f} the bare road's time; at most × {BOUND} is wanted")
    if dlt is not None and ours > dlt.wall:
        wrong.append(f"tieout takes × {ours / dlt.wall:.2f} the time of dlt's fastest; at most × 1 is wanted")
    return wrong


def table(costs: Mapping[str, Cost], bare: str) -> None:
    """Print what each road took, and how often that is what the road `bare` did."""
    print(f"{'road':28}{'wall s':>8}{'cpu s':>8}{'peak MB':>9}{'× wall':>8}{'× cpu':>8}")
    for road, cost in costs.items():
        ratios = f"{cost.wall / costs[bare].wall:8.2f}{cost.cpu / costs[bare].cpu:8.2f}"
        print(f"{road:28}{cost.wall:8.1f}{cost.cpu:8.1f}{cost.peak_mb:9.0f}{ratios}")


def least(found: list[Cost]) -> Cost:
    """Return the least of each figure."""
    return Cost(min(c.wall for c in found), min(c.cpu for c in found), min(c.peak_mb for c in found))


def _file(folder: Path, rows: int) -> Path:
    place = folder / str(rows) / "time_entry.csv"
    place.parent.mkdir()
    duckdb.execute(ENTRIES.format(rows=rows, file=place))
    return place


if __name__ == "__main__":
    sys.exit(main())
