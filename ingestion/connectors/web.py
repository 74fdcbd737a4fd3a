"""Ask a web service, patiently: tokens are renewed, limits kept, passing faults tried again; no secret is shown."""

from __future__ import annotations

import contextlib
import json
import math
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx
import tenacity

from ingestion.connectors.secret import scrubbed
from ingestion.connectors.spec import OAuth2Spec, RestSpec
from ingestion.connectors.web_rights import Rights
from lake.errors import ConfigError, SourceError

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_UNAUTHORIZED = 401
_LARGEST = 256 << 20

#: Waits between attempts go through here.
pause = time.sleep
#: And the time that a run has taken is told by this.
clock = time.monotonic


@dataclass(frozen=True)
class Answer:
    """What came back: the bytes as they came, the same as JSON, and the header that links to the next page."""

    body: bytes
    value: Any
    next_link: str | None


class _PassingFault(Exception):  # noqa: N818 - never leaves this module
    """A fault that may be gone at the next attempt; `wait` seconds where the service says how long."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


#: A body that cannot be unpacked was cut or changed on its way, like one that is no JSON.
_TRANSIENT = (_PassingFault, httpx.TransportError, httpx.DecodingError)


@dataclass
class Service:
    """A web service and the right to ask it."""

    spec: RestSpec
    feed: str
    _rights: Rights = field(init=False)
    _client: httpx.Client | None = None
    _ends: float = math.inf
    _bytes: int = 0

    def __post_init__(self) -> None:
        """Ready what lets in; nothing is asked yet."""
        self._rights = Rights(self.spec, self.feed, self._granted)

    def __enter__(self) -> Self:
        """Open connections; raises ConfigError where the file of certificates cannot be read."""
        try:
            context = ssl.create_default_context(cafile=str(self.spec.ca_file) if self.spec.ca_file else None)
        except OSError as error:
            raise ConfigError(f"feed {self.feed}: ca_file {self.spec.ca_file} cannot be read: {error}") from None
        self._ends = clock() + self.spec.deadline_seconds
        self._client = httpx.Client(verify=context, timeout=self.spec.timeout_seconds, headers=self._rights.standing())
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()

    def __repr__(self) -> str:
        """Show where it is, and nothing of the right to ask."""
        return f"Service({self.spec.base_url})"

    def get(self, address: str, parameters: Mapping[str, str]) -> Answer:
        """Return the answer to a request; raises SourceError with one sentence where there is none."""
        return self._tried(lambda: self._get(address, parameters), address)

    def _tried(self, ask: Callable[[], Answer], address: str) -> Answer:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_TRANSIENT),
            stop=tenacity.stop_after_attempt(self.spec.attempts),
            wait=self._wait,
            sleep=_rest,
            reraise=True,
        )
        try:
            return retrying(ask)
        except httpx.InvalidURL as error:
            said = scrubbed(str(error), self._rights.secrets)
            raise SourceError(f"feed {self.feed}: {_place(address)} is no address that can be asked: {said}") from None
        except _TRANSIENT as error:
            said = scrubbed(str(error) or type(error).__name__, self._rights.secrets)
            raise SourceError(
                f"feed {self.feed}: {_place(address)} did not answer in {self.spec.attempts} attempts: {said}; "
                "run again later"
            ) from None

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """Return how long to wait: what the service asks for, else twice as long each time, with some chance in it."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, _PassingFault) else None
        if asked is None:
            asked = float(tenacity.wait_exponential_jitter(multiplier=0.5, max=30, jitter=1)(state))
            self._require_time(asked)
            return asked
        if asked > self.spec.longest_wait_seconds:
            raise SourceError(
                f"feed {self.feed}: the service asks to wait {asked:.0f} seconds, more than longest_wait_seconds "
                f"{self.spec.longest_wait_seconds:.0f}: run again later; what was read is kept"
            )
        self._require_time(asked)
        return asked

    def _require_time(self, ahead: float = 0.0) -> None:
        """Raise SourceError where the run would outlast its time, be it by waiting or by a service that dribbles."""
        if clock() + ahead >= self._ends:
            raise SourceError(
                f"feed {self.feed}: {self.spec.base_url} was not read in deadline_seconds "
                f"{self.spec.deadline_seconds:.0f}: run again, which goes on from the last page, or allow more"
            )

    def _require_room(self, more: int) -> None:
        self._bytes += more
        if self._bytes > self.spec.max_bytes:
            raise SourceError(
                f"feed {self.feed}: {self.spec.base_url} gave more than max_bytes {self.spec.max_bytes:,} in one run: "
                "run again, which goes on from the last page, or allow more"
            )

    def _get(self, address: str, parameters: Mapping[str, str]) -> Answer:
        for renewed in (False, True):
            # No parameters at all leave those of the address alone; an empty mapping would take them away.
            asked = dict(parameters) or None
            response, body = self._send("GET", address, params=asked, headers=self._rights.headers(renew=renewed))
            if response.status_code != _UNAUTHORIZED or not isinstance(self.spec.auth, OAuth2Spec):
                break
        self._check(response, address)
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            # Cut off on its way, or an error page that says it is fine.
            raise _PassingFault(f"the answer of {len(body)} bytes is not JSON") from None
        return Answer(body, value, response.links.get("next", {}).get("url"))

    def _send(self, method: str, address: str, **said: Any) -> tuple[httpx.Response, bytes]:  # noqa: ANN401
        assert self._client is not None  # noqa: S101 - entered
        self._require_time()
        with self._client.stream(method, address, **said) as response:
            parts, size = [], 0
            for part in response.iter_bytes():
                size += len(part)
                if size > _LARGEST:
                    where = _place(address)
                    raise SourceError(f"feed {self.feed}: the answer of {where} is larger than {_LARGEST} bytes")
                self._require_time()
                self._require_room(len(part))
                parts.append(part)
        return response, b"".join(parts)

    def _granted(self, address: str, **said: Any) -> bytes:  # noqa: ANN401
        """Return what a service of tokens answers; raises SourceError where it refuses."""
        response, body = self._send("POST", address, **said)
        self._check(response, address)
        return body

    def _check(self, response: httpx.Response, address: str) -> None:
        code = response.status_code
        if code in _PASSING:
            raise _PassingFault(f"status {code} {response.reason_phrase}", _asked(response.headers.get("retry-after")))
        if not response.is_success:
            raise SourceError(
                f"feed {self.feed}: {_place(address)} answers with status {code} {response.reason_phrase}: "
                "check the address in the adapter and the rights of the user"
            )


def _place(address: str) -> str:
    """Return an address to show: what follows the `?` may be a right to ask, where a service gave out the link."""
    return address.partition("?")[0]


def _rest(seconds: float) -> None:
    pause(seconds)


def _asked(text: str | None) -> float | None:
    """Return the seconds that Retry-After asks for, as a number or as a date."""
    if text is None:
        return None
    with contextlib.suppress(ValueError):
        seconds = float(text)
        # `nan` and `inf` are numbers to Python, and no time to wait.
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    try:
        return max((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
