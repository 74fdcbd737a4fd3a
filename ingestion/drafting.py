"""Draft an adapter from sample files: what a person starts from, with a TODO wherever a person must decide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import polars as pl

from ingestion import readers
from ingestion.adapter import MANIFEST
from ingestion.connectors.folder import discover
from ingestion.draft_columns import mapping_of, open_ends, wanted
from ingestion.draft_keys import key_of
from ingestion.faults import told
from ingestion.likeness import Proposal, propose
from ingestion.linking import Links, is_header, joins, links, reference
from ingestion.manner import manner
from ingestion.profiling import Profile, profile
from ingestion.quoting import escaped, identifier, pattern, scalar, shown, slug
from ingestion.readers.chunk import ROW
from ingestion.record_paths import records_of
from lake.contracts.envelope import ENVELOPE
from lake.contracts.model import Column
from lake.errors import SourceError, TieoutError

_MOST_FILES = 200
_MOST_ROWS = 20_000
_SENTENCE = 300


@dataclass(frozen=True)
class Sample:
    """The sample files of one shape: their names, the pattern that finds them, what their columns hold."""

    name: str
    files: tuple[str, ...]
    patterns: tuple[str, ...]
    profiles: tuple[Profile, ...]
    frame: pl.DataFrame
    separator: str = ","
    encoding: str = "utf-8"
    records: str | None = None
    inner: tuple[str, ...] = ()


def draft(sample: Path) -> str:
    """Return a commented adapter in YAML for a sample file, or for a folder of them.

    Reads the first rows of each file as text and runs nothing of it; every name out of a file is quoted. Raises
    SourceError where there is no file that can be read.
    """
    samples, unread = _samples(_files(sample))
    if not samples:
        raise SourceError(f"{sample} has no file that can be read{': ' + unread[0] if unread else ''}")
    lines = [
        f"system: {scalar(slug(sample.stem if sample.is_file() else sample.resolve().name, 'new_system'))}",
        'about: "TODO: what the system is, and how its files are exported"',
        *(f"# Not read: {shown(why, _SENTENCE)}" for why in unread),
        "sources:",
    ]
    for one in samples:
        lines += [f"  {one.name}:", f"    files: [{', '.join(scalar(p) for p in one.patterns)}]"]
        if one.records is not None:
            lines.append(f"    records: {scalar(one.records)}")
        lines += [
            f"    # TODO: {shown(path, _SENTENCE)} are records of their own: add a source with these `records`."
            for path in one.inner
        ]
        if one.separator != ",":
            lines.append(f"    separator: {scalar(one.separator)}")
        if one.encoding != "utf-8":
            lines.append(f"    encoding: {one.encoding}  # TODO: check that letters beyond a to z are right")
    entities: dict[str, list[list[str]]] = {}
    orphans: list[str] = []
    linked = links({s.name: s.frame for s in samples}, {s.name: s.profiles for s in samples})
    alone = {s.name: propose(s.name, s.profiles) for s in samples}
    headers = {name: [k for k in found if is_header(k, alone[name], alone[k.there])] for name, found in linked.items()}
    proposed = {s.name: propose(s.name, _reached(s, headers, samples)) for s in samples}
    for one in samples:
        proposals = proposed[one.name]
        lines_of_it = _lines_of(one, proposed, headers)
        if lines_of_it:
            orphans.append(f"# {one.name} seems to be the header of {lines_of_it}, which looks it up.")
        elif proposals:
            entities.setdefault(proposals[0].entity.name, []).append(list(_input(one, proposals, linked)))
        else:
            orphans += [f"# TODO: no entity looks like the source {one.name}; its columns:", *_unused(one.profiles)]
    lines.append("entities:" if entities else "entities: {}")
    for name, inputs in entities.items():
        lines.append(f"  {name}:")
        lines += [line for part in inputs for line in (_item(part) if len(inputs) > 1 else part)]
    return "\n".join([*lines, *orphans]) + "\n"


def _reached(one: Sample, headers: Links, samples: Sequence[Sample]) -> list[Profile]:
    """Return the profiles of a sample's columns, and of those that it reaches by looking other sources up."""
    others = {s.name: s.profiles for s in samples}
    found = list(one.profiles)
    for link in headers.get(one.name, []):
        further = (p for p in others[link.there] if p.name != link.key and "." not in p.name)
        found += [replace(p, name=f"{link.there}.{p.name}", looked_up=p.name) for p in further]
    return found


def _lines_of(one: Sample, proposed: Mapping[str, Sequence[Proposal]], headers: Links) -> str | None:
    """Return the source that has the lines of which this one is the header: both look like the same entity."""
    if not proposed[one.name]:
        return None
    entity = proposed[one.name][0].entity
    return next(
        (
            here
            for here, found in headers.items()
            if proposed[here] and proposed[here][0].entity is entity and any(link.there == one.name for link in found)
        ),
        None,
    )


def _item(lines: list[str]) -> list[str]:
    """Turn the lines of one input into an item of a list of inputs."""
    return [("    - " if i == 0 else "      ") + line.removeprefix("    ") for i, line in enumerate(lines)]


