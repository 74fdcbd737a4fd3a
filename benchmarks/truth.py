"""The truth table (`make truth`): is every planted break found, with category and amount, and nothing else.

For each of many simulated firms: simulate, ingest, build what the reconciliation stands on, record its certificates,
land what comes late and build again, and hold the items and control exceptions against the truth that the simulator
wrote. Ends with 1 where a firm is not perfect.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import simulator
from ingestion import pipeline
from ingestion.feed import Feed
from lake import certificates
from lake.store import Lake
from tests.firm import FEEDS, ROOT, configure
from tests.reconciliation.truth import (
    Breach,
    Gaps,
    Score,
    breaches,
    expected_controls,
    expected_items,
    expected_landings,
    found_controls,
    found_items,
    gaps,
    scores,
)
from tieout import settings
from tieout.build import environment, in_environment

#: Seed, consultants and months of each firm: small ones, so that rare overlaps and empty corners both come up.
FIRMS = (
    (1, 12, 3), (2, 14, 4), (3, 16, 5), (4, 18, 6), (5, 20, 3), (6, 22, 4), (7, 24, 5), (8, 26, 6),
    (9, 28, 3), (10, 30, 4), (11, 40, 4), (12, 32, 5), (13, 34, 6), (14, 36, 3), (15, 38, 4), (16, 12, 6),
    (17, 44, 5), (18, 48, 3), (19, 52, 4), (20, 60, 6), (21, 15, 3), (22, 25, 4),
)  # fmt: skip
#: What the reconciliation publishes; everything that these stand on is built with them, and nothing else.
WANTED = (
    "recon_item", "recon_bridge_total", "recon_bridge_currency", "control_exception", "gl_completeness",
    "close_certificate",
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What one firm showed."""

    firm: tuple[int, int, int]
    seconds: float
    items: list[Score]
    controls_missed: tuple[Breach, ...]
    controls_extra: tuple[Breach, ...]
    controls_expected: int
    landings: int
    gaps: Gaps

    @property
    def is_perfect(self) -> bool:
        """Whether everything was found, nothing else was, and every cell closes."""
        wrong = any(score.missed or score.extra for score in self.items)
        return not (wrong or self.controls_missed or self.controls_extra or self.gaps.any)


class Warehouse:
    """Builds the reconciliation of one firm after another; dbt reads the project once."""

    def __init__(self) -> None:
        self.manifest: Any = None

    def build(self, config: Path, *, tested: bool) -> Path:
        """Build in the firm's own work folder, `tested` with all data tests; return the mart file."""
        chosen = settings.load(config)
        work = chosen.work_root
        work.mkdir(parents=True, exist_ok=True)
        given = environment(chosen, work) | {"TIEOUT_RUN_ID": "truth", "TIEOUT_CODE_VERSION": "truth"}
        with in_environment(given):
            return self._build(config, work, tested=tested)

    def _build(self, config: Path, work: Path, *, tested: bool) -> Path:
        from dbt.cli.main import dbtRunner  # noqa: PLC0415 - its imports take seconds

        flags = ["--project-dir", str(ROOT / "dbt_project"), "--profiles-dir", str(ROOT), "--quiet"]
        if self.manifest is None:
            self.manifest = dbtRunner().invoke(["parse", *flags]).result
        # tests that also look at what is not built here are those of the whole mart
        selection = ["--select", *(f"+{name}" for name in WANTED), "--indirect-selection", "cautious"]
        kinds = ["--exclude-resource-type", "unit_test"] if tested else ["--resource-type", "model", "seed"]
        try:
            outcome = dbtRunner(manifest=self.manifest).invoke(["build", *flags, *selection, *kinds])
        finally:
            _close_duckdb()
        if not outcome.success:
            failed = [r for r in getattr(outcome.result, "results", []) if str(r.status) in {"error", "fail"}]
            named = "; ".join(f"{r.node.name}: {' '.join(str(r.message).split())[:300]}" for r in failed)
            message = f"the build of {config.parent} failed: {named or outcome.exception}"
            raise RuntimeError(message)
        return work / "mart.duckdb"


def judge(firm: tuple[int, int, int], folder: Path, warehouse: Warehouse, *, tested: bool) -> Verdict:
    """Simulate, ingest and build one firm in the empty `folder`, and compare it with its truth."""
    started = time.monotonic()
    seed, consultants, months = firm
    extracts, late = folder / "extracts", folder / "late"
    simulator.simulate(extracts, consultants=consultants, months=months, seed=seed, late_to=late)
    config = configure(folder)
    lake = Lake(settings.load(config).lake_root)
    for name in FEEDS:
        pipeline.ingest(lake, Feed(name=name, system="canonical", path=str(extracts / name)))
    mart = warehouse.build(config, tested=False)
    certificates.record(lake, mart)
    landings = expected_landings(extracts, mart)
    pipeline.ingest(lake, Feed(name="psa", system="canonical", path=str(late / "psa")))
    mart = warehouse.build(config, tested=tested)
    expected = expected_controls(extracts) | landings
    missed, extra = breaches(expected, found_controls(mart))
    return Verdict(
        firm=firm,
        seconds=time.monotonic() - started,
        items=scores(expected_items(extracts), found_items(mart)),
        controls_missed=missed,
        controls_extra=extra,
        controls_expected=len(expected),
        landings=len(landings),
        gaps=gaps(mart),
    )


