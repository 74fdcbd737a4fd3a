"""What tells the rows of a sample apart: measured on its values, among columns that the trade makes keys of.

A number of a line is unique only within its document, however few documents a sample has, and a document's number
often only within its company and year.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import polars as pl

from ingestion.likeness import tokens
from ingestion.linking import Link
from ingestion.profiling import Profile
from ingestion.quoting import identifier

_NUMBER = {"no", "id", "code", "number"}
_LINE = {"line", "item", "seq", "sequence", "row", "position", "split", "distribution"}
_DOCUMENT = {
    "journal",
    "document",
    "doc",
    "voucher",
    "entry",
    "batch",
    "header",
    "invoice",
    "order",
    "transaction",
    "bill",
}
_WITHIN: tuple[set[str], ...] = ({"legal", "entity"}, {"ledger"}, {"book"}, {"year"}, {"period"})
_GUESSES = frozenset({"id", "text", "int", "bool"})
_MOST = 4


def key_of(
    found: Profile, text: str, profiles: Sequence[Profile], frame: pl.DataFrame, links: Sequence[Link]
) -> tuple[str, str | None]:
    """Return a key as SQL for the column that was taken for it, and what a person must know of it, if anything.

    Columns of other sources are taken as they are: of which row they are is not measured here.
    """
    if found.looked_up:
        return text, None
    is_line = _is_line(found)
    # An id that is unique is one; a number of lines is unique only as long as there is one document.
    if found.distinct == found.rows and not (is_line and found.guess == "int" and "id" not in tokens(found.words)):
        return text, None
    for chosen in _candidates(found, profiles, links, is_line=is_line):
        names = [p.name for p in chosen]
        if frame.select(pl.struct(names).n_unique()).item() == frame.height:
            parts = [identifier(name, names) for name in names]
            if all(parts):
                return " || '/' || ".join(str(part) for part in parts), None
    if is_line and found.distinct == found.rows:
        return text, "a line's number is a key by itself only where no other document numbers its lines alike"
    return (
        text,
        f"{found.distinct} values in {found.rows} rows: no columns together were found that tell the rows apart",
    )


def _candidates(
    found: Profile, profiles: Sequence[Profile], links: Sequence[Link], *, is_line: bool
) -> list[tuple[Profile, ...]]:
    """Return sets of columns that may be the key together, the likeliest first, each in the order people read it in."""
    headers = {link.column for link in links if link.alike}
    ranked = [
        (rank, place, p)
        for place, p in enumerate(profiles)
        if p != found and p.guess in _GUESSES and not p.empty and (rank := _rank(p, headers)) is not None
    ]
    ranked = [r for r in ranked if not (is_line and r[0] == len(_ORDER) - 1)]
    own = (len(_ORDER) - 1 if is_line else _ORDER.index("document"), -1, found)
    sets: list[tuple[Profile, ...]] = []
    for size in range(1, _MOST):
        chosen = [c for c in combinations(sorted(ranked, key=_likeliest), size) if _sensible(c, is_line=is_line)]
        sets += [tuple(p for _, _, p in sorted([own, *c], key=lambda r: r[:2])) for c in chosen]
    return sets


#: In which order parts of a key are read: the widest first.
_ORDER = ("legal entity", "ledger", "book", "year", "period", "document", "line")


def _rank(profile: Profile, headers: set[str]) -> int | None:
    if _is_line(profile):
        return _ORDER.index("line")
    words = set(tokens(profile.words))
    if profile.name in headers or (words & _DOCUMENT and words <= _DOCUMENT | _NUMBER):
        return _ORDER.index("document")
    return next((rank for rank, within in enumerate(_WITHIN) if within <= words <= within | _NUMBER), None)


def _likeliest(ranked: tuple[int, int, Profile]) -> tuple[int, int]:
    """Documents before lines, then the wider ones as they stand."""
    rank, place, _ = ranked
    return (-2 if rank == _ORDER.index("document") else -1 if rank == _ORDER.index("line") else rank), place


def _sensible(chosen: Sequence[tuple[int, int, Profile]], *, is_line: bool) -> bool:
    """Whether a line has its document, and no two parts are of one rank."""
    ranks = [rank for rank, _, _ in chosen]
    return len(set(ranks)) == len(ranks) and (not is_line or _ORDER.index("document") in ranks)


def _is_line(profile: Profile) -> bool:
    words = set(tokens(profile.words)) - _NUMBER
    return bool(words & _LINE) and words <= _LINE | {"journal", "document", "voucher", "gl", "posting", "entry"}
