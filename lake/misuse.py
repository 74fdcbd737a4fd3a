"""What plain SQL must not do with the fact tables: add rows that do not add up.

A statement that sums measures of a fact (see `lake.additive`) is asked, before it runs, which rows each sum takes
together: of two bases, of two metrics, or of a balance in two periods of one legal entity, and it is refused with one
sentence. So is `+` between sums of two bases. Averages of rows of `fct_metric` are refused at sight, and so is a sum of
quotients. A sum whose own expression names the column that tells the rows apart knows what it does. This is a guard
against mistakes, not a lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from lake.additive import FACTS, Fact
from lake.errors import MisuseError
from lake.statements import (
    Node,
    added_by,
    adds,
    adds_lists,
    all_of,
    conditions_of,
    is_given,
    is_sum,
    name_of,
    run,
    select_of,
    selects,
    sources,
    tree_of,
    walk,
)

METRIC = FACTS["fct_metric"]
PERIODS = {"period_id", "period_end"}
STANDS = "count(distinct ({f}legal_entity_key, {f}period_id)) {where} > count(distinct {f}legal_entity_key) {where}"


def refuse(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raise MisuseError where a statement adds or averages rows of a fact that do not add up."""
    if not any(name in query.lower() for name in FACTS):
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
    lists = adds_lists(tree)
    for select, tables in selects(tree, {}):
        read = _Read(connection, select, tables, kinds, lists)
        _judge(read)
        _judge_additions(read)


@dataclass(frozen=True)
class _Read:
    """One select of a statement, the tables that a `with` names for it, and the kinds of metrics there are.

    `lists`: the statement adds up lists somewhere, so that to list is to add.
    """

    connection: duckdb.DuckDBPyConnection
    select: Node
    tables: dict[str, Node]
    kinds: dict[str, tuple[str, bool]]
    lists: bool = False

    @property
    def own(self) -> list[tuple[Fact, str]]:
        """The facts that the select itself reads, each with how it calls it."""
        return [
            (fact, one["alias"] or one["table_name"])
            for one in sources(self.select["from_table"])
            if (fact := _fact_of(one))
        ]

    @property
    def within(self) -> list[Fact]:
        """The facts that selects within read."""
        found = {fact.name: fact for part in _parts(self) for one in walk(part) if (fact := _fact_of(one))}
        return list(found.values())


def _judge(read: _Read) -> None:
    """Raise MisuseError for the first sum or mean of one select that takes together what does not add up."""
    own, within = read.own, read.within
    if not within:
        return
    for call in added_by(read.select, lists=read.lists):
        # of a running sum of sums, what the inner one adds counts
        inner = next((one for one in walk(call["children"]) if adds(one, lists=read.lists)), call)
        references = [one["column_names"] for one in walk(inner["children"]) if one.get("class") == "COLUMN_REF"]
        for fact, alias in own or [(fact, "") for fact in within]:
            mine = {
                names[-1].lower() for names in references
                if not own or len(names) == 1 or names[-2].lower() == alias.lower()
            }  # fmt: skip
            if own and not fact.measures & mine:
                continue
            if fact is METRIC:
                _judge_rows(inner, mine, is_own=bool(own))
            _judge_sum(read, call, inner, _Asked(fact, f"{alias}." if own else "", mine))


def _judge_rows(inner: Node, columns: set[str], *, is_own: bool) -> None:
    """Raise MisuseError where rows of fct_metric are averaged, or their ratios added."""
    if columns >= METRIC.measures and any(name_of(one) in {"/", "//"} for one in walk(inner["children"])):
        raise MisuseError(
            "Ratios of fct_metric are neither added nor averaged; take sum(numerator) / sum(denominator)."
        )
    if is_own and not is_sum(inner):
        raise MisuseError(f"{name_of(inner)}() of rows of fct_metric means nothing; only their sums do.")