def by_category(verdicts: Sequence[Verdict]) -> Table:
    """Return precision and recall of each category over all firms, the control exceptions last."""
    table = Table(title="Breaks found, by category, over all firms")
    for heading in ("category", "flows", "firms", "made", "found", "precision", "recall"):
        table.add_column(heading, justify="left" if heading == "category" else "right")
    for category in sorted({score.category for verdict in verdicts for score in verdict.items}):
        mine = [(v, s) for v in verdicts for s in v.items if s.category == category]
        flows, firms = len({s.flow for _, s in mine}), len({v.firm for v, _ in mine})
        made, found = sum(s.expected for _, s in mine), sum(s.found for _, s in mine)
        missed, extra = sum(len(s.missed) for _, s in mine), sum(len(s.extra) for _, s in mine)
        table.add_row(category, *map(str, (flows, firms, made, found)), _share(extra, found), _share(missed, made))
    made = sum(v.controls_expected for v in verdicts)
    missed, extra = sum(len(v.controls_missed) for v in verdicts), sum(len(v.controls_extra) for v in verdicts)
    found = made - missed + extra
    table.add_section()
    table.add_row(
        "control exceptions", "", str(len(verdicts)), str(made), str(found), _share(extra, found), _share(missed, made)
    )
    return table


def by_firm(verdicts: Sequence[Verdict]) -> Table:
    """Return one line a firm: how well its breaks were found, and how many cells of its bridge do not close."""
    table = Table(title="Firms: cells that do not close, by currency, and what no rule explains")
    headings = ("seed", "consultants", "months", "items", "precision", "recall", "controls", "late", "cells")
    for heading in (*headings, "transaction", "functional", "group", "unclassified", "seconds"):
        table.add_column(heading, justify="right")
    for v in verdicts:
        made, found = sum(s.expected for s in v.items), sum(s.found for s in v.items)
        missed, extra = sum(len(s.missed) for s in v.items), sum(len(s.extra) for s in v.items)
        wrong = len(v.controls_missed) + len(v.controls_extra)
        controls = f"{v.controls_expected} found" if not wrong else f"{wrong} wrong"
        open_cells = (v.gaps.transaction, v.gaps.functional, v.gaps.group, v.gaps.unclassified)
        shares = (_share(extra, found), _share(missed, made))
        cells = (*v.firm, found, *shares, controls, v.landings, v.gaps.cells, *open_cells, f"{v.seconds:.0f}")
        table.add_row(*map(str, cells))
    return table


def _share(wrong: int, whole: int) -> str:
    """Return the share that is right, never rounded up to a whole."""
    if not wrong:
        return "1.0"
    return f"{int(1000 * (1 - wrong / whole)) / 1000 if whole else 0:.3f}"


def _close_duckdb() -> None:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    held = DuckDBConnectionManager._ENV  # noqa: SLF001 - the adapter offers no public way
    if held is not None:
        held.close()
        DuckDBConnectionManager._ENV = None  # noqa: SLF001


def _faults(verdict: Verdict) -> list[str]:
    lines = [f"missed {item}" for score in verdict.items for item in score.missed]
    lines += [f"extra  {item}" for score in verdict.items for item in score.extra]
    lines += [f"missed control {control}" for control in verdict.controls_missed]
    return [*lines, *(f"extra  control {control}" for control in verdict.controls_extra)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the firms and print both tables; the exit code is 1 where one is not perfect."""
    parser = argparse.ArgumentParser(prog="make truth", description=__doc__)
    parser.add_argument("--firms", help="seed:consultants:months, comma-separated; default: the firms of the table")
    parser.add_argument("--tested", type=int, default=1, help="how many firms also run every data test (default: 1)")
    parser.add_argument("--keep", type=Path, help="keep each firm's folder under this one")
    chosen = parser.parse_args(arguments)
    settings.forget_environment()
    firms = FIRMS if chosen.firms is None else _parsed(chosen.firms)
    console = Console(width=150)
    verdicts, warehouse = [], Warehouse()
    with tempfile.TemporaryDirectory(prefix="tieout-truth-") as place:
        for number, firm in enumerate(firms):
            # One path for all: dbt need not read the project again for another lake.
            folder = Path(place) / "firm"
            verdict = judge(firm, folder, warehouse, tested=number < chosen.tested)
            verdicts.append(verdict)
            faults = _faults(verdict)
            sys.stderr.write(f"{json.dumps({'firm': firm, 'perfect': verdict.is_perfect, 'faults': len(faults)})}\n")
            sys.stderr.writelines(f"  {fault}\n" for fault in faults[:40])
            if chosen.keep is not None:
                shutil.copytree(folder, chosen.keep / "-".join(map(str, firm)), dirs_exist_ok=True)
            shutil.rmtree(folder)
    console.print(by_category(verdicts))
    console.print(by_firm(verdicts))
    perfect = sum(v.is_perfect for v in verdicts)
    console.print(
        f"{perfect} of {len(verdicts)} firms: every break found with its amounts, no other, every cell closed"
    )
    return 0 if perfect == len(verdicts) else 1


def _parsed(text: str) -> tuple[tuple[int, int, int], ...]:
    firms = []
    for part in text.split(","):
        seed, consultants, months = (int(number) for number in part.split(":"))
        firms.append((seed, consultants, months))
    return tuple(firms)


if __name__ == "__main__":
    sys.exit(main())
