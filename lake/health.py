"""How the lake's tables are kept: files, rows, files that are too small, the newest checkpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.fs as pafs
from deltalake import DeltaTable
from deltalake.fs import DeltaStorageHandler

from lake import delta
from lake.schemas import table_schemas
from lake.store import Lake

#: A file below this size costs a reader more to open than to read.
SMALL_BYTES = 16 << 20

#: So many small files in one partition are worth one rewrite.
MANY_SMALL = 8

_PARTITION = "partition."
_POINTER = "_delta_log/_last_checkpoint"


@dataclass(frozen=True)
class Partition:
    """One partition of a table: its values (None where the value is null) and its files.

    `small` counts the files below SMALL_BYTES.
    """

    values: Mapping[str, str | int | None]
    files: int
    small: int
    rows: int

    @property
    def wants_compaction(self) -> bool:
        """Whether it has many small files."""
        return self.small >= MANY_SMALL


@dataclass(frozen=True)
class Health:
    """One table: `version` is its newest commit, `checkpoint` the newest version with a checkpoint, None where none."""

    table: str
    files: int
    small_files: int
    rows: int
    bytes: int
    version: int
    checkpoint: int | None
    partitions: tuple[Partition, ...] = ()

    @property
    def commits_since_checkpoint(self) -> int:
        """How many commits a reader replays one by one to know the table's files."""
        return self.version - (self.checkpoint if self.checkpoint is not None else -1)

    @property
    def state(self) -> str:
        """What to do: `fine`, or `run tieout maintain` where some partition has many small files."""
        return "run `tieout maintain`" if any(p.wants_compaction for p in self.partitions) else "fine"


def measure(name: str, table: DeltaTable, lake: Lake) -> Health:
    """Return the health of an open table, from its log alone: no data file is read."""
    actions = pl.DataFrame(pl.from_arrow(pa.table(table.get_add_actions(flatten=True))))
    keys = [c for c in actions.columns if c.startswith(_PARTITION)]
    tall = actions.with_columns(small=pl.col("size_bytes") < SMALL_BYTES)
    counts = {"files": pl.len(), "small": pl.col("small").sum(), "rows": pl.col("num_records").sum()}
    grouped = tall.group_by(keys).agg(**counts) if keys else tall.select(**counts)
    partitions = tuple(
        Partition({k.removeprefix(_PARTITION): row[k] for k in keys}, row["files"], row["small"], row["rows"])
        for row in grouped.sort(keys or "files").to_dicts()
    )
    return Health(
        table=name,
        files=actions.height,
        small_files=int(tall["small"].sum()),
        rows=int(actions["num_records"].sum() or 0),
        bytes=int(actions["size_bytes"].sum()),
        version=table.version(),
        checkpoint=_checkpoint(lake, table),
        partitions=partitions,
    )


def tables(lake: Lake) -> list[Health]:
    """Return the health of every table of the lake that exists, entities first."""
    there = [n for n in table_schemas() if DeltaTable.is_deltatable(lake.table_uri(n), storage_options=lake.options())]
    return [measure(name, delta.open_table(lake, name), lake) for name in there]


def _checkpoint(lake: Lake, table: DeltaTable) -> int | None:
    """Return the version of the newest checkpoint, as the table's own pointer to it says."""
    files = pafs.PyFileSystem(DeltaStorageHandler(table.table_uri, lake.options()))
    if files.get_file_info(_POINTER).type != pafs.FileType.File:
        return None
    return int(json.loads(files.open_input_file(_POINTER).read())["version"])
