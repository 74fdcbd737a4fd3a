"""How an adapter fills one entity: its sources and joins, filters, assumptions and columns, read from the YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ingestion.adapter_model import ColumnMap, Input, Join, Ordered, SourceFiles
from ingestion.functions import calls
from lake.contracts import ENTITIES
from lake.contracts.envelope import ENVELOPE
from lake.errors import ContractError


def entity_input(
    entity: str, value: object, sources: Mapping[str, SourceFiles], maps: Mapping[str, object], name: str
) -> Input:
    """Return one input of an entity; raises ContractError, naming the key, where it does not hold together."""
    where = f"adapter {name}, entities.{entity}"
    if entity not in ENTITIES:
        raise ContractError(f"{where}: there is no such entity")
    said = strict(value, {"from", "join", "others", "exclude", "assume", "columns"}, where)
    joins = tuple(_join(f"{where}.join", j) for j in said.get("join", []))
    for source in (said.get("from"), *(j.source for j in joins)):
        if source not in sources:
            raise ContractError(f"{where} names the source {source!r}, which `sources` does not declare")
    called = [j.name for j in joins]
    if len(set(called)) != len(called):
        raise ContractError(f"{where}.join calls two of its rows alike: give each another name with `as`")
    columns = {c: _column(f"{where}.columns.{c}", m, maps) for c, m in said.get("columns", {}).items()}
    assume = {c: str(v) for c, v in said.get("assume", {}).items()}
    declared = {c.name for c in (*ENTITIES[entity].columns, *ENVELOPE)}
    for column in (*columns, *assume):
        if column not in declared:
            raise ContractError(f"{where} maps {column!r}, which the contract does not declare")
    twice = sorted(columns.keys() & assume.keys())
    if twice:
        raise ContractError(f"{where} both maps and assumes {twice[0]!r}")
    others, exclude = (_filters(f"{where}.{key}", said.get(key, {})) for key in ("others", "exclude"))
    if named := sorted(others.keys() & exclude.keys()):
        raise ContractError(f"{where} has {named[0]!r} under `others` and `exclude`: say which it is")
    return Input(entity, sources[said["from"]], joins, others, exclude, assume, columns)


def _filters(where: str, value: object) -> dict[str, str]:
    found = {str(k): str(v) for k, v in strict(value, None, where).items()}
    for key, predicate in found.items():
        sql(predicate, f"{where}.{key}")
    return found


def _join(where: str, value: object) -> Join:
    said = strict(value, {"source", "as", "match", "after", "upto"}, where)
    if not said.get("source") or not isinstance(said.get("match"), dict):
        raise ContractError(f"{where} must name a `source` and what to `match`: {{SQL here: SQL there}}")
    if "after" in said and "upto" in said:
        raise ContractError(f"{where} may say `after` or `upto`, not both")
    match = {str(here): str(there) for here, there in said["match"].items()}
    for text in (*match, *match.values()):
        sql(text, where)
    after, upto = (_ordered(f"{where}.{key}", said[key]) if key in said else None for key in ("after", "upto"))
    return Join(said["source"], match, said.get("as", said["source"]), after, upto)


def _ordered(where: str, value: object) -> Ordered:
    said = strict(value, None, where)
    pairs = [(k, v) for k, v in said.items() if k != "apply"]
    if len(pairs) != 1 or not isinstance(pairs[0][1], str):
        raise ContractError(f"{where} must name one pair {{SQL here: SQL there}}")
    here, there = pairs[0]
    for text in (here, there):
        sql(text, where)
    return Ordered(here, there, calls(said["apply"], where) if "apply" in said else ())


def _column(where: str, value: object, maps: Mapping[str, object]) -> ColumnMap:
    plain: dict[str, Any] = {"sql": value}
    said = plain if isinstance(value, str) else strict(value, {"sql", "apply", "less", "map", "otherwise"}, where)
    if not isinstance(said.get("sql"), str):
        raise ContractError(f"{where} must say its `sql`")
    for text in (said["sql"], *([said["less"]] if "less" in said else [])):
        sql(text, where)
    values = said.get("map", {})
    if isinstance(values, str):
        if values not in maps:
            raise ContractError(f"{where}.map names {values!r}, which `maps` does not declare")
        values = maps[values]
    if "otherwise" in said and not values:
        raise ContractError(f"{where} says `otherwise` without a `map`")
    translated = {str(k): str(v) for k, v in strict(values, None, f"{where}.map").items()}
    functions = calls(said["apply"], where) if "apply" in said else ()
    return ColumnMap(said["sql"], functions, said.get("less"), translated, said.get("otherwise"))


def sql(text: str, where: str) -> pl.Expr:
    """Return a SQL expression as Polars understands it; raises ContractError where it does not."""
    try:
        return pl.sql_expr(text)
    except pl.exceptions.PolarsError as error:
        raise ContractError(f"{where}: the SQL {text!r} cannot be understood: {error}") from None


def strict(value: object, allowed: set[str] | None, where: str) -> dict[str, Any]:
    """Return a mapping of the YAML; raises ContractError where it is none, or has a key that is not `allowed`."""
    if not isinstance(value, dict):
        raise ContractError(f"{where} must be a mapping")
    unknown = sorted(set(value) - allowed) if allowed is not None else []
    if allowed is not None and unknown:
        raise ContractError(f"{where} has the unknown key {unknown[0]!r}: use {', '.join(sorted(allowed))}")
    return value
