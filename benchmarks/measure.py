"""Runs a command as a process of its own and reads what the operating system says it took."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Wall and processor seconds, and peak memory in MB, of one process."""

    wall: float
    cpu: float
    peak_mb: float


def measure(command: Sequence[str], *, log: Path) -> Cost:
    """Run `command` to its end, its output going to `log`; raises RuntimeError with the log's end where it fails."""
    started = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code != 0:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{tail}")
    return Cost(wall=time.monotonic() - started, cpu=usage.ru_utime + usage.ru_stime, peak_mb=usage.ru_maxrss / 1024)
