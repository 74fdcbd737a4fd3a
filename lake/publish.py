"""Publishing a built mart: one copy, then one atomic change of the pointer.

Readers open `mart.duckdb`, a link to the newest `mart_<run_id>.duckdb`. A reader that holds an older run
keeps it: files are pruned only when nobody has them open.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from lake.catalogue import literal, quoted
from lake.errors import BuildError

POINTER = "mart.duckdb"
BUILT_AS = "mart"  # the name under which the build attaches the file
#: As profiles.yml has it: opened with another size, the file would be written anew, row group by row group.
ROW_GROUP = 30_720
BUILT = f"""
select table_name from information_schema.tables
where table_catalog = '{BUILT_AS}' and table_schema = 'main' order by 1
"""
BUILT_VIEWS = f"""
select view_name, sql from duckdb_views() where database_name = '{BUILT_AS}' and schema_name = 'main' order by 1
"""
RUN_FILE = re.compile(r"^mart_(?P<run>[0-9A-Za-z_-]+)\.duckdb$")


def publish(built: Path, folder: Path, *, run_id: str, move_pointer: bool = True, keep: int = 3) -> Path:
    """Copy the mart `built` into `folder` as the run `run_id` and point readers at it.

    With `move_pointer` false (an as-of build) the file is laid beside and readers stay where they are.
    Returns the published file. Raises BuildError; whatever goes wrong, the pointer is old or new, never broken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"mart_{run_id}.duckdb"
    if not RUN_FILE.match(target.name):
        raise BuildError(f"The run id {run_id!r} may hold letters, digits, - and _ only.")
    partial = folder / f".{target.name}.partial"
    try:
        shutil.copyfile(built, partial)
        _name_the_schema(partial)
        _flush(partial)
        partial.replace(target)
        if move_pointer:
            _point(folder, target.name)
    except (OSError, duckdb.Error) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise BuildError(f"The mart could not be published to {folder}: {reason}.") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    if move_pointer:
        prune(folder, keep=keep)
    return target


def published(folder: Path) -> Path | None:
    """Return the run file that readers are pointed at, or None before the first build."""
    pointer = folder / POINTER
    target = pointer.resolve()
    return target if pointer.exists() and target.is_file() else None


def prune(folder: Path, *, keep: int) -> list[Path]:
    """Delete run files older than the newest `keep` that nobody holds open; return what was deleted."""
    current = published(folder)
    runs = [p for p in folder.iterdir() if RUN_FILE.match(p.name) and not p.is_symlink() and p != current]
    runs.sort(key=lambda p: p.stat().st_mtime_ns, reverse=True)
    deleted = []
    for run in runs[max(keep - 1, 0) :]:
        if not _held(run):
            run.unlink(missing_ok=True)
            deleted.append(run)
    return deleted


def _name_the_schema(file: Path) -> None:
    """Let a plain client say `mart.<table>`, whatever the file is called or attached as.

    DuckDB names an opened link by the file behind it, so the name `mart` must be inside, as a schema of views; and
    it remembers a view with the name that its database had when it was built, which nobody else gives it.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(file))} as {BUILT_AS} (row_group_size {ROW_GROUP})")
        connection.execute(f"create schema if not exists {BUILT_AS}.mart")
        for name, sql in connection.execute(BUILT_VIEWS).fetchall():
            connection.execute(
                f"create or replace view {BUILT_AS}.main.{quoted(name)} as {_of_any_database(connection, sql)}"
            )
        for (name,) in connection.execute(BUILT).fetchall():
            view = f"create or replace view {BUILT_AS}.mart.{quoted(name)} as select * from main.{quoted(name)}"
            connection.execute(view)


def _of_any_database(connection: duckdb.DuckDBPyConnection, create_view: str) -> str:
    """Return the query of a view with its tables named by schema only: DuckDB looks in the view's own database."""
    query = create_view.split(" AS ", 1)[1].rstrip().removesuffix(";")
    tree = _value(connection, "select json_serialize_sql(?::varchar)", query)
    for node in _nodes(parsed := json.loads(tree)):
        if node.get("catalog_name") == BUILT_AS:
            node["catalog_name"] = ""
    return _value(connection, "select json_deserialize_sql(?::json)", json.dumps(parsed))


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for branch in tree.values():
            yield from _nodes(branch)
    elif isinstance(tree, list):
        for branch in tree:
            yield from _nodes(branch)


def _value(connection: duckdb.DuckDBPyConnection, query: str, argument: str) -> str:
    row = connection.execute(query, [argument]).fetchone()
    assert row is not None  # noqa: S101 - one expression is one row
    return str(row[0])


def _point(folder: Path, name: str) -> None:
    fresh = folder / f".{POINTER}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(name)
    fresh.replace(folder / POINTER)
    _flush(folder)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _held(file: Path) -> bool:
    """Whether another process has the database open: DuckDB holds a lock on an open file."""
    with file.open("r+b") as handle:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.lockf(handle, fcntl.LOCK_UN)
    return False
