"""The SQL that reads a PostgreSQL table: names come quoted from the catalogue, values are quoted here. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Types that the driver hands over exactly; all others come as the text that the database writes.
_EXACT = frozenset({"int2", "int4", "int8", "bool", "text", "varchar", "numeric", "date", "timestamp", "timestamptz"})
_COUNTED = frozenset({"smallint", "integer", "bigint"})
_CLOCKED = ("timestamp", "timestamptz", "date")
#: A part smaller than this many pages is not worth a connection of its own.
_FEWEST_PAGES = 1000
_LAST_PAGE = 4_294_967_295
HASH = "tieout_hash"
_DIGEST = "decode(md5(tieout_row::text), 'hex')"


@dataclass(frozen=True)
class Table:
    """A table as the catalogue knows it: quoted names, types, the column to read on by and how large it is."""

    source: str
    name: str
    pages: int
    columns: tuple[tuple[str, str], ...]
    cursor: str | None = None
    cursor_type: str = ""

    def since(self, cursor: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return how far the table was read before, None where it is to be read whole."""
        return (cursor.get(self.source) or None) if self.cursor else None


@dataclass(frozen=True)
class Part:
    """Some rows of a table, for one connection to read: `where` is SQL, empty for all; an increment may have none.

    `seen_in` names the archived hashes of rows to leave out, where they are too many to send: then each row comes with
    its own, by which the rows are sorted.
    """

    source: str
    number: int
    table: Table
    where: str = ""
    increment: bool = False
    seen_in: str | None = None


@dataclass(frozen=True)
class Window:
    """How far before the newest row a table is read again: in seconds, or, where a number is read on by, in numbers."""

    seconds: int
    numbers: int


def ready_made(text: str) -> str:
    """Return a text as a SQL literal; the connection is set to take backslashes as they are."""
    return "'" + text.replace("'", "''") + "'"


def parts(table: Table, cursor: Mapping[str, Any], count: int, overlap: Window) -> list[Part]:
    """Cut a table into about even parts by its pages, or name the rows that came since it was read."""
    since = table.since(cursor)
    if since is not None:
        where = _since(table, since, overlap)
        return [Part(table.source, 0, table, where, increment=True, seen_in=since.get("seen_in"))]
    count = max(1, min(count, table.pages // _FEWEST_PAGES))
    if count == 1:
        return [Part(table.source, 0, table)]
    edges = [table.pages * i // count for i in range(count)] + [_LAST_PAGE]
    return [
        Part(table.source, i, table, f"ctid >= '({edges[i]},0)'::tid and ctid < '({edges[i + 1]},0)'::tid")
        for i in range(count)
    ]


def reading(part: Part) -> str:
    """Return the query of a part's rows."""
    columns = ", ".join(
        quoted if kind in _EXACT else f"{quoted}::text as {quoted}" for quoted, kind in part.table.columns
    )
    where = f" where {part.where}" if part.where else ""
    # The table's own row is what a hash is taken of, so it needs a name.
    if part.seen_in is None:
        return f"select {columns} from {part.table.name} tieout_row{where}"
    return f"select {columns}, {_DIGEST} as {HASH} from {part.table.name} tieout_row{where} order by {HASH}"


def _from(table: Table, newest: str, window: Window) -> str:
    edge = f"{ready_made(newest)}::{table.cursor_type}"
    if window.seconds and table.cursor_type.startswith(_CLOCKED):
        edge = f"({edge} - interval '{int(window.seconds)} seconds')"
    elif table.cursor_type in _COUNTED or table.cursor_type.startswith("numeric"):
        # Numbers are given out before they are committed, and not committed in that order.
        wide = "::bigint" if table.cursor_type in _COUNTED else ""
        edge = f"({edge}{wide} - {int(window.numbers)})"
    return f"{table.cursor} >= {edge}"


def _since(table: Table, since: Mapping[str, Any], overlap: Window) -> str:
    # Where the window has been widened, rows that were not remembered land again, once, as versions of themselves.
    where = _from(table, str(since["newest"]), overlap)
    if since["seen"]:
        listed = ", ".join(ready_made(str(h)) for h in since["seen"])
        where += f" and md5(tieout_row::text) <> all(array[{listed}])"
    # A row without a cursor could have come at any time.
    return f"(({where}) or {table.cursor} is null)"


def seen_query(table: Table, newest: str, overlap: Window, limit: int | None) -> str:
    """Return the query for the hashes of the rows that the next reading will meet again.

    Up to `limit` of them as text; or all as bytes, sorted.
    """
    where = f"from {table.name} tieout_row where {_from(table, newest, overlap)}"
    if limit is None:
        return f"select {_DIGEST} as {HASH} {where} order by {HASH}"
    return f"select md5(tieout_row::text) {where} limit {int(limit)}"
