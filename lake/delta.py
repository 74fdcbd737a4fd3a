"""The few things the project does to a Delta table, in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import polars as pl
import pyarrow as pa
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from lake.ahead import Ahead
from lake.errors import LakeError, OvertakenError, brief

if TYPE_CHECKING:
    from lake.store import Lake

T = TypeVar("T")

#: Arrow's plainest layout, which every Delta reader knows.
PLAIN = pl.CompatLevel.oldest()
_OWN = pl.CompatLevel.newest()


def arrow_schema(columns: Mapping[str, pl.DataType]) -> pa.Schema:
    """Return the Arrow schema that a frame with these columns is written with."""
    return pl.DataFrame(schema=dict(columns)).to_arrow(compat_level=PLAIN).schema


def open_table(lake: Lake, name: str) -> DeltaTable:
    """Open a table of the lake; raises LakeError where it was never created."""
    try:
        return DeltaTable(lake.table_uri(name), storage_options=lake.options())
    except TableNotFoundError:
        raise LakeError(f"lake {lake.root} has no table {name!r}: run `tieout ingest` once to create it") from None


def landed_version(table: DeltaTable, app_id: str) -> int:
    """Return the newest version that the application `app_id` committed to the table, or 0."""
    return table.transaction_version(app_id) or 0


def append(
    table: DeltaTable,
    columns: Mapping[str, pl.DataType],
    frames: Iterator[pl.DataFrame],
    *,
    app_id: str,
    version: int,
    distinct: Sequence[str] = (),
) -> None:
    """Append the frames, of these columns, as one commit, marked with the application transaction (app_id, version).

    The frames are streamed: no more than a few are in memory at a time. An error raised while they are
    produced comes out unchanged, and nothing is committed. `distinct` names columns that hardly repeat a value.
    """
    # The writer takes Polars' own layout as it is: any other costs a copy here and another one there.
    schema = pl.DataFrame(schema=dict(columns)).to_arrow(compat_level=_OWN).schema
    with Ahead(b for f in frames for b in f.to_arrow(compat_level=_OWN).cast(schema).to_batches()) as batches:
        reader = pa.RecordBatchReader.from_batches(schema, batches)
        try:
            write_deltalake(
                table,
                reader,
                mode="append",
                writer_properties=_properties(distinct),
                commit_properties=CommitProperties(app_transactions=[Transaction(app_id, version)]),
            )
        except Exception as error:
            if batches.failure is not None:
                raise batches.failure from None
            where = table.table_uri
            # The Delta library holds that an append has read every file, so that a compaction beside it stops it.
            if isinstance(error, CommitFailedError):
                raise OvertakenError(f"the lake table at {where} was changed meanwhile: run again") from error
            raise LakeError(f"the lake table at {where} could not be appended to: {brief(error)}") from error


def _properties(distinct: Sequence[str]) -> WriterProperties:
    """Say how to write: no statistics by page, which no reader of ours uses, no dictionary where nothing repeats."""
    plain = ColumnProperties(dictionary_enabled=False, statistics_enabled="CHUNK")
    return WriterProperties(
        compression="SNAPPY",
        default_column_properties=ColumnProperties(statistics_enabled="CHUNK"),
        column_properties=dict.fromkeys(distinct, plain),
    )


def append_alone(
    lake: Lake, name: str, decide: Callable[[DeltaTable], tuple[pl.DataFrame, T]], *, attempts: int = 50
) -> T:
    """Append what `decide` makes of the table's state, refusing to commit over anybody else's commit.

    `decide` is asked again whenever another writer committed in between, so that what it read still holds
    when its rows land. Returns the second half of its answer; an empty frame lands nothing.
    """
    for _ in range(attempts):
        table = open_table(lake, name)
        frame, answer = decide(table)
        if frame.is_empty():
            return answer
        try:
            write_deltalake(
                table,
                frame.to_arrow(compat_level=PLAIN),
                mode="append",
                commit_properties=CommitProperties(max_commit_retries=0),
            )
        except CommitFailedError:
            continue
        except (DeltaError, OSError) as error:
            raise LakeError(f"table {name!r} of lake {lake.root} could not be written: {brief(error)}") from error
        return answer
    raise LakeError(f"table {name!r} is so busy that {attempts} attempts to commit were overtaken; run again")


def read(table: DeltaTable, columns: list[str] | None = None) -> pl.DataFrame:
    """Read a small system table whole, or these columns of it."""
    frame = pl.scan_delta(table)
    return (frame.select(columns) if columns else frame).collect()


def fitted(frame: pl.DataFrame, table: DeltaTable) -> pl.DataFrame:
    """Return the frame with the table's columns in its order; those that the frame lacks, of older versions, empty."""
    return frame.select(
        pl.col(f.name) if f.name in frame.columns else pl.lit(None, dtype=pl.String()).alias(f.name)
        for f in table.schema().fields
    )
