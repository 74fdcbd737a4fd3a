"""The bare road: DuckDB reads the file, the Delta library writes it. Nothing is checked; types are guessed."""

from __future__ import annotations

import sys

import duckdb
from deltalake import write_deltalake


def main(file: str, target: str) -> None:
    """Write the CSV `file` as the Delta table `target`."""
    connection = duckdb.connect()
    rows = connection.execute("select * from read_csv(?)", [file]).to_arrow_reader(100_000)
    write_deltalake(target, rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
