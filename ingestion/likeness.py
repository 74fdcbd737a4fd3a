"""Which entity a sample is probably of, and which of its columns are which: by likeness of names alone.

It proposes, a person decides: display values are never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ingestion.profiling import Profile
from ingestion.vocabulary import also_called, folded, translated
from lake.contracts import ENTITIES
from lake.contracts.envelope import ENVELOPE
from lake.contracts.model import Column, Entity, Kind

#: Below these a likeness is no proposal.
_ALIKE = 0.6
_PROPOSED = 0.35
_WORTH_A_HINT = 0.4
#: From here on one column of a source may be two of an entity.
_SURELY = 0.85

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+|#")
_SAME: dict[str, tuple[str, ...]] = {
    "worker": ("employee",), "staff": ("employee",), "emp": ("employee",), "person": ("employee",),
    "people": ("employee",), "consultant": ("employee",), "user": ("employee",), "client": ("customer",),
    "job": ("project",), "engagement": ("project",), "supplier": ("vendor",), "creditor": ("vendor",),
    "timesheet": ("time", "entry"), "timecard": ("time", "entry"), "company": ("legal", "entity"),
    "subsidiary": ("legal", "entity"), "qty": ("quantity",), "hr": ("hour",), "amt": ("amount",),
    "ccy": ("currency",), "curr": ("currency",), "#": ("no",), "nr": ("no",), "num": ("no",), "number": ("no",),
    "desc": ("description",), "modified": ("updated",), "changed": ("updated",), "start": ("start",),
    "key": ("id",), "identifier": ("id",), "uuid": ("id",), "guid": ("id",), "state": ("status",),
    "begin": ("start",), "finish": ("end",), "deleted": ("deleted",), "mail": ("email",), "bill": ("bill",),
    "billable": ("billable",), "price": ("price",), "dept": ("department",), "journal": ("journal",),
    # As the exports of an ERP shorten them.
    "acct": ("account",), "acc": ("account",), "proj": ("project",), "prj": ("project",), "cur": ("currency",),
    "dt": ("date",), "func": ("functional",), "jrnl": ("journal",), "jnl": ("journal",), "jv": ("journal",),
    "ln": ("line",), "post": ("posting",), "vend": ("vendor",), "cust": ("customer",), "inv": ("invoice",),
    "dr": ("debit",), "cr": ("credit",), "per": ("period",), "prd": ("period",), "descr": ("description",),
    "trx": ("transaction",), "txn": ("transaction",), "trans": ("transaction",), "eff": ("effective",),
    "hrs": ("hour",), "nm": ("name",), "cd": ("code",), "mgr": ("manager",), "comp": ("legal", "entity"),
    "co": ("legal", "entity"), "le": ("legal", "entity"), "cctr": ("cost", "center"), "cc": ("cost", "center"),
    "ctr": ("center",), "po": ("purchase", "order"), "bal": ("balance",), "upd": ("updated",), "crt": ("created",),
    "am": ("at",),
}  # fmt: skip
#: Guesses of what no record is named by.
_NO_IDS = frozenset({"date", "ts", "other_date", "other_ts", "other_bool", "comma_decimal", "duration", "empty"})
_DULL = frozenset({"is", "the", "of", "last", "export", "data", "list", "report", "all", "csv"})


@dataclass(frozen=True)
class Proposal:
    """An entity that a sample may be of: `score` from 0 to 1, and its columns' likeliest sources."""

    entity: Entity
    score: float
    columns: dict[str, Profile]

    @property
    def needed(self) -> tuple[Column, ...]:
        """The columns that every row must fill and that the contract has no default for."""
        mandatory = (c for c in self.entity.columns if c.required or c.name in self.entity.key)
        return tuple(c for c in mandatory if c.default is None)

    def perhaps(self, column: Column, profiles: Sequence[Profile]) -> Profile | None:
        """Return the source column not used yet that is most like `column`, though not enough to be proposed."""
        unused = [p for p in profiles if p not in self.columns.values() and p.fits(column.kind)]
        best = max(unused, key=lambda p: alike(tokens(p.words), tokens(column.name)), default=None)
        return best if best and alike(tokens(best.words), tokens(column.name)) >= _WORTH_A_HINT else None

    def key_perhaps(self, profiles: Sequence[Profile]) -> Profile | None:
        """Return the column not used yet that is called a number or an id and tells all rows apart, if only one is."""
        unused = [p for p in profiles if p not in self.columns.values() and p.guess not in _NO_IDS and not p.empty]
        named = [p for p in unused if tokens(p.words)[-1:] in {("id",), ("no",), ("code",)} and p.distinct == p.rows]
        return named[0] if len(named) == 1 and named[0].rows > 1 else None


