"""Gold Delta tables: the published mart for tools that read Delta.

A table with a `period_id` is partitioned by it, and only partitions whose content changed since the last
publication are rewritten; other tables are rewritten only when their content changed.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
from deltalake import CommitProperties, DeltaTable, write_deltalake

from lake.events import Events

PARTITION = "period_id"
WHOLE = ""


def write(mart: Path, lake_root: str, *, events: Events) -> int:
    """Bring `<lake_root>/gold/<table>` up to date with every table of the mart file; return partitions rewritten."""
    rewritten = 0
    with duckdb.connect(str(mart), read_only=True) as connection:
        connection.execute("set TimeZone='UTC'")
        for table in _tables(connection):
            rewritten += _write_table(connection, table, f"{lake_root.rstrip('/')}/gold/{table}")
            events("gold_progress", message=f"gold {table}", table=table)
    return rewritten


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select table_name from information_schema.tables where table_type = 'BASE TABLE' order by 1"
    ).fetchall()
    return [name for (name,) in rows if not name.startswith(("_", "dbt_"))]


def _write_table(connection: duckdb.DuckDBPyConnection, table: str, uri: str) -> int:
    name = '"' + table.replace('"', '""') + '"'
    columns = [row[0] for row in connection.execute(f"describe {name}").fetchall()]
    part = f"coalesce({PARTITION}, '')" if PARTITION in columns else "''"
    fresh = {
        str(key): f"{count}:{digest}"
        for key, count, digest in connection.execute(
            f"select {part}, count(*), sum(hash({name})) from {name} group by 1"
        ).fetchall()
    }
    known = _fingerprints(uri, columns)
    properties = CommitProperties(custom_metadata={"fingerprints": json.dumps(fresh, sort_keys=True)})
    if known is None or PARTITION not in columns:
        if known == fresh:
            return 0
        reader = connection.execute(f"select * from {name}").to_arrow_reader(100_000)
        write_deltalake(
            uri, reader, mode="overwrite", schema_mode="overwrite", commit_properties=properties,
            partition_by=[PARTITION] if PARTITION in columns else None,
        )  # fmt: skip
        return max(len(fresh), 1)
    changed = sorted(key for key in {*known, *fresh} if known.get(key) != fresh.get(key))
    if not changed:
        return 0
    placeholders = ", ".join("?" for _ in changed)
    reader = connection.execute(f"select * from {name} where {part} in ({placeholders})", changed).to_arrow_reader(
        100_000
    )
    write_deltalake(
        uri, reader, mode="overwrite", predicate=_predicate(changed), commit_properties=properties,
    )  # fmt: skip
    return len(changed)


def _predicate(keys: list[str]) -> str:
    named = ", ".join("'" + key.replace("'", "''") + "'" for key in keys if key != WHOLE)
    clauses = [f"{PARTITION} in ({named})"] if named else []
    if WHOLE in keys:
        clauses.append(f"{PARTITION} is null")
    return " or ".join(clauses)


def _fingerprints(uri: str, columns: list[str]) -> dict[str, str] | None:
    """Return the content fingerprints that the newest commit left; None where the table must be written whole."""
    if not DeltaTable.is_deltatable(uri):
        return None
    table = DeltaTable(uri)
    if sorted(f.name for f in table.schema().fields) != sorted(columns):
        return None
    for commit in table.history(limit=5):
        if "fingerprints" in commit:
            found: dict[str, str] = json.loads(commit["fingerprints"])
            return found
    return None
