"""Proposed corrections of refused rows and what became of each, read from what was decided and what landed.

No flag says it: a proposal, its approval and its withdrawal are actions in the lake, a correction that landed is a file
of a committed batch, and one that may not land is the only item of a refused one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

import polars as pl

from ingestion.plan import RESUBMITTED, from_json
from lake import actions, delta
from lake.actions import ActionType
from lake.store import Lake

PROPOSED: ActionType = "resubmit"
APPROVED: ActionType = "approve_resubmit"
WITHDRAWN: ActionType = "withdraw_resubmit"
State = Literal["proposed", "approved", "landed", "superseded", "refused again", "refused", "replaced", "withdrawn"]


@dataclass(frozen=True)
class Correction:
    """A proposal and what became of it; `before` and `after` are the source's cells as JSON.

    `refused again` is one whose row stands in quarantine once more, `refused` one that no batch could take in at all;
    `why` is the sentence of the refusal, or of who withdrew it.
    """

    action_id: str
    feed: str
    item_id: str
    actor: str
    approver: str | None
    reason: str
    before: str
    after: str
    state: State
    source: str | None = None
    why: str | None = None

    def __str__(self) -> str:
        """Name the correction and the people that it concerns."""
        by = f"proposed by {self.actor}" + (f" and approved by {self.approver}" if self.approver else "")
        return f"correction {self.action_id} of {self.item_id}, {by}"


def item_of(batch: int, entity: str, file: str, row: int) -> str:
    """Return the id by which actions call a quarantined row."""
    return f"{batch}/{entity}/{file}/{row}"


def file_of(action_id: str) -> str:
    """Return the name of the file that a correction lands from."""
    return f"{RESUBMITTED}{action_id}.ndjson"


def corrections(lake: Lake) -> list[Correction]:
    """Return all proposals, oldest first, and what became of them."""
    taken = actions.read(lake, PROPOSED, APPROVED, WITHDRAWN).to_dicts()
    proposed = [row for row in taken if row["action_type"] == PROPOSED]
    if not proposed:
        return []
    about = {
        kind: {json.loads(row["payload"])["proposal"]: row for row in taken if row["action_type"] == kind}
        for kind in (APPROVED, WITHDRAWN)
    }
    landed, refused = _landed(lake), _refused(lake)
    told = [(row, json.loads(row["payload"])) for row in proposed]
    newest = {(row["item_id"], said.get("source")): row["action_id"] for row, said in told}
    found = []
    for row, said in told:
        action = row["action_id"]
        approval, withdrawal = about[APPROVED].get(action), about[WITHDRAWN].get(action)
        state: State = "approved" if approval else "proposed"
        why = None
        if file_of(action) in landed:
            state = landed[file_of(action)]
        elif withdrawal:
            state, why = "withdrawn", f"{withdrawal['actor']}: {withdrawal['reason']}"
        else:
            why = refused.get(action)
            state = "refused" if why else state
            state = "replaced" if newest[row["item_id"], said.get("source")] != action else state
        found.append(
            Correction(
                action, said["feed"], row["item_id"], row["actor"], approval["approver"] if approval else None,
                row["reason"], said["before"], json.dumps(said["after"], ensure_ascii=False), state,
                said.get("source"), why,
            )
        )  # fmt: skip
    return found


def _landed(lake: Lake) -> dict[str, State]:
    """Return what became of each correction's file that a committed batch has read; the newest speaks."""
    log = delta.read(delta.open_table(lake, "batches"), ["batch_id", "status"])
    committed = log.filter(pl.col("status") == "committed")["batch_id"]
    files = pl.scan_delta(delta.open_table(lake, "batch_files")).filter(pl.col("file").str.starts_with(RESUBMITTED))
    done = files.filter(pl.col("batch_id").is_in(committed.implode())).sort("batch_id")
    states: dict[str, State] = {}
    for file, held, rows in done.select("file", "quarantined", "landed").collect().iter_rows():
        states[file] = "refused again" if held else "landed" if rows else "superseded"
    return states


def _refused(lake: Lake) -> dict[str, str]:
    """Return why each correction was refused that was a batch by itself.

    Of several in one batch it is not known which was at fault: each of them is tried by itself.
    """
    log = delta.read(delta.open_table(lake, "batches"), ["batch_id", "status", "message"])
    refused = log.filter(pl.col("status") == "refused")
    if refused.is_empty():
        return {}
    table = pl.scan_delta(delta.open_table(lake, "batches")).select("batch_id", "status", "plan")
    of_corrections = pl.col("plan").str.json_path_match("$.resubmits").is_not_null()
    mine = pl.col("batch_id").is_in(refused["batch_id"].implode()) & (pl.col("status") == "started")
    plans = table.filter(mine).filter(of_corrections).select("batch_id", "plan").collect()
    found = {}
    for plan, why in plans.join(refused, on="batch_id").sort("batch_id").select("plan", "message").iter_rows():
        items = from_json(plan).items
        if len(items) == 1:
            found[items[0].content] = why
    return found
