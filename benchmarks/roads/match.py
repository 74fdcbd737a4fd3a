"""Our road: the compiled models of match and bridge, from the ledger's rows to every item and every cell."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchmarks.recon_rows import GIVEN, LEDGER, WANTED
from benchmarks.roads.opened import opened
from tests.reconciliation.compiled import Compiled


def main(folder: str, lake_root: str, target: str) -> None:
    """Match the rows under `folder` with room to spill under `target`."""
    compiled = Compiled(Path(lake_root) / "work", WANTED, given=GIVEN)
    connection = opened(Path(target))
    for name in compiled.given:
        files = [f"{folder}/{name}.parquet"]
        if name == LEDGER:
            files = [f"{folder}/operational.parquet", f"{folder}/finance_posted.parquet"]
        connection.execute(f"create view {name} as from read_parquet({files})")
    for name in compiled.steps:
        started = time.monotonic()
        connection.execute(compiled.statement(name, str))
        sys.stdout.write(f"{time.monotonic() - started:8.2f} {name}\n")
    (items,) = connection.execute("select count(*) from recon_item").fetchall()
    # a road that leaves a cell open has not arrived
    (gaps,) = connection.execute(
        "select count(*) filter (where operational_group - breaks_group <> posted_group"
        " or operational_functional - breaks_functional <> posted_functional) from recon_bridge_total"
    ).fetchall()
    if gaps[0]:
        sys.exit(f"{gaps[0]} cells of the bridge do not close")
    sys.stdout.write(f"{items[0]:,} items explain every cell\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
