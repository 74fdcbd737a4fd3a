"""Which rows of a PostgreSQL table have landed: a few hashes in the cursor itself, many in the lake's archive.

However many they are, neither side holds them in memory: the database sorts both, and they are walked side by side.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
from adbc_driver_postgresql import dbapi

from ingestion.connectors.offer import Errand
from ingestion.connectors.postgres_sql import HASH, Part, Table, Window, seen_query
from lake import archive

#: Up to so many hashes are sent with the question; more stand in the archive, and rows are compared as they come.
_MOST_SENT = 20_000
_WIDTH = 16


class Seen:
    """Sorted hashes of rows that have landed, walked once beside rows that come in the same order."""

    def __init__(self, file: BinaryIO) -> None:
        """Begin with the first hash of an open file."""
        self._file = file
        self._at = file.read(_WIDTH)

    def without(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch less the rows that have landed, and less their hashes."""
        new = pa.array([not self._has(digest) for digest in batch.column(HASH).to_pylist()], pa.bool_())
        return batch.filter(new).drop_columns([HASH])

    def _has(self, digest: bytes) -> bool:
        while self._at and self._at < digest:
            self._at = self._file.read(_WIDTH)
        return self._at == digest


@contextlib.contextmanager
def seen_of(part: Part, errand: Errand) -> Iterator[Seen | None]:
    """Give what has landed of a part's rows; None where the question to the database leaves them out itself."""
    if part.seen_in is None:
        yield None
        return
    # Lakes of before kept it among what was received.
    room: archive.Room = "seen" if archive.holds(errand.lake, part.seen_in, room="seen") else "archive"
    with archive.local_copy(errand.lake, part.seen_in, room=room) as path, path.open("rb") as file:
        yield Seen(file)


def edge(connection: dbapi.Connection, table: Table, overlap: Window, errand: Errand) -> dict[str, Any] | None:
    """Return how far a table has been read: the newest cursor, and the hashes of the rows that will come again."""
    with connection.cursor() as cursor:
        cursor.execute(f"select max({table.cursor})::text from {table.name}")
        (newest,) = cursor.fetchone()
        if newest is None:
            return None
        cursor.execute(seen_query(table, newest, overlap, _MOST_SENT + 1))
        found = cursor.fetchall()
    if len(found) <= _MOST_SENT:
        return {"newest": newest, "seen": [digest for (digest,) in found]}
    return {"newest": newest, "seen": [], "seen_in": _archived(connection, table, newest, overlap, errand)}


def _archived(connection: dbapi.Connection, table: Table, newest: str, overlap: Window, errand: Errand) -> str:
    # A name that begins with a dot is no file of the feed.
    path = errand.folder / f".{table.source}.seen"
    path.parent.mkdir(parents=True, exist_ok=True)
    with connection.cursor() as cursor, path.open("wb") as target:
        cursor.execute(seen_query(table, newest, overlap, None))
        for batch in cursor.fetch_record_batch():
            target.write(b"".join(batch.column(HASH).to_pylist()))
    with path.open("rb") as source:
        kept = archive.store(errand.lake, source, perhaps_known=False, room="seen")
    path.unlink()
    return kept.sha256
