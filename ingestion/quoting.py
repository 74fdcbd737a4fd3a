"""Names out of unknown files, quoted for SQL, YAML and file patterns, so that none of them means anything there."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl
import yaml

from ingestion.adapter import sql
from lake.errors import ContractError

_SHOWN = 60
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)
_RESERVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def identifier(name: str, names: Sequence[str]) -> str | None:
    """Return a source column's name as SQL; None where SQL has no way to name it."""
    parts = _parts(name, names)
    # Polars takes such names for patterns over all columns.
    if "" in parts or any(p == "*" or (p.startswith("^") and p.endswith("$")) for p in parts):
        return None
    text = ".".join(p if _is_plain(p) else '"' + p.replace('"', '""') + '"' for p in parts)
    try:
        return text if sql(text, name).meta.root_names() == parts[:1] else None
    except ContractError:
        return None


def _parts(name: str, names: Sequence[str]) -> list[str]:
    """Return how SQL reaches a column: names with dots are members of structs, as the mapping builds them."""
    head, dot, rest = name.partition(".")
    if not (dot and head and rest) or head in names:
        return [name]
    return [head, *_parts(rest, [n.partition(".")[2] for n in names if n.startswith(f"{head}.")])]


def _is_plain(name: str) -> bool:
    try:
        return bool(_PLAIN.fullmatch(name)) and sql(name, name).meta.eq(pl.col(name))
    except ContractError:
        return False


def slug(text: str, otherwise: str) -> str:
    """Return a text as a lower-case name of letters, digits and underscores; `otherwise` where nothing is left."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or otherwise
    return name if name[0].isalpha() else f"{otherwise}_{name}"


def pattern(name: str) -> str:
    """Return a file pattern that finds the files of this name with other numbers in it."""
    return re.sub(r"\*([-_.]?\*)+", "*", re.sub(r"\d+", "*", escaped(name)))


def escaped(name: str) -> str:
    """Return a file pattern that finds this name alone."""
    return re.sub(r"([*?[])", r"[\1]", name)


def scalar(text: str) -> str:
    """Return a text as a YAML scalar on one line, in ASCII, quoted unless it is a plain word."""
    if _PLAIN.fullmatch(text) and text not in _RESERVED:
        return text
    if text.isascii() and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return yaml.dump(text, Dumper=yaml.SafeDumper, default_style='"', width=float("inf")).strip()


def shown(text: str, longest: int = _SHOWN) -> str:
    """Return a text out of a file for a comment: on one line, in ASCII, cut where it is long."""
    cut = text if len(text) <= longest else text[:longest] + "..."
    return yaml.dump(cut, Dumper=yaml.SafeDumper, default_style='"', width=float("inf")).strip()