def _files(sample: Path) -> list[tuple[str, Path]]:
    if sample.is_dir():
        found = [(f.name, f.path) for f in discover(str(sample), feed="sample") if f.name != MANIFEST]
        return list(islice(found, _MOST_FILES))
    if not sample.is_file():
        raise SourceError(f"{sample} is neither a file nor a folder; name a sample of the new system")
    return [(sample.name, sample)]


def _samples(files: Sequence[tuple[str, Path]]) -> tuple[list[Sample], list[str]]:
    """Read the files and gather those of one shape; also return a sentence for each that cannot be read."""
    groups: dict[tuple[str, tuple[str, ...], str | None], list[tuple[str, pl.DataFrame]]] = {}
    written: dict[str, tuple[str, str, str | None, tuple[str, ...]]] = {}
    unread = []
    for name, path in files:
        try:
            with told(name):
                separator, encoding = manner(name, path)
                records, inner = records_of(name, path)
                frame = _frame(name, path, separator, encoding, records)
        except TieoutError as error:
            unread.append(str(error))
            continue
        written[name] = separator, encoding, records, inner
        shape = (re.sub(r"\d+", "0", name), tuple(sorted(frame.columns)), records)
        groups.setdefault(shape, []).append((name, frame))
    samples: list[Sample] = []
    for (family, *_), members in groups.items():
        names = tuple(name for name, _ in members)
        alone = sum(other == family for other, *_ in groups) == 1
        patterns = (pattern(names[0]),) if alone else tuple(escaped(n) for n in names)
        taken = {s.name for s in samples}
        stem = slug(re.sub(r"\d+", "", Path(names[0]).name.split(".")[0]), "source")
        unique = next(n for i in range(len(groups) + 1) if (n := stem if i == 0 else f"{stem}_{i + 1}") not in taken)
        whole = pl.concat([frame for _, frame in members], how="diagonal").head(_MOST_ROWS)
        samples.append(Sample(unique, names, patterns, tuple(profile(whole)), whole, *written[names[0]]))
    return samples, unread


def _frame(name: str, path: Path, separator: str, encoding: str, records: str | None) -> pl.DataFrame:
    kind = readers.format_of(name)
    if kind is None:
        raise SourceError(f"file {name}: no format is known by that ending; use one of {', '.join(readers.FORMATS)}")
    parts: list[pl.DataFrame] = []
    for chunk in readers.read(
        readers.Source(path, name, readers.packing_of(name), records, None, separator, encoding), kind
    ):
        parts.append(chunk.frame)
        if sum(part.height for part in parts) >= _MOST_ROWS:
            break
    frame = pl.concat(parts, how="diagonal") if parts else pl.DataFrame()
    if set(frame.columns) <= {ROW}:
        raise SourceError(f"file {name} has no columns")
    return frame.head(_MOST_ROWS)


def _input(sample: Sample, proposals: Sequence[Proposal], linked: Links) -> Iterator[str]:
    """Give the YAML lines of the likeliest entity's input, with everything that is open as a TODO."""
    best, *others = proposals
    yield f"    from: {sample.name}"
    also = ", ".join(f"{p.entity.name} ({p.score:.0%})" for p in others[:2])
    yield f"    # TODO: check that it is {best.entity.name} ({best.score:.0%} alike){'; else ' + also if also else ''}."
    names = [p.name for p in sample.profiles] + [p.name for p in best.columns.values() if p.looked_up]
    mapped: dict[str, Profile] = {}
    lines: list[str] = []
    for column in (*best.entity.columns, *ENVELOPE):
        found = best.columns.get(column.name)
        is_guess = found is None and (column.name,) == best.entity.key
        found = best.key_perhaps(sample.profiles) if is_guess else found
        text = identifier(found.name, names) if found else None
        doubt = None
        if found and text and (column.name,) == best.entity.key:
            text, doubt = key_of(found, text, sample.profiles, sample.frame, linked.get(sample.name, []))
        if found and text is not None:
            mapped[column.name] = found
            lines += [*mapping_of(column, found, text), *reference(column, found, sample.name, linked)]
            doubt = "taken as the key, as no two rows share it: check that it names the record" if is_guess else doubt
            lines += [f"      # TODO: {doubt}."] if doubt else []
        elif column in best.needed:
            lines.append(_missing(column, best, sample))
    yield from joins(linked.get(sample.name, []), mapped.values(), names)
    yield "    columns:" if mapped else "    columns: {}"
    yield from lines
    yield from open_ends(best.entity, mapped, sample.name, names)
    open_ones = [c.name for c in best.entity.columns if c.name not in mapped and not c.required]
    if open_ones:
        yield f"      # Optional and open: {', '.join(open_ones)}"
    yield from _unused([p for p in sample.profiles if p not in mapped.values()])


def _missing(column: Column, best: Proposal, sample: Sample) -> str:
    likeliest = best.perhaps(column, sample.profiles)
    hint = f"; perhaps {shown(likeliest.name)}" if likeliest else ""
    return f"      # TODO required: {column.name} ({wanted(column)}): map a column or assume a constant{hint}."


def _unused(profiles: Sequence[Profile]) -> list[str]:
    return [f"      # Not used: {shown(p.name)}: {p.describe()}" for p in profiles]
