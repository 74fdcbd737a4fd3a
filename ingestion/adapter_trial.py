"""Try an adapter on sample files, without a lake: what would land, what would be refused, what stays empty.

It is the suite that every adapter must pass on its own samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from ingestion import mapping, readers
from ingestion.adapter import MANIFEST, Adapter, Input, SourceFiles
from ingestion.conform import Conformed, conform
from ingestion.connectors.folder import Found, discover
from ingestion.faults import told
from ingestion.histories import Backwards
from ingestion.joining import Lookup
from ingestion.plan import Received, by_age, source_of
from ingestion.storing import Context
from ingestion.versions import identity
from lake.contracts import ENTITIES
from lake.errors import SourceError, TieoutError

_REASONS = 3
_JOURNAL = ["legal_entity_id", "journal_id"]


@dataclass
class _Way:
    """What became of the samples of one input."""

    step: Input
    files: int = 0
    rows: int = 0
    excluded: int = 0
    accepted: list[pl.DataFrame] = field(default_factory=list)
    deleting: list[pl.DataFrame] = field(default_factory=list)
    unmapped: dict[str, None] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    unmatched: Counter[str] = field(default_factory=Counter)
    repeated: dict[str, int] = field(default_factory=dict)
    backwards: Backwards = field(default_factory=Backwards)

    @property
    def name(self) -> str:
        return f"{self.step.entity} from {self.step.source.name}"


@dataclass(frozen=True)
class Trial:
    """`described` says what was seen; `missing` what is wrong or not shown, each in one sentence."""

    described: tuple[str, ...]
    missing: tuple[str, ...]


def attempt(adapter: Adapter, folder: Path) -> Trial:
    """Run every input of an adapter over a folder of samples, in memory; raises SourceError where there are none."""
    found = discover(str(folder), feed="sample")
    if not found:
        raise SourceError(f"{folder} has no sample files: copy some extracts of the system there")
    lookups = {name: _lookup(source, found) for name, source in adapter.sources.items()}
    ways = [_tried(step, found, lookups) for step in adapter.inputs if step.columns is not None or _named(step, found)]
    for entity in dict.fromkeys(w.step.entity for w in ways):
        _settle_deletions([w for w in ways if w.step.entity == entity])
    lines = [
        f"{w.name}: {w.rows} rows of {w.files} files, {_landed(w)} would land, "
        f"{sum(w.refused.values())} be quarantined, {w.excluded} left out"
        + (f", {sum(d.height for d in w.deleting)} only delete" if w.deleting else "")
        for w in ways
    ]
    lines += [
        f"{w.name}: unknown columns {', '.join(map(repr, w.unmapped))}, reported as drift; map them or name them under "
        "`ignored` of the source"
        for w in ways
        if w.unmapped
    ]
    lines += [
        f"{w.name}: {w.unmatched[j.name]} of {w.rows} rows find nothing in {j.name}"
        for w in ways
        for j in w.step.joins
        if 0 < w.unmatched[j.name] < w.rows and not (j.after or j.upto)
    ]
    lines += [
        f"{w.name}: {times} keys stand several times in {name}, of which the last row is taken"
        for w in ways
        for name, times in w.repeated.items()
        if times
    ]
    lines += [said for w in ways if (said := w.backwards.sentence(w.name))]
    missing = [sentence for way in ways for sentence in _wanting(way)]
    missing += [
        f"file {f.name} is read by no source: name it under `files` of one, or take it away"
        for f in found
        if f.name not in (MANIFEST, "expected.yml") and not any(s.matches(f.name) for s in adapter.sources.values())
    ]
    return Trial(tuple(lines), (*missing, *_repeated(ways), *_unbalanced(ways)))


def _named(step: Input, found: Sequence[Found]) -> bool:
    return any(step.source.matches(f.name) for f in found)


def _landed(way: _Way) -> int:
    return sum(frame.height for frame in way.accepted)


def _frames(source: SourceFiles, found: Sequence[Found]) -> Iterator[tuple[Found, readers.Chunk]]:
    for file in found:
        if source.matches(file.name):
            received = Received(file.name, "", "", file.size, file.modified_at)
            spec, kind = source_of(received, source, file.path)
            with told(file.name):
                for chunk in readers.read(spec, kind):
                    yield file, chunk


def _lookup(source: SourceFiles, found: Sequence[Found]) -> Lookup | None:
    try:
        parts = [
            chunk.frame for _, chunk in _frames(source, sorted(found, key=lambda f: by_age(f.name, f.modified_at)))
        ]
        return mapping.lookup(pl.concat(parts, how="diagonal"), source) if parts else None
    except TieoutError:
        return None  # said where the source itself is read


def _tried(step: Input, found: Sequence[Found], lookups: Mapping[str, Lookup | None]) -> _Way:
    way = _Way(step)
    absent = [j.source for j in step.joins if lookups[j.source] is None]
    if absent:
        way.faults.append(f"{way.name} looks up {absent[0]}, of which there is no sample that can be read")
        return way
    joined = {name: one for name, one in lookups.items() if one is not None}
    try:
        for file, chunk in _frames(step.source, found):
            way.rows += chunk.frame.height + len(chunk.unreadable)
            way.refused.update(["a record that cannot be read"] * len(chunk.unreadable))
            if chunk.frame.width > 1:
                with told(file.name):
                    _count(way, mapping.apply(chunk.frame, step, joined, file=file.name), file)
                    wide = mapping.looked_up(chunk.frame, step, joined, file=file.name)
                way.unmatched.update({j.name: wide[j.name].null_count() for j in step.joins})
        way.repeated = {j.name: joined[j.source].repeated(j) for j in step.joins}
        way.files = sum(step.source.matches(f.name) for f in found)
    except TieoutError as error:
        way.faults.append(f"{way.name}: {error}")
    return way


def _count(way: _Way, mapped: mapping.Mapped, file: Found) -> None:
    way.excluded += sum(mapped.excluded.values())
    context = Context("sample", file.name, "UTC", file.modified_at, 0, file.modified_at, "sample")
    result: Conformed = conform(mapped.frame, ENTITIES[way.step.entity], context, mapped.extra)
    way.accepted.append(result.accepted)
    way.backwards.count(result.accepted, ENTITIES[way.step.entity])
    way.unmapped.update(dict.fromkeys(result.drift))
    if not result.deletions.is_empty():
        way.deleting.append(result.deletions)
    for column, value, rule in result.rejected.select("column_name", "value", "rule").iter_rows():
        shown = "" if value is None else f", e.g. {value!r}"
        known = next((why for why in way.refused if why.startswith(f"{column} ({rule})")), f"{column} ({rule}){shown}")
        way.refused[known] += 1


def _settle_deletions(ways: Sequence[_Way]) -> None:
    """Keep, of the rows that only delete, those whose record the samples have; the others would be quarantined."""
    entity = ENTITIES[ways[0].step.entity]
    by, known = identity(entity), [f for w in ways for f in w.accepted]
    for way in ways:
        given = way.deleting
        way.deleting = [d.join(pl.concat(known).select(by), on=by, how="semi") for d in given] if known else []
        unknown = sum(d.height for d in given) - sum(d.height for d in way.deleting)
        if unknown:
            way.refused["deleting a record that the samples do not have"] += unknown
        way.deleting = [d for d in way.deleting if d.height]


def _wanting(way: _Way) -> Iterator[str]:
    """Say what the samples of one input do not show, or show to be wrong."""
    yield from way.faults
    if way.faults:
        return
    if not way.files:
        wanted = " or ".join(way.step.source.patterns)
        yield f"{way.name}: no sample; add a file {wanted}"
    elif not way.rows or way.rows == way.excluded:
        yield f"{way.name}: the samples have no row for it; add one"
    for why, times in way.refused.most_common(_REASONS):
        yield f"{way.name}: {times} of {way.rows} rows would be quarantined for {why}"
    if _landed(way) and way.step.columns is not None:
        whole = pl.concat(way.accepted)
        empty = [c for c in way.step.columns if c in whole.columns and whole[c].null_count() == whole.height]
        if empty:
            yield f"{way.name}: {', '.join(empty)} stays empty in every row; check the column or the join it comes from"


def _repeated(ways: Sequence[_Way]) -> Iterator[str]:
    """Say where two rows of an entity would be versions of one record with nothing to tell which is newer."""
    for entity in dict.fromkeys(w.step.entity for w in ways):
        frames = [f for w in ways if w.step.entity == entity for f in w.accepted]
        if not frames:
            continue
        keys = [*ENTITIES[entity].key, "updated_at"]
        twice = pl.concat(frames).group_by(keys).len().filter(pl.col("len") > 1)
        if twice.height:
            key = ", ".join(str(v) for v in twice.row(0)[: len(keys) - 1])
            yield (
                f"{entity}: {twice.height} keys come several times with the same updated_at (first: {key}), so that "
                "the last row in the file would win; make the key finer or map updated_at"
            )


def _unbalanced(ways: Sequence[_Way]) -> Iterator[str]:
    """Say which journals do not balance: a wrong sign, or a line left out."""
    frames = [f for w in ways if w.step.entity == "gl_line" for f in w.accepted]
    if not frames:
        return
    sums = pl.concat(frames).group_by(_JOURNAL).agg(pl.col("functional_amount").sum())
    off = sums.filter(pl.col("functional_amount") != 0).sort(_JOURNAL)
    if off.height:
        first = off.row(0)
        yield (
            f"gl_line: {off.height} of {sums.height} journals do not balance (first: {first[1]}, off by {first[2]}); "
            "check the sign of amounts and that no line is left out"
        )
