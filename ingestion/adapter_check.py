"""Check an adapter against the contracts and say in plain words what it maps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import yaml

from ingestion.adapter import Adapter, ColumnMap, Input, Join, parse, read_text, sql
from ingestion.functions import applied
from ingestion.values import refusals, typed, typed_again
from lake.contracts import ENTITIES
from lake.contracts.envelope import ENVELOPE
from lake.contracts.model import Column, Entity, Kind
from lake.errors import ContractError


def check(file: Path) -> list[str]:
    """Return in plain words what an adapter's file maps, and which constants it assumes.

    Raises ContractError with one sentence for the first entity that has faults: YAML that says a thing twice,
    an entity, column or function that does not exist, SQL that cannot be understood, a required column that is neither
    mapped nor assumed, a constant or translated value that the contract refuses.
    """
    text = read_text(file)
    _refuse_repeats(text, file.name)
    try:
        adapter = parse(text, name=file.name)
    except (AttributeError, TypeError, ValueError) as error:
        raise ContractError(f"adapter {file.name} is not built as an adapter must be: {error}") from None
    if not adapter.inputs:
        raise ContractError(f"adapter {file.name} feeds no entity: name at least one under `entities`")
    for step in adapter.inputs:
        faults = list(_faults(step))
        if faults:
            raise ContractError(f"adapter {file.name}, {step.entity}: {'; '.join(faults)}")
    lines = [f"{adapter.system}: feeds {_counted(len({i.entity for i in adapter.inputs}), 'entity', 'entities')}."]
    if adapter.system != file.stem:
        lines.append(f"Note: it calls itself {adapter.system!r} and is found as {file.stem!r}; name both alike.")
    lines += [f"Note: source {name} is read by no entity." for name in _unread(adapter)]
    for step in adapter.inputs:
        lines += _described(step)
    return lines


def _refuse_repeats(text: str, name: str) -> None:
    """Raise where a mapping names a key twice: YAML would keep the last and drop the first in silence."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ContractError(f"adapter {name} is not YAML: {str(error).splitlines()[0]}") from None
    waiting, seen_nodes = [root], set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen_nodes:
            continue
        seen_nodes.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                line = key.start_mark.line + 1
                if not isinstance(key, yaml.ScalarNode):
                    raise ContractError(f"adapter {name}, line {line}: a key must be a plain word")
                if key.value in seen:
                    raise ContractError(f"adapter {name}, line {line}: {key.value!r} is named twice; keep one")
                seen.add(key.value)
                waiting.append(value)


def _faults(step: Input) -> Iterator[str]:
    """Give what is wrong with one input, the gravest first."""
    if step.columns is None:
        return
    entity = ENTITIES[step.entity]
    given = {*step.columns, *step.assume}
    needed = [c.name for c in entity.columns if (c.required or c.name in entity.key) and c.default is None]
    missing = [name for name in needed if name not in given]
    if missing:
        yield f"the required column{'s' if len(missing) > 1 else ''} {', '.join(missing)} must be mapped or assumed"
    declared = {c.name: c for c in (*entity.columns, *ENVELOPE)}
    for name, value in step.assume.items():
        yield from _refused(declared[name], value, "assumes")
    for name, column in step.columns.items():
        yield from _unclear(name, column)
        if column.less is not None:
            yield from _unclear(f"{name}.less", ColumnMap(column.less))
        targets = [*column.values.values(), *([] if column.otherwise is None else [column.otherwise])]
        for value in targets if declared[name].kind is Kind.ENUM else ():
            yield from _refused(declared[name], value, "translates to")
    yield from _faults_of_sources(step)


