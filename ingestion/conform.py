"""Check a frame of text against a contract: accepted typed rows, and the rest with their reasons. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

import polars as pl

from ingestion.values import Refusal, refusals, typed, typed_again
from lake.contracts.envelope import ENVELOPE
from lake.contracts.model import Column, Entity
from lake.errors import BatchRefused
from lake.schemas import UTC, YEAR, entity_schema

ROW = "_row"
_SHOWN = 200
_SEED = 20_260_101

#: Columns of the rejected frame: one row per refused source row, `reason` naming everything wrong with it.
REJECTED: dict[str, pl.DataType] = {
    "row": pl.Int64(),
    "column_name": pl.String(),
    "value": pl.String(),
    "rule": pl.String(),
    "reason": pl.String(),
}


@dataclass(frozen=True)
class Context:
    """What a file's rows need that the rows do not say."""

    source_system: str
    file: str
    time_zone: str
    updated_at: datetime
    batch_id: int
    ingested_at: datetime
    correlation_id: str


@dataclass(frozen=True)
class Conformed:
    """`accepted` in the entity's stored schema; `rejected` as REJECTED; `drift` the unknown columns.

    `rejected_keys` holds source_system and the key of each rejected row, null where it cannot be read.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    rejected_keys: pl.DataFrame
    drift: tuple[str, ...]


def unknown_columns(columns: list[str], entity: Entity) -> list[str]:
    """Return the columns that neither the contract nor the envelope declares."""
    declared = {c.name for c in (*entity.columns, *ENVELOPE)} | {ROW, "_correlation_id"}
    return [c for c in columns if c not in declared]


def check_header(columns: list[str], entity: Entity, *, file: str) -> None:
    """Raise BatchRefused where a column that every row must fill is missing altogether."""
    needed = [c.name for c in entity.columns if _mandatory(c, entity) and c.default is None]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise BatchRefused(
            f"file {file} lacks the required column{'s' if len(missing) > 1 else ''} "
            f"{', '.join(missing)} of {entity.name}: add them, or map them in the adapter"
        )


def _mandatory(column: Column, entity: Entity) -> bool:
    return column.required or column.name in entity.key


def conform(frame: pl.DataFrame, entity: Entity, context: Context) -> Conformed:
    """Check and cast a frame of text columns named as the contract's, with their row numbers in `_row`.

    Empty texts are nulls, defaults of the contract fill nulls, unknown columns go into `_extra` as JSON.
    Every source row is in exactly one of the two frames of the answer.
    """
    check_header(frame.columns, entity, file=context.file)
    text = _emptied(frame)
    declared = (*entity.columns, *ENVELOPE)
    text = text.with_columns(
        *(pl.lit(None, dtype=pl.String).alias(c.name) for c in declared if c.name not in text.columns)
    ).with_columns(*(pl.col(c.name).fill_null(c.default) for c in declared if c.default is not None))
    text = text.with_columns(pl.col("source_system").fill_null(context.source_system))
    values = _cast(text, declared, context.time_zone)
    broken = _broken(text, values, declared, entity, context.time_zone)
    rejected = _sentences(text, broken, context)
    keys = values.select("source_system", *entity.key)
    refused = keys.clear()
    if broken:
        bad = reduce(or_, (mask for _, mask, _ in broken))
        refused = keys.filter(bad)
        values, text = values.filter(~bad), text.filter(~bad)
    drift = tuple(unknown_columns(frame.columns, entity))
    accepted = _stored(text, values, entity, context, drift)
    return Conformed(accepted=accepted, rejected=rejected, rejected_keys=refused, drift=drift)


def _emptied(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn empty texts into nulls: in every format an empty cell says that there is no value."""
    empty = [s.name for s in frame if s.dtype == pl.String and (s == "").any()]
    return frame.with_columns(pl.when(pl.col(c) != "").then(pl.col(c)).alias(c) for c in empty)


def _first(series: pl.Series) -> str | None:
    found = series.drop_nulls().head(1).to_list()
    return found[0] if found else None


