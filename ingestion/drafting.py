"""Draft an adapter from sample files: what a person starts from, with a TODO wherever a person must decide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from ingestion import readers
from ingestion.adapter import MANIFEST
from ingestion.connectors.folder import discover
from ingestion.likeness import Proposal, propose
from ingestion.manner import manner
from ingestion.profiling import Profile, profile
from ingestion.quoting import escaped, identifier, pattern, scalar, shown, slug
from ingestion.readers.chunk import ROW
from lake.contracts.envelope import ENVELOPE
from lake.contracts.model import DECIMALS, Column, Kind
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
    separator: str = ","
    encoding: str = "utf-8"


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
        if one.separator != ",":
            lines.append(f"    separator: {scalar(one.separator)}")
        if one.encoding != "utf-8":
            lines.append(f"    encoding: {one.encoding}  # TODO: check that letters beyond a to z are right")
    entities: dict[str, list[list[str]]] = {}
    orphans: list[str] = []
    for one in samples:
        proposals = propose(one.name, one.profiles)
        if proposals:
            entities.setdefault(proposals[0].entity.name, []).append(list(_input(one, proposals)))
        else:
            orphans += [f"# TODO: no entity looks like the source {one.name}; its columns:", *_unused(one.profiles)]
    lines.append("entities:" if entities else "entities: {}")
    for name, inputs in entities.items():
        lines.append(f"  {name}:")
        lines += [line for part in inputs for line in (_item(part) if len(inputs) > 1 else part)]
    return "\n".join([*lines, *orphans]) + "\n"


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
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[str, pl.DataFrame]]] = {}
    written: dict[str, tuple[str, str]] = {}
    unread = []
    for name, path in files:
        try:
            written[name] = manner(name, path)
            frame = _frame(name, path, *written[name])
        except TieoutError as error:
            unread.append(str(error))
            continue
        shape = (re.sub(r"\d+", "0", name), tuple(sorted(frame.columns)))
        groups.setdefault(shape, []).append((name, frame))
    samples: list[Sample] = []
    for (family, _), members in groups.items():
        names = tuple(name for name, _ in members)
        alone = sum(other == family for other, _ in groups) == 1
        patterns = (pattern(names[0]),) if alone else tuple(escaped(n) for n in names)
        taken = {s.name for s in samples}
        stem = slug(re.sub(r"\d+", "", Path(names[0]).name.split(".")[0]), "source")
        unique = next(n for i in range(len(groups) + 1) if (n := stem if i == 0 else f"{stem}_{i + 1}") not in taken)
        whole = pl.concat([frame for _, frame in members], how="diagonal").head(_MOST_ROWS)
        samples.append(Sample(unique, names, patterns, tuple(profile(whole)), *written[names[0]]))
    return samples, unread


def _frame(name: str, path: Path, separator: str, encoding: str) -> pl.DataFrame:
    kind = readers.format_of(name)
    if kind is None:
        raise SourceError(f"file {name}: no format is known by that ending; use one of {', '.join(readers.FORMATS)}")
    parts: list[pl.DataFrame] = []
    for chunk in readers.read(
        readers.Source(path, name, readers.packing_of(name), None, None, separator, encoding), kind
    ):
        parts.append(chunk.frame)
        if sum(part.height for part in parts) >= _MOST_ROWS:
            break
    frame = pl.concat(parts, how="diagonal") if parts else pl.DataFrame()
    if set(frame.columns) <= {ROW}:
        raise SourceError(f"file {name} has no columns")
    return frame.head(_MOST_ROWS)


def _input(sample: Sample, proposals: Sequence[Proposal]) -> Iterator[str]:
    """Give the YAML lines of the likeliest entity's input, with everything that is open as a TODO."""
    best, *others = proposals
    yield f"    from: {sample.name}"
    also = ", ".join(f"{p.entity.name} ({p.score:.0%})" for p in others[:2])
    yield f"    # TODO: check that it is {best.entity.name} ({best.score:.0%} alike){'; else ' + also if also else ''}."
    names = [p.name for p in sample.profiles]
    mapped: dict[str, Profile] = {}
    lines: list[str] = []
    for column in (*best.entity.columns, *ENVELOPE):
        found = best.columns.get(column.name)
        text = identifier(found.name, names) if found else None
        if found and text is not None:
            mapped[column.name] = found
            lines += _mapping(column, found, text)
        elif column in best.needed:
            lines.append(_missing(column, best, sample))
    yield "    columns:" if mapped else "    columns: {}"
    yield from lines
    open_ones = [c.name for c in best.entity.columns if c.name not in mapped and not c.required]
    if open_ones:
        yield f"      # Optional and open: {', '.join(open_ones)}"
    yield from _unused([p for p in sample.profiles if p not in mapped.values()])


