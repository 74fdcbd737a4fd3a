"""Secrets by reference: the configuration says where one is, and only what needs it reads it, when it needs it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from lake.errors import ConfigError

_LARGEST = 1 << 16
_SECRET_NAME = re.compile(
    r"(^|-)auth(orization)?(-|$)|cookie|token|secret|passw|credential|signature|session|(api|access)-?key|(^|-)key$"
)
_ANNOUNCED = re.compile(
    r"(?i)(bearer|basic|token|digest|apikey)\s+\S|eyJ[\w-]{8,}\.|sk[-_]\w{8}|gh[pousr]_\w{8}|xox[abp]-"
)
#: Names that people give have their words parted; identifiers such as UUIDs have, too.
_UNBROKEN = re.compile(r"[A-Za-z0-9+/=_~]{24,}")


def _reference(text: str) -> str:
    kind, colon, rest = text.partition(":")
    if kind not in ("env", "file") or not colon or not rest:
        # The text itself may be a secret: it is not repeated.
        raise PydanticCustomError("secret", "write env:NAME or file:PATH, never the secret itself")
    return text


#: What a configuration says of a secret: `env:NAME` or `file:PATH`.
Reference = Annotated[str, AfterValidator(_reference)]


def is_reference(text: str) -> bool:
    """Whether a text says where a secret is."""
    kind, _, rest = text.partition(":")
    return kind in ("env", "file") and bool(rest)


def names_secret(name: str) -> bool:
    """Whether what is called so carries a secret as a rule."""
    return _SECRET_NAME.search(name.lower().replace("_", "-")) is not None


def looks_secret(text: str) -> bool:
    """Whether a text has the shape of a token or key: announced as one, or with letters and digits mixed at length."""
    if _ANNOUNCED.match(text):
        return True
    return any(re.search(r"[0-9]", run) and re.search(r"[A-Za-z]", run) for run in _UNBROKEN.findall(text))


def reveal(reference: str, *, feed: str) -> str:
    """Return the secret that a reference leads to; raises ConfigError where there is none."""
    kind, _, rest = reference.partition(":")
    if kind == "env":
        value = os.environ.get(rest, "")
        if not value:
            raise ConfigError(f"feed {feed}: the environment variable {rest}, which holds a secret, is not set")
        return value
    try:
        with Path(rest).open("rb") as file:
            value = file.read(_LARGEST).decode("utf-8").rstrip("\r\n")
    except OSError as error:
        raise ConfigError(f"feed {feed}: the secret file {rest} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"feed {feed}: the secret file {rest} is not text") from None
    if not value:
        raise ConfigError(f"feed {feed}: the secret file {rest} is empty")
    return value


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """Return what a library said as one line, without any of the secrets that it was given."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return " ".join(text.split())[:300]