def _cast(text: pl.DataFrame, columns: tuple[Column, ...], zone: str) -> pl.DataFrame:
    """Read every column; what its usual form does not explain is tried again by all forms allowed."""
    values = text.select(typed(c, pl.col(c.name), zone, sample=_first(text[c.name])).alias(c.name) for c in columns)
    again = [c for c in columns if values[c.name].null_count() > text[c.name].null_count()]
    if not again:
        return values
    second = text.select(typed_again(c, pl.col(c.name), zone).alias(c.name) for c in again)
    return values.with_columns(second.get_columns())


_Broken = list[tuple[Column, pl.Series, list[Refusal]]]


def _broken(
    text: pl.DataFrame, values: pl.DataFrame, columns: tuple[Column, ...], entity: Entity, zone: str
) -> _Broken:
    """Return, for each column that breaks a rule, where it does and why; empty when all is well."""
    found: _Broken = []
    for column in columns:
        given, value = text[column.name], values[column.name]
        if value.null_count() > given.null_count():
            mask = given.is_not_null() & value.is_null()
            found.append((column, mask, refusals(column, given.filter(mask), zone)))
        if given.null_count() and _mandatory(column, entity):
            mask = given.is_null()
            why = Refusal("required", "is empty, and every row must have it")
            found.append((column, mask, [why] * int(mask.sum())))
    return found


def _sentences(text: pl.DataFrame, broken: _Broken, context: Context) -> pl.DataFrame:
    """Write one row per refused source row, with a sentence for everything that is wrong with it."""
    parts = []
    for column, mask, why in broken:
        part = text.filter(mask).select(row=pl.col(ROW), value=pl.col(column.name).str.slice(0, _SHOWN))
        part = part.with_columns(
            column_name=pl.lit(column.name),
            rule=pl.Series([r.rule for r in why], dtype=pl.String),
            why=pl.Series([r.why for r in why], dtype=pl.String),
        )
        shown = pl.when(pl.col("value").is_null()).then(pl.lit("")).otherwise(pl.format(" '{}'", "value"))
        parts.append(part.with_columns(reason=pl.format("{}{} {}", "column_name", shown, "why")))
    if not parts:
        return pl.DataFrame(schema=REJECTED)
    grouped = pl.concat(parts).group_by("row", maintain_order=True)
    together = grouped.agg(pl.col("column_name", "value", "rule").first(), reason=pl.col("reason").str.join("; "))
    sentence = pl.format("file {}, row {}: {}", pl.lit(context.file), "row", "reason")
    return together.with_columns(reason=sentence).select(pl.col(n).cast(t) for n, t in REJECTED.items()).sort("row")


def _stored(
    text: pl.DataFrame, values: pl.DataFrame, entity: Entity, context: Context, drift: tuple[str, ...]
) -> pl.DataFrame:
    """Add the envelope, the audit columns and the partition year to accepted values."""
    content = [c.name for c in entity.columns] + ["is_deleted"]
    extra = pl.lit(None, dtype=pl.String)
    if drift:
        extra = pl.struct(drift).struct.json_encode()
    correlation = pl.lit(context.correlation_id)
    if "_correlation_id" in text.columns:
        correlation = pl.col("_correlation_id").fill_null(context.correlation_id)
    audit = text.select(
        pl.lit(context.batch_id, dtype=pl.Int64).alias("_batch_id"),
        pl.lit(context.file).alias("_file"),
        pl.col(ROW),
        pl.lit(context.ingested_at, dtype=UTC).alias("_ingested_at"),
        correlation.alias("_correlation_id"),
        extra.alias("_extra"),
    )
    schema = entity_schema(entity)
    frame = values.with_columns(
        pl.col("updated_at").fill_null(pl.lit(context.updated_at, dtype=UTC)),
        values.select(content).hash_rows(_SEED).cast(pl.String).alias("_row_hash"),
        *audit.get_columns(),
    )
    if entity.event_date:
        frame = frame.with_columns(pl.col(entity.event_date).dt.year().cast(pl.Int32).alias(YEAR))
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())
