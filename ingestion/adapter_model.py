"""What an adapter says, once read: sources, inputs, joins and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from ingestion.functions import Call
from ingestion.readers import format_of

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class SourceFiles:
    """The files of one shape: patterns over their names, and how to read them.

    `where` limits what the source is when others join it; `format` overrides what the name promises;
    `optional` names columns that a file may lack; `names` gives the other names that a column may have; `ignored`
    are patterns over the names of columns that are known and not wanted.
    `table`, `cursor` and `request` say where a connector finds it.
    """

    name: str
    patterns: tuple[str, ...]
    format: str | None = None
    records: str | None = None
    sheet: str | None = None
    where: str | None = None
    optional: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    separator: str = ","
    encoding: str = "utf-8"
    ignored: tuple[str, ...] = ()
    table: str | None = None
    cursor: str | None = None
    request: Mapping[str, Any] | None = None

    def matches(self, file: str) -> bool:
        """Whether a file of this name is one of the source's, and in a format that can be read."""
        known = self.format is not None or format_of(file) is not None
        return known and file != MANIFEST and any(fnmatchcase(file, p) for p in self.patterns)

    def kind_of(self, file: str) -> str:
        """Return the format that a file of the source is read as."""
        return self.format or format_of(file) or "csv"


@dataclass(frozen=True)
class Known:
    """The columns of a source that its adapter knows, by name or by pattern."""

    names: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()

    def has(self, column: str) -> bool:
        """Whether a column is known: itself, a member of it, or an object that it is a member of."""
        steps = column.split(".")
        above = (".".join(steps[:n]) for n in range(1, len(steps) + 1))
        if any(name in self.names for name in above) or any(fnmatchcase(column, p) for p in self.ignored):
            return True
        return any(name.startswith(f"{column}.") for name in self.names)


@dataclass(frozen=True)
class Ordered:
    """Which of several versions a join takes, by comparing a value here with one there, as text."""

    here: str
    there: str
    apply: tuple[Call, ...] = ()


@dataclass(frozen=True)
class Join:
    """Another source looked up for each row, where SQL here = SQL there; a row never multiplies.

    `after` takes the first version there that is later than here, `upto` the last that is not later; else,
    of several, the last counts. `name` is what the columns of the row found are called by.
    """

    source: str
    match: Mapping[str, str]
    name: str = ""
    after: Ordered | None = None
    upto: Ordered | None = None


@dataclass(frozen=True)
class ColumnMap:
    """A canonical column: a SQL expression, functions of ours, less another number, a translation of values."""

    sql: str
    apply: tuple[Call, ...] = ()
    less: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None


@dataclass(frozen=True)
class Input:
    """One source's way into one entity; `columns` None takes the source's columns as they are named.

    `others` leaves out rows of something else, whatever their ids; `exclude` rows whose record does not count (now).
    `known` is what the adapter knows of the source's columns, `borrowed`, by the name of a join, what it knows of a
    source that is only looked up.
    """

    entity: str
    source: SourceFiles
    joins: tuple[Join, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)
    exclude: Mapping[str, str] = field(default_factory=dict)
    assume: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, ColumnMap] | None = None
    known: Known = Known()
    borrowed: Mapping[str, Known] = field(default_factory=dict)

    @property
    def filters(self) -> Mapping[str, str]:
        """Every filter by its name, in the order in which they are asked."""
        return {**self.others, **self.exclude}


@dataclass(frozen=True)
class Adapter:
    """All inputs of one system, and the sources they name."""

    system: str
    about: str
    sources: Mapping[str, SourceFiles]
    inputs: tuple[Input, ...]
