"""What plain SQL must not do with `fct_metric`: add rows that do not add up.

A statement that sums its sides is asked, before it runs, which rows each sum takes together: of two metrics, of two
bases, or of a balance in two periods of one legal entity, and it is refused with one sentence. Averages of rows are
refused at sight, and so is a sum of quotients. What a statement reads in other ways is its own affair: this is a guard
against mistakes, not a lock.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from lake.errors import MisuseError
from lake.statements import (
    SUMS,
    Node,
    added_by,
    adds,
    all_of,
    is_given,
    run,
    select_of,
    selects,
    sources,
    tree_of,
    walk,
)

FACT = "fct_metric"
SIDES = {"numerator", "denominator"}
#: What a sum takes together, as conditions over its rows; `{f}` is how the statement calls the fact.
TAKEN = """
    select string_agg(distinct {f}metric_id, ' and ' order by {f}metric_id) as metrics,
           string_agg(distinct {f}basis, ' and ' order by {f}basis) as bases,
           count(distinct {f}metric_id) as metric_count, count(distinct {f}basis) as basis_count,
           count(distinct ({f}legal_entity_key, {f}period_id)) filter (where {f}metric_id in ({balances})) as stands,
           count(distinct {f}legal_entity_key) filter (where {f}metric_id in ({balances})) as entities
    having metric_count > 1 or basis_count > 1 or stands > entities
"""
#: What rows of the fact a query takes up, where the outer one no longer sees what they are.
READ = "select distinct {f}metric_id, {f}basis"


def refuse(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raise MisuseError where a statement adds or averages rows of fct_metric that do not add up."""
    if FACT not in query.lower():
        return
    try:
        connection.execute(f"explain {query}")
    except duckdb.Error:  # running it will say what is wrong with it
        return
    tree = tree_of(connection, query)
    if tree["error"]:  # an explanation, which computes nothing
        return
    kinds = {
        name: (additivity, is_ratio)
        for name, additivity, is_ratio in connection.execute(
            "select distinct metric_id, additivity, is_ratio from mart.dim_metric"
        ).fetchall()
    }
    for select, tables in selects(tree, {}):
        _judge(_Read(connection, select, tables, kinds))


@dataclass(frozen=True)
class _Read:
    """One select of a statement, the tables that a `with` names for it, and the kinds of metrics there are."""

    connection: duckdb.DuckDBPyConnection
    select: Node
    tables: dict[str, Node]
    kinds: dict[str, tuple[str, bool]]


def _judge(read: _Read) -> None:
    """Raise MisuseError for the first sum or mean of one select that takes together what does not add up."""
    own = [one for one in sources(read.select["from_table"]) if _is_fact(one)]
    if not own and not any(_is_fact(one) for part in _parts(read) for one in walk(part)):
        return
    for call in added_by(read.select):
        # of a running sum of sums, what the inner one adds counts
        inner = next((one for one in walk(call["children"]) if adds(one)), call)
        within = list(walk(inner["children"]))
        columns = {one["column_names"][-1].lower() for one in within if one.get("class") == "COLUMN_REF"}
        if own and not SIDES & columns:
            continue
        if columns >= SIDES and any(one.get("function_name") in ("/", "//") for one in within):
            raise MisuseError(
                "Ratios of fct_metric are neither added nor averaged; take sum(numerator) / sum(denominator)."
            )
        if own and inner["function_name"].lower() not in SUMS:
            raise MisuseError(f"{inner['function_name']}() of rows of fct_metric means nothing; only their sums do.")
        _judge_sum(read, call, inner, f"{own[0]['alias'] or own[0]['table_name']}." if own else "")


def _judge_sum(read: _Read, call: Node, inner: Node, fact: str) -> None:
    """Raise MisuseError where one sum takes rows together that do not add up."""
    balances = ", ".join(f"'{name}'" for name, (additivity, _) in read.kinds.items() if additivity == "balance")
    asked = select_of(read.connection, TAKEN.format(f=fact, balances=balances or "''"))
    counted = all_of(read.select["where_clause"], inner.get("filter"), call.get("filter_expr"), is_given(inner))
    probe = read.select | {"having": asked["having"], "modifiers": [], "qualify": None, "where_clause": counted}
    if call["class"] == "WINDOW":
        sets = [list(range(len(call["partitions"])))]
        probe |= {"select_list": [], "group_expressions": call["partitions"], "group_sets": sets}
    probe["select_list"] = [*probe["select_list"], *asked["select_list"]]
    try:
        found = run(read.connection, probe, read.tables)
    except duckdb.BinderException:  # a select within has left out what the rows are
        _judge_within(read)
        return
    if not found:
        return
    metrics, bases, metric_count, basis_count, *_ = found[0][-len(asked["select_list"]) :]
    if metric_count > 1:
        raise MisuseError(f"The statement adds {metrics}, which are different metrics; group by metric_id.")
    if basis_count > 1:
        raise MisuseError(f"The statement adds {metrics} on {bases}, which are never added; group by basis.")
    raise MisuseError(
        f"The statement adds {metrics} over several periods, and it is a balance: the last period of each legal entity"
        f" counts. Group by period_id, choose one, or ask `tieout metric {metrics}`."
    )


def _judge_within(read: _Read) -> None:
    """Raise MisuseError unless all that the selects within take of the fact is one metric that adds up."""
    taken: set[tuple[str, str]] = set()
    try:
        for part in _parts(read):
            for select, tables in selects(part, read.tables):
                for fact in (one for one in sources(select["from_table"]) if _is_fact(one)):
                    asked = select_of(read.connection, READ.format(f=f"{fact['alias'] or fact['table_name']}."))
                    kept = {name: select[name] for name in ("from_table", "where_clause")}
                    taken |= set(run(read.connection, asked | kept, tables))
    except duckdb.BinderException:  # it depends on a row of the select around it
        taken = set()
    if len(taken) == 1 and read.kinds[next(iter(taken))[0]] == ("flow", False):
        return
    raise MisuseError(
        "The statement adds what a select within took from fct_metric without saying of which metric, basis, entity and"
        " period; keep metric_id, basis, legal_entity_key and period_id there, or ask `tieout metric`."
    )


def _parts(read: _Read) -> list[Node]:
    """Return what a select reads from: its tables, and those of a `with` that they lead to."""
    parts, named = [read.select["from_table"]], set()
    for part in parts:
        for one in walk(part):
            name = one.get("table_name")
            if one.get("type") == "BASE_TABLE" and name in read.tables and name not in named:
                named.add(name)
                parts.append(read.tables[name])
    return parts


def _is_fact(table: Node) -> bool:
    return table.get("type") == "BASE_TABLE" and str(table["table_name"]).lower() == FACT
