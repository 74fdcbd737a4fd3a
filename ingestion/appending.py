"""Write an entity's rows of a batch, and only compare those that an attempt which was interrupted has written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import polars as pl

from ingestion.landing import Batch
from ingestion.parts import cut
from lake import delta
from lake.contracts.model import Entity
from lake.errors import BatchRefused
from lake.schemas import SYSTEM_TABLES, entity_schema

#: The Delta library takes rows in as fast as they come and writes them when it can: what waits in between
#: grows with a commit, so that a commit has an end. Nothing of a batch is seen before all of it is there.
PART_ROWS = 2_000_000


class Digest:
    """What tells whether rows are the same, in whatever order: how many, and the sums of their hashes."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        """Begin with no row; `columns` are the ones compared."""
        self._columns = columns
        self.rows = 0
        self._sums = (0, 0)

    def fresh(self) -> Digest:
        """Return one of the same columns that has seen no row."""
        return Digest(self._columns)

    def add(self, rows: pl.LazyFrame) -> None:
        """Take rows in, without holding them in memory."""
        cells = (pl.coalesce(pl.col(c).cast(pl.String), pl.lit("\x01")) for c in self._columns)
        hashed = pl.concat_str(*cells, separator="\0").hash(0)
        halves = {"low": hashed & 0xFFFFFFFF, "high": hashed // (1 << 32)}
        sums = rows.select(pl.len(), *(h.cast(pl.UInt64).sum().alias(n) for n, h in halves.items()))
        more, low, high = sums.collect(engine="streaming").row(0)
        self.rows += more
        self._sums = (self._sums[0] + int(low), self._sums[1] + int(high))

    def __eq__(self, other: object) -> bool:
        """Whether both have seen the same rows."""
        return isinstance(other, Digest) and (self.rows, self._sums) == (other.rows, other._sums)

    __hash__ = None  # type: ignore[assignment]


_OF_ENTITY = ("_file", "_row", "_row_hash", "updated_at", "is_deleted", "_correlation_id")
_OF_QUARANTINE = ("entity", "file", "row", "rule", "reason", "raw")
_OF_FILES = ("entity", "file", "content_sha256", "rows_read", "landed", "quarantined", "excluded_by", "tombstones")


def append(batch: Batch, entity: Entity, rows: Iterator[pl.DataFrame]) -> None:
    """Write rows in commits of PART_ROWS; those that an earlier attempt wrote are compared with what it wrote.

    Raises BatchRefused where they come out otherwise today.
    """
    version = batch.started.batch_id
    distinct = ("_row_hash", "_row", *(entity.key if len(entity.key) == 1 else ()))
    again: Digest | None = None
    for number, part in enumerate(cut(rows, PART_ROWS)):
        table = delta.open_table(batch.lake, entity.name)
        app_id = f"{batch.feed}/{entity.name}" + (f"/{number}" if number else "")
        landed = delta.landed_version(table, app_id)
        if landed > version:
            raise BatchRefused(f"batch {version} of feed {batch.feed} was overtaken by batch {landed}: run again")
        if landed == version:
            again = again or Digest(_OF_ENTITY)
            for frame in part:
                again.add(frame.lazy())
            continue
        if again is not None:
            _require_same(batch, entity.name, again, "_batch_id")
            again = None
        delta.append(table, entity_schema(entity), part, app_id=app_id, version=version, distinct=distinct)
    if again is not None:
        _require_same(batch, entity.name, again, "_batch_id")


def append_beside(batch: Batch, name: str, frames: Iterable[pl.DataFrame]) -> None:
    """Write what a batch says beside its entities' rows, once; as above where an earlier attempt has."""
    table, app_id = delta.open_table(batch.lake, name), f"{batch.feed}/{name}"
    version = batch.started.batch_id
    if delta.landed_version(table, app_id) < version:
        first = next(given := iter(frames), None)
        if first is not None:
            delta.append(table, SYSTEM_TABLES[name], chain([first], given), app_id=app_id, version=version)
        return
    again = Digest(_OF_QUARANTINE if name == "quarantine" else _OF_FILES)
    for frame in frames:
        again.add(frame.lazy())
    _require_same(batch, name, again, "batch_id")


def _require_same(batch: Batch, name: str, today: Digest, column: str) -> None:
    """Raise where the adapter or settings changed since an earlier attempt wrote other rows."""
    number = batch.started.batch_id
    written = today.fresh()
    table = pl.scan_delta(delta.open_table(batch.lake, name))
    written.add(table.filter(pl.col(column) == number))
    if written != today:
        otherwise = f"as {today.rows}" if today.rows != written.rows else "with other values"
        raise BatchRefused(
            f"batch {number} was interrupted after {written.rows} rows of {name}, which come out {otherwise} "
            "today: the batch is given up and nothing of it is landed; run again to land its files anew"
        )
