"""Columns of a source that nothing in its adapter knows: the drift of a mapped source.

A source knows what any of its entities or filters names, what other sources find it by or take of it, what it
declares itself (`names`, `optional`), and what it lists under `ignored`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from ingestion.adapter_model import Input, Known, SourceFiles
from ingestion.readers.chunk import ROW

_LITERAL = re.compile(r"'(?:[^']|'')*'")
_NAME = re.compile(r'"(?:[^"]|"")*"|[^\W\d]\w*')
_CHAIN = re.compile(rf"(?:{_NAME.pattern})(?:\s*\.\s*(?:{_NAME.pattern}))*")


def with_known(inputs: Sequence[Input], sources: Mapping[str, SourceFiles]) -> tuple[Input, ...]:
    """Return the inputs, each with what their adapter as a whole knows of the sources that it reads."""
    named: dict[str, set[str]] = {name: set(_declared(source)) for name, source in sources.items()}
    for step in inputs:
        for source, name in _names(step):
            named[source].add(name)
    known = {name: Known(frozenset(named[name]), source.ignored) for name, source in sources.items()}
    read = {step.source.name for step in inputs}
    found = []
    for step in inputs:
        # What has a way of its own into an entity is reported there; a header that is only looked up, here.
        only = {j.source: j.name for j in reversed(step.joins) if j.source not in read}
        borrowed = {alias: known[source] for source, alias in only.items()}
        found.append(replace(step, known=known[step.source.name], borrowed=borrowed))
    return tuple(found)


def _declared(source: SourceFiles) -> Iterator[str]:
    yield from source.names
    for others in source.names.values():
        yield from others
    yield from source.optional
    yield from _chains(source.where or "")


def _names(step: Input) -> Iterator[tuple[str, str]]:
    """Give every column that an input names, with the source that has it."""
    here = list(step.filters.values())
    for column in (step.columns or {}).values():
        here += [column.sql, column.less or ""]
    for join in step.joins:
        order = join.after or join.upto
        here += [*join.match, order.here if order else ""]
        for text in (*join.match.values(), order.there if order else ""):
            for name in _chains(text):
                yield join.source, name
    sources = {j.name: j.source for j in step.joins}
    for text in here:
        for name in _chains(text):
            yield step.source.name, name
            head, _, rest = name.partition(".")
            if rest and head in sources:
                yield sources[head], rest


def _chains(text: str) -> Iterator[str]:
    """Give the names in a SQL expression, with dots; functions and words of SQL among them do no harm."""
    for chain in _CHAIN.findall(_LITERAL.sub("''", text)):
        parts = _NAME.findall(chain)
        yield ".".join(p[1:-1].replace('""', '"') if p.startswith('"') else p for p in parts)


def unmapped(frame: pl.DataFrame, wide: pl.DataFrame, step: Input) -> pl.DataFrame:
    """Return the columns of a chunk that the adapter does not know, and those of what is only looked up for it.

    `frame` is the chunk as it was read, `wide` the same rows with what they look up.
    """
    own = [name for name in frame.columns if name != ROW and not step.known.has(name)]
    found = {name: frame[name] for name in own}
    for alias, known in step.borrowed.items():
        found |= {f"{alias}.{n}": s for n, s in _leaves(wide[alias]) if n != ROW and not known.has(n)}
    return pl.DataFrame([s.alias("cell").cast(pl.String).alias(name) for name, s in found.items()])


def _leaves(series: pl.Series) -> Iterator[tuple[str, pl.Series]]:
    """Give the members of a struct, at any depth, by their names with dots."""
    if not isinstance(series.dtype, pl.Struct):
        return
    for member in series.dtype.fields:
        inner = series.struct.field(member.name)
        if isinstance(member.dtype, pl.Struct):
            yield from ((f"{member.name}.{name}", leaf) for name, leaf in _leaves(inner))
        else:
            yield member.name, inner
