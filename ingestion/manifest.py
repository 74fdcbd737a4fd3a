"""A drop's manifest: what its sender says was sent."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.adapter import MANIFEST
from lake.errors import BatchRefused

_LARGEST = 16 << 20
_MOST_DIGITS = 30
_KEYS = ("name", "row_count", "sha256", "control_totals", "window")
_SHOWN = 60
_WINDOW = ("from", "to")
#: What a sender who writes it above the files wants held against them; `name` may be the drop's own.
_CHECKS = ("files", *(key for key in _KEYS if key != "name"))
_ALIKE = 0.75
_NOTED = 10


@dataclass(frozen=True)
class Entry:
    """What the manifest says of one file; None where it does not say."""

    name: str
    row_count: int | None = None
    sha256: str | None = None
    control_totals: Mapping[str, Decimal] = field(default_factory=dict)
    window_from: datetime | None = None
    window_to: datetime | None = None


@dataclass(frozen=True)
class Manifest:
    """What a manifest says of each file, by name; `notes` are sentences on what else it says."""

    files: Mapping[str, Entry]
    notes: tuple[str, ...] = ()


def load(path: Path, zone: str) -> Manifest:
    """Read a manifest; raises BatchRefused with one sentence where it is not what a manifest must be.

    A moment without an offset is read in the time `zone`. Keys above the files that ask for no check (a sender, a
    time of export) are noted; one that reads like a check is refused, as it would be held against nothing.
    """
    if path.stat().st_size > _LARGEST:
        raise BatchRefused(f"{MANIFEST} is larger than {_LARGEST} bytes")
    try:
        said = json.loads(path.read_bytes(), parse_float=Decimal, parse_int=Decimal, object_pairs_hook=_Object)
    except (ValueError, RecursionError) as error:
        raise BatchRefused(f"{MANIFEST} is not JSON: {error}") from None
    if not isinstance(said, dict) or not isinstance(said.get("files"), list):
        raise BatchRefused(f"{MANIFEST} must be an object with a list `files`")
    other = [key for key in said if key != "files"]
    checks = [key for key in other if get_close_matches(key.lower(), _CHECKS, n=1, cutoff=_ALIKE)]
    _require_known({key: said[key] for key in checks}, ("files",), MANIFEST)
    _require_known(said, None, MANIFEST)
    entries: dict[str, Entry] = {}
    for position, item in enumerate(said["files"], start=1):
        entry = _entry(item, position, ZoneInfo(zone))
        if entry.name in entries:
            raise BatchRefused(f"{MANIFEST} lists {entry.name} twice: nobody can tell which of both holds")
        entries[entry.name] = entry
    return Manifest(entries, (_noted(other),) if other else ())


def _noted(keys: list[str]) -> str:
    more = f" and {len(keys) - _NOTED:,} more" if len(keys) > _NOTED else ""
    named = ", ".join(_shown(key) for key in keys[:_NOTED])
    return f"{MANIFEST} has keys beside `files` that nothing is held against: {named}{more}"


def _entry(item: object, position: int, zone: tzinfo) -> Entry:
    where = f"{MANIFEST}, file {position}"
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise BatchRefused(f"{where} has no name")
    where = f"{where} ({item['name']})"
    window = item.get("window") or {}
    for part, keys, prefix in (
        (item, _KEYS, ""),
        (window, _WINDOW, "window."),
        (item.get("control_totals"), None, "control_totals."),
    ):
        if isinstance(part, dict):
            _require_known(part, keys, where, prefix)
    try:
        return Entry(
            name=item["name"],
            row_count=_count(item.get("row_count"), where),
            sha256=str(item["sha256"]).lower() if item.get("sha256") else None,
            control_totals={k: _number(v) for k, v in (item.get("control_totals") or {}).items()},
            **_window(window, zone, where),
        )
    except (ArithmeticError, ValueError, TypeError, AttributeError) as error:
        raise BatchRefused(f"{where} does not make sense: {error}") from None


class _Object(dict[str, Any]):
    """An object of a manifest, and the keys that it gives more than once: only the last of them would count."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        given = Counter(key for key, _ in pairs)
        self.twice = {key: [v for k, v in pairs if k == key] for key, often in given.most_common(1) if often > 1}


def _require_known(part: dict[str, Any], keys: tuple[str, ...] | None, where: str, prefix: str = "") -> None:
    """Raise BatchRefused where a key is given twice, or is none that anything would be held against."""
    for key, values in getattr(part, "twice", {}).items():
        raise BatchRefused(f"{where}: key {prefix}{key} is given twice, as {_both(values)}: leave one of them")
    for key, value in part.items():
        if keys is not None and key not in keys:
            raise BatchRefused(
                f"{where}: key {prefix}{key} ({_shown(value)}) is none that a manifest has, so that nothing would be "
                f"held against it; there {'is' if len(keys) == 1 else 'are'} {', '.join(prefix + k for k in keys)}"
            )


def _count(said: object, where: str) -> int | None:
    if said is None:
        return None
    count = _number(said)
    if count != count.to_integral_value() or count < 0:
        raise BatchRefused(f"{where}: key row_count is {_shown(said)}, which is no number of rows: give a whole number")
    return int(count)


def _window(said: dict[str, Any], zone: tzinfo, where: str) -> dict[str, datetime | None]:
    first, last = _moment(said.get("from"), zone), _moment(said.get("to"), zone)
    if first is not None and last is not None and first > last:
        raise BatchRefused(
            f"{where}: key window.from is {_shown(said['from'])}, later than window.to, {_shown(said['to'])}: "
            "a window ends after it begins"
        )
    return {"window_from": first, "window_to": last}


def _both(values: list[Any]) -> str:
    return " and as ".join(_shown(value) for value in values[:2])


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _number(said: object) -> Decimal:
    """Return a number that a person could have meant; one of a billion digits would never be written out."""
    number = Decimal(str(said))
    if not number.is_finite() or number.adjusted() > _MOST_DIGITS:
        raise ValueError(f"{str(said)[:40]} is no number of rows or total")
    return number


def _moment(text: str | None, zone: tzinfo) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)
