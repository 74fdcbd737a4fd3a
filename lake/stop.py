"""Whether a person asked the command to stop.

A stop reaches Python as KeyboardInterrupt, but a library of another language may hand it on as an error of its own;
whoever would blame a file or a feed for an error asks here first.
"""

from __future__ import annotations

import threading

_ASKED = threading.Event()


def ask() -> None:
    """Remember that a stop was asked for; it is never taken back."""
    _ASKED.set()


def asked() -> bool:
    """Tell whether a stop was asked for."""
    return _ASKED.is_set()


def heed() -> None:
    """Raise KeyboardInterrupt where a stop was asked for, so that what it broke is blamed on nothing else."""
    if asked():
        raise KeyboardInterrupt