@dataclass(frozen=True)
class _Asked:
    """What a sum takes of a fact: how the statement calls the fact (with a dot), and the columns that the sum names."""

    fact: Fact
    prefix: str
    columns: set[str] | frozenset[str]

    def questions(self, read: _Read, *, is_sum: bool) -> list[str]:
        """Return what to ask of the rows: least and greatest of each column `apart`, then if periods are added."""
        apart = [
            f"{end}({self.prefix}{name})" if name not in self.columns else "null"
            for name in self.fact.apart for end in ("min", "max")
        ]  # fmt: skip
        return [*apart, self._periods(read) if is_sum and not PERIODS & self.columns else "false"]

    def _periods(self, read: _Read) -> str:
        if self.fact.balance_metrics:
            names = ", ".join(f"'{name}'" for name, (additivity, _) in read.kinds.items() if additivity == "balance")
            return STANDS.format(f=self.prefix, where=f"filter (where {self.prefix}metric_id in ({names or 'null'}))")
        return STANDS.format(f=self.prefix, where="") if self._is_balance(read) else "false"

    def _is_balance(self, read: _Read) -> bool:
        """Whether the sum is of a balance; of what a select within gives, whether that select reads one."""
        named = self.columns if self.prefix else self.columns | {
            one["column_names"][-1].lower()
            for part in _parts(read) for one in walk(part) if one.get("class") == "COLUMN_REF"
        }  # fmt: skip
        return bool(self.fact.balances & named)

    def refuse(self, answer: tuple[object, ...]) -> None:
        """Raise MisuseError where rows that are apart were taken together."""
        *ends, over_time = answer
        what = str(ends[0]) if self.fact.balance_metrics and ends[0] else self.fact.name
        for column, least, most in zip(self.fact.apart, ends[::2], ends[1::2], strict=True):
            if least == most:
                continue
            if column == "metric_id":
                raise MisuseError(
                    f"The statement adds {least} and {most}, which are different metrics; group by metric_id."
                )
            raise MisuseError(
                f"The statement adds {what} on {least} and {most}, which are never added; group by {column}."
            )
        if over_time:
            instead = f"choose one, or ask `tieout metric {what}`" if self.fact.balance_metrics else "or choose one"
            raise MisuseError(
                f"The statement adds {what} over several periods, and it is a balance: the last period of each legal"
                f" entity counts. Group by period_id, {instead}."
            )


def _judge_sum(read: _Read, call: Node, inner: Node, asked: _Asked) -> None:
    """Raise MisuseError where one sum takes rows together that do not add up."""
    questions = asked.questions(read, is_sum=is_sum(inner))
    if not any("(" in one for one in questions):
        return
    probe = read.select | {"having": None, "modifiers": [], "qualify": None}
    if call["class"] == "WINDOW":
        probe |= {"select_list": [], **_groups(call["partitions"])}
    probe["select_list"] = [*probe["select_list"], *_expressions(read, questions)]
    given = [*conditions_of(read.select["where_clause"]), inner.get("filter"), call.get("filter_expr"), is_given(inner)]
    try:
        found = run(read.connection, probe | {"where_clause": all_of(*given)}, read.tables)
    except duckdb.BinderException:  # a select within has left out what the rows are, or it is of a row around it
        if not asked.prefix:
            _judge_within(read, asked)
            return
        found = _of_rows_around(read, questions, given)
    for row in found:
        asked.refuse(row[-len(questions) :])


def _of_rows_around(read: _Read, questions: list[str], given: list[Node | None]) -> list[tuple[object, ...]]:
    """Ask a select that depends on a row of the select around it: what it sets equal to that row's, it has one of."""
    probe = read.select | {
        "having": None,
        "modifiers": [],
        "qualify": None,
        "select_list": _expressions(read, questions),
    }

    def binds(condition: Node | None, groups: list[Node]) -> list[tuple[object, ...]] | None:
        try:
            return run(read.connection, probe | {"where_clause": condition} | _groups(groups), read.tables)
        except duckdb.BinderException:
            return None

    kept, groups = [], []
    for condition in given:
        if condition and binds(condition, []) is not None:
            kept.append(condition)
        elif condition and condition.get("type") == "COMPARE_EQUAL":
            groups += [side for side in (condition["left"], condition["right"]) if binds(None, [side]) is not None]
    return binds(all_of(*kept) if kept else None, groups) or []


def _expressions(read: _Read, questions: list[str]) -> list[Node]:
    asked: list[Node] = select_of(read.connection, f"select {', '.join(questions)}")["select_list"]
    return asked


def _groups(expressions: list[Node]) -> Node:
    sets = [list(range(len(expressions)))] if expressions else []
    return {"group_expressions": expressions, "group_sets": sets}


