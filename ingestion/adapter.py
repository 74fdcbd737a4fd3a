"""Adapters: how one system's files become canonical entities, as data in `adapters/<system>.yml`.

    system: <name>                      the file's own name
    about: <what the files are>
    sources:                            which files there are
      <source>: {files: <pattern> or [patterns], format, records, sheet, where: <SQL>, optional: [columns]}
    entities:
      <entity>:                         one input, or a list of them
        from: <source>
        join: [{source: <source>, match: {<column or SQL here>: <column there>}}]
        exclude: {<name>: <SQL>}        rows left out, each by a filter that has a name
        assume: {<column>: <constant>}  what the source does not say, as a named assumption
        columns: {<column>: <SQL> or {sql, apply: [function], map: {from: to}}}

SQL is written over the source's columns, all of them text; a joined source's are `<source>.<column>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib import resources
from typing import Any

import polars as pl
import yaml

from ingestion.functions import FUNCTIONS
from ingestion.readers import FORMATS, format_of
from lake.contracts import ENTITIES
from lake.contracts.envelope import ENVELOPE
from lake.errors import ContractError

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class SourceFiles:
    """The files of one shape: patterns over their names, and how to read them.

    `where` limits what the source is when others join it; `format` overrides what the name promises;
    `optional` names columns that a file may lack.
    """

    name: str
    patterns: tuple[str, ...]
    format: str | None = None
    records: str | None = None
    sheet: str | None = None
    where: str | None = None
    optional: tuple[str, ...] = ()

    def matches(self, file: str) -> bool:
        """Whether a file of this name is one of the source's, and in a format that can be read."""
        known = self.format is not None or format_of(file) is not None
        return known and file != MANIFEST and any(fnmatchcase(file, p) for p in self.patterns)


@dataclass(frozen=True)
class Join:
    """Another source looked up for each row, where SQL here = SQL there; a row never multiplies."""

    source: str
    match: Mapping[str, str]


@dataclass(frozen=True)
class ColumnMap:
    """A canonical column: a SQL expression, then functions of ours, then a translation of values."""

    sql: str
    apply: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Input:
    """One source's way into one entity; `columns` None takes the source's columns as they are named."""

    entity: str
    source: SourceFiles
    joins: tuple[Join, ...] = ()
    exclude: Mapping[str, str] = field(default_factory=dict)
    assume: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, ColumnMap] | None = None


@dataclass(frozen=True)
class Adapter:
    """All inputs of one system, and the sources they name."""

    system: str
    about: str
    sources: Mapping[str, SourceFiles]
    inputs: tuple[Input, ...]


def available() -> list[str]:
    """Return the names of the adapters that the project ships."""
    folder = resources.files("ingestion") / "adapters"
    return sorted(f.name.removesuffix(".yml") for f in folder.iterdir() if f.name.endswith(".yml"))


def load(system: str) -> Adapter:
    """Return the adapter of a system; raises ContractError where there is none or it does not hold together."""
    if system not in available():
        raise ContractError(f"there is no adapter {system!r}: use one of {', '.join(available())}")
    text = (resources.files("ingestion") / "adapters" / f"{system}.yml").read_text("utf-8")
    return parse(text, name=f"{system}.yml")


