"""The SQL that reads a PostgreSQL table: names come quoted from the catalogue, values are quoted here. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Types that the driver hands over exactly; all others come as the text that the database writes.
_EXACT = frozenset({"int2", "int4", "int8", "bool", "text", "varchar", "numeric", "date", "timestamp", "timestamptz"})
_CLOCKED = ("timestamp", "timestamptz", "date")
#: A part smaller than this many pages is not worth a connection of its own.
_FEWEST_PAGES = 1000
_LAST_PAGE = 4_294_967_295


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
    """Some rows of a table, for one connection to read: `where` is SQL, empty for all; an increment may have none."""

    source: str
    number: int
    table: Table
    where: str = ""
    increment: bool = False


def ready_made(text: str) -> str:
    """Return a text as a SQL literal; the server takes backslashes as they are."""
    return "'" + text.replace("'", "''") + "'"


def parts(table: Table, cursor: Mapping[str, Any], count: int, overlap: int) -> list[Part]:
    """Cut a table into about even parts by its pages, or name the rows that came since it was read."""
    since = table.since(cursor)
    if since is not None:
        return [Part(table.source, 0, table, _since(table, since, overlap), increment=True)]
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
    # The table's own row is what a hash is taken of, so it needs a name.
    return f"select {columns} from {part.table.name} tieout_row" + (f" where {part.where}" if part.where else "")


def _from(table: Table, newest: str, seconds: int) -> str:
    edge = f"{ready_made(newest)}::{table.cursor_type}"
    if seconds and table.cursor_type.startswith(_CLOCKED):
        edge = f"({edge} - interval '{int(seconds)} seconds')"
    return f"{table.cursor} >= {edge}"


def _since(table: Table, since: Mapping[str, Any], overlap: int) -> str:
    # The window may not be wider than the one whose rows were remembered.
    where = _from(table, str(since["newest"]), min(overlap, int(since["seconds"])))
    if since["seen"]:
        listed = ", ".join(ready_made(str(h)) for h in since["seen"])
        where += f" and md5(tieout_row::text) <> all(array[{listed}])"
    # A row without a cursor could have come at any time.
    return f"(({where}) or {table.cursor} is null)"


def seen_query(table: Table, newest: str, seconds: int, limit: int) -> str:
    """Return the query for the hashes of the rows that the next reading will meet again."""
    where = _from(table, newest, seconds)
    return f"select md5(tieout_row::text) from {table.name} tieout_row where {where} limit {int(limit)}"
