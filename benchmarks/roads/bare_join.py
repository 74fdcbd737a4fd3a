"""The barest road: a full outer join that keeps keys and amounts alone, with the differences of every pair."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.recon_rows import COLUMNS, KEY
from benchmarks.roads.opened import opened


def main(folder: str, target: str) -> None:
    """Join the rows under `folder` with room to spill under `target`."""
    connection = opened(Path(target))
    numbers = [name for name in COLUMNS if name == "hours" or name.startswith("amount")]
    both = ", ".join(
        f"o.{name} as o_{name}, p.{name} as p_{name}, coalesce(o.{name}, 0) - coalesce(p.{name}, 0) as d_{name}"
        for name in numbers
    )
    connection.execute(
        f"create table joined as select {', '.join(KEY)}, {both}"
        f" from read_parquet('{folder}/operational.parquet') as o"
        f" full outer join read_parquet('{folder}/finance_posted.parquet') as p using ({', '.join(KEY)})"
    )
    sys.stdout.write(f"{connection.execute('select count(*) from joined').fetchall()} pairs\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
