"""How long work tells what it is doing, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Events(Protocol):
    """A listener: called with an event's name and its fields, at every step a person would want to see."""

    def __call__(self, event: str, /, **fields: object) -> None:
        """Receive one event."""


def ignore(event: str, /, **fields: object) -> None:
    """Listen to nothing."""
