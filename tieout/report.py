"""How a command speaks: plain lines for a person, JSON lines for a machine."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from typing import TextIO


@dataclass
class Reporter:
    """Writes each event as one line to `stream`: a sentence, or with `as_json` one JSON object.

    On a terminal a `progress` event overwrites the line before it, so that long work shows where it is
    without filling the screen; elsewhere progress is written at most every `every` seconds.
    """

    as_json: bool = False
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    every: float = 5.0
    _started: float = field(default_factory=time.monotonic)
    _last_progress: float = 0.0
    _open_line: bool = False

    def __call__(self, event: str, /, **fields: object) -> None:
        """Receive one event; `message` is the sentence for a person, the rest its facts."""
        elapsed = time.monotonic() - self._started
        if self.as_json:
            record = {"event": event, "seconds": round(elapsed, 1), **fields}
            self._write(json.dumps(record, default=str) + "\n")
            return
        text = str(fields.get("message") or _sentence(event, fields))
        if event.endswith("progress"):
            self._progress(text, elapsed)
            return
        self._end_line()
        self._write(f"{elapsed:7.1f}s  {text}\n")

    def _progress(self, text: str, elapsed: float) -> None:
        if self.stream.isatty():
            self._write(f"\r\x1b[2K{elapsed:7.1f}s  {text[:110]}")
            self._open_line = True
        elif elapsed - self._last_progress >= self.every:
            self._last_progress = elapsed
            self._write(f"{elapsed:7.1f}s  {text}\n")

    def _end_line(self) -> None:
        if self._open_line:
            self._write("\r\x1b[2K")
            self._open_line = False

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


def failure(sentence: str, *, code: int, as_json: bool) -> None:
    """Say on standard error why a command did not do its work."""
    record = {"event": "failed", "message": sentence, "exit_code": code}
    sys.stderr.write(f"{json.dumps(record)}\n" if as_json else f"tieout: {sentence}\n")


def answer(sentence: str, *, as_json: bool, event: str, **facts: object) -> None:
    """Say on standard output what a command has done: the sentence, or one JSON line with its facts."""
    said = json.dumps({"event": event, "message": sentence, **facts}, default=str) if as_json else sentence
    sys.stdout.write(f"{said}\n")


def _sentence(event: str, fields: dict[str, object]) -> str:
    facts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in fields.items())
    return f"{event.replace('_', ' ')}: {facts}" if facts else event.replace("_", " ")
