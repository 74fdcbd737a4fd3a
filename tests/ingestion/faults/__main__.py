"""Faults of the machine, one at a time, and whether the next run puts everything right: `make faults` prints the table.

Each fault strikes an ingest in a process of its own. Afterwards nobody may see a half of anything, the next
ingest must complete, and each row that was read must be landed, quarantined or left out by a named filter, once.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.ingestion.faults.crowd import at_once
from tests.ingestion.faults.kills import kills, kills_of_maintenance
from tests.ingestion.faults.processes import say
from tests.ingestion.faults.storage import full_disks, half_written, revoked
from tests.ingestion.faults.trial import Trial


def main() -> int:
    """Try the faults and print the table; the exit code says whether all were survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only a part, for every test run")
    quick = parser.parse_args().quick
    began, results = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="tieout-faults-") as folder:
        Path(folder).chmod(0o755)
        for mode in ("snapshot",) if quick else ("delta", "snapshot"):
            trial = Trial(Path(folder) / mode, mode)
            kills(trial, every=9 if quick else 1)
            full_disks(trial, every=5 if quick else 1)
            revoked(trial, every=4 if quick else 1)
            half_written(trial, every=3 if quick else 1)
            kills_of_maintenance(trial, every=60 if quick else 3)
            at_once(trial, rounds=1 if quick else 5)
            results += trial.results
    lost = [fault for fault, _, survived in results if not survived]
    say(f"{len(results)} faults tried, {len(results) - len(lost)} survived, in {time.monotonic() - began:.0f} s")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
