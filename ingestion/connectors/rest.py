"""HTTPS services: each page of a list is kept as it came, and a run that was cut short goes on from the last one."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingestion.connectors import paging
from ingestion.connectors.offer import Cursor, Errand, keep_only
from ingestion.connectors.paging import Page, Request
from ingestion.connectors.spec import RestSpec
from ingestion.connectors.web import Answer, Service
from lake.errors import ContractError, SourceError

#: Pages read longer ago than this are asked for again: a list may have moved under them.
_STALE = 3600.0
_MOST_PAGES = 100_000


def fetch(spec: RestSpec, errand: Errand) -> Cursor:
    """Bring the lists of the errand's sources, page by page, and return how far each has been read.

    Raises SourceError with one sentence where the service does not answer; the pages it gave so far stay.
    """
    cursor = dict(errand.cursor)
    asked = {s.name: paging.request(s.request, s.name) for s in errand.sources if s.request is not None}
    if not asked:
        raise ContractError(
            f"feed {errand.feed.name}: the adapter {errand.feed.system} says no `request` of any source"
        )
    with Service(spec, errand.feed.name) as service:
        lists = []
        for source in errand.sources:
            if source.name in asked:
                before = None if errand.whole(source) else (errand.cursor.get(source.name) or {}).get("newest")
                lists.append((source, _List(service, errand, source.name, asked[source.name], before)))
        # Pages of other lists, or of these asked otherwise or too long ago, must not land beside today's.
        keep_only(errand.folder, {file for _, each in lists for file in each.kept()})
        for source, each in lists:
            latest = each.bring()
            if latest is not None and not errand.whole(source):
                cursor[source.name] = {"newest": latest}
    return cursor


class _List:
    """One list of a service on its way into a folder."""

    def __init__(self, service: Service, errand: Errand, source: str, asked: Request, before: str | None) -> None:
        self._service, self._errand, self._source = service, errand, source
        self._asked, self._before = asked, before
        self._folder = errand.folder / source
        # A name that begins with a dot is no file of the feed.
        self._note = errand.folder / f".{source}.json"
        edge = paging.earlier(before, seconds=service.spec.overlap_seconds, numbers=service.spec.overlap_numbers)
        self._begin = self._begun(paging.first(asked, service.spec.base_url, edge))

    def kept(self) -> list[Path]:
        """Return the files of an earlier run that this one goes on from."""
        number = self._begin[0]
        return [self._note, *(self._page(n + 1) for n in range(number))] if number else []

    def _page(self, number: int) -> Path:
        return self._folder / f"{number:05d}.json"

    def bring(self) -> str | None:
        """Bring the pages that are still missing; returns the newest time in the whole list."""
        base = self._service.spec.base_url
        number, page, latest = self._begin
        seen: set[tuple[str, ...]] = set()
        while page is not None:
            turn = (page.address, *sorted(f"{k}={v}" for k, v in page.parameters.items()))
            if turn in seen or number >= _MOST_PAGES:
                raise SourceError(f"feed {self._errand.feed.name}: the pages of {self._source} lead back to themselves")
            seen.add(turn)
            answer = self._service.get(page.address, page.parameters)
            if number and self._repeats(number, answer):
                raise SourceError(
                    f"feed {self._errand.feed.name}: page {number + 1} of {self._source} is page {number} again: the "
                    "service does not heed what asks for a page; correct `pages` in the adapter"
                )
            number += 1
            self._folder.mkdir(parents=True, exist_ok=True)
            _replace(self._page(number), answer.body)
            latest = paging.newest(self._asked, answer.value, latest)
            page = paging.following(self._asked, page, answer, base)
            self._remember(number, page, latest)
        self._errand.events("list_read", feed=self._errand.feed.name, source=self._source, pages=number)
        return latest

    def _repeats(self, number: int, answer: Answer) -> bool:
        """Whether an answer is the page before once more; one without records may well be."""
        return bool(answer.value) and self._page(number).read_bytes() == answer.body

    def _key(self) -> dict[str, Any]:
        spec = self._service.spec
        # Headers may say whose list it is.
        return {"asked": asdict(self._asked), "before": self._before, "base": spec.base_url, "headers": spec.headers}

    def _remember(self, number: int, page: Page | None, latest: str | None) -> None:
        following = asdict(page) if page else None
        note = self._key() | {"number": number, "next": following, "latest": latest, "at": time.time()}
        _replace(self._note, json.dumps(note).encode())

    def _begun(self, start: Page) -> tuple[int, Page | None, str | None]:
        """Return where an earlier run was cut short, or the start where none was, or none of this list."""
        try:
            note = json.loads(self._note.read_bytes())
            fits = all(note[k] == v for k, v in json.loads(json.dumps(self._key())).items())
            number = int(note["number"])
            whole = all(self._page(n + 1).is_file() for n in range(number))
            # A list that was read to its end is asked for again: it may say more by now.
            if fits and whole and note["next"] and 0 <= time.time() - note["at"] < _STALE:
                return number, Page(**note["next"]), note["latest"]
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return 0, start, self._before


def _replace(target: Path, content: bytes) -> None:
    """Write a file in one step: a run that is killed leaves the old one or the new one."""
    partial = target.with_name(f".{target.name}.part")
    partial.write_bytes(content)
    partial.replace(target)
