"""Check a frame of text against a contract: accepted typed rows, and the rest with their reasons. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl
from polars.selectors import by_name

from ingestion.borrowed import Borrowed
from ingestion.rules import Broken, faults, mandatory, nulls
from ingestion.storing import ROW, Context, stored
from ingestion.values import typed, typed_again
from lake.contracts.envelope import ENVELOPE
from lake.contracts.model import Column, Entity, Kind
from lake.errors import BatchRefused
from lake.schemas import column_type

_SHOWN = 200
#: How many names of a header a sentence shows.
_NAMES = 12

#: Columns of the rejected frame: one row per refused source row, `reason` naming everything wrong with it.
REJECTED: dict[str, pl.DataType] = {
    "row": pl.Int64(),
    "column_name": pl.String(),
    "value": pl.String(),
    "rule": pl.String(),
    "reason": pl.String(),
}


@dataclass(frozen=True)
class Conformed:
    """`accepted` in the entity's stored schema; `rejected` as REJECTED; `drift` the unknown columns.

    `rejected_keys` holds source_system and the key of each rejected row, null where it cannot be read.
    `deletions` holds rows, in the stored schema, that say little more than which record is deleted.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    rejected_keys: pl.DataFrame
    deletions: pl.DataFrame
    drift: tuple[str, ...]


def unknown_columns(columns: list[str], entity: Entity) -> list[str]:
    """Return the columns that neither the contract nor the envelope declares."""
    declared = {c.name for c in (*entity.columns, *ENVELOPE)} | {ROW, "_correlation_id"}
    return [c for c in columns if c not in declared]


def check_header(columns: list[str], entity: Entity, *, file: str) -> None:
    """Raise BatchRefused where a column that every row must fill is missing altogether."""
    # Rows that only delete need not say more than the key.
    asked = entity.key if "is_deleted" in columns else [c.name for c in entity.columns if mandatory(c, entity)]
    needed = [name for name in asked if entity.column(name).default is None]
    missing = [name for name in needed if name not in columns]
    if missing:
        seen = [name for name in columns if name != ROW]
        shown = ", ".join(f"{name[:_SHOWN]!r}" for name in seen[:_NAMES]) + (", …" if len(seen) > _NAMES else "")
        raise BatchRefused(
            f"file {file} lacks the required column{'s' if len(missing) > 1 else ''} "
            f"{', '.join(missing)} of {entity.name}: add them, or map them in the adapter "
            f"(key feeds.system); the file has {len(seen)} column{'s' if len(seen) != 1 else ''}: {shown}"
        )


def conform(
    frame: pl.DataFrame,
    entity: Entity,
    context: Context,
    unmapped: pl.DataFrame | None = None,
    borrowed: Borrowed | None = None,
) -> Conformed:
    """Check and cast a frame of text columns named as the contract's, with their row numbers in `_row`.

    Empty texts are nulls, defaults of the contract fill nulls, unknown columns go into `_extra` as JSON: those of
    `unmapped`, row for row, where an adapter maps the others, else those that the contract does not know.
    Every source row is in exactly one of the two frames of the answer; of a value that was `borrowed` from another
    file, the reason names that file and row.
    """
    check_header(frame.columns, entity, file=context.file)
    declared = (*entity.columns, *ENVELOPE)
    text = _prepared(frame, declared, context)
    extra = text.select(by_name(unknown_columns(frame.columns, entity))) if unmapped is None else _given(unmapped)
    values = _cast(text, declared, context.time_zone)
    broken, bare = faults(text, values, entity, context)
    rejected = _sentences(text, broken, context, borrowed)
    keys = values.select("source_system", *entity.key)
    refused = keys.clear()
    if broken:
        bad = reduce(or_, (mask for _, mask, _ in broken))
        refused = keys.filter(bad)
        values, text, bare = values.filter(~bad), text.filter(~bad), bare.filter(~bad)
        extra = extra.filter(~bad) if extra.width else extra
    accepted = stored(text, values, entity, context, extra if context.keeps_unknown else pl.DataFrame())
    return Conformed(
        accepted=accepted.filter(~bare) if bare.any() else accepted,
        rejected=rejected,
        rejected_keys=refused,
        deletions=accepted.filter(bare) if bare.any() else accepted.clear(),
        drift=tuple(extra.columns),
    )


