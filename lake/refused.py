"""Rows that a refused batch left in the tables: never visible, and taken out by the next maintenance.

A batch is refused when a file in the middle of it turns out to be wrong; what was written before is of no
batch that ever landed. No view, model or as-of shows it, so that taking it out changes no answer.
"""

from __future__ import annotations

import polars as pl
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import CommitFailedError

from lake import delta
from lake.contracts import ENTITIES
from lake.store import Lake

#: The tables beside the entities' that a batch writes into, all by this column.
_BESIDE = ("batch_files", "quarantine")


def batches(lake: Lake) -> list[int]:
    """Return the numbers of all refused batches."""
    log = delta.read(delta.open_table(lake, "batches"), ["batch_id", "status"])
    return log.filter(pl.col("status") == "refused")["batch_id"].unique().sort().to_list()


def take_out(name: str, table: DeltaTable, refused: list[int]) -> int:
    """Delete the rows of refused batches from a table; return how many, 0 where another writer was in the way.

    The files stay until they are older than the retention, for readers that opened the table before.
    """
    column = "_batch_id" if name in ENTITIES else "batch_id" if name in _BESIDE else None
    if column is None or not refused:
        return 0
    found = pl.scan_delta(table).select(column).filter(pl.col(column).is_in(refused)).collect()[column]
    if found.is_empty():
        return 0
    numbers = ", ".join(str(int(n)) for n in found.unique().sort())
    try:
        table.delete(f"{column} in ({numbers})", commit_properties=CommitProperties(max_commit_retries=5))
    except CommitFailedError:
        table.update_incremental()
        return 0
    return len(found)
