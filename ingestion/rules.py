"""What a row must be beyond the kinds of its values: which rule of its contract it breaks, column by column. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import polars as pl

from ingestion.storing import Context
from ingestion.values import Refusal, refusals
from lake.contracts.envelope import ENVELOPE
from lake.contracts.model import Column, Entity, Kind

#: Where a column breaks a rule, and for each of those rows why.
Fault: TypeAlias = tuple[Column, pl.Series, list[Refusal]]
Broken: TypeAlias = list[Fault]

#: Ends a text in many a tool; an id may have a line end, where a quoted cell has one.
_NUL = "\0"


def faults(text: pl.DataFrame, values: pl.DataFrame, entity: Entity, context: Context) -> tuple[Broken, pl.Series]:
    """Return, for each column that breaks a rule, where it does and why; and where a deletion leaves values out.

    `text` is what was given, `values` what was read of it. A row that deletes a record need say no more than its key.
    """
    found: Broken = []
    bare = none = pl.repeat(value=False, n=text.height, eager=True)
    deleted = values["is_deleted"].fill_null(value=False)
    given, read = nulls(text), nulls(values)
    for column in (*entity.columns, *ENVELOPE):
        name, absent = column.name, given.get(column.name, text.height)
        if read[name] > absent:
            mask = text[name].is_not_null() & values[name].is_null()
            found.append((column, mask, refusals(column, text[name].filter(mask), context.time_zone)))
        if column.kind is Kind.ID and name in given:
            found += _with_nul(column, text[name])
        if absent and mandatory(column, entity) and name != "source_system":
            mask = text[name].is_null() if name in given else ~none
            if name not in entity.key:
                bare, mask = bare | (mask & deleted), mask & ~deleted
            found += _everywhere(column, mask, Refusal("required", "is empty, and every row must have it"))
        elif absent and column.required_unless is not None:
            other, exempt = column.required_unless
            mask = text[name].is_null() if name in given else ~none
            # an unknown value of the other column is a fault of its own
            mask &= (values[other] != exempt).fill_null(value=False) & ~deleted
            why = f"is empty, and only a row whose {other} is {exempt} may leave it out"
            found += _everywhere(column, mask, Refusal(f"required_unless_{exempt}", why))
    found += _ahead(values, context)
    return found, bare


def mandatory(column: Column, entity: Entity) -> bool:
    """Whether every row must have a value of the column."""
    return column.required or column.name in entity.key


def nulls(frame: pl.DataFrame) -> dict[str, int]:
    """Return how many nulls each column has."""
    return frame.null_count().row(0, named=True)


def _everywhere(column: Column, mask: pl.Series, why: Refusal) -> Iterator[Fault]:
    if mask.any():
        yield column, mask, [why] * int(mask.sum())


def _with_nul(column: Column, ids: pl.Series) -> Iterator[Fault]:
    """Give the ids with a NUL, which hardly any tool could tell from those without."""
    # All ids of the chunk as one text: looking into each alone takes many times as long, and hardly any has one.
    if ids.str.join("").str.contains(_NUL, literal=True).item():
        mask = ids.str.contains(_NUL, literal=True).fill_null(value=False)
        yield from _everywhere(column, mask, Refusal("nul", "holds a NUL character; take it out"))


def _ahead(values: pl.DataFrame, context: Context) -> Iterator[Fault]:
    """Give the rows changed in a time to come: the newest version wins, so that none could ever replace them."""
    if context.latest is None:
        return
    column = next(c for c in ENVELOPE if c.name == "updated_at")
    mask = (values[column.name] > context.latest).fill_null(value=False)
    why = (
        f"is later than {context.latest:%Y-%m-%dT%H:%M:%SZ}, the latest that a row received now may say, and no "
        "correction could ever replace it; give when the source last changed the row"
    )
    yield from _everywhere(column, mask, Refusal("future", why))
