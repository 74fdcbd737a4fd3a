"""Which sources of a sample look each other up: a column whose every value stands, once, in a column of another.

Only whether values are the same is asked; none of them is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl

from ingestion.likeness import Proposal, alike, tokens
from ingestion.profiling import Profile
from ingestion.quoting import identifier, scalar, shown
from lake.contracts.model import Column, Kind

#: Fewer different values may be the same by chance; names alike make up for it.
_ENOUGH = 3
_ALIKE = 0.6
_LINKING = frozenset({"id", "text", "int"})


@dataclass(frozen=True)
class Link:
    """A source's `column` finds its one row in the source `there` by `key`."""

    column: str
    there: str
    key: str

    @property
    def alike(self) -> bool:
        """Whether both call it alike, as lines and their header do."""
        return self.column == self.key


#: By source, which others it looks up.
Links: TypeAlias = Mapping[str, Sequence[Link]]


def links(frames: Mapping[str, pl.DataFrame], profiles: Mapping[str, Sequence[Profile]]) -> dict[str, list[Link]]:
    """Return for each source which others it looks up, by its likeliest column for each."""
    keys = {
        name: [p for p in columns if p.guess in _LINKING and p.rows > 1 and p.distinct == p.rows and not p.empty]
        for name, columns in profiles.items()
    }
    found: dict[str, list[Link]] = {}
    for here, columns in profiles.items():
        for there, unique in keys.items():
            if there == here:
                continue
            scored = [
                (score, Link(column.name, there, key.name))
                for column in columns
                for key in unique
                if column.guess in _LINKING and (score := _score(column, key, there)) is not None
                and _within(frames[here], column.name, frames[there], key.name)
            ]  # fmt: skip
            best = max(scored, key=lambda s: s[0])[1] if scored else None
            if best and not (best.alike and _one_to_one(frames[here], best.column)):
                found.setdefault(here, []).append(best)
    return found


def is_header(link: Link, here: Sequence[Proposal], there: Sequence[Proposal]) -> bool:
    """Whether the source looked up is a header, whose columns are as good as the lines' own.

    It is none where it looks more like the lines' entity than they do: then they only say more of it.
    """
    if not here or not link.alike:
        return False
    same = (p.score for p in there if p.entity is here[0].entity)
    return max(same, default=0.0) < here[0].score


def joins(found: Sequence[Link], mapped: Iterable[Profile], names: Sequence[str]) -> Iterator[str]:
    """Give the YAML lines of the sources to look up: those that a mapped column needs, and the others to think of."""
    used = {p.name.partition(".")[0] for p in mapped if p.looked_up}
    needed = [link for link in found if link.there in used]
    if needed:
        yield "    join:"
    for link in needed:
        yield f"      - {{source: {link.there}, match: {{{_quoted(link.column, names)}: {_quoted(link.key, names)}}}}}"
    for link in found:
        if link not in needed:
            where = f"{shown(link.column)} stands in {shown(link.key)} of {link.there}"
            yield f"    # TODO: {where}: look it up with `join` where that source says more."


def reference(column: Column, found: Profile, source: str, linked: Links) -> Iterator[str]:
    """Say where a column that should be an id holds what another source has as its own."""
    origin = found.name.partition(".")[0] if found.looked_up else source
    link = next((k for k in linked.get(origin, []) if k.column == found.words), None)
    if column.kind is Kind.ID and link and not {"id", "no", "code"} & set(tokens(link.key)):
        yield f"      # TODO: its values are {shown(link.key)} of {link.there}: look the id up there with `join`."


def _quoted(name: str, names: Sequence[str]) -> str:
    return scalar(identifier(name, names) or name)


def _score(column: Profile, key: Profile, there: str) -> float | None:
    """Return how likely a column means a key by their names; None where too little speaks for it."""
    named = max(alike(tokens(column.name), tokens(n)) for n in (key.name, there, f"{there} {key.name}"))
    many = column.distinct >= _ENOUGH and column.guess != "int"
    return named if named >= _ALIKE or many else None


def _within(here: pl.DataFrame, column: str, there: pl.DataFrame, key: str) -> bool:
    mine, theirs = (f[c].str.strip_chars().str.to_lowercase() for f, c in ((here, column), (there, key)))
    return bool(mine.filter((mine != "").fill_null(value=False)).is_in(theirs.implode()).all())


def _one_to_one(frame: pl.DataFrame, column: str) -> bool:
    """Whether every row has a value of its own: then it is no line of a header, but another part of the same thing."""
    return frame[column].n_unique() == frame.height
