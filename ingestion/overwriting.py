"""Corrections that turn a row into another record: they may not overwrite one that lives, unless that was said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from ingestion import mapping
from ingestion.corrections import PROPOSED
from ingestion.joining import Lookup
from ingestion.keys import told_keys
from ingestion.landing import Batch
from ingestion.plan import Item
from ingestion.readers.chunk import REPEATED_HEADER, ROW, UNREADABLE
from ingestion.tally import Tally
from ingestion.versions import identity, newest_versions
from lake import actions, delta
from lake.contracts.envelope import ENVELOPE
from lake.contracts.model import Entity
from lake.errors import BatchRefused, ContractError


def require_own(
    batch: Batch,
    entity: Entity,
    frames: Iterator[tuple[Tally, pl.DataFrame]],
    joined: Mapping[str, Lookup],
    *,
    committed: list[int],
) -> Iterator[tuple[Tally, pl.DataFrame]]:
    """Give corrected rows; raises BatchRefused where one takes the key of another live record.

    The key is another one where the row as it was refused had another, or none that could be read. Who proposes the
    correction may name the record that it replaces; what has landed once is not asked again.
    """
    proposed = {row["action_id"]: json.loads(row["payload"]) for row in actions.read(batch.lake, PROPOSED).to_dicts()}
    taken: dict[tuple[object, ...], str] = {}
    for tally, frame in frames:
        said = proposed.get(tally.item.content, {})
        if not frame.is_empty():
            key = frame.select(identity(entity)).row(0)
            before = _before(batch, entity, tally.item, said, joined) if said else key
            if key != before:
                turns = _turns(tally.item, entity, said, before, key)
                if key in taken:
                    raise BatchRefused(f"{turns}, and so does file {taken[key]}")
                _require_free(batch, entity, tally.item, said, frame, turns, committed=committed)
            taken[key] = tally.item.received.file
        yield tally, frame


def _require_free(  # noqa: PLR0917 - what tells whose record it is
    batch: Batch,
    entity: Entity,
    item: Item,
    said: Mapping[str, Any],
    frame: pl.DataFrame,
    turns: str,
    *,
    committed: list[int],
) -> None:
    key = frame.select(identity(entity)).row(0)
    if said.get("replaces") == _text(key):
        return
    live = newest_versions(batch, entity, committed, frame.select(identity(entity)).unique())
    live = live.filter(~pl.col("is_deleted").fill_null(value=False))
    if live.is_empty() or _landed_before(batch, entity, item, committed):
        return
    number, file, row = live.select("_batch_id", "_file", "_row").row(0)
    raise BatchRefused(
        f"{turns}, which is another record that lives (batch {number}, file {file}, row "
        f"{row}) and would be overwritten: give the row's own key, or propose it again with --replaces {_text(key)} "
        "where it is a version of that record"
    )


def _landed_before(batch: Batch, entity: Entity, item: Item, committed: list[int]) -> bool:
    rows = pl.scan_delta(delta.open_table(batch.lake, entity.name))
    mine = (pl.col("_file") == item.received.file) & pl.col("_batch_id").is_in(committed)
    return not rows.filter(mine).select("_file").head(1).collect().is_empty()


def _before(
    batch: Batch, entity: Entity, item: Item, said: Mapping[str, Any], joined: Mapping[str, Lookup]
) -> tuple[object, ...] | None:
    """Return the key of the row as it was refused, through today's adapter; None where it has none."""
    if said["rule"] in (UNREADABLE, REPEATED_HEADER):
        return None
    cells = {name: None if value is None else str(value) for name, value in json.loads(said["before"]).items()}
    frame = pl.DataFrame([pl.Series(name, [value], dtype=pl.String) for name, value in cells.items() if name != ROW])
    try:
        step = batch.input_of(item)
        mapped = mapping.apply(frame.with_columns(pl.lit(1, pl.Int64).alias(ROW)), step, joined, file=said["file"])
    except (BatchRefused, ContractError):
        return None
    wanted = dict.fromkeys(c.name for c in (*entity.columns, *ENVELOPE))
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in wanted if name not in mapped.frame.columns]
    keys = told_keys(mapped.frame.with_columns(absent), entity, batch.context(item.received))
    return next(keys.select(identity(entity)).iter_rows(), None)


def _turns(
    item: Item, entity: Entity, said: Mapping[str, Any], before: tuple[object, ...] | None, key: tuple[object, ...]
) -> str:
    row = f"row {said['row']} of {said['file']} in batch {said['batch']}"
    was = "whose key cannot be read" if before is None or None in before else f"which is {entity.name} {_text(before)}"
    return f"file {item.received.file} turns {row}, {was}, into {_text(key)}"


def _text(key: tuple[object, ...]) -> str:
    """Write a key without its source system."""
    return "/".join(str(value) for value in key[1:])
