"""The physical columns of every lake table, derived from the contracts."""

from __future__ import annotations

import polars as pl

from lake.contracts import ENTITIES
from lake.contracts.envelope import AUDIT, ENVELOPE
from lake.contracts.model import DECIMALS, Column, Entity, Kind

UTC = pl.Datetime("us", "UTC")
_PLAIN: dict[Kind, pl.DataType] = {
    Kind.DATE: pl.Date(),
    Kind.TS: UTC,
    Kind.INT: pl.Int64(),
    Kind.BOOL: pl.Boolean(),
}

#: The year of the entity's event date, by which its table is partitioned.
YEAR = "_year"

#: How to tell that the contents of tables/ are not ordinary entities.
SYSTEM_TABLES: dict[str, dict[str, pl.DataType]] = {
    "batches": {
        "batch_id": pl.Int64(),
        "feed": pl.String(),
        "source_system": pl.String(),
        "mode": pl.String(),
        "status": pl.String(),
        "at": UTC,
        "rows_read": pl.Int64(),
        "landed": pl.Int64(),
        "quarantined": pl.Int64(),
        "excluded": pl.Int64(),
        "message": pl.String(),
        "max_updated_at": UTC,
        "plan": pl.String(),
    },
    "batch_files": {
        "batch_id": pl.Int64(),
        "feed": pl.String(),
        "source_system": pl.String(),
        "entity": pl.String(),
        "file": pl.String(),
        "sha256": pl.String(),
        "content_sha256": pl.String(),
        "bytes": pl.Int64(),
        "modified_at": UTC,
        "rows_read": pl.Int64(),
        "landed": pl.Int64(),
        "quarantined": pl.Int64(),
        "excluded": pl.Int64(),
        "excluded_by": pl.String(),
        "tombstones": pl.Int64(),
        "max_updated_at": UTC,
        "window_from": UTC,
        "window_to": UTC,
        "drift": pl.String(),
    },
    "quarantine": {
        "batch_id": pl.Int64(),
        "feed": pl.String(),
        "source_system": pl.String(),
        "entity": pl.String(),
        "file": pl.String(),
        "row": pl.Int64(),
        "column_name": pl.String(),
        "value": pl.String(),
        "rule": pl.String(),
        "reason": pl.String(),
        "raw": pl.String(),
        "at": UTC,
    },
    "action": {
        "action_id": pl.String(),
        "at": UTC,
        "actor": pl.String(),
        "action_type": pl.String(),
        "item_id": pl.String(),
        "payload": pl.String(),
        "reason": pl.String(),
        "approver": pl.String(),
        "correlation_id": pl.String(),
    },
    "recon_item_history": {
        "item_id": pl.String(),
        "run_id": pl.String(),
        "build_time": UTC,
        "category": pl.String(),
        "flow": pl.String(),
        "amount_group": pl.Decimal(18, 2),
        "status": pl.String(),
        "payload": pl.String(),
    },
    "certificate": {
        "run_id": pl.String(),
        "recorded_at": UTC,
        "build_time": UTC,
        "legal_entity_key": pl.String(),
        "period_id": pl.String(),
        "is_certified": pl.Boolean(),
        "reason": pl.String(),
        "content": pl.String(),
        "seal": pl.String(),
    },
}


def column_type(column: Column) -> pl.DataType:
    """Return the type in which a contract column is stored."""
    if column.kind in DECIMALS:
        precision, scale = DECIMALS[column.kind]
        return pl.Decimal(precision, scale)
    return _PLAIN.get(column.kind, pl.String())


def entity_schema(entity: Entity) -> dict[str, pl.DataType]:
    """Return name → type of every stored column: contract, envelope, audit, then the partition year."""
    declared = {c.name: column_type(c) for c in (*entity.columns, *ENVELOPE, *AUDIT)}
    return declared | ({YEAR: pl.Int32()} if entity.event_date else {})


def partition_columns(entity: Entity) -> list[str]:
    """Return the columns an entity's table is partitioned by."""
    return ["source_system", YEAR] if entity.event_date else ["source_system"]


def table_schemas() -> dict[str, dict[str, pl.DataType]]:
    """Return the schema of every table of the lake by name, entities first."""
    return {name: entity_schema(e) for name, e in ENTITIES.items()} | SYSTEM_TABLES