def _missing(column: Column, best: Proposal, sample: Sample) -> str:
    likeliest = best.perhaps(column, sample.profiles)
    hint = f"; perhaps {shown(likeliest.name)}" if likeliest else ""
    return f"      # TODO required: {column.name} ({_wanted(column)}): map a column or assume a constant{hint}."


def _functions(column: Column, found: Profile) -> list[str]:
    """Return what must be applied to a column's texts to make them what the contract asks for."""
    more: list[str] = []
    if column.kind is Kind.DATE and found.guess == "ts":
        more.append("apply: date_part")
    if column.kind is Kind.TS and found.guess in {"date", "epoch"}:
        more.append(f"apply: {'start_of_day' if found.guess == 'date' else 'epoch_milliseconds'}")
    if column.kind is Kind.DATE and found.form:
        more.append(f"apply: {{date: {scalar(found.form)}}}")
    if column.kind in DECIMALS and found.guess == "comma_decimal":
        more.append("apply: decimal_comma")
    if column.kind is Kind.HOURS and found.guess == "duration":
        more.append("apply: hours")
    return more


def _mapping(column: Column, found: Profile, text: str) -> Iterator[str]:
    more = _functions(column, found)
    translated, unknown = _translations(column, found)
    if translated:
        more.append("map: {" + ", ".join(f"{scalar(k)}: {v}" for k, v in translated.items()) + "}")
    value = "{sql: " + ", ".join([scalar(text), *more]) + "}" if more else scalar(text)
    yield f"      {column.name}: {value}  # {found.describe()}"
    if unknown:
        named = ", ".join(shown(v) for v in unknown)
        yield f"      # TODO: say with `map` which of {', '.join(column.values)} these are: {named}"
    if not found.fits(column.kind):
        yield f"      # TODO: {column.name} must be {_wanted(column)}; this column seems to be otherwise."
    if column.kind is Kind.DATE and found.guess == "other_date" and not found.form:
        yield "      # TODO: say with `apply: {date: ...}` how these dates are written: day or month first."
    if column.kind in DECIMALS and found.scale > DECIMALS[column.kind][1]:
        yield f"      # TODO: {found.scale} decimals are more than {DECIMALS[column.kind][1]}; nothing is rounded."


def _translations(column: Column, found: Profile) -> tuple[dict[str, str], list[str]]:
    """Return which values of a column are an enum's under another spelling, and which are none of them."""
    if column.kind is not Kind.ENUM:
        return {}, []
    known = {re.sub(r"[^a-z]", "", v): v for v in column.values}
    spelt = {v: known.get(re.sub(r"[^a-z]", "", v.lower())) for v in found.values}
    return {k: v for k, v in spelt.items() if v and v != k}, [k for k, v in spelt.items() if v is None]


def _wanted(column: Column) -> str:
    return f"one of {', '.join(column.values)}" if column.values else str(column.kind.value)


def _unused(profiles: Sequence[Profile]) -> list[str]:
    return [f"      # Not used: {shown(p.name)}: {p.describe()}" for p in profiles]
