"""The words that people's files use, as the contracts say them: see `vocabulary.yml`."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping
from importlib import resources

import yaml

#: Letters that German writes between the parts of a compound.
_BETWEEN = ("", "s", "es", "n", "en", "e", "er")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_SHORTEST = 3


@functools.cache
def _said() -> Mapping[str, Mapping[str, object]]:
    text = (resources.files("ingestion") / "vocabulary.yml").read_text("utf-8")
    found: Mapping[str, Mapping[str, object]] = yaml.safe_load(text)
    return found


@functools.cache
def _words() -> dict[str, tuple[str, ...]]:
    """Return every word of another language; where two languages share one, the first in the file counts."""
    found: dict[str, tuple[str, ...]] = {}
    for language, words in _said().items():
        for word, meaning in words.items() if language != "entities" else ():
            found.setdefault(word, tuple(str(meaning).split()))
    return found


@functools.cache
def also_called(entity: str) -> tuple[tuple[str, ...], ...]:
    """Return what else the files of an entity are called, each as the contracts' words."""
    names = _said()["entities"].get(entity, [])
    return tuple(tuple(str(name).split()) for name in names) if isinstance(names, list) else ()


def translated(word: str) -> tuple[str, ...] | None:
    """Return a folded, lower-case word of another language, or a compound of such, as the contracts' words."""
    return _known(word) or _compound(word)


def folded(text: str) -> str:
    """Return a text with the marks of its letters written out or left out, so that it is parted into words alike."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.translate(_GERMAN)) if not unicodedata.combining(c))


def _known(word: str) -> tuple[str, ...] | None:
    words = _words()
    ends = ("", "s", "n", "en", "e", "er", "es")
    forms = (word.removesuffix(end) for end in ends if len(word) > len(end) + 1)
    return next((words[form] for form in forms if form in words), None)


def _compound(word: str) -> tuple[str, ...] | None:
    """Take a compound apart, the longest first part first; every part must be known, or end as `nr`."""
    for end in range(len(word) - 1, _SHORTEST - 1, -1):
        first = _known(word[:end])
        if first is None:
            continue
        for between in _BETWEEN:
            rest = word[end:]
            if not rest.startswith(between) or len(rest) == len(between):
                continue
            rest = rest[len(between) :]
            more = ("no",) if rest in {"nr", "no"} else _known(rest) or _compound(rest)
            if more:
                return first + more
    return None
