"""What the lake holds of an entity, as a snapshot is compared with it: each record's key and content as two numbers.

Texts are compared only where the numbers differ, so that a snapshot costs little more than reading it.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ingestion import storing
from ingestion.landing import Batch
from ingestion.storing import hashes
from ingestion.versions import ORDER, identity, landed, newest
from lake.contracts.model import Entity

HASH = "_row_hash"
_NUMBER = "=hash"


class KnownRows:
    """The newest landed version of every record of an entity: `rows` with key, `is_deleted`, `updated_at`, content."""

    def __init__(self, rows: pl.DataFrame, by: list[str]) -> None:
        """Put the records in the order of their keys' numbers, to be found by them."""
        self.by, self.rows = by, rows
        numbers = self.number(rows)
        self._order = numbers.arg_sort()
        self._keys = numbers.gather(self._order)
        self._contents = rows[_NUMBER].gather(self._order)

    @classmethod
    def load(cls, batch: Batch, entity: Entity, committed: list[int]) -> KnownRows:
        """Read the records that these batches brought."""
        by = identity(entity)
        wanted = [*dict.fromkeys((*by, "is_deleted", *ORDER)), HASH]
        rows = landed(batch, entity, committed).select(wanted).collect().with_columns(hashes(HASH).alias(_NUMBER))
        # A fingerprint of another algorithm says nothing: what it stood for is taken again, by today's.
        if _foreign(rows).any():
            again = list(_hashed_again(batch, entity, committed, wanted))
            rows = pl.concat([rows.filter(~_foreign(rows)), *again])
        return cls(newest(rows, by).drop(HASH, *(c for c in ORDER if c != "updated_at")), by)

    def number(self, frame: pl.DataFrame) -> pl.Series:
        """Return a number for each row's key."""
        return frame.select(self.by).hash_rows()

    def position(self, numbers: pl.Series) -> pl.Series:
        """Return where the record of each key's number stands in `rows`, null where there is none."""
        if not self._keys.len():
            return pl.repeat(None, numbers.len(), dtype=pl.UInt32, eager=True)
        place = pl.Series(self._keys.search_sorted(numbers, side="left")).clip(upper_bound=self._keys.len() - 1)
        found = self._keys.gather(place) == numbers
        return pl.DataFrame({"at": self._order.gather(place), "ok": found}).select(pl.when("ok").then("at")).to_series()

    def has(self, numbers: pl.Series, frame: pl.DataFrame) -> pl.Series:
        """Whether each row, `numbers` of their keys, is what its record is already."""
        if not self._keys.len() or frame.is_empty():
            return pl.repeat(value=False, n=frame.height, eager=True)
        # Looked up in their order, numbers are found much faster.
        order = numbers.arg_sort()
        sought = numbers.gather(order)
        place = pl.Series(self._keys.search_sorted(sought, side="left")).clip(upper_bound=self._keys.len() - 1)
        content = frame.select(hashes(HASH)).to_series().gather(order)
        same = (self._keys.gather(place) == sought) & (self._contents.gather(place) == content)
        return same.fill_null(value=False).gather(order.arg_sort())

    def absent(self, numbers: pl.Series) -> pl.DataFrame:
        """Return the live records that none of `numbers` is the key of."""
        sent = numbers.unique().sort()
        if sent.is_empty():
            found = pl.repeat(value=False, n=self._keys.len(), eager=True)
        else:
            place = pl.Series(sent.search_sorted(self._keys, side="left")).clip(upper_bound=sent.len() - 1)
            found = sent.gather(place) == self._keys
        rows = self.rows[self._order.filter(~found).sort()]
        return rows.filter(~pl.col("is_deleted").fill_null(value=False)).select(self.by)

    def live_count(self) -> int:
        """Return how many records are not deleted."""
        return self.rows.height - int(self.rows["is_deleted"].sum())

    def lives(self, key: pl.DataFrame) -> bool:
        """Whether a key is that of a record that is not deleted."""
        found = self.rows.join(key, on=self.by, how="semi", nulls_equal=True)
        return not found["is_deleted"].fill_null(value=False).all()

    def told(self, numbers: pl.Series) -> pl.DataFrame:
        """Return key, content's number `old` and time `old_at` of the records whose keys may have these numbers."""
        mine = self._order.filter(self._keys.is_in(numbers.unique().implode()))
        return self.rows[mine].select(*self.by, old=_NUMBER, old_at="updated_at")


def _foreign(rows: pl.DataFrame) -> pl.Series:
    return rows[_NUMBER].is_null() & (rows[HASH] != storing.DELETED)


def _hashed_again(batch: Batch, entity: Entity, committed: list[int], wanted: list[str]) -> Iterator[pl.DataFrame]:
    """Give the rows whose fingerprint is not of today's algorithm with one that is, some at a time."""
    for rows in landed(batch, entity, committed).collect_batches(chunk_size=100_000):
        told = rows.with_columns(hashes(HASH).alias(_NUMBER))
        mine = told.filter(_foreign(told))
        if not mine.is_empty():
            today = storing.again(mine, entity)
            yield mine.select(wanted).with_columns(today.alias(HASH)).with_columns(hashes(HASH).alias(_NUMBER))
