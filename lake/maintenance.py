"""Maintenance of the lake's tables, safe beside running ingests and readers.

Nothing that a question can ask for is lost; rows of refused batches, which no question shows, go.
As-of works on the batches that rows carry, not on versions of a
Delta table, so that compaction, which moves rows between files and changes none, keeps every answer. Files that
a compaction replaced stay for RETENTION_HOURS, so that a reader which opened the table before reads on; so do
files that no commit names yet, which belong to a running ingest. Checkpoints keep the application transactions
by which a batch lands exactly once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.fs as pafs
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError

from lake import refused, sweeping, turn
from lake.errors import LakeError
from lake.events import Events
from lake.health import Health, Partition, measure
from lake.schemas import table_schemas
from lake.store import Lake

#: How long a file that no version refers to any more is kept: longer than any reader or ingest runs.
RETENTION_HOURS = 7 * 24

_TARGET_BYTES = 128 << 20
_SPILL_BYTES = 512 << 20

_GOLD = "gold/"
_CHECKPOINT_EVERY = 10


@dataclass(frozen=True)
class Maintained:
    """What was done to one table, and its health afterwards.

    `left` counts the partitions that another writer was busy with; the next maintenance finds them again.
    `withdrawn` counts rows of refused batches that were taken out.
    """

    health: Health
    compacted: int = 0
    left: int = 0
    deleted: int = 0
    withdrawn: int = 0
    checkpointed: bool = False


def maintain(lake: Lake, *, events: Events) -> list[Maintained]:
    """Compact, checkpoint and vacuum every table; return what was done and how each table is now.

    May be stopped at any moment and run again, and run beside ingests, builds and readers. Where another
    maintenance is at work, does nothing and returns an empty list.
    Raises LakeError where a table cannot be read or written; the tables before it are done.
    """
    with turn.take(lake) as mine:
        if mine:
            return _maintain_all(lake, events=events)
    events("maintenance_busy", message="Another maintenance of this lake is at work; nothing to do here")
    return []


def _maintain_all(lake: Lake, *, events: Events) -> list[Maintained]:
    done = []
    of_no_batch = refused.batches(lake)
    for name, uri in _tables(lake):
        try:
            one = _maintain(lake, name, DeltaTable(uri, storage_options=lake.options()), of_no_batch)
        except (DeltaError, OSError) as error:
            brief = str(error).splitlines()[0]
            raise LakeError(f"table {name} of lake {lake.root} could not be maintained: {brief}") from error
        done.append(one)
        if one.compacted or one.deleted or one.left or one.withdrawn or one.checkpointed:
            events("table_maintained", message=_sentence(one), table=name, **_facts(one))
        else:
            events("maintain_progress", message=f"{name} is fine", table=name)
    swept = sweeping.half_received(lake, older_than_hours=RETENTION_HOURS)
    if swept:
        events("archive_swept", message=f"{swept} half-received files of killed runs deleted", files=swept)
    forgotten = sweeping.remembered(lake, older_than_hours=RETENTION_HOURS)
    if forgotten:
        events(
            "memory_swept",
            message=f"{forgotten} files of rows seen that no feed reads on from deleted",
            files=forgotten,
        )
    files, small = sum(m.health.files for m in done), sum(m.health.small_files for m in done)
    rows = sum(m.health.rows for m in done)
    events(
        "lake_maintained",
        message=f"{len(done)} tables: {rows:,} rows in {files:,} files, {small:,} of them small",
        tables=len(done), rows=rows, files=files, small_files=small,
    )  # fmt: skip
    return done


def _tables(lake: Lake) -> Iterator[tuple[str, str]]:
    """Give name and address of the tables of the lake, then of the gold tables that were published."""
    named = {name: lake.table_uri(name) for name in table_schemas()}
    named |= {f"{_GOLD}{name}": lake.gold_uri(name) for name in _gold(lake)}
    for name, uri in named.items():
        if DeltaTable.is_deltatable(uri, storage_options=lake.options()):
            yield name, uri


def _gold(lake: Lake) -> list[str]:
    if lake.is_local:
        folder = lake.path("gold")
        return sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []
    files, base = pafs.FileSystem.from_uri(lake.uri("gold"))
    listed = files.get_file_info(pafs.FileSelector(base, allow_not_found=True))
    return sorted(i.base_name for i in listed if i.type == pafs.FileType.Directory)


def _maintain(lake: Lake, name: str, table: DeltaTable, of_no_batch: list[int]) -> Maintained:
    withdrawn = refused.take_out(name, table, of_no_batch)
    before = measure(name, table, lake)
    compacted = left = 0
    # A gold table is rewritten by partition, never appended to; compacting it could only be in its writer's way.
    for partition in () if name.startswith(_GOLD) else before.partitions:
        if partition.wants_compaction:
            gone_well = _compact(table, partition)
            compacted, left = compacted + gone_well, left + (not gone_well)
    deleted = _vacuum(table)
    health = measure(name, table, lake)
    checkpointed = health.version > 0 and health.commits_since_checkpoint >= _CHECKPOINT_EVERY
    if checkpointed:
        table.create_checkpoint()
        # Only log files older than the table's log retention (30 days) go, and only now that a checkpoint
        # of a later version stands, from which every reader starts.
        table.cleanup_metadata()
        health = measure(name, table, lake)
    return Maintained(health, compacted, left, deleted, withdrawn, checkpointed=checkpointed)


def _compact(table: DeltaTable, partition: Partition) -> bool:
    """Rewrite a partition's small files as few; False where another writer changed the same files meanwhile.

    An append beside it is no conflict: both commits stand.
    """
    # The Delta library's filters say null as an empty text.
    filters = [(c, "=", "" if v is None else str(v)) for c, v in partition.values.items()] or None
    try:
        table.optimize.compact(
            partition_filters=filters, target_size=_TARGET_BYTES, max_concurrent_tasks=1, max_spill_size=_SPILL_BYTES
        )
    except CommitFailedError:
        table.update_incremental()
        return False
    return True


def _vacuum(table: DeltaTable) -> int:
    """Delete the files that no version of the last RETENTION_HOURS refers to; return how many.

    Looks first without deleting, as a vacuum that finds nothing would still add two commits to the log.
    """
    old = table.vacuum(retention_hours=RETENTION_HOURS, dry_run=True, full=True)
    if not old:
        return 0
    return len(table.vacuum(retention_hours=RETENTION_HOURS, dry_run=False, full=True))


def _facts(one: Maintained) -> dict[str, object]:
    health = one.health
    return {
        "compacted": one.compacted, "left": one.left, "deleted": one.deleted,
        "withdrawn": one.withdrawn, "checkpointed": one.checkpointed,
        "files": health.files, "small_files": health.small_files, "rows": health.rows,
    }  # fmt: skip


def _sentence(one: Maintained) -> str:
    parts = [f"{one.compacted} partitions compacted"] if one.compacted else []
    parts += [f"{one.left} left to next time, as another writer was busy there"] if one.left else []
    parts += [f"{one.deleted} unused files deleted"] if one.deleted else []
    parts += [f"{one.withdrawn} rows of refused batches taken out"] if one.withdrawn else []
    parts += ["checkpoint written"] if one.checkpointed else []
    return f"{one.health.table}: {', '.join(parts)}; {one.health.rows:,} rows in {one.health.files:,} files"
