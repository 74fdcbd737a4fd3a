"""Read, map, check and write the files of one entity of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import polars as pl

from ingestion import joining, mapping, readers
from ingestion.adapter import Adapter, Input
from ingestion.conform import REJECTED, conform
from ingestion.faults import told
from ingestion.feed import AHEAD, Clock, Drift
from ingestion.joining import Lookup
from ingestion.keys import told_keys
from ingestion.plan import Item, Plan, Received, by_age, source_of
from ingestion.readers.chunk import ROW, UNREADABLE, Chunk
from ingestion.storing import Context
from ingestion.tally import Tally
from ingestion.unpacking import most_bytes
from lake import archive
from lake.batches import Started
from lake.contracts import ENTITIES
from lake.errors import BatchRefused, ContractError, DamagedError, Frozen
from lake.quarantine import Spool

if TYPE_CHECKING:
    from lake.store import Lake


class Standing(Protocol):
    """What knows the rows that stand corrected: see `ingestion.corrected`."""

    def leave_out(self, chunk: Chunk, item: Item, tally: Tally) -> Chunk:
        """Return the rows that do not."""


_RAW: dict[str, pl.DataType] = {"raw": pl.String()}


@dataclass(frozen=True)
class Batch:
    """The batch that is being landed: its number and plan, and how to read what the plan names."""

    lake: Lake
    feed: str
    started: Started
    plan: Plan
    adapter: Adapter
    spool: Spool
    drift: Drift = "evolve"
    max_unpack_ratio: float = 250
    clock: Clock = "data"
    corrected: Standing | None = None

    def most(self, received: Received) -> int:
        """Return how many bytes a file may unpack to."""
        return most_bytes(received.bytes, self.max_unpack_ratio)

    def input_of(self, item: Item) -> Input:
        """Return the adapter's input for an item; raises ContractError where the adapter has lost it."""
        for step in self.adapter.inputs:
            if (step.entity, step.source.name) == (item.entity, item.source):
                return step
        raise ContractError(f"adapter {self.adapter.system} no longer maps {item.source} to {item.entity}")

    def context(self, received: Received) -> Context:
        """Return what the rows of a file do not say themselves."""
        return Context(
            source_system=self.feed,
            file=received.file,
            time_zone=self.plan.time_zone,
            updated_at=received.as_at,
            batch_id=self.started.batch_id,
            ingested_at=self.started.at,
            correlation_id=received.correlation_id or self.plan.thread(self.feed, self.started.batch_id),
            keeps_unknown=self.drift != "discard",
            latest=self.started.at + AHEAD[self.clock],
        )


@contextmanager
def _archived(batch: Batch, received: Received) -> Iterator[Path]:
    """Give a received file's bytes; raises BatchRefused where the archive has others by now, so that the batch ends."""
    with ExitStack() as stack:
        try:
            path = stack.enter_context(archive.local_copy(batch.lake, received.sha256))
        except DamagedError as error:
            raise BatchRefused(
                f"file {received.file}: {error}; leave it in the feed's folder, and run `tieout ingest` again"
            ) from None
        yield path


def lookups(batch: Batch) -> dict[str, Lookup]:
    """Read the sources that other sources look up, whole; the newest file comes last, as the last row counts."""
    found = {}
    for name, files in batch.plan.lookups.items():
        source = batch.adapter.sources[name]
        parts = []
        for received in sorted(files, key=lambda r: by_age(r.file, r.as_at)):
            with told(received.file), _archived(batch, received) as path:
                spec, kind = source_of(received, source, path, most=batch.most(received))
                file = pl.lit(received.file).alias(joining.FILE)
                parts += [chunk.frame.with_columns(file) for chunk in readers.read(spec, kind)]
        whole = pl.concat(parts, how="diagonal") if parts else pl.DataFrame()
        found[name] = mapping.lookup(whole, source)
    return found


