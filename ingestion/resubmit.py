"""Refused rows, put right by one person, approved by another, and landed by the next ingest.

Nobody touches a table: a proposal is an action in the lake (who, what, before, after, why), its approval is
another, and the next ingest of the feed lands the corrected row as a batch of its own, through the adapter and
all checks, like any row. The refused row stays in quarantine as what was received. What has not landed can be
withdrawn, by an action as well, or proposed anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from ingestion.correcting import plan_of
from ingestion.corrections import APPROVED, PROPOSED, WITHDRAWN, Correction, State, corrections, item_of
from ingestion.mapping import plain_name
from ingestion.readers.chunk import REPEATED_HEADER, UNREADABLE
from lake import actions, delta
from lake.actions import Action
from lake.contracts import ENTITIES
from lake.errors import ConfigError
from lake.store import Lake

#: What no other correction of the same row may follow: its row has landed, or stands in quarantine as another.
_CLOSED: tuple[State, ...] = ("landed", "superseded", "refused again")


def propose(
    lake: Lake,
    *,
    batch: int,
    file: str,
    row: int,
    changes: Mapping[str, str],
    actor: str,
    reason: str,
    entity: str | None = None,
    source: str | None = None,
    replaces: str | None = None,
) -> str:
    """Propose a quarantined row with some cells changed; return the action's id.

    A row that could not be read has no cells to change: `changes` gives it whole. An empty text is no value. One that
    several entities refused, or several sources of one, is corrected for each of them: `entity` and `source` name it.
    A correction that gives the row the key of another live record is refused unless `replaces` is that key.
    Raises ConfigError where there is no such row, or several, nothing changes, a column is named that neither the row
    nor the contract has, or it was corrected before.
    """
    if not (actor.strip() and reason.strip()):
        raise ConfigError("A correction needs --actor and --reason: it is kept with who made it and why.")
    held = _held(lake, batch, file, row, entity, source)
    item = item_of(batch, held["entity"], file, row)
    _require_open(lake, item, held, f"Row {row} of {file} in batch {batch}")
    cells = {} if held["rule"] in (UNREADABLE, REPEATED_HEADER) else json.loads(held["raw"])
    cell_of = {plain_name(name): name for name in cells}
    changes = {name if name in cells else cell_of.get(plain_name(name), name): v for name, v in changes.items()}
    strange = sorted(changes.keys() - cells.keys() - {c.name for c in ENTITIES[held["entity"]].columns})
    if cells and strange:
        raise ConfigError(
            f"Row {row} of {file} has no column {', '.join(strange)}, and {held['entity']} knows none; "
            f"it has {', '.join(name for name in cells if not name.startswith('_'))}."
        )
    after = {name: value for name, value in (cells | dict(changes)).items() if value not in (None, "")}
    if not changes or after == {name: value for name, value in cells.items() if value not in (None, "")}:
        raise ConfigError(f"Nothing changes in row {row} of {file}: give --set column=value for what was wrong.")
    correlation = cells.get("_correlation_id") or _thread(lake, held["feed"], batch, file)
    payload = {"feed": held["feed"], "batch": batch, "entity": held["entity"], "file": file, "row": row}
    payload |= {"source": held["source"]}
    payload |= {"replaces": replaces} if replaces else {}
    payload |= {"before": held["raw"], "after": after, "rule": held["rule"]}
    proposal = Action(PROPOSED, item, actor, reason=reason, payload=payload, correlation_id=correlation)
    return actions.append(lake, [proposal])[0]


def _require_open(lake: Lake, item: str, held: Mapping[str, Any], row: str) -> None:
    """Raise ConfigError where a correction of the row has landed, or is about to."""
    before = [c for c in corrections(lake) if c.item_id == item and c.source == held["source"]]
    for said in before:
        if said.state in _CLOSED:
            raise ConfigError(f"{row} was corrected before for {held['entity']}; see `tieout resubmit list`.")
        if said.state == "approved":
            raise ConfigError(
                f"{row} was corrected before for {held['entity']} and waits for the next `tieout ingest`; "
                f"`tieout resubmit withdraw {said.action_id}` takes that back."
            )


def _thread(lake: Lake, feed: str, batch: int, file: str) -> str:
    """Return the correlation id of a file's rows that bring none: of the correction it is, else of its first batch."""
    plan = plan_of(lake, batch)
    own = (i.received.correlation_id for i in plan.items if i.received.file == file)
    return next((c for c in own if c), None) or plan.thread(feed, batch)


