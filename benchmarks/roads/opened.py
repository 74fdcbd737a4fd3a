"""The database that both DuckDB roads of the benchmark work in, under one limit of memory."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb


def opened(target: Path) -> duckdb.DuckDBPyConnection:
    """Open a database in memory, as much of it as `BENCH_MEMORY` says; what does not fit is spilled into `target`."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set preserve_insertion_order = false")
    connection.execute(f"set memory_limit = '{os.environ['BENCH_MEMORY']}'")
    connection.execute(f"set temp_directory = '{target / 'spill'}'")
    return connection
