"""Holds what a hostile drop may take to what good files take, whatever else the machine is doing."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator

#: So many times the processor time of a good file, and of each file more, may a drop take; its packed size counts too.
TIMES = 40
#: A drop that waits for something that never comes uses no processor: it is ended after so many seconds.
LONGEST = 600


class TooLongError(Exception):
    """A hostile drop was not done with in time."""


@contextlib.contextmanager
def bounded(good: float, *, files: int, size: int) -> Iterator[None]:
    """Raise TooLongError where the block takes too long, a good file taking `good` processor seconds."""

    def ended(*_given: object) -> None:
        raise TooLongError(f"it was not done after {LONGEST} seconds")

    before = signal.signal(signal.SIGALRM, ended)
    signal.alarm(LONGEST)
    started = time.process_time()
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    taken, most = time.process_time() - started, good * (TIMES + files + size / (1 << 20))
    if taken > most:
        raise TooLongError(f"it took {taken:.1f} processor seconds, more than {most:.1f}")
