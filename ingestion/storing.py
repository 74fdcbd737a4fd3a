"""Accepted values as the lake stores them: with envelope, audit columns, fingerprint and what no contract knows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, reduce
from operator import and_

import polars as pl
from polars.selectors import by_name

from lake.contracts.model import Entity
from lake.schemas import UTC, YEAR, entity_schema

ROW = "_row"
#: What stands for the fingerprint of a row that only says that its record is deleted.
DELETED = "deleted"
_SEED = 20_260_101
#: The mark of the first algorithm, of Polars 2.1.
_FIRST = "a991cc"


@dataclass(frozen=True)
class Context:
    """What a file's rows need that the rows do not say; and whether columns no contract knows are kept.

    `latest` is the newest moment that a row may give as its last change.
    """

    source_system: str
    file: str
    time_zone: str
    updated_at: datetime
    batch_id: int
    ingested_at: datetime
    correlation_id: str
    keeps_unknown: bool = True
    latest: datetime | None = None


def stored(
    text: pl.DataFrame, values: pl.DataFrame, entity: Entity, context: Context, extra: pl.DataFrame
) -> pl.DataFrame:
    """Add the envelope, the audit columns and the partition year to accepted values."""
    correlation: pl.Expr | pl.Series = pl.lit(context.correlation_id)
    if "_correlation_id" in text.columns:
        correlation = text["_correlation_id"].fill_null(context.correlation_id)
    computed: dict[str, pl.Expr | pl.Series] = {
        "updated_at": pl.col("updated_at").fill_null(pl.lit(context.updated_at, dtype=UTC)),
        "_batch_id": pl.lit(context.batch_id, dtype=pl.Int64),
        "_file": pl.lit(context.file),
        "_row": text[ROW],
        "_ingested_at": pl.lit(context.ingested_at, dtype=UTC),
        "_correlation_id": correlation,
        "_row_hash": _fingerprint(values.select(_content(entity)), extra),
        "_extra": _as_json(extra) if extra.width else pl.lit(None, dtype=pl.String),
    }
    if entity.event_date:
        computed[YEAR] = pl.col(entity.event_date).dt.year().cast(pl.Int32)
    return values.with_columns(**computed).select(list(entity_schema(entity)))


def _fingerprint(content: pl.DataFrame, extra: pl.DataFrame) -> pl.Series:
    """Return a hash of each row: of its content and, where they hold anything, of its unknown columns.

    A new column changes only the rows that have a value in it, and the order of unknown columns changes none.
    """
    hashed = content.hash_rows(_SEED)
    for name in extra.columns:
        # A column that calls itself ^.*$ would be taken for a pattern: its name stays outside.
        cell = extra[name].alias("cell").to_frame()
        named = pl.concat_str(pl.lit(f"{name}\0"), "cell").hash(_SEED)
        told = pl.when(pl.col("cell").is_not_null()).then(named).otherwise(pl.lit(0, pl.UInt64))
        hashed ^= cell.select(told).to_series()
    return hashed.cast(pl.String) + algorithm()


def hashes(column: str) -> pl.Expr:
    """Return fingerprints as numbers, null where one is of another algorithm or of a deletion."""
    text = pl.col(column)
    own = text.str.ends_with(algorithm()) if algorithm() else pl.lit(value=True)
    return pl.when(own).then(text.str.strip_suffix(algorithm()).cast(pl.UInt64, strict=False))


def again(rows: pl.DataFrame, entity: Entity) -> pl.Series:
    """Return the fingerprints that rows of the lake would get today."""
    said = [json.loads(text) if text else {} for text in rows["_extra"]]
    names = dict.fromkeys(name for one in said for name in one)
    extra = pl.DataFrame([pl.Series(name, [one.get(name) for one in said], dtype=pl.String) for name in names])
    return _fingerprint(rows.select(_content(entity)), extra)


def _content(entity: Entity) -> list[str]:
    return [*(c.name for c in entity.columns), "is_deleted"]


@cache
def algorithm() -> str:
    """Return the mark of fingerprints whose algorithm is not the first one's, which bear none.

    Polars promises no algorithm; what it makes of a row that never changes tells one from another. Asked
    for when rows are, not at import: a process that forks afterwards would lose Polars' threads.
    """
    made = pl.select(
        text=pl.lit("Müller"),
        none=pl.lit(None, dtype=pl.String),
        day=pl.lit(date(2026, 3, 1)),
        at=pl.lit("2026-03-01T08:00:00Z").str.to_datetime(time_unit="us", time_zone="UTC"),
        yes=pl.lit(value=True),
        number=pl.lit(7, dtype=pl.Int64),
        amount=pl.lit(Decimal("7.50"), dtype=pl.Decimal(18, 2)),
    )
    mark = hashlib.sha256(f"{made.hash_rows(_SEED)[0]} {made['text'].hash(_SEED)[0]}".encode()).hexdigest()[:6]
    return "" if mark == _FIRST else f".{mark}"


def _as_json(extra: pl.DataFrame) -> pl.Series:
    """Return unknown columns as JSON, null where a row has nothing in any of them."""
    written = extra.select(pl.struct(by_name(extra.columns)).struct.json_encode()).to_series()
    empty = reduce(and_, (extra[name].alias("empty").is_null() for name in extra.columns))
    return pl.DataFrame([empty, written.alias("text")]).select(pl.when(~pl.col("empty")).then("text")).to_series()
