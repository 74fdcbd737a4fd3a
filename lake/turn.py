"""One maintenance of a lake at a time, on whatever machine.

The Delta library lets two compactions of the same files both commit (seen with deltalake 1.6.6): every row
is there twice. Appends beside one compaction are safe, so that ingests need not wait for it.
"""

from __future__ import annotations

import contextlib
import fcntl
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import polars as pl
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError

from lake.delta import PLAIN, arrow_schema
from lake.store import Lake

#: A turn on an object store that was not given back counts as lost after this long; no maintenance takes it.
LEASE = timedelta(hours=24)

_SCHEMA: dict[str, pl.DataType] = {
    "holder": pl.String(),
    "taken": pl.Boolean(),
    "at": pl.Datetime("us", "UTC"),
}


@contextlib.contextmanager
def take(lake: Lake) -> Iterator[bool]:
    """Give True and hold the turn while the block runs, or give False where another maintenance has it.

    On a local lake the system frees the turn of a killed run at once; on an object store it lapses after LEASE.
    """
    with _local(lake) if lake.is_local else _leased(lake) as mine:
        yield mine


@contextlib.contextmanager
def _local(lake: Lake) -> Iterator[bool]:
    folder = lake.path("work", "locks")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "_maintenance.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextlib.contextmanager
def _leased(lake: Lake) -> Iterator[bool]:
    """Hold the turn by a row in a small Delta table, whose commits only one of two writers wins."""
    uri, holder = lake.uri("maintenance_turns"), uuid.uuid4().hex
    options = lake.options()
    schema = arrow_schema(_SCHEMA)
    DeltaTable.create(uri, schema=schema, mode="ignore", storage_options=options)
    if not claim(DeltaTable(uri, storage_options=options), holder):
        yield False
        return
    try:
        yield True
    finally:
        _note(DeltaTable(uri, storage_options=options), holder, taken=False, retries=15)


def claim(table: DeltaTable, holder: str) -> bool:
    """Write down that `holder` has the turn; False where somebody has it or took it meanwhile."""
    last = pl.scan_delta(table).sort("at").tail(1).collect().to_dicts()
    if last and last[0]["taken"] and last[0]["at"] > datetime.now(UTC) - LEASE:
        return False
    try:
        _note(table, holder, taken=True, retries=0)
    except CommitFailedError:
        return False
    return True


def _note(table: DeltaTable, holder: str, *, taken: bool, retries: int) -> None:
    row = pl.DataFrame([{"holder": holder, "taken": taken, "at": datetime.now(UTC)}], schema=_SCHEMA)
    properties = CommitProperties(max_commit_retries=retries)
    write_deltalake(table, row.to_arrow(compat_level=PLAIN), mode="append", commit_properties=properties)
