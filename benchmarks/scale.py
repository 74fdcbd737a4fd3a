"""The scale benchmark (`make bench`): does the cost grow with the rows, and does a day cost a day.

At each size: seconds and peak memory of each stage of a full run, of the day after, and of the hand-written labour
script on the same extracts in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Cost, measure
from tieout.settings import forget_environment

ROOT = Path(__file__).resolve().parent.parent
FEEDS = ("psa", "crm", "hcm", "expense", "procurement", "erp", "middleware", "governance")
STAGES = ("ingest", "build", "ingest of a day", "build of a day", "labour script")


@dataclass(frozen=True)
class Size:
    """One measured firm: how many consultants, how many rows were landed, and what each stage cost."""

    consultants: int
    rows: int
    day_rows: int
    costs: dict[str, Cost]
    publishing: dict[str, float]  # seconds of a build's stage that went into copying and exporting what was built


def run(consultants: int, months: int, folder: Path) -> Size:
    """Simulate one firm into `folder` and measure every stage on it."""
    log = folder / "log.txt"
    extracts, day = folder / "extracts", folder / "day"
    options = ["--consultants", str(consultants), "--months", str(months), "--last-day-to", str(day)]
    simulated = measure(_tieout("simulate", str(extracts), *options), log=log)
    _say(f"{consultants} consultants simulated in {simulated.wall:.0f} s, {simulated.peak_mb:.0f} MB")
    full, later = _configure(folder, "extracts"), _configure(folder, "day")
    costs: dict[str, Cost] = {}
    publishing: dict[str, float] = {}
    for stage, command in (
        ("ingest", _tieout("ingest", "--config", str(full))),
        ("build", _tieout("build", "--json", "--config", str(full))),
        ("ingest of a day", _tieout("ingest", "--config", str(later))),
        ("build of a day", _tieout("build", "--json", "--config", str(later))),
        ("labour script", [sys.executable, "-m", "benchmarks.minimal_labor", str(extracts)]),
    ):
        costs[stage] = measure(command, log=log)
        if stage.startswith("build"):
            publishing[stage] = _publishing(log)
        _say(f"{consultants} consultants: {stage} {costs[stage].wall:.1f} s, {costs[stage].peak_mb:.0f} MB")
    return Size(consultants=consultants, rows=_rows(extracts), day_rows=_rows(day), costs=costs, publishing=publishing)


def report(sizes: list[Size]) -> Table:
    """Return the table of figures: seconds, peak MB, and each stage's ratios."""
    table = Table(
        "Consultants", "Rows", "Stage", "Seconds", "of which publishing", "CPU s", "Peak MB",
        "× labour script", "Growth ÷ row growth",
        title="A full run and the day after it, on 2 cores",
    )  # fmt: skip
    first = sizes[0]
    for size in sizes:
        limit = size.costs["labour script"].wall
        for stage in STAGES:
            cost = size.costs[stage]
            growth = (cost.wall / first.costs[stage].wall) / (size.rows / first.rows)
            rows = size.day_rows if "day" in stage else size.rows
            published = f"{size.publishing[stage]:.1f}" if stage in size.publishing else ""
            table.add_row(
                f"{size.consultants:,}", f"{rows:,}", stage, f"{cost.wall:.1f}", published, f"{cost.cpu:.1f}",
                f"{cost.peak_mb:.0f}", f"{cost.wall / limit:.1f}", f"{growth:.2f}", end_section=stage == STAGES[-1],
            )  # fmt: skip
    for column in (0, 1, 3, 4, 5, 6, 7, 8):
        table.columns[column].justify = "right"
    return table


def main() -> None:
    """Measure each size asked for and print the table."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…")
    parser.add_argument("--sizes", default="300,1000,3000", help="consultants, separated by commas")
    parser.add_argument("--months", type=int, default=12)
    options = parser.parse_args()
    forget_environment()
    os.sched_setaffinity(0, set(list(os.sched_getaffinity(0))[:2]))
    sizes = []
    for consultants in (int(text) for text in options.sizes.split(",")):
        folder = Path(tempfile.mkdtemp(prefix=f"tieout-bench-{consultants}-"))
        try:
            sizes.append(run(consultants, options.months, folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    console = Console(width=140)
    console.print(report(sizes))
    for size in sizes:
        whole = sum(size.costs[s].wall for s in ("ingest", "build"))
        part = sum(size.costs[s].wall for s in ("ingest of a day", "build of a day"))
        console.print(f"{size.consultants:,} consultants: the day costs {part / whole:.0%} of the full run.")


def _configure(folder: Path, extracts: str) -> Path:
    lines = ["group_currency: EUR", "lake_root: lake", "clock: data", "feeds:"]
    lines += [f"  - {{name: {f}, path: {extracts}/{f}}}" for f in FEEDS if (folder / extracts / f).is_dir()]
    file = folder / f"{extracts}.yml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _publishing(log: Path) -> float:
    """Seconds from the last build's `publish_started` to its `published`, out of the events that it wrote."""
    said = {}
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith('{"event": "publish'):
            event = json.loads(line)
            said[event["event"]] = float(event["seconds"])
    return said["published"] - said["publish_started"]


def _rows(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*.csv"):
        if "_truth" not in file.parts:
            with file.open("rb") as lines:
                total += sum(1 for _ in lines) - 1
    return total


def _tieout(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tieout", *arguments]


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
