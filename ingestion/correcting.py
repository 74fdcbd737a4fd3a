"""Land the approved corrections of a feed: those of one batch together, and each by itself where they may not land so.

A correction that may not land is closed as refused and told of, and holds up nothing else: not the others that were
approved with it, and not what the next ingest brings.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from ingestion.adapter import Adapter
from ingestion.corrections import PROPOSED, Correction, corrections, file_of
from ingestion.plan import Item, Plan, Received, from_json
from ingestion.readers.chunk import REPEATED_HEADER, UNREADABLE
from ingestion.tally import Tally
from lake import actions, archive, delta
from lake.batches import BatchLog, Counts, Started
from lake.errors import BatchRefused, ConfigError, ContractError, LakeError
from lake.events import Events
from lake.store import Lake

Done = tuple[int, Counts, list[Tally]]


def land_due(
    lake: Lake, log: BatchLog, adapter: Adapter, land: Callable[[Started], Done], *, events: Events
) -> tuple[list[Done], list[str]]:
    """Land what is approved and was not tried yet; return the batches, and a sentence for each correction refused."""
    done: list[Done] = []
    tried: list[str] = []
    seen = log.closed()

    def attempt(plan: Plan) -> bool:
        started = log.start(plan.to_json(), seen=seen)
        seen.append(started.batch_id)
        events("batch_started", feed=log.feed, batch_id=started.batch_id, resubmits=plan.resubmits)
        return finish(started, land, done)

    for plan in plans(lake, log.feed, adapter):
        if attempt(plan):
            continue
        tried += [item.content for item in plan.items]
        if len(plan.items) > 1:
            for item in plan.items:
                attempt(replace(plan, items=(item,)))
    told = corrections(lake) if tried else []
    return done, [sentence(c) for c in told if c.action_id in tried and c.state == "refused"]


def finish(started: Started, land: Callable[[Started], Done], done: list[Done]) -> bool:
    """Land a batch; False where it is one of corrections that is refused: it is closed, and stops nothing."""
    try:
        done.append(land(started))
    except (BatchRefused, ContractError):
        if from_json(started.plan).resubmits is None:
            raise
        return False
    return True


def require_standing(lake: Lake, plan: Plan) -> None:
    """Raise ConfigError where a batch of corrections to be replayed has one that nobody stands for any more."""
    mine = {item.content for item in plan.items}
    for known in corrections(lake):
        if known.action_id in mine and known.state in ("withdrawn", "replaced"):
            why = f" ({known.why})" if known.state == "withdrawn" else ""
            raise ConfigError(f"The {known}, was {known.state}{why}: it is not replayed.")


def sentence(refused: Correction) -> str:
    """Say whose correction was refused, why, and what can be done."""
    why = "; ".join((refused.why or "").splitlines())
    return (
        f"{refused} was refused: {why}; propose it anew, or take it back with "
        f"`tieout resubmit withdraw {refused.action_id}`"
    )


def plans(lake: Lake, feed: str, adapter: Adapter) -> list[Plan]:
    """Archive the feed's approved corrections that were not tried yet and plan a batch for each batch they mend."""
    due = {c.action_id for c in corrections(lake) if c.feed == feed and c.state == "approved"}
    if not due:
        return []
    by_batch: dict[int, list[Item]] = {}
    origins: dict[int, Plan] = {}
    for row in actions.read(lake, PROPOSED).to_dicts():
        if row["action_id"] not in due:
            continue
        said = json.loads(row["payload"])
        origin = origins.setdefault(said["batch"], plan_of(lake, said["batch"]))
        by_batch.setdefault(said["batch"], []).append(_item(lake, row, said, origin, adapter))
    return [
        Plan(origins[number].system, origins[number].time_zone, tuple(items), origins[number].lookups, resubmits=number)
        for number, items in by_batch.items()
    ]


def plan_of(lake: Lake, batch: int) -> Plan:
    """Return the plan that a batch was started with."""
    log = delta.read(delta.open_table(lake, "batches"), ["batch_id", "status", "plan"])
    (row,) = log.filter((pl.col("batch_id") == batch) & (pl.col("status") == "started")).to_dicts()
    return from_json(row["plan"])


def _item(lake: Lake, row: Mapping[str, Any], said: Mapping[str, Any], origin: Plan, adapter: Adapter) -> Item:
    """Return the corrected row as a file of one line, dated as the file that it was refused from."""
    sent = [
        i
        for i in origin.items
        if i.received.file == said["file"] and i.entity == said["entity"] and said.get("source") in (None, i.source)
    ]
    if not sent:
        raise LakeError(f"batch {said['batch']} has no file {said['file']} of {said['entity']}: it cannot be mended")
    # Cells that are empty are columns of a mapped source all the same: its adapter would miss them.
    is_mapped = any(
        i.columns is not None for i in adapter.inputs if (i.entity, i.source.name) == (sent[0].entity, sent[0].source)
    )
    has_cells = is_mapped and said["rule"] not in (UNREADABLE, REPEATED_HEADER)
    had = dict.fromkeys(json.loads(said["before"])) if has_cells else {}
    line = json.dumps(had | said["after"], ensure_ascii=False, sort_keys=True).encode() + b"\n"
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
