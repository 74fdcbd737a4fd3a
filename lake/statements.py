"""The syntax of a statement as DuckDB reads it: its selects, what they read from, and what they add up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

SUMS = {"sum", "sumkahan", "kahan_sum", "fsum"}
MEANS = {"avg", "mean", "favg", "median", "mode", "product", "geomean", "geometric_mean"}
MEAN_STARTS = ("quantile", "stddev", "var_", "variance", "approx_quantile", "percentile")
LISTS = {"list", "array_agg"}
#: What adds up or averages the elements of a list, or may: what it does is an argument.
OVER_LISTS = {
    f"{kind}_{what}"
    for kind in ("list", "array")
    for what in ("sum", "avg", "mean", "median", "product", "aggregate", "aggr", "reduce")
} | {"aggregate", "reduce"}
#: A part of the syntax: DuckDB hands it over as JSON.
Node = dict[str, Any]


def tree_of(connection: duckdb.DuckDBPyConnection, query: str) -> Node:
    """Return a statement's syntax as DuckDB reads it; its `error` is true where it is no select."""
    (text,) = connection.execute("select json_serialize_sql(cast(? as varchar))", [query]).fetchall()[0]
    tree: Node = json.loads(text)
    return tree


def select_of(connection: duckdb.DuckDBPyConnection, query: str) -> Node:
    """Return the syntax of one select."""
    select: Node = tree_of(connection, query)["statements"][0]["node"]
    return select


def run(connection: duckdb.DuckDBPyConnection, select: Node, tables: dict[str, Node]) -> list[tuple[Any, ...]]:
    """Run one select beneath the tables that it was written beneath."""
    named = {"map": [{"key": name, "value": value} for name, value in tables.items()]}
    whole = {"error": False, "statements": [{"node": select | {"cte_map": named}, "named_param_map": []}]}
    (text,) = connection.execute("select json_deserialize_sql(cast(? as json))", [json.dumps(whole)]).fetchall()[0]
    return connection.execute(str(text)).fetchall()


def selects(part: Any, tables: dict[str, Node]) -> Iterator[tuple[Node, dict[str, Node]]]:  # noqa: ANN401 - any JSON
    """Yield every select in a part of the syntax with the tables that a `with` names for it."""
    if isinstance(part, list):
        for one in part:
            yield from selects(one, tables)
    elif isinstance(part, dict):
        named = (part.get("cte_map") or {}).get("map", [])
        known = tables | {one["key"]: one["value"] for one in named}
        if part.get("type") == "SELECT_NODE":
            yield part, known
        for one in part.values():
            yield from selects(one, known)


def sources(table: Node) -> Iterator[Node]:
    """Yield the tables that a select itself reads; a select within comes as it is."""
    if table["type"] == "JOIN":
        yield from sources(table["left"])
        yield from sources(table["right"])
    else:
        yield table


def added_by(select: Node, *, lists: bool = False) -> Iterator[Node]:
    """Yield the outermost sums and means that a select computes itself, and not those of selects within."""
    waiting = [select[name] for name in ("select_list", "having", "qualify", "modifiers")]
    for part in waiting:
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict) and part.get("type") not in ("SELECT_NODE", "SUBQUERY"):
            if adds(part, lists=lists):
                yield part
            else:
                waiting += part.values()


def walk(part: Any) -> Iterator[Node]:  # noqa: ANN401 - any JSON
    """Yield every part of a part, and itself."""
    if isinstance(part, list):
        for one in part:
            yield from walk(one)
    elif isinstance(part, dict):
        yield part
        for one in part.values():
            yield from walk(one)


def name_of(part: Node) -> str:
    """Return the name of the function that a part of the syntax calls, else nothing."""
    return str(part.get("function_name", "")).lower()


def adds(part: Node, *, lists: bool = False) -> bool:
    """Whether a part of the syntax is a sum or a mean, over a group or a window; with `lists` a list is one too."""
    name = name_of(part)
    known = SUMS | MEANS | (LISTS if lists else set())
    return part.get("class") in ("FUNCTION", "WINDOW") and (name in known or name.startswith(MEAN_STARTS))


def is_sum(call: Node) -> bool:
    """Whether a call that adds is a sum, and no mean: of a list that is added up too."""
    return name_of(call) in SUMS | LISTS


def adds_lists(tree: Node) -> bool:
    """Whether a statement adds up or averages what lists hold."""
    return any(name_of(one) in OVER_LISTS for one in walk(tree))


def conditions_of(where: Node | None) -> list[Node]:
    """Return the conditions that a where-clause asks for together."""
    if where and where.get("type") == "CONJUNCTION_AND":
        return list(where["children"])
    return [where] if where else []


def is_given(call: Node) -> Node:
    """Return the condition that a row counts in a call: what is added is not null."""
    return {"class": "OPERATOR", "type": "OPERATOR_IS_NOT_NULL", "alias": "", "query_location": 0,
            "children": call["children"][:1]}  # fmt: skip


def all_of(*conditions: Node | None) -> Node:
    """Return the condition that all of those given hold."""
    given = [one for one in conditions if one]
    return {"class": "CONJUNCTION", "type": "CONJUNCTION_AND", "alias": "", "query_location": 0, "children": given}
