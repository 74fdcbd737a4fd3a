"""What a stop does (Ctrl-C, or the system's SIGTERM): one sentence, an exit code, and nothing half done.

A first stop lets the work put things away: temporary folders, locks, half-written files. Work that is deep in a
library and does not hear it within GRACE seconds, and a second stop, end the process as a kill would, which every
step is made for. This module imports little, so that even a command that has hardly begun ends with its sentence.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from lake import stop

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SENTENCE = "stopped; run the command again to go on."
GRACE = 5.0
_BASE = 128  # what a shell adds to a signal's number for its exit code
_CLEAR_LINE = "\r\x1b[2K"


def until_stopped(work: Callable[[], int], *, as_json: bool = False) -> NoReturn:
    """Do the work and exit with its code; where it is stopped, with a sentence and 130 (SIGTERM: 143)."""
    _Stop(as_json=as_json).guard(work)


class _Stop:
    """Hears a stop twice: as an exception in the main thread, and in a thread while that one is in a library."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._number: int = signal.SIGINT
        self._saying = threading.Lock()
        self._has_said = False

    def guard(self, work: Callable[[], int]) -> NoReturn:
        try:
            for one in SIGNALS:
                signal.signal(one, self._interrupt)
            heard, told = os.pipe()
            os.set_blocking(told, False)
            signal.set_wakeup_fd(told, warn_on_full_buffer=False)
            sys.unraisablehook = self._lose
            threading.Thread(target=self._end_in_time, args=(heard,), daemon=True).start()
            code = work()
            for one in SIGNALS:  # what is done cannot be stopped any more
                signal.signal(one, signal.SIG_DFL)
            sys.exit(code)
        finally:
            if stop.asked():
                self._say()
                # Waits for threads that a library left at work; the other thread sees to it that it is not for long.
                sys.exit(self._code)

    @property
    def _code(self) -> int:
        return _BASE + self._number

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        del frame
        if not stop.asked():
            self._number = number
            stop.ask()
            raise KeyboardInterrupt

    @staticmethod
    def _lose(lost: sys.UnraisableHookArgs) -> None:
        """Say nothing of a stop that came while Python put something away and was lost in that: GRACE sees to it."""
        if not (stop.asked() and issubclass(lost.exc_type, KeyboardInterrupt)):
            sys.__unraisablehook__(lost)

    def _end_in_time(self, heard: int) -> None:
        """Wait for a stop, then for the work to put things away; a second stop, or too long a wait, ends it here."""
        while (number := os.read(heard, 1)[0]) not in SIGNALS:
            pass
        self._number = number
        select.select([heard], [], [], GRACE)
        self._say()
        os._exit(self._code)

    def _say(self) -> None:
        """Say the sentence, once."""
        with self._saying:
            if self._has_said:
                return
            self._has_said = True
            if self._as_json:
                said = json.dumps({"event": "stopped", "message": SENTENCE, "exit_code": self._code})
            else:
                said = f"{_CLEAR_LINE if os.isatty(2) else ''}tieout: {SENTENCE}"
            with contextlib.suppress(OSError):
                os.write(2, f"{said}\n".encode())  # not through the stream, whose lock the main thread may hold
