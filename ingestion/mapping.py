"""Apply an adapter's input to a chunk of a source: canonical columns as text, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from ingestion.adapter import ColumnMap, Input, SourceFiles, sql
from ingestion.borrowed import Borrowed
from ingestion.figures import difference
from ingestion.functions import applied
from ingestion.joining import Lookup, joined, place_of, run
from ingestion.readers.chunk import ROW
from ingestion.unmapped import unmapped
from lake.contracts import ENTITIES
from lake.contracts.envelope import ENVELOPE
from lake.errors import ContractError


@dataclass(frozen=True)
class Mapped:
    """`frame` has canonical names; `origin` the source's rows that are in it, row for row.

    `left_out` has what tells the record of each row that a filter left out: nothing of rows of something else.
    `extra` has, row for row, the columns that the adapter does not know; None where columns go by their own names.
    `borrowed` tells what was looked up, None where nothing is.
    """

    frame: pl.DataFrame
    origin: pl.DataFrame
    excluded: Mapping[str, int] = field(default_factory=dict)
    extra: pl.DataFrame | None = None
    left_out: pl.DataFrame | None = None
    borrowed: Borrowed | None = None


def looked_up(
    frame: pl.DataFrame, step: Input, lookups: Mapping[str, Lookup | pl.DataFrame], *, file: str
) -> pl.DataFrame:
    """Return a chunk with what it looks up: each join as a struct of its name, null where there is no match."""
    wide = nested(_named(frame, step.source))
    for join in step.joins:
        other = lookups[join.source]
        wide = joined(wide, join, Lookup(other) if isinstance(other, pl.DataFrame) else other, file=file)
    return wide


def apply(frame: pl.DataFrame, step: Input, lookups: Mapping[str, Lookup | pl.DataFrame], *, file: str) -> Mapped:
    """Map one chunk. Every row is either in the frame or counted under the first filter it falls under.

    Raises BatchRefused where the source lacks a column that the adapter names, and ContractError where
    the adapter's SQL cannot be run.
    """
    if step.columns is None:
        return Mapped(frame.rename(_canonical(frame.columns, step.entity)), frame)
    wide = looked_up(frame, step, lookups, file=file)
    excluded: dict[str, int] = {}
    left_out: list[pl.DataFrame] = []
    for name, predicate in step.filters.items():
        out = run(wide, {name: sql(predicate, name)}, file=file)[name].fill_null(value=False)
        excluded[name] = int(out.sum())
        if excluded[name]:
            left_out.append(_told(wide.filter(out), step, file=file, is_ours=name in step.exclude))
        wide, frame = wide.filter(~out), frame.filter(~out)
    wanted = {name: expression(name, column) for name, column in step.columns.items()}
    wanted |= {name: pl.lit(value) for name, value in step.assume.items()}
    mapped = run(wide, wanted, file=file)
    text = mapped.select(_as_text(mapped[name]) for name in mapped.columns)
    known = pl.concat(left_out) if left_out else None
    borrowed = _borrowed(wide, wanted, step, lookups) if step.joins else None
    return Mapped(text.with_columns(frame[ROW]), frame, excluded, unmapped(frame, wide, step), known, borrowed)


def _borrowed(
    wide: pl.DataFrame,
    wanted: Mapping[str, pl.Expr],
    step: Input,
    lookups: Mapping[str, Lookup | pl.DataFrame],
) -> Borrowed:
    names = [j.name for j in step.joins]
    joins = {c: tuple(n for n in names if n in made.meta.root_names()) for c, made in wanted.items()}
    files = {j.name: getattr(lookups[j.source], "files", "") or j.source for j in step.joins}
    return Borrowed(wide.select(place_of(name) for name in names), joins, files)


def _canonical(columns: list[str], entity: str) -> dict[str, str]:
    """Return the contract's names of columns that are written otherwise: in capitals, or with spaces for underscores.

    A name that two columns could be meant by, or that the file has itself, is left to stand.
    """
    known = {c.name for c in (*ENTITIES[entity].columns, *ENVELOPE)} - set(columns)
    said = {name: plain_name(name) for name in columns}
    meant = list(said.values())
    return {name: told for name, told in said.items() if told in known and meant.count(told) == 1}


def plain_name(name: str) -> str:
    """Return a column's name in small letters, with underscores for spaces and hyphens."""
    return "_".join(name.lower().replace("-", " ").split())


