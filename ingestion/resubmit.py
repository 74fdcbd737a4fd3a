"""Refused rows, put right by one person, approved by another, and landed by the next ingest.

Nobody touches a table: a proposal is an action in the lake (who, what, before, after, why), its approval is
another, and the next ingest of the feed lands the corrected row as a batch of its own, through the adapter and
all checks, like any row. The refused row stays in quarantine as what was received.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from ingestion.plan import RESUBMITTED, Item, Plan, Received, from_json
from lake import actions, archive, delta
from lake.actions import Action, ActionType
from lake.contracts import ENTITIES
from lake.errors import ConfigError, LakeError
from lake.store import Lake

PROPOSED: ActionType = "resubmit"
APPROVED: ActionType = "approve_resubmit"
State = Literal["proposed", "approved", "landed", "refused again", "superseded"]


@dataclass(frozen=True)
class Correction:
    """A proposal and what became of it; `before` and `after` are the source's cells as JSON."""

    action_id: str
    item_id: str
    actor: str
    approver: str | None
    reason: str
    before: str
    after: str
    state: State
    source: str | None = None


def item_of(batch: int, entity: str, file: str, row: int) -> str:
    """Return the id by which actions call a quarantined row."""
    return f"{batch}/{entity}/{file}/{row}"


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
) -> str:
    """Propose a quarantined row with some cells changed; return the action's id.

    A row that could not be read has no cells to change: `changes` gives it whole. An empty text is no value. One that
    several entities refused, or several sources of one, is corrected for each of them: `entity` and `source` name it.
    Raises ConfigError where there is no such row, or several, nothing changes, a column is named that neither the row
    nor the contract has, or it was corrected before.
    """
    if not (actor.strip() and reason.strip()):
        raise ConfigError("A correction needs --actor and --reason: it is kept with who made it and why.")
    held = _held(lake, batch, file, row, entity, source)
    item = item_of(batch, held["entity"], file, row)
    before = [c for c in corrections(lake) if c.item_id == item and c.source == held["source"]]
    if any(c.state != "proposed" for c in before):
        raise ConfigError(
            f"Row {row} of {file} in batch {batch} was corrected before for {held['entity']}; "
            "see `tieout resubmit list`."
        )
    cells = {} if held["rule"] == "unreadable" else json.loads(held["raw"])
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
    payload |= {"before": held["raw"], "after": after, "rule": held["rule"]}
    proposal = Action(PROPOSED, item, actor, reason=reason, payload=payload, correlation_id=correlation)
    return actions.append(lake, [proposal])[0]


