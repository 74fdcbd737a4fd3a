"""Which record a row is of, and when it says it was changed, read by itself: of rows that are not checked otherwise."""

from __future__ import annotations

import polars as pl

from ingestion.storing import ROW, Context
from ingestion.values import typed, typed_again
from lake.contracts.envelope import ENVELOPE
from lake.contracts.model import Column, Entity
from lake.schemas import UTC, column_type


def told_keys(text: pl.DataFrame, entity: Entity, context: Context) -> pl.DataFrame:
    """Return source_system, key, `updated_at` and `_row`, typed; null what is missing or cannot be read."""
    columns = {c.name: c for c in (*entity.columns, *ENVELOPE)}
    read = {name: _read(columns[name], context) for name in ("source_system", *entity.key, "updated_at")}
    unsaid = pl.col("updated_at").fill_null("") == ""
    by_file = pl.when(unsaid).then(pl.lit(context.updated_at, dtype=UTC)).otherwise(read["updated_at"])
    return text.select(*(e.alias(n) for n, e in (read | {"updated_at": by_file}).items()), pl.col(ROW).cast(pl.Int64))


def _read(column: Column, context: Context) -> pl.Expr:
    default = context.source_system if column.name == "source_system" else column.default
    cell: pl.Expr = pl.when(pl.col(column.name) != "").then(column.name)
    cell = cell if default is None else cell.fill_null(default)
    tries = (way(column, cell, context.time_zone) for way in (typed, typed_again))
    return pl.coalesce(*tries).cast(column_type(column))