def parse(text: str, *, name: str) -> Adapter:
    """Read an adapter's YAML; raises ContractError naming the file and the key that is wrong."""
    try:
        # Every scalar stays the text it is: `no` is a name, 1.50 is no double.
        said = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds nothing but texts, lists, mappings
    except yaml.YAMLError as error:
        raise ContractError(f"adapter {name} is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(said, dict) or not {"system", "entities"} <= said.keys():
        raise ContractError(f"adapter {name} must name its `system` and its `entities`")
    if said["entities"] == "*":
        inputs = tuple(_canonical(entity) for entity in ENTITIES)
        return Adapter(said["system"], said.get("about", ""), {i.source.name: i.source for i in inputs}, inputs)
    sources = {key: _source(key, value, name) for key, value in said.get("sources", {}).items()}
    found: list[Input] = []
    for entity, value in said["entities"].items():
        parts = value if isinstance(value, list) else [value]
        found += [_input(entity, part, sources, name) for part in parts]
    return Adapter(said["system"], said.get("about", ""), sources, tuple(found))


def sql(text: str, where: str) -> pl.Expr:
    """Return a SQL expression as Polars understands it; raises ContractError where it does not."""
    try:
        return pl.sql_expr(text)
    except pl.exceptions.PolarsError as error:
        raise ContractError(f"{where}: the SQL {text!r} cannot be understood: {error}") from None


def _canonical(entity: str) -> Input:
    return Input(entity, SourceFiles(entity, (f"{entity}.*", f"{entity}/*")))


def _strict(value: object, allowed: set[str], where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ContractError(f"{where} must be a mapping")
    unknown = sorted(set(value) - allowed)
    if unknown:
        raise ContractError(f"{where} has the unknown key {unknown[0]!r}: use {', '.join(sorted(allowed))}")
    return value


def _source(key: str, value: object, name: str) -> SourceFiles:
    where = f"adapter {name}, sources.{key}"
    said = _strict(value, {"files", "format", "records", "sheet", "where", "optional"}, where)
    patterns = said.get("files")
    if not patterns:
        raise ContractError(f"{where} must say which `files` it has")
    if said.get("format") is not None and said["format"] not in FORMATS:
        raise ContractError(f"{where}.format {said['format']!r} is not one of {', '.join(FORMATS)}")
    if said.get("where"):
        sql(said["where"], where)
    listed = tuple(patterns) if isinstance(patterns, list) else (patterns,)
    rest = {k: said.get(k) for k in ("format", "records", "sheet", "where")}
    return SourceFiles(key, listed, **rest, optional=tuple(said.get("optional", ())))


def _input(entity: str, value: object, sources: Mapping[str, SourceFiles], name: str) -> Input:
    where = f"adapter {name}, entities.{entity}"
    if entity not in ENTITIES:
        raise ContractError(f"{where}: there is no such entity")
    said = _strict(value, {"from", "join", "exclude", "assume", "columns"}, where)
    joins = tuple(_join(f"{where}.join", j) for j in said.get("join", []))
    for source in (said.get("from"), *(j.source for j in joins)):
        if source not in sources:
            raise ContractError(f"{where} names the source {source!r}, which `sources` does not declare")
    columns = {c: _column(f"{where}.columns.{c}", m) for c, m in said.get("columns", {}).items()}
    assume = {c: str(v).lower() if isinstance(v, bool) else str(v) for c, v in said.get("assume", {}).items()}
    declared = {c.name for c in (*ENTITIES[entity].columns, *ENVELOPE)}
    for column in (*columns, *assume):
        if column not in declared:
            raise ContractError(f"{where} maps {column!r}, which the contract does not declare")
    twice = sorted(columns.keys() & assume.keys())
    if twice:
        raise ContractError(f"{where} both maps and assumes {twice[0]!r}")
    exclude = {str(k): str(v) for k, v in said.get("exclude", {}).items()}
    for key, predicate in exclude.items():
        sql(predicate, f"{where}.exclude.{key}")
    return Input(entity, sources[said["from"]], joins, exclude, assume, columns)


def _join(where: str, value: object) -> Join:
    said = _strict(value, {"source", "match"}, where)
    if not said.get("source") or not isinstance(said.get("match"), dict):
        raise ContractError(f"{where} must name a `source` and what to `match`: {{SQL here: SQL there}}")
    match = {str(here): str(there) for here, there in said["match"].items()}
    for text in (*match, *match.values()):
        sql(text, where)
    return Join(said["source"], match)


def _column(where: str, value: object) -> ColumnMap:
    plain: dict[str, Any] = {"sql": value}
    said = plain if isinstance(value, str) else _strict(value, {"sql", "apply", "map"}, where)
    if not isinstance(said.get("sql"), str):
        raise ContractError(f"{where} must say its `sql`")
    sql(said["sql"], where)
    functions = said.get("apply", [])
    listed = tuple(functions) if isinstance(functions, list) else (functions,)
    for function in listed:
        if function not in FUNCTIONS:
            raise ContractError(f"{where}.apply: there is no function {function!r}: use {', '.join(FUNCTIONS)}")
    return ColumnMap(said["sql"], listed, {str(k): str(v) for k, v in said.get("map", {}).items()})
