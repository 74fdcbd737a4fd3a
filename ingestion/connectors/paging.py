"""How a service's list is asked for, page by page, as an adapter says it. Pure.

request:
  path: <path under the service's address>
  parameters: {<name>: <value>}
  pages: {by: page, parameter: page, next: <path in the answer>} | {by: page, parameter, records: <path>}
       | {by: cursor, parameter: <name>, next: <path in the answer>}
       | {by: link, next: <path in the answer>}          without `next`: the header Link
  since: {parameter: <name>, records: <path to the list>, field: <path in a record>}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, cast, get_args
from urllib.parse import urljoin, urlsplit

from ingestion.connectors.secret import names_secret
from ingestion.connectors.web import Answer
from lake.errors import ContractError, SourceError

_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

By = Literal["page", "cursor", "link"]


@dataclass(frozen=True)
class Since:
    """The parameter that asks for what changed since a time, and where that time stands in a record."""

    parameter: str
    records: str
    field: str


@dataclass(frozen=True)
class Request:
    """A list to be asked for, and how its pages follow each other."""

    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    by: By | None = None
    parameter: str | None = None
    next: str | None = None
    records: str | None = None
    since: Since | None = None


@dataclass(frozen=True)
class Page:
    """One page to ask for: its address and parameters."""

    address: str
    parameters: Mapping[str, str]


def request(said: Mapping[str, Any], source: str) -> Request:
    """Read what an adapter says under `request`; raises ContractError naming what is missing."""
    where = f"sources.{source}.request"
    _known(said, {"path", "parameters", "pages", "since"}, where)
    if not isinstance(said.get("path"), str):
        raise ContractError(f"{where} must say its `path`")
    pages, since = said.get("pages") or {}, said.get("since")
    _known(pages, {"by", "parameter", "next", "records"}, f"{where}.pages")
    by = pages.get("by")
    if pages and by not in get_args(By):
        raise ContractError(f"{where}.pages.by must be one of {', '.join(get_args(By))}")
    if by in ("page", "cursor") and not pages.get("parameter"):
        raise ContractError(f"{where}.pages must name the `parameter` that asks for a page")
    if (by == "cursor" and not pages.get("next")) or (by == "page" and not (pages.get("next") or pages.get("records"))):
        raise ContractError(f"{where}.pages must say where the answer tells that there is a `next` page")
    if since is not None:
        _known(since, {"parameter", "records", "field"}, f"{where}.since")
        if set(since) != {"parameter", "records", "field"}:
            raise ContractError(f"{where}.since must name its parameter, records and field")
    for name in said.get("parameters") or {}:
        if names_secret(str(name)):
            raise ContractError(f"{where}.parameters.{name} would hold a secret: say it under `auth` of the connection")
    return Request(
        said["path"],
        {str(k): str(v) for k, v in (said.get("parameters") or {}).items()},
        cast("By | None", by),
        pages.get("parameter"),
        pages.get("next"),
        pages.get("records"),
        Since(**since) if since else None,
    )


def _known(said: object, allowed: set[str], where: str) -> None:
    if not isinstance(said, Mapping):
        raise ContractError(f"{where} must be a mapping")
    unknown = sorted(set(said) - allowed)
    if unknown:
        raise ContractError(f"{where} has the unknown key {unknown[0]!r}: use {', '.join(sorted(allowed))}")


def first(asked: Request, base: str, newest: str | None) -> Page:
    """Return the first page, of what changed since `newest` where the service can be asked that."""
    parameters = dict(asked.parameters)
    if asked.by == "page" and asked.parameter:
        parameters.setdefault(asked.parameter, "1")
    if asked.since and newest:
        parameters[asked.since.parameter] = newest
    return Page(f"{base}/{asked.path.lstrip('/')}", parameters)


def following(asked: Request, page: Page, answer: Answer, base: str) -> Page | None:
    """Return the page after this one, None after the last; raises SourceError where it leads out of the service."""
    if asked.by is None:
        return None
    told = found(answer.value, asked.next) if asked.next else None
    if asked.by == "link":
        told = told if asked.next else answer.next_link
        return _within(page.address, str(told), base) if told else None
    name = str(asked.parameter)
    if asked.by == "cursor":
        return Page(page.address, {**page.parameters, name: str(told)}) if told not in (None, "") else None
    more = told not in (None, "", False) if asked.next else bool(found(answer.value, asked.records))
    return Page(page.address, {**page.parameters, name: str(int(page.parameters[name]) + 1)}) if more else None


def _within(address: str, told: str, base: str) -> Page:
    try:
        address = urljoin(address, told)
        there, here = urlsplit(address), urlsplit(base)
    except ValueError:
        raise SourceError(
            f"the next page is said to be at {told.partition('?')[0][:200]!r}, which is no address"
        ) from None
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise SourceError(
            f"the next page is said to be at {there.scheme}://{there.netloc}, which is another service than "
            f"{here.netloc}: no right to ask is sent there"
        )
    return Page(address, {})


def newest(asked: Request, value: object, before: str | None) -> str | None:
    """Return the newest time in a page's records, or the one before where none is newer."""
    if asked.since is None:
        return before
    records = found(value, asked.since.records)
    times = [found(r, asked.since.field) for r in records] if isinstance(records, list) else []
    # Zero is a number to go on from, too.
    given = [str(t) for t in times if t not in (None, "")] + ([before] if before else [])
    return max(given, key=_order, default=None)


def earlier(newest: str | None, *, seconds: int, numbers: int) -> str | None:
    """Return a little before the newest time or number of the last reading: what was saved late is found there.

    A number of ten digits counts as seconds since 1970, one of thirteen as milliseconds; what is neither stays.
    """
    if newest is None:
        return None
    if _NUMBER.fullmatch(newest):
        window = {10: seconds, 13: seconds * 1000}.get(len(newest), numbers)
        return str(max(int(newest) - window, 0))
    moment = _moment(newest)
    if moment is None or not seconds:
        return newest
    if _DAY.fullmatch(newest):
        return newest  # a day is asked for whole
    back = (moment - timedelta(seconds=seconds)).isoformat(timespec=_precision(newest))
    back = back.replace("T", newest[10], 1)
    return back.removesuffix("+00:00") + "Z" if newest.endswith("Z") else back


def _order(said: str) -> tuple[int, float | Decimal, str]:
    """Order numbers by what they are worth, moments by when they were, and anything else as text."""
    if _NUMBER.fullmatch(said):
        return 0, Decimal(said), ""
    moment = _moment(said)
    if moment is None:
        return 2, 0, said
    whole = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return 1, whole.timestamp(), said


def _moment(said: str) -> datetime | None:
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        return None


def _precision(said: str) -> str:
    fraction = re.search(r"[.,](\d+)", said)
    return "seconds" if fraction is None else "milliseconds" if len(fraction[1]) <= 3 else "microseconds"  # noqa: PLR2004


def found(value: object, path: str | None) -> object:
    """Return what lies at a path with dots in a JSON value, None where nothing does."""
    for step in path.split(".") if path else ():
        value = value.get(step) if isinstance(value, dict) else None
    return value
