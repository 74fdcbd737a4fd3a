"""The command `tieout` as a process: it ends with an exit code and, where it did not do its work, with one sentence.

What is imported here is little, so that a stop is heard from the first moment on; the verbs come in with the work.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from lake import stop
from lake.errors import TieoutError, plain
from tieout import report, stopping

MISUSED, FAULT = 2, 70  # exit codes as shells know them


def main() -> NoReturn:
    """Entry point of the command."""
    # Asked of the words themselves: a command that is misused or stopped is so before they are understood.
    as_json = "--json" in sys.argv[1:]
    stopping.until_stopped(lambda: guard(_verb, as_json=as_json), as_json=as_json)


def _verb() -> object:
    from tieout.verbs import app  # noqa: PLC0415 - see above

    return app(prog_name="tieout", standalone_mode=False)


def guard(action: Callable[[], object], *, as_json: bool = False) -> int:
    """Run `action`; turn whatever it raises into one sentence on standard error, or one JSON line, and an exit code.

    What `action` returns is the exit code, where it is a number. Raises KeyboardInterrupt where a stop was asked for.
    """
    try:
        code = action()
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence
        stop.heed()
        code, sentence = _told(error)
        if sentence:
            report.failure(sentence, code=code, as_json=as_json)
    return code if isinstance(code, int) else 0


def _told(error: Exception) -> tuple[int, str]:
    """Return the exit code of an error, and the sentence that it is worth to a person."""
    import typer  # noqa: PLC0415 - see above

    if isinstance(error, TieoutError):
        return 1, str(error)
    if isinstance(error, typer.TyperException):
        return MISUSED, _misused(error)
    if isinstance(error, OSError):  # no room, no right, no such folder: nothing that support could mend
        return 1, f"{plain(error)}; mend that and run the command again."
    trace = Path(tempfile.gettempdir()) / f"tieout-fault-{os.getpid()}.log"
    trace.write_text(traceback.format_exc(), encoding="utf-8")
    reason = " ".join(str(error).split())[:200]
    return FAULT, f"a fault of tieout itself ({type(error).__name__}: {reason}); send {trace} to support."


def _misused(error: Exception) -> str:
    """Say what was wrong with the words of a command; nothing where there were none, as the help was printed."""
    context = getattr(error, "ctx", None)
    said: str = error.format_message()  # type: ignore[attr-defined]
    if not said:
        return ""
    command = context.command_path if context is not None else "tieout"
    sentence = said.replace("Value error, ", "").rstrip(".")
    return f"{sentence[:1].lower()}{sentence[1:]}; `{command} --help` says what there is."
