"""A drop's manifest: what its sender says was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from ingestion.adapter import MANIFEST
from lake.errors import BatchRefused

_LARGEST = 16 << 20
_MOST_DIGITS = 30


@dataclass(frozen=True)
class Entry:
    """What the manifest says of one file; None where it does not say."""

    name: str
    row_count: int | None = None
    sha256: str | None = None
    control_totals: Mapping[str, Decimal] = field(default_factory=dict)
    window_from: datetime | None = None
    window_to: datetime | None = None


def load(path: Path, zone: str) -> dict[str, Entry]:
    """Read a manifest; raises BatchRefused with one sentence where it is not what a manifest must be.

    A moment without an offset is read in the feed's time `zone`.
    """
    if path.stat().st_size > _LARGEST:
        raise BatchRefused(f"{MANIFEST} is larger than {_LARGEST} bytes")
    try:
        said = json.loads(path.read_bytes(), parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError) as error:
        raise BatchRefused(f"{MANIFEST} is not JSON: {error}") from None
    if not isinstance(said, dict) or not isinstance(said.get("files"), list):
        raise BatchRefused(f"{MANIFEST} must be an object with a list `files`")
    entries: dict[str, Entry] = {}
    for position, item in enumerate(said["files"], start=1):
        entry = _entry(item, position, ZoneInfo(zone))
        if entry.name in entries:
            raise BatchRefused(f"{MANIFEST} lists {entry.name} twice: nobody can tell which of both holds")
        entries[entry.name] = entry
    return entries


def _entry(item: object, position: int, zone: tzinfo) -> Entry:
    where = f"{MANIFEST}, file {position}"
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise BatchRefused(f"{where} has no name")
    window = item.get("window") or {}
    count = item.get("row_count")
    try:
        return Entry(
            name=item["name"],
            row_count=None if count is None else int(_number(count)),
            sha256=str(item["sha256"]).lower() if item.get("sha256") else None,
            control_totals={k: _number(v) for k, v in (item.get("control_totals") or {}).items()},
            window_from=_moment(window.get("from"), zone),
            window_to=_moment(window.get("to"), zone),
        )
    except (ArithmeticError, ValueError, TypeError, AttributeError) as error:
        raise BatchRefused(f"{where} ({item['name']}) does not make sense: {error}") from None


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
