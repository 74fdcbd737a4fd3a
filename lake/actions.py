"""What people decided about exceptions: an append-only record of who, when, what, before, after and why.

Nothing here is ever changed or deleted; a decision is taken back by another one. Builds read it, cut at
their as-of.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, get_args

import polars as pl
from deltalake import DeltaTable

from lake import delta
from lake.canonical import canonical
from lake.errors import LakeError
from lake.schemas import SYSTEM_TABLES
from lake.store import Lake

ActionType = Literal["accept", "withdraw_acceptance", "assign", "resubmit", "approve_resubmit", "withdraw_resubmit"]
#: The decisions that nobody may take without saying why.
_NEEDS_REASON = frozenset({"accept", "withdraw_acceptance", "withdraw_resubmit"})


@dataclass(frozen=True)
class Action:
    """One decision about one item.

    `before` and `after` say what it changed; amounts in them are exact text. `payload` is what it asks for
    (a correction's file, row and values). `approver` is the second pair of eyes, where one is needed.
    """

    action_type: ActionType
    item_id: str
    actor: str
    reason: str | None = None
    before: Mapping[str, str | None] = field(default_factory=dict)
    after: Mapping[str, str | None] = field(default_factory=dict)
    payload: Mapping[str, object] = field(default_factory=dict)
    approver: str | None = None
    correlation_id: str | None = None


def append(lake: Lake, actions: Sequence[Action]) -> list[str]:
    """Write the decisions down, all or none, under one time; return their ids.

    Raises LakeError with one sentence where one of them breaks the contract; then none is written.
    """
    for action in actions:
        _check(action)
    lake.ensure()
    at = datetime.now(UTC)
    rows = [_row(action, at) for action in actions]
    frame = pl.DataFrame(rows, schema=SYSTEM_TABLES["action"])

    def decide(table: DeltaTable) -> tuple[pl.DataFrame, None]:
        return delta.fitted(frame, table), None

    delta.append_alone(lake, "action", decide)
    return frame["action_id"].to_list()


def read(lake: Lake, *types: str) -> pl.DataFrame:
    """Return the actions of these types, oldest first."""
    found = delta.read(delta.open_table(lake, "action"))
    return found.filter(pl.col("action_type").is_in(types)).sort("at", maintain_order=True)


def of_item(lake: Lake, item_id: str) -> pl.DataFrame:
    """Return the decisions about one item, oldest first."""
    rows = delta.read(delta.open_table(lake, "action"))
    return rows.filter(pl.col("item_id") == item_id).sort("at", "action_id")


def _check(action: Action) -> None:
    if action.action_type not in get_args(ActionType):
        raise LakeError(f"{action.action_type!r} is no kind of action; there are {', '.join(get_args(ActionType))}.")
    for name in ("item_id", "actor"):
        if not getattr(action, name).strip():
            raise LakeError(f"An action of kind {action.action_type} needs its {name}.")
    if action.action_type in _NEEDS_REASON and not (action.reason or "").strip():
        raise LakeError(f"Item {action.item_id}: say why ({action.action_type} needs a reason).")
    if action.approver is not None and action.approver.strip().lower() == action.actor.strip().lower():
        raise LakeError(f"Item {action.item_id}: {action.actor} cannot approve what {action.actor} decided.")


def _row(action: Action, at: datetime) -> dict[str, object]:
    said = {name: canonical(dict(value)) if value else None for name, value in (
        ("before", action.before), ("after", action.after), ("payload", action.payload)
    )}  # fmt: skip
    return {
        "action_id": uuid.uuid4().hex, "at": at, "actor": action.actor.strip(), "action_type": action.action_type,
        "item_id": action.item_id, "reason": action.reason, "approver": action.approver,
        "correlation_id": action.correlation_id, **said,
    }  # fmt: skip