def _faults_of_sources(step: Input) -> Iterator[str]:
    for name, predicate in step.filters.items():
        yield from _unclear(f"the filter {name}", ColumnMap(str(predicate)), predicate=True)
    for join in step.joins:
        for text in (*join.match, *join.match.values()):
            yield from _unclear(f"the join of {join.source}", ColumnMap(text))
        order = join.after or join.upto
        for text in (order.here, order.there) if order else ():
            yield from _unclear(f"the join of {join.source}", ColumnMap(text, order.apply if order else ()))
    if step.source.where is not None:
        yield from _unclear(f"source {step.source.name}", ColumnMap(step.source.where), predicate=True)


def _unclear(what: str, column: ColumnMap, *, predicate: bool = False) -> Iterator[str]:
    """Give a sentence where SQL cannot be understood, or cannot be run over text columns."""
    if not column.sql.strip():
        yield f"{what} has no SQL"
        return
    try:
        expression = sql(column.sql, what)
        names = expression.meta.root_names()
        # The source's columns are not known here: one empty row of those named, each as text. A name with a
        # dot after it is a source that is joined, whose columns only the files can tell.
        row = pl.DataFrame({name: [None] for name in names}, schema=dict.fromkeys(names, pl.String))
        if ".struct." in str(expression):
            return
        expression = applied(expression, column.apply)
        result = row.with_columns(expression.alias("=")).get_column("=")
    except ContractError as error:
        yield str(error)
    except pl.exceptions.PolarsError as error:
        yield f"the SQL of {what} cannot be run: {column.sql!r}: {str(error).splitlines()[0]}"
    else:
        if predicate and result.dtype not in (pl.Boolean, pl.Null):
            yield f"the SQL of {what} is no condition: {column.sql!r}; write one such as \"status = 'void'\""


def _refused(column: Column, value: str, verb: str) -> Iterator[str]:
    text = pl.Series("v", [value], dtype=pl.String)
    read = text.to_frame().select(
        pl.coalesce(typed(column, pl.col("v"), "UTC"), typed_again(column, pl.col("v"), "UTC"))
    )
    if read.item() is None:
        yield f"{column.name} {verb} {value!r}, which {refusals(column, text, 'UTC')[0].why}"


def _described(step: Input) -> Iterator[str]:
    files = " or ".join(step.source.patterns)
    if step.columns is None:
        yield f"{step.entity}: files {files}, columns by their own names."
        return
    entity = ENTITIES[step.entity]
    yield f"{step.entity}: files {files}; maps {_counted(len(step.columns), 'column', 'columns')}."
    for join in step.joins:
        yield f"  looks up {_version(join)}; a row with no match has nulls there"
    for name, predicate in step.filters.items():
        yield f"  leaves out {name}: {predicate}"
    for name, value in step.assume.items():
        yield f"  assumes {name} = {value!r}"
    for name, column in step.columns.items():
        if column.otherwise is not None:
            yield f"  takes {name} as {column.otherwise!r} for every value that is not translated"
        if not sql(column.sql, name).meta.root_names():
            yield f"  assumes {name} = {column.sql} (a constant: say so under `assume`)"
    yield from _left_open(entity, {*step.columns, *step.assume})


def _left_open(entity: Entity, given: set[str]) -> Iterator[str]:
    if "updated_at" not in given:
        yield "  takes the file's own time as updated_at"
    empty = [c.name for c in entity.columns if c.name not in given and c.default is None]
    if empty:
        yield f"  leaves empty: {', '.join(empty)}"
    defaults = [f"{c.name} = {c.default!r}" for c in entity.columns if c.name not in given and c.default is not None]
    if defaults:
        yield f"  takes the contract's default: {', '.join(defaults)}"


def _version(join: Join) -> str:
    if join.after is not None:
        return f"the next version in {join.source} after {join.after.here}"
    if join.upto is not None:
        return f"the version in {join.source} in force at {join.upto.here}"
    return join.source


def _unread(adapter: Adapter) -> list[str]:
    read = {i.source.name for i in adapter.inputs} | {j.source for i in adapter.inputs for j in i.joins}
    return [name for name in adapter.sources if name not in read]


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
