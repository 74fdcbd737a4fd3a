"""Apply an adapter's input to a chunk of a source: canonical columns as text, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl
from polars.selectors import by_name

from ingestion.adapter import ColumnMap, Input, SourceFiles, sql
from ingestion.functions import FUNCTIONS
from ingestion.readers.chunk import ROW
from lake.errors import BatchRefused, ContractError


@dataclass(frozen=True)
class Mapped:
    """`frame` has canonical names; `origin` the source's rows that are in it, row for row."""

    frame: pl.DataFrame
    origin: pl.DataFrame
    excluded: Mapping[str, int] = field(default_factory=dict)


def apply(frame: pl.DataFrame, step: Input, lookups: Mapping[str, pl.DataFrame], *, file: str) -> Mapped:
    """Map one chunk. Every row is either in the frame or counted under the first filter it falls under.

    Raises BatchRefused where the source lacks a column that the adapter names, and ContractError where
    the adapter's SQL cannot be run.
    """
    if step.columns is None:
        return Mapped(frame, frame)
    wide = nested(_with_optional(frame, step.source))
    for join in step.joins:
        wide = _joined(wide, join.source, join.match, lookups[join.source], file=file)
    excluded: dict[str, int] = {}
    for name, predicate in step.exclude.items():
        out = _run(wide, {name: sql(predicate, name)}, file=file)[name].fill_null(value=False)
        excluded[name] = int(out.sum())
        wide, frame = wide.filter(~out), frame.filter(~out)
    wanted = {name: _expression(name, column) for name, column in step.columns.items()}
    wanted |= {name: pl.lit(value) for name, value in step.assume.items()}
    mapped = _run(wide, wanted, file=file)
    text = mapped.select(_as_text(mapped[name]) for name in mapped.columns)
    return Mapped(text.with_columns(frame[ROW]), frame, excluded)


def nested(frame: pl.DataFrame) -> pl.DataFrame:
    """Gather columns named `a.b` into a struct `a`, so that SQL can say a.b."""
    groups: dict[str, list[str]] = {}
    for name in frame.columns:
        head, dot, _ = name.partition(".")
        if dot and head and head not in frame.columns:
            groups.setdefault(head, []).append(name)
    if not groups:
        return frame
    structs = [
        pl.struct(by_name(n).as_expr().alias(n.partition(".")[2]) for n in names).alias(head)
        for head, names in groups.items()
    ]
    return frame.select(~by_name([n for names in groups.values() for n in names]), *structs)


def lookup(frame: pl.DataFrame, source: SourceFiles) -> pl.DataFrame:
    """Prepare a source's rows to be joined by others."""
    wide = nested(_with_optional(frame, source))
    if source.where is None:
        return wide
    keep = _run(wide, {"keep": sql(source.where, source.name)}, file=source.name)["keep"].fill_null(value=False)
    return wide.filter(keep)


def _with_optional(frame: pl.DataFrame, source: SourceFiles) -> pl.DataFrame:
    absent = [name for name in source.optional if name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)


def _joined(frame: pl.DataFrame, name: str, on: Mapping[str, str], other: pl.DataFrame, *, file: str) -> pl.DataFrame:
    """Look up one row of `other` for each row here; of several with the same key the last counts."""
    if name in frame.columns:
        raise ContractError(f"the source {name} is called as a column of {file}: give the source another name")
    there = _run(other, {f"key_{i}": sql(k, name) for i, k in enumerate(on.values())}, file=name)
    keys = there.columns
    boxed = there.with_columns(other.select(pl.struct(pl.exclude(ROW)).alias(name)).to_series())
    boxed = boxed.unique(subset=keys, keep="last")
    here = _run(frame, {f"key_{i}": sql(k, name) for i, k in enumerate(on)}, file=file)
    wide = pl.concat([frame, here], how="horizontal")
    return wide.join(boxed, on=keys, how="left", maintain_order="left").drop(keys)


def _expression(name: str, column: ColumnMap) -> pl.Expr:
    expression = sql(column.sql, name)
    for function in column.apply:
        expression = FUNCTIONS[function](expression)
    if column.values:
        expression = expression.replace(dict(column.values))
    return expression


def _run(frame: pl.DataFrame, wanted: Mapping[str, pl.Expr], *, file: str) -> pl.DataFrame:
    try:
        # Constants alone would give one row: computing beside the frame's columns keeps its height.
        result = frame.with_columns(e.alias(f"={name}") for name, e in wanted.items())
    except (pl.exceptions.ColumnNotFoundError, pl.exceptions.StructFieldNotFoundError) as error:
        brief = str(error).splitlines()[0]
        raise BatchRefused(f"file {file} lacks a column that the adapter maps: {brief}") from None
    except pl.exceptions.PolarsError as error:
        names = ", ".join(wanted)
        raise ContractError(f"the adapter's SQL for {names} fails on file {file}: {error}") from None
    return result.select(pl.col(f"={name}").alias(name) for name in wanted)


def _as_text(series: pl.Series) -> pl.Series:
    return series if series.dtype == pl.String else series.cast(pl.String)
