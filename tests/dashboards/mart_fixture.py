"""A small published mart in the shape that the builds give it: a firm of three entities over fourteen periods."""

from __future__ import annotations

from pathlib import Path

import duckdb

from lake import publish

RUN_ID = "20261105T060000Z"
STATEMENTS = Path(__file__).with_name("mart.sql")


def write(folder: Path, *, run_id: str = RUN_ID) -> Path:
    """Write a run file and its pointer into `folder`; return the pointer."""
    folder.mkdir(parents=True, exist_ok=True)
    built = folder / "built.duckdb"
    with duckdb.connect(str(built)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(STATEMENTS.read_text(encoding="utf-8"))
        connection.execute("update build_info set run_id = ?", [run_id])
    publish.publish(built, folder, run_id=run_id)
    built.unlink()
    return folder / publish.POINTER
