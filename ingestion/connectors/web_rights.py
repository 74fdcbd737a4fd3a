"""The right to ask a web service: headers, tokens renewed before they end, and the secrets that no message may show."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Protocol

from ingestion.connectors.secret import is_reference, reveal
from ingestion.connectors.spec import OAuth2Spec, RestSpec
from lake.errors import SourceError

#: A token is renewed this many seconds before it ends.
_EARLY = 30.0


class Ask(Protocol):
    """Posts a form to an address and returns the answer's bytes; raises SourceError where it is refused."""

    def __call__(self, address: str, *, data: dict[str, str], auth: tuple[str, str]) -> bytes:
        """Post the form `data` as the client `auth`."""
        ...


@dataclass(repr=False)
class Rights:
    """What lets a feed in, and is never shown; `secrets` are those revealed so far."""

    spec: RestSpec
    feed: str
    ask: Ask
    secrets: set[str] = field(default_factory=set)
    _token: str | None = None
    _until: float = 0.0

    def standing(self) -> dict[str, str]:
        """Return the headers of every request; those that are given by reference are secrets."""
        said = dict(self.spec.headers)
        for name, value in said.items():
            if is_reference(value):
                said[name] = self._revealed(value)
        return said

    def headers(self, *, renew: bool) -> dict[str, str]:
        """Return the headers that let one request in, with a new token where `renew` says so or the old one ends.

        Raises SourceError where no token is given.
        """
        auth = self.spec.auth
        if auth is None:
            return {}
        if isinstance(auth, OAuth2Spec):
            if renew or self._token is None or time.monotonic() >= self._until:
                self._token, self._until = self._new_token(auth)
            return {"Authorization": f"Bearer {self._token}"}
        return {auth.name: auth.prefix + self._revealed(auth.value)}

    def _new_token(self, auth: OAuth2Spec) -> tuple[str, float]:
        secret = self._revealed(auth.client_secret)
        form = {"grant_type": "client_credentials"} | ({"scope": auth.scope} if auth.scope else {})
        body = self.ask(auth.token_url, data=form, auth=(auth.client_id, secret))
        try:
            said = json.loads(body)
            token, seconds = str(said["access_token"]), float(said.get("expires_in", 300))
        except (ValueError, KeyError, TypeError):
            raise SourceError(f"feed {self.feed}: {auth.token_url} answers without an access_token") from None
        self.secrets.add(token)
        return token, time.monotonic() + max(seconds - _EARLY, 0.0)

    def _revealed(self, reference: str) -> str:
        secret = reveal(reference, feed=self.feed)
        self.secrets.add(secret)
        return secret
