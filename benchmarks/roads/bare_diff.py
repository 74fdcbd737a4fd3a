"""The bare road of a snapshot: DuckDB reads the file, hashes each row and joins the hashes of the one before."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

HASHED = "select time_entry_id, hash(sent) as content from read_csv(?) as sent"


def main(file: str, target: str) -> None:
    """Count what differs between the CSV `file` and the hashes in the folder `target`, or write them where none are."""
    before = Path(target) / "hashes.parquet"
    if not before.exists():
        duckdb.execute(f"copy ({HASHED}) to '{before}'", [file])
        return
    (differing,) = duckdb.execute(
        f"select count(*) from ({HASHED}) as now full join '{before}' as before using (time_entry_id)"
        " where now.content is distinct from before.content",
        [file],
    ).fetchall()[0]
    sys.stdout.write(f"{differing:,} rows differ\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