def _told(wide: pl.DataFrame, step: Input, *, file: str, is_ours: bool) -> pl.DataFrame:
    """Return row number, key and time of rows that a filter leaves out, as text; nulls where no record is meant."""
    mapped = {name: expression(name, column) for name, column in (step.columns or {}).items()}
    mapped |= {name: pl.lit(value) for name, value in step.assume.items()}
    names = ["source_system", *ENTITIES[step.entity].key, "updated_at"]
    nothing = pl.lit(None, dtype=pl.String)
    try:
        made = run(wide, {name: mapped.get(name, nothing) if is_ours else nothing for name in names}, file=file)
    except ContractError:
        # Left out because it cannot be mapped: it names no record.
        made = run(wide, dict.fromkeys(names, nothing), file=file)
    return made.select(_as_text(made[name]) for name in names).with_columns(wide[ROW])


def nested(frame: pl.DataFrame) -> pl.DataFrame:
    """Gather columns named `a.b` into a struct `a`, at any depth, so that SQL can say a.b."""
    if not any("." in name for name in frame.columns):
        return frame
    # An object that is null in every row so far is a member without members.
    heads = {name.partition(".")[0] for name in frame.columns if "." in name}
    nothing = {n for n in heads if n in frame.columns and frame[n].null_count() == frame.height}
    return frame.select(_gathered({name: pl.lit(frame[name]) for name in frame.columns if name not in nothing}))


def _gathered(columns: Mapping[str, pl.Expr]) -> list[pl.Expr]:
    groups: dict[str, dict[str, pl.Expr]] = {}
    for name, column in columns.items():
        head, dot, rest = name.partition(".")
        # A name that is a value as well stays the value; what is below it keeps its whole name.
        whole = not (dot and head and rest) or head in columns
        groups.setdefault(name if whole else head, {})["" if whole else rest] = column
    found = []
    for head, members in groups.items():
        one = members[""] if set(members) == {""} else pl.struct(_gathered(members))
        found.append(one.alias(head))
    return found


def lookup(frame: pl.DataFrame, source: SourceFiles) -> Lookup:
    """Prepare a source's rows to be joined by others."""
    wide = nested(_named(frame, source))
    if source.where is not None and wide.width:
        keep = run(wide, {"keep": sql(source.where, source.name)}, file=" or ".join(source.patterns))["keep"]
        wide = wide.filter(keep.fill_null(value=False))
    return Lookup(wide, " or ".join(source.patterns))


def _named(frame: pl.DataFrame, source: SourceFiles) -> pl.DataFrame:
    """Give columns the names that the adapter knows them by, and add those that a file may lack."""
    renamed = {
        other: name
        for name, others in source.names.items()
        if name not in frame.columns
        for other in [next((o for o in others if o in frame.columns), None)]
        if other is not None
    }
    if renamed:
        frame = frame.rename(renamed)
    absent = [name for name in source.optional if name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent) if absent else frame


def expression(name: str, column: ColumnMap) -> pl.Expr:
    """Return the Polars expression of a canonical column."""
    made = applied(sql(column.sql, name), column.apply)
    if column.less is not None:
        made = difference(made.cast(pl.String), applied(sql(column.less, name), column.apply).cast(pl.String))
    if column.otherwise is not None:
        known = made.replace_strict(dict(column.values), default=column.otherwise, return_dtype=pl.String)
        return pl.when(made.is_not_null() & (made != "")).then(known)
    if column.values:
        made = made.replace(dict(column.values))
    return made


def _as_text(series: pl.Series) -> pl.Series:
    return series if series.dtype == pl.String else series.cast(pl.String)