def accepted_frames(batch: Batch, item: Item, tally: Tally, joined: Mapping[str, Lookup]) -> Iterator[pl.DataFrame]:
    """Give the accepted rows of one file, chunk by chunk; refused ones go to the spool, all are counted."""
    step, received = batch.input_of(item), item.received
    entity, context = ENTITIES[item.entity], batch.context(received)
    with ExitStack() as stack:
        stack.enter_context(told(received.file))
        path = stack.enter_context(_archived(batch, received))
        spec, kind = source_of(received, step.source, path, most=batch.most(received))
        for chunk in readers.read(spec, kind):
            tally.rows_read += chunk.frame.height + len(chunk.unreadable)
            _add_totals(chunk.frame, received, tally)
            chunk = batch.corrected.leave_out(chunk, item, tally) if batch.corrected else chunk  # noqa: PLW2901
            _keep_unreadable(batch, item, chunk, tally)
            if not chunk.frame.width > 1:
                continue
            mapped = mapping.apply(chunk.frame, step, joined, file=received.file)
            for name, rows in mapped.excluded.items():
                tally.leave_out(name, rows)
            if mapped.left_out is not None:
                tally.left_out.append(told_keys(mapped.left_out, entity, context))
            result = conform(mapped.frame, entity, context, mapped.extra, mapped.borrowed)
            tally.drift.update(dict.fromkeys(result.drift))
            if tally.drift and batch.drift == "freeze":
                raise _frozen(batch, item, tally.drift)
            tally.quarantined += result.rejected.height
            tally.refuse(result.rejected_keys)
            _keep_rejected(batch, item, result.rejected, mapped.origin)
            tally.backwards.count(result.accepted, entity)
            if not result.deletions.is_empty():
                tally.deletions.append(result.deletions)
            yield result.accepted
    _agree(received, tally)


def _frozen(batch: Batch, item: Item, unknown: Iterable[str]) -> Frozen:
    columns, file = tuple(unknown), item.received.file
    mapped = batch.input_of(item).columns is not None
    who = f"adapter {batch.adapter.system} does not map" if mapped else f"the contract of {item.entity} does not know"
    instead = "name them under `ignored` in it" if mapped else "have them taken out"
    return Frozen(
        f"file {file} has columns that {who}: {', '.join(map(repr, columns))}; feed {batch.feed} is frozen (key "
        f"feeds.drift): nothing is landed; {instead}, or set evolve or discard",
        entity=item.entity,
        file=file,
        columns=columns,
    )


def _keep_unreadable(batch: Batch, item: Item, chunk: Chunk, tally: Tally) -> None:
    if not chunk.unreadable:
        return
    file = item.received.file
    rows = [
        {
            "row": bad.row,
            "rule": bad.rule,
            "reason": f"file {file}, row {bad.row}: the record {bad.why}",
            "raw": bad.raw.encode("utf-8", "backslashreplace").decode(),
        }
        for bad in chunk.unreadable
    ]
    tally.quarantined += len(rows)
    tally.refused_without_key += sum(bad.rule == UNREADABLE for bad in chunk.unreadable)  # a header is no record
    batch.spool.add(pl.DataFrame(rows, schema=REJECTED | _RAW), entity=item.entity, file=file, source=item.source)


def _keep_rejected(batch: Batch, item: Item, rejected: pl.DataFrame, origin: pl.DataFrame) -> None:
    if rejected.is_empty():
        return
    sent = origin.filter(pl.col(ROW).is_in(rejected["row"].implode()))
    raw = sent.select(pl.col(ROW).alias("row"), raw=pl.struct(pl.exclude(ROW)).struct.json_encode())
    joined = rejected.join(raw, on="row", how="left", maintain_order="left")
    batch.spool.add(joined, entity=item.entity, file=item.received.file, source=item.source)


def _add_totals(frame: pl.DataFrame, received: Received, tally: Tally) -> None:
    for column in received.control_totals:
        if column not in frame.columns:
            raise BatchRefused(f"manifest.json gives a total of {column}, which file {received.file} has not")
        given = frame.select(pl.col(ROW), pl.col(column).str.strip_chars().replace("", None).alias("given"))
        read = given.with_columns(pl.col("given").cast(pl.Decimal(38, 18), strict=False).alias("exact"))
        is_cut = pl.col("given").str.contains(r"\.\d{19}")  # the cast would round it without a word
        unsummed = read.filter((pl.col("given").is_not_null() & pl.col("exact").is_null()) | is_cut)
        if unsummed.height:  # to pass over it would let a total agree that is not the file's
            row, value = unsummed.select(ROW, "given").row(0)
            raise BatchRefused(
                f"file {received.file}, row {row}: {column} is {value!r:.60}, which cannot be summed exactly "
                "for the total that manifest.json gives: nothing of the drop is landed; write plain numbers, "
                "or leave that total out"
            )
        tally.totals[column] = tally.totals.get(column, Decimal(0)) + Decimal(read["exact"].sum() or 0)


def _agree(received: Received, tally: Tally) -> None:
    """Raise BatchRefused where the file is not what the manifest says was sent."""
    if received.row_count is not None and received.row_count != tally.rows_read:
        raise BatchRefused(
            f"file {received.file} has {tally.rows_read} rows where manifest.json says {received.row_count}: "
            "nothing of the drop is landed; send it again complete"
        )
    for column, total in received.totals().items():
        found = tally.totals.get(column, Decimal(0))
        if found != total:
            raise BatchRefused(
                f"file {received.file}: {column} sums to {found.normalize():f} where manifest.json says "
                f"{total.normalize():f}: nothing of the drop is landed; send it again"
            )
