"""Secrets by reference: the configuration says where one is, and only what needs it reads it, when it needs it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from lake.errors import ConfigError

_LARGEST = 1 << 16


def _reference(text: str) -> str:
    kind, colon, rest = text.partition(":")
    if kind not in ("env", "file") or not colon or not rest:
        # The text itself may be a secret: it is not repeated.
        raise PydanticCustomError("secret", "write env:NAME or file:PATH, never the secret itself")
    return text


#: What a configuration says of a secret: `env:NAME` or `file:PATH`.
Reference = Annotated[str, AfterValidator(_reference)]


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
