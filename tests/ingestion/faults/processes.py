"""Actions in processes of their own, to be killed at any of their steps.

The process that tries the faults only forks: it never uses the libraries itself, whose threads a fork would lose.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from lake.errors import TieoutError

FINE, REFUSED, CRASHED = 0, 3, 70


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def in_child(action: Callable[[], object], *, silent: bool = True) -> int:
    """Run an action in a fork of this process; return its exit code, negative where a signal ended it."""
    return wait(start(action, silent=silent))


def start(action: Callable[[], object], *, silent: bool = True) -> int:
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    if silent:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    code = CRASHED
    try:
        action()
        code = FINE
    except TieoutError as error:
        code = REFUSED if "\n" not in str(error) else CRASHED
    except BaseException as error:  # noqa: BLE001 - told to the parent by the code
        os.write(1, f"    {type(error).__name__}: {error}\n".encode()[:600])
    os._exit(code)


def wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(steps: tuple[tuple[object, str], ...], number: int, action: Callable[[], object]) -> Callable[[], None]:
    """Return the action with a SIGKILL at its `number`-th step; a file `steps` counts them where it is 0."""

    def run() -> None:
        passed = [0]

        def step() -> None:
            passed[0] += 1
            if passed[0] == number:
                os.kill(os.getpid(), signal.SIGKILL)

        for owner, name in steps:
            setattr(owner, name, _stepping(getattr(owner, name), step))
        action()
        if not number:
            Path(os.environ["STEPS"]).write_text(str(passed[0]))

    return run


def _stepping(inner: Callable[..., object], step: Callable[[], None]) -> Callable[..., object]:
    def outer(*args: object, **options: object) -> object:
        step()
        answer = inner(*args, **options)
        step()
        return answer

    return outer
