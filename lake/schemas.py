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

_AMOUNT = pl.Decimal(18, 2)

#: A difference as the mart's recon_item shows it, less what only the time of the build makes of it.
_ITEM: dict[str, pl.DataType] = {
    **dict.fromkeys(("item_id", "flow", "category", "owner", "severity", "status", "assigned_to"), pl.String()),
    "accepted_by": pl.String(),
    "accepted_at": UTC,
    "acceptance_reason": pl.String(),
    **dict.fromkeys(
        (
            "legal_entity_key", "counterparty_entity_key", "operational_legal_entity_key", "posted_legal_entity_key",
            "project_key", "operational_project_key", "posted_project_key", "contract_line_key", "customer_key",
            "worker_key", "period_id", "work_period_id", "operational_period_id", "posted_period_id", "currency",
            "functional_currency",
        ),
        pl.String(),
    ),
    "is_two_currencies": pl.Boolean(),
    **{
        f"{side}_{amount}": _AMOUNT
        for side in ("operational", "posted", "difference")
        for amount in ("transaction", "functional", "group")
    },
    "difference_hours": _AMOUNT,
    "operational_hours": _AMOUNT,
    "posted_hours": _AMOUNT,
    **dict.fromkeys(
        (
            "match_level", "origin_type", "origin_system", "origin_id", "gl_line_ids", "correlation_id",
            "integration_error", "hold_reason", "source_status",
        ),
        pl.String(),
    ),
    "approved_at": UTC,
    "due_at": UTC,
    "match_key": pl.String(),
}  # fmt: skip

#: Tables that are a record of what was said and done: the Delta library refuses to change or delete their rows.
APPEND_ONLY = frozenset({"action", "recon_item_history", "certificate"})

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
        **dict.fromkeys(("frozen_entity", "frozen_file", "frozen_columns"), pl.String()),
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
        "last_key": pl.String(),
        "held_back": pl.Int64(),
        "settles": pl.String(),
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
        "source": pl.String(),
    },
    "action": {
        "action_id": pl.String(),
        "at": UTC,
        "actor": pl.String(),
        "action_type": pl.String(),
        "item_id": pl.String(),
        "before": pl.String(),
        "after": pl.String(),
        "payload": pl.String(),
        "reason": pl.String(),
        "approver": pl.String(),
        "correlation_id": pl.String(),
    },
    "recon_item_history": {
        "run_id": pl.String(),
        "build_time": UTC,
        "published_at": UTC,
        **_ITEM,
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
