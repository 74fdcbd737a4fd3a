"""Match and bridge beside a general table comparison and a plain full outer join: `make bench-recon`.

All roads read the same rows in the same run, each in a process of its own. Ours ends with every item explained and
every cell of the bridge closed; datacompy with its report; the joins with all pairs in a table, one with whole rows
and one with keys and amounts. datacompy holds all rows several times over: where they do not fit into the machine's
memory it is measured, beside ours, on as many as do.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import recon_rows
from benchmarks.measure import Cost, measure
from tests.firm import ROOT, Firm, configure, tieout

#: What is aimed at: faster than the comparison, and at most so many times the join.
BOUND = 4.0
OURS, COMPARISON, JOIN = "tieout: match and bridge", "datacompy on Polars", "full outer join in DuckDB"
#: The join that keeps keys and amounts alone: told beside the others, and held to no bound (ADR 40).
BARE = "join of keys and amounts"
ROADS = Path(__file__).parent / "roads"
#: What datacompy takes for a row of both sides together, and how much of the machine's memory it may have.
BYTES_A_PAIR, SHARE = 5_000, 0.5


def main() -> int:
    """Print the tables; the exit code says whether the bounds were kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000, help="rows of each side, at the least")
    parser.add_argument("--lake", type=Path, help="a built lake to multiply; default: one of 300 consultants is made")
    parser.add_argument("--memory", default="4GB", help="what DuckDB may take, on both roads that use it")
    parser.add_argument("--peers", type=Path, required=True, help="the interpreter of datacompy's own environment")
    said = parser.parse_args()
    os.environ |= {"PYTHONPATH": str(ROOT), "BENCH_MEMORY": said.memory}
    fitting = min(said.rows, int(SHARE * _memory() / BYTES_A_PAIR))
    with tempfile.TemporaryDirectory(prefix="tieout-bench-") as name:
        folder = Path(name)
        lake = said.lake or _built(folder)
        if fitting == said.rows:
            costs = _measured(folder, lake, said.rows, (JOIN, BARE, COMPARISON, OURS), said.peers)
            return _told(costs, costs)
        whole = _measured(folder, lake, said.rows, (JOIN, BARE, OURS), said.peers)
        part = _measured(folder, lake, fitting, (COMPARISON, OURS), said.peers)
    return _told(whole, part)


def _measured(folder: Path, lake: Path, size: int, roads: tuple[str, ...], peers: Path) -> dict[str, Cost]:
    """Write the rows, take the roads one after another, and print what each took beside the first."""
    rows = folder / "rows"
    rows.mkdir()
    operational, posted = recon_rows.write(lake, rows, rows=size)
    width = len(recon_rows.KEY) + len(recon_rows.COLUMNS)
    print(f"{operational:,} operational and {posted:,} posted rows, {width} columns of each")
    key, columns = (",".join(names) for names in (recon_rows.KEY, recon_rows.COLUMNS))
    commands = {
        JOIN: [sys.executable, "-m", "benchmarks.roads.outer_join", str(rows)],
        BARE: [sys.executable, "-m", "benchmarks.roads.bare_join", str(rows)],
        COMPARISON: [str(peers), str(ROADS / "datacompy_polars.py"), str(rows), key, columns],
        OURS: [sys.executable, "-m", "benchmarks.roads.match", str(rows), str(lake)],
    }
    costs = {road: _take(commands[road], folder) for road in roads}
    found = (folder / "log.txt").read_text(encoding="utf-8").splitlines()[-1]
    first = costs[roads[0]]
    print(f"{'road':28}{'wall s':>8}{'cpu s':>8}{'peak MB':>9}{'× wall':>8}{'× cpu':>8}")
    for road, cost in costs.items():
        ratios = f"{cost.wall / first.wall:8.2f}{cost.cpu / first.cpu:8.2f}"
        print(f"{road:28}{cost.wall:8.1f}{cost.cpu:8.1f}{cost.peak_mb:9.0f}{ratios}", flush=True)
    print(f"tieout: {found}")
    shutil.rmtree(rows)
    return costs


def _told(with_join: dict[str, Cost], with_comparison: dict[str, Cost]) -> int:
    times_join = with_join[OURS].wall / with_join[JOIN].wall
    times_comparison = with_comparison[OURS].wall / with_comparison[COMPARISON].wall
    times_bare = with_join[OURS].wall / with_join[BARE].wall
    print(f"{times_join:.2f} × the wall of the join, {times_comparison:.2f} × that of datacompy")
    print(f"{times_bare:.2f} × that of a join of keys and amounts alone")
    kept = times_comparison < 1 and times_join <= BOUND
    print("within the bounds" if kept else f"NOT within the bounds: faster than datacompy, at most {BOUND} × the join")
    return 0 if kept else 1


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _take(command: list[str], folder: Path) -> Cost:
    target = folder / "target"
    target.mkdir()
    try:
        return measure([*command, str(target)], log=folder / "log.txt")
    finally:
        shutil.rmtree(target)


def _built(folder: Path) -> Path:
    """Make a firm as large as that of the demo; its own shares of what agrees and what differs are multiplied."""
    firm = Firm(folder / "firm")
    firm.folder.mkdir()
    configure(firm.folder)
    made = tieout("simulate", str(firm.extracts), "--consultants", "300", "--months", "12", "--seed", "7")
    if made.returncode:
        sys.exit(made.stderr)
    firm.run("run")
    return firm.lake_root


if __name__ == "__main__":
    sys.exit(main())