def _judge_within(read: _Read, asked: _Asked) -> None:
    """Raise MisuseError unless all that the selects within take of the fact is of one kind that adds up."""
    fact = asked.fact
    answers: list[tuple[object, ...]] = []
    is_known = True
    for part in _parts(read):
        for select, tables in selects(part, read.tables):
            inner = _Read(read.connection, select, tables, read.kinds, read.lists)
            named = {one["column_names"][-1].lower() for one in walk(select) if one.get("class") == "COLUMN_REF"}
            for alias in [alias for one, alias in inner.own if one is fact and fact.measures & named]:
                questions = _Asked(fact, f"{alias}.", fact.measures & named).questions(inner, is_sum=True)
                probe = select_of(read.connection, f"select {', '.join(questions)}")
                kept = {name: select[name] for name in ("from_table", "where_clause")}
                try:
                    answers += run(read.connection, probe | kept, tables)
                except duckdb.BinderException:  # it depends on a row of the select around it
                    is_known = False
    if is_known and not answers:  # of what is summed nothing is the fact's
        return
    is_one = is_known and all(
        len({end for row in answers for end in row[2 * place : 2 * place + 2] if end is not None}) <= 1
        for place in range(len(fact.apart))
    )
    is_flow = not any(over_time for *_, over_time in answers)
    if fact is METRIC and is_one and answers[0][0] is not None:
        is_flow = read.kinds[str(answers[0][0])] == ("flow", False)
    if is_one and is_flow:
        return
    kept_columns = ", ".join([*fact.apart, "legal_entity_key"])
    words = ", ".join([*(name.removesuffix("_id").replace("_", " ") for name in fact.apart), "entity"])
    raise MisuseError(
        f"The statement adds what a select within took from {fact.name} without saying of which {words} and period;"
        f" keep {kept_columns} and period_id there{', or ask `tieout metric`' if fact is METRIC else ''}."
    )


def _judge_additions(read: _Read) -> None:
    """Raise MisuseError where `+` has a sum on one basis on one side, and one on another basis on the other."""
    for part in (read.select["select_list"], read.select["having"], read.select["qualify"]):
        for one in _outside(part):
            if name_of(one) != "+" or len(one["children"]) != 2:  # noqa: PLR2004 - of two sides
                continue
            bases = set().union(*(_bases(read, side) for side in one["children"]))
            if len(bases) > 1 and not any(len(_bases(read, side)) > 1 for side in one["children"]):
                raise MisuseError(
                    f"The statement adds sums on {' and '.join(sorted(bases))}, which are never added; show them side"
                    " by side, or subtract one from the other."
                )


def _bases(read: _Read, part: Node) -> set[str]:
    """Return the bases of the sums that an expression is made of."""
    found: set[str] = set()
    for one in _outside(part):
        if one.get("class") == "SUBQUERY":
            found |= _bases_of(read, one["subquery"]["node"])
        elif adds(one, lists=read.lists):
            for fact, alias in read.own:
                if "basis" in fact.apart:
                    found |= _asked_bases(read, alias, one)
            for inner in walk(one["children"]):
                if inner.get("class") == "COLUMN_REF":
                    found |= _bases_of_column(read, inner["column_names"])
        elif one.get("class") == "COLUMN_REF":
            found |= _bases_of_column(read, one["column_names"])
    return found


def _asked_bases(read: _Read, alias: str, call: Node) -> set[str]:
    probe = select_of(read.connection, f"select distinct {alias}.basis")
    kept = {"from_table": read.select["from_table"]}
    kept["where_clause"] = all_of(read.select["where_clause"], call.get("filter"), is_given(call))
    try:
        return {basis for (basis,) in run(read.connection, probe | kept, read.tables)}
    except duckdb.BinderException:
        return set()


def _bases_of(read: _Read, node: Node, column: str | None = None) -> set[str]:
    """Return the bases of a select within, or of one of its columns."""
    if node.get("type") != "SELECT_NODE":
        return set()
    inner = _Read(read.connection, node, read.tables, read.kinds, read.lists)
    wanted = [one for one in node["select_list"] if column is None or _called(one) == column]
    return set().union(*(_bases(inner, one) for one in wanted))


def _bases_of_column(read: _Read, names: list[str]) -> set[str]:
    """Return the bases of a column that a select within computes."""
    found: set[str] = set()
    for one in sources(read.select["from_table"]):
        node = None
        if one.get("type") == "SUBQUERY":
            node, called = one["subquery"]["node"], one["alias"]
        elif one.get("type") == "BASE_TABLE" and one["table_name"] in read.tables:
            node, called = read.tables[one["table_name"]]["query"]["node"], one["alias"] or one["table_name"]
        if node and (len(names) == 1 or names[-2].lower() == called.lower()):
            found |= _bases_of(read, node, names[-1].lower())
    return found


def _called(one: Node) -> str:
    return str(one.get("alias") or (one.get("column_names") or [one.get("function_name", "")])[-1]).lower()


def _outside(part: object) -> Iterator[Node]:
    """Yield the parts of an expression, not those of selects and sums within."""
    if isinstance(part, list):
        for one in part:
            yield from _outside(one)
    elif isinstance(part, dict):
        yield part
        if part.get("class") != "SUBQUERY" and not adds(part, lists=True):
            for one in part.values():
                if isinstance(one, (list, dict)):
                    yield from _outside(one)


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


def _fact_of(table: Node) -> Fact | None:
    if table.get("type") != "BASE_TABLE":
        return None
    return FACTS.get(str(table["table_name"]).lower())