def tokens(name: str) -> tuple[str, ...]:
    """Return the words of a name: lower case, singular, common synonyms replaced by the contracts' words."""
    found: list[str] = []
    for word in _WORDS.findall(folded(name)):
        low = word.lower()
        other = translated(low) if low not in _SAME else None
        for one in other or (low,):
            found += _SAME.get(one) or _SAME.get(_single(one)) or (_single(one),)
    return tuple(found)


def _single(word: str) -> str:
    many = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us"))  # noqa: PLR2004
    return word[:-1] if many else word


def alike(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how alike two names are, from 0 to 1, from their words and their letters."""
    first, second = set(one) - _DULL or set(one), set(other) - _DULL or set(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    words = 2 * len(first & second) / (len(first) + len(second))
    letters = SequenceMatcher(None, "".join(one), "".join(other), autojunk=False).ratio()
    return 0.7 * words + 0.25 * letters


def propose(source: str, profiles: Sequence[Profile]) -> list[Proposal]:
    """Return the entities that a source may be of, likeliest first; none where nothing looks alike."""
    names = {p.name: tokens(p.words) for p in profiles}
    made = (_proposal(tokens(source), profiles, names, entity) for entity in ENTITIES.values())
    return sorted((p for p in made if p.score >= _PROPOSED and p.columns), key=lambda p: -p.score)


def _proposal(
    source: Sequence[str], profiles: Sequence[Profile], names: dict[str, tuple[str, ...]], entity: Entity
) -> Proposal:
    scored = sorted(
        (
            (-score, place, order, column.name, profile)
            for order, column in enumerate((*entity.columns, *ENVELOPE))
            for place, profile in enumerate(profiles)
            if (score := _score(profile, names[profile.name], column, entity)) >= _ALIKE
        ),
        key=lambda found: found[:3],
    )
    chosen: dict[str, Profile] = {}
    likeness: dict[str, float] = {}
    for minus, _, _, column, profile in scored:
        if column not in chosen and profile not in chosen.values():
            chosen[column], likeness[column] = profile, -minus
    needed = [c.name for c in entity.columns if c.required or c.name in entity.key]
    # A number may well be the id, too: what every row must have may take a column that another one has taken.
    for minus, _, _, column, profile in scored:
        if column not in chosen and column in needed and -minus >= _SURELY and profile.looked_up is None:
            chosen[column], likeness[column] = profile, -minus
    covered = sum(likeness.get(name, 0.0) for name in needed) / len(needed)
    used = sum(likeness.values()) / max(sum(p.looked_up is None for p in profiles), 1)
    called = max(alike(source, words) for words in (tokens(entity.name), *also_called(entity.name)))
    score = 0.4 * called + 0.35 * covered + 0.25 * used
    return Proposal(entity, score, {c.name: chosen[c.name] for c in (*entity.columns, *ENVELOPE) if c.name in chosen})


def _score(profile: Profile, words: Sequence[str], column: Column, entity: Entity) -> float:
    if profile.name == column.name:
        return 1.0 if profile.fits(column.kind) else 0.9
    # What says of another source's row when it changed, or that it is gone, says nothing of this one.
    # Nor is it what names this one.
    is_own = column in ENVELOPE or (column.name,) == entity.key
    if column.name == "source_system" or (profile.looked_up is not None and is_own):
        return 0.0
    wanted = tokens(column.name)
    own = tokens(entity.name)
    score = max(alike(words, wanted), 0.95 * alike((*own, *words), wanted), 0.95 * alike(words, (*own, *wanted)))
    if wanted[-1] == "id" and words and words[-1] in {"no", "code"}:
        score = max(score, 0.9 * alike((*words[:-1], "id"), wanted))
    if column.name == entity.key[-1] and column.kind is Kind.ID and set(words) == {"id"}:
        score = 0.9
    can_be = profile.guess not in _NO_IDS if column.kind is Kind.ID else profile.fits(column.kind)
    score *= 1.0 if can_be else 0.4
    return score if profile.looked_up is None else 0.95 * score
