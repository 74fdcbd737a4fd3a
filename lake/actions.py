"""What people decided: one row an action, appended and never changed, in the lake's table `action`."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl

from lake import delta
from lake.schemas import SYSTEM_TABLES
from lake.store import Lake


def record(
    lake: Lake,
    *,
    actor: str,
    action_type: str,
    item_id: str,
    payload: Mapping[str, object] | None = None,
    reason: str | None = None,
    approver: str | None = None,
    correlation_id: str | None = None,
) -> str:
    """Append an action and return its id; what it decides takes effect where somebody reads it."""
    action_id = uuid.uuid4().hex
    row = {
        "action_id": action_id,
        "at": datetime.now(UTC),
        "actor": actor,
        "action_type": action_type,
        "item_id": item_id,
        "payload": None if payload is None else json.dumps(payload, ensure_ascii=False, sort_keys=True),
        "reason": reason,
        "approver": approver,
        "correlation_id": correlation_id,
    }
    frame = pl.DataFrame([row], schema=SYSTEM_TABLES["action"])
    return delta.append_alone(lake, "action", lambda _: (frame, action_id))


def read(lake: Lake, *types: str) -> pl.DataFrame:
    """Return the actions of these types, oldest first."""
    found = delta.read(delta.open_table(lake, "action"))
    return found.filter(pl.col("action_type").is_in(types)).sort("at", maintain_order=True)
