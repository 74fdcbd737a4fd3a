"""Reading a million rows of PostgreSQL into Parquet files, beside connectorx reading the same into memory.

Both cast what the other cannot hand over exactly: intervals to text, and for connectorx numerics too, which it would
turn into doubles. Both read with two connections. The peer runs in an environment of its own (`make bench-postgres`).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from ingestion.adapter import load
from ingestion.connectors import postgres
from ingestion.connectors.offer import Errand
from ingestion.connectors.spec import PostgresSpec
from ingestion.feed import Feed
from lake.events import ignore
from lake.store import Lake
from tests.servers.postgres import PASSWORD
from tests.servers.postgres import postgres as server

ROWS = int(os.environ.get("ROWS", "1000000"))
ROUNDS = 5
TABLE = f"""
create table time_entry as select i as id, 'P' || (i % 977) as project_id, 'E' || (i % 3001) as employee_id,
  date '2026-01-01' + (i % 90) as work_date, ((i % 1600) / 100.0)::numeric(9, 2) as hours, i % 3 = 0 as is_billable,
  'approved'::text as status, timestamptz '2026-01-01' + make_interval(secs => i) as updated_at,
  make_interval(mins => i % 480) as took, 'note number ' || i as note
from generate_series(1, {ROWS}) i
"""
PEER = """
import sys, time, connectorx
columns = ("id, project_id, employee_id, work_date, hours::text as hours, is_billable, status, updated_at, "
           "took::text as took, note")
begun = time.perf_counter()
table = connectorx.read_sql(sys.argv[1], f"select {columns} from time_entry", return_type="arrow",
                            partition_on="id", partition_num=2)
print(time.perf_counter() - begun, table.num_rows)
"""


def ours(spec: PostgresSpec, folder: Path) -> float:
    """Return the seconds that bringing the table takes, connecting and writing included."""
    source = replace(load("canonical").sources["time_entry"], table="time_entry")
    feed, lake = Feed("psa", "canonical", "", connection=spec), Lake(str(folder.with_name("lake")))
    errand = Errand(feed, (source,), frozenset(), {}, folder, ignore, lake)
    begun = time.perf_counter()
    postgres.fetch(spec, errand)
    taken = time.perf_counter() - begun
    shutil.rmtree(folder)
    return taken


def theirs(python: str, spec: PostgresSpec) -> float:
    """Return the seconds that the peer takes, its own start-up left out."""
    address = f"postgresql://{spec.user}:{PASSWORD}@{spec.host}:{spec.port}/{spec.database}"
    done = subprocess.run([python, "-c", PEER, address], capture_output=True, text=True, check=True)
    seconds, rows = done.stdout.split()
    if int(rows) != ROWS:
        raise RuntimeError(f"the peer read {rows} rows")
    return float(seconds)


def main() -> int:
    """Print the median seconds of both, taking turns, and who is faster; the exit code says whether it is tieout."""
    python = sys.argv[1]
    os.environ["BENCH_PASSWORD"] = PASSWORD
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tieout-bench-")))
        running = stack.enter_context(server(folder))
        spec = PostgresSpec(
            kind="postgres",
            host=running.host,
            port=running.port,
            database=running.database,
            user=running.user,
            password="env:BENCH_PASSWORD",  # noqa: S106 - a reference
        )
        with contextlib.closing(postgres._connect(spec, PASSWORD)) as connection:  # noqa: SLF001
            postgres.run(connection, TABLE)
            postgres.run(connection, "vacuum analyze time_entry")
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tieout-bench-"))) / "fetched"
        pairs = [(ours(spec, work), theirs(python, spec)) for _ in range(ROUNDS + 1)][1:]
    mine, other = (statistics.median(p[i] for p in pairs) for i in (0, 1))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{ROWS:,} rows: tieout into Parquet files {mine:.2f} s, connectorx into memory {other:.2f} s")
    kept = ratio <= 1
    verdict = f"{1 / ratio:.2f} times as fast as" if kept else f"{ratio:.2f} times as slow as"
    print(f"tieout is {verdict} connectorx: it takes {ratio:.2f} of its time (at most 1.00 is wanted)")
    print(f"each round, tieout's time as a share of connectorx's: {', '.join(f'{a / b:.2f}' for a, b in pairs)}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