def _held(  # noqa: PLR0917 - what tells one refused row from another
    lake: Lake, batch: int, file: str, row: int, entity: str | None, source: str | None
) -> dict[str, Any]:
    log = delta.read(delta.open_table(lake, "batches"), ["batch_id", "status"])
    committed = not log.filter((pl.col("batch_id") == batch) & (pl.col("status") == "committed")).is_empty()
    table = pl.scan_delta(delta.open_table(lake, "quarantine"))
    mine = (pl.col("batch_id") == batch) & (pl.col("file") == file) & (pl.col("row") == row)
    found = table.filter(mine).collect().to_dicts()
    if not committed or not found:
        raise ConfigError(
            f"There is no quarantined row {row} of {file} in batch {batch}; "
            '`tieout sql "select * from lake.quarantine"` lists those there are.'
        )
    # Several entities may read one row, and several sources of one entity different records of one file.
    for key, value in (("entity", entity), ("source", source)):
        there = sorted({str(r[key]) for r in found})
        found = [r for r in found if value in (None, r[key])]
        if not found or (len(there) > 1 and value is None):
            raise ConfigError(
                f"Row {row} of {file} in batch {batch} was refused for the {key} {' and for '.join(there)}: "
                f"name one of them with --{key}; each is corrected by itself."
            )
    return found[0]


def approve(lake: Lake, action_id: str, *, approver: str) -> None:
    """Approve a proposal, so that the next ingest lands it.

    Raises ConfigError where there is none, a newer one took its place, it was withdrawn, or who proposed it would
    approve it.
    """
    correction = _known(lake, action_id)
    if correction.state == "replaced":
        newest = [c for c in corrections(lake) if _same(c, correction)][-1].action_id
        raise ConfigError(f"Proposal {action_id} was replaced by {newest}: approve that one.")
    if correction.state == "withdrawn":
        raise ConfigError(f"Proposal {action_id} was withdrawn ({correction.why}): propose it anew.")
    if correction.state != "proposed":
        raise ConfigError(f"Proposal {action_id} was approved before.")
    if approver.strip().casefold() in ("", correction.actor.strip().casefold()):
        raise ConfigError(f"Proposal {action_id} is by {correction.actor}: somebody else must approve it.")
    _append(lake, Action(
        APPROVED, correction.item_id, correction.actor, reason=correction.reason, payload={"proposal": action_id},
        approver=approver,
    ))  # fmt: skip


def withdraw(lake: Lake, action_id: str, *, actor: str, reason: str) -> None:
    """Take back a correction that has not landed: it stays on record, and its row is open again.

    Raises ConfigError where there is none, it has landed or was withdrawn before, or nobody says who and why.
    """
    if not (actor.strip() and reason.strip()):
        raise ConfigError("A withdrawal needs --actor and --reason: it is kept with who took it back and why.")
    correction = _known(lake, action_id)
    if correction.state == "withdrawn":
        raise ConfigError(f"Proposal {action_id} was withdrawn before ({correction.why}).")
    if correction.state in _CLOSED:
        raise ConfigError(
            f"Proposal {action_id} is {correction.state}: what a batch has taken in is not withdrawn; "
            "let the source send the record again."
        )
    _append(lake, Action(WITHDRAWN, correction.item_id, actor, reason=reason, payload={"proposal": action_id}))


def _known(lake: Lake, action_id: str) -> Correction:
    known = {c.action_id: c for c in corrections(lake)}
    if action_id not in known:
        raise ConfigError(f"There is no proposal {action_id}; `tieout resubmit list` shows those there are.")
    return known[action_id]


def _same(one: Correction, other: Correction) -> bool:
    return (one.item_id, one.source) == (other.item_id, other.source)


def _append(lake: Lake, decision: Action) -> None:
    """Write a decision about a proposal down, in the proposal's thread."""
    proposal = pl.col("action_id") == decision.payload["proposal"]
    (row,) = actions.read(lake, PROPOSED).filter(proposal).to_dicts()
    actions.append(lake, [replace(decision, correlation_id=row["correlation_id"])])