def _thread(lake: Lake, feed: str, batch: int, file: str) -> str:
    """Return the correlation id of a file's rows that bring none: of the correction it is, else of its first batch."""
    plan = _origin(lake, batch)
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

    Raises ConfigError where there is none, a newer one took its place, or who proposed it would approve it.
    """
    known = {c.action_id: c for c in corrections(lake)}
    correction = known.get(action_id)
    if correction is None:
        raise ConfigError(f"There is no proposal {action_id}; `tieout resubmit list` shows those there are.")
    if correction.state != "proposed":
        raise ConfigError(f"Proposal {action_id} was approved before.")
    if approver.strip().casefold() in ("", correction.actor.strip().casefold()):
        raise ConfigError(f"Proposal {action_id} is by {correction.actor}: somebody else must approve it.")
    same = (correction.item_id, correction.source)
    newest = [c.action_id for c in known.values() if (c.item_id, c.source) == same][-1]
    if newest != action_id:
        raise ConfigError(f"Proposal {action_id} was replaced by {newest}: approve that one.")
    (row,) = actions.read(lake, PROPOSED).filter(pl.col("action_id") == action_id).to_dicts()
    approval = Action(
        APPROVED, correction.item_id, correction.actor, reason=correction.reason, payload={"proposal": action_id},
        approver=approver, correlation_id=row["correlation_id"],
    )  # fmt: skip
    actions.append(lake, [approval])


def corrections(lake: Lake) -> list[Correction]:
    """Return all proposals, oldest first, and what became of them."""
    log = delta.read(delta.open_table(lake, "batches"), ["batch_id", "status"])
    committed = log.filter(pl.col("status") == "committed")["batch_id"]
    files = pl.scan_delta(delta.open_table(lake, "batch_files")).filter(pl.col("file").str.starts_with(RESUBMITTED))
    done = files.filter(pl.col("batch_id").is_in(committed.implode())).sort("batch_id")
    landed = {f: (q, n) for f, q, n in done.select("file", "quarantined", "landed").collect().iter_rows()}
    approvals = {
        json.loads(row["payload"])["proposal"]: row["approver"] for row in actions.read(lake, APPROVED).to_dicts()
    }
    found = []
    for row in actions.read(lake, PROPOSED).to_dicts():
        said, file = json.loads(row["payload"]), file_of(row["action_id"])
        state: State = "approved" if row["action_id"] in approvals else "proposed"
        if file in landed:
            held, rows = landed[file]
            state = "refused again" if held else "landed" if rows else "superseded"
        after = json.dumps(said["after"], ensure_ascii=False)
        approver = approvals.get(row["action_id"])
        found.append(
            Correction(
                row["action_id"],
                row["item_id"],
                row["actor"],
                approver,
                row["reason"],
                said["before"],
                after,
                state,
                said.get("source"),
            )
        )
    return found


def file_of(action_id: str) -> str:
    """Return the name of the file that a correction lands from."""
    return f"{RESUBMITTED}{action_id}.ndjson"


def plans(lake: Lake, feed: str) -> list[Plan]:
    """Archive the feed's approved corrections that have not landed yet and plan a batch for each batch they mend."""
    if actions.read(lake, APPROVED).is_empty():
        return []
    due = {c.action_id for c in corrections(lake) if c.state == "approved"}
    rows = [row for row in actions.read(lake, PROPOSED).to_dicts() if row["action_id"] in due]
    by_batch: dict[int, list[Item]] = {}
    origins: dict[int, Plan] = {}
    for row in rows:
        said = json.loads(row["payload"])
        if said["feed"] != feed:
            continue
        origin = origins.setdefault(said["batch"], _origin(lake, said["batch"]))
        by_batch.setdefault(said["batch"], []).append(_item(lake, row, said, origin))
    return [
        Plan(origins[number].system, origins[number].time_zone, tuple(items), origins[number].lookups, resubmits=number)
        for number, items in by_batch.items()
    ]


def _origin(lake: Lake, batch: int) -> Plan:
    log = delta.read(delta.open_table(lake, "batches"), ["batch_id", "status", "plan"])
    (row,) = log.filter((pl.col("batch_id") == batch) & (pl.col("status") == "started")).to_dicts()
    return from_json(row["plan"])


def _item(lake: Lake, row: Mapping[str, Any], said: Mapping[str, Any], origin: Plan) -> Item:
    """Return the corrected row as a file of one line, dated as the file that it was refused from."""
    sent = [
        i
        for i in origin.items
        if i.received.file == said["file"] and i.entity == said["entity"] and said.get("source") in (None, i.source)
    ]
    if not sent:
        raise LakeError(f"batch {said['batch']} has no file {said['file']} of {said['entity']}: it cannot be mended")
    line = json.dumps(said["after"], ensure_ascii=False, sort_keys=True).encode() + b"\n"
    kept = archive.store(lake, io.BytesIO(line))
    received = Received(
        file=file_of(row["action_id"]),
        sha256=kept.sha256,
        content_sha256=row["action_id"],
        bytes=kept.size,
        modified_at=sent[0].received.as_at,
        correlation_id=row["correlation_id"],
    )
    return Item(sent[0].entity, sent[0].source, row["action_id"], received)