def _prepared(frame: pl.DataFrame, columns: tuple[Column, ...], context: Context) -> pl.DataFrame:
    """Turn empty texts into nulls, as in every format an empty cell says that there is no value; fill defaults."""
    given = [name for name, kind in frame.schema.items() if kind == pl.String]
    # A file may call its columns `*` or `^…$`: by_name takes every name literally, pl.col does not.
    cells = {name: by_name(name).as_expr() for name in given}
    empty = frame.select((cells[name] == "").any() for name in given).row(0) if frame.height else ()
    fill = {c.name: c.default for c in columns if c.default is not None} | {"source_system": context.source_system}
    wanted: dict[str, pl.Expr] = {}
    for name, has_empty in zip(given, empty, strict=False):
        if has_empty:
            wanted[name] = pl.when(cells[name] != "").then(cells[name])
    for name, default in fill.items():
        cell = wanted.get(name, pl.col(name)) if name in frame.columns else pl.lit(None, dtype=pl.String)
        wanted[name] = cell.fill_null(default)
    return frame.with_columns(**wanted)


def _given(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells with null for those that are empty."""
    # A column that calls itself ^.*$ would be taken for a pattern: its name stays outside.
    return pl.DataFrame([cells[name].alias("cell").replace("", None).alias(name) for name in cells.columns])


def _cast(text: pl.DataFrame, columns: tuple[Column, ...], zone: str) -> pl.DataFrame:
    """Read every column; what its usual form does not explain is tried again by all forms allowed.

    A column that is absent or empty is null: extracts leave most columns out, and small files are many.
    """
    given = nulls(text)
    filled = [c for c in columns if given.get(c.name, text.height) < text.height]
    first = text.select(pl.col(c.name).drop_nulls().first() for c in filled if c.kind is Kind.TS)
    samples = first.row(0, named=True) if first.height else {}
    read = {c.name: typed(c, pl.col(c.name), zone, sample=samples.get(c.name)) for c in filled}
    empty = {c.name: pl.lit(None, dtype=column_type(c)) for c in columns if c.name not in read}
    order = [c.name for c in columns]
    values = text.select(ROW, **read, **empty).select(order)
    found = nulls(values)
    again = {c.name: typed_again(c, pl.col(c.name), zone) for c in filled if found[c.name] > given[c.name]}
    return values.with_columns(text.select(**again).get_columns()) if again else values


def _sentences(text: pl.DataFrame, broken: Broken, context: Context, borrowed: Borrowed | None) -> pl.DataFrame:
    """Write one row per refused source row, with a sentence for everything that is wrong with it."""
    parts = []
    for column, mask, why in broken:
        value = pl.col(column.name).str.slice(0, _SHOWN) if column.name in text.columns else None
        part = text.filter(mask).select(
            row=pl.col(ROW), value=pl.lit(value, dtype=pl.String) if value is None else value
        )
        part = part.with_columns(
            column_name=pl.lit(column.name),
            rule=pl.Series([r.rule for r in why], dtype=pl.String),
            why=pl.Series([r.why for r in why], dtype=pl.String),
        )
        if borrowed is not None:
            part = part.with_columns(why=pl.concat_str("why", borrowed.told(column.name, mask).alias("where")))
        shown = pl.when(pl.col("value").is_null()).then(pl.lit("")).otherwise(pl.format(" '{}'", "value"))
        parts.append(part.with_columns(reason=pl.format("{}{} {}", "column_name", shown, "why")))
    if not parts:
        return pl.DataFrame(schema=REJECTED)
    grouped = pl.concat(parts).group_by("row", maintain_order=True)
    together = grouped.agg(pl.col("column_name", "value", "rule").first(), reason=pl.col("reason").str.join("; "))
    sentence = pl.format("file {}, row {}: {}", pl.lit(context.file), "row", "reason")
    return together.with_columns(reason=sentence).select(pl.col(n).cast(t) for n, t in REJECTED.items()).sort("row")
