"""The command `tieout`: one verb a habit, each safe to stop and run again."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import typer

from lake.errors import TieoutError
from tieout import cli_adapters, cli_metrics, cli_questions, cli_resubmit, cli_work

app = typer.Typer(
    name="tieout",
    help="Project finance you can sign: every figure labelled, every difference explained to the cent.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(cli_work.verbs)
app.add_typer(cli_questions.verbs)
app.add_typer(cli_metrics.verbs)
app.add_typer(cli_adapters.verbs, name="adapter")
app.add_typer(cli_resubmit.verbs, name="resubmit")


MISUSED, STOPPED = 2, 130  # exit codes as shells know them


def guard(action: Callable[[], object]) -> int:
    """Run `action`; turn a refusal into one sentence and an exit code.

    What `action` returns is the exit code, where it is a number.
    """
    try:
        code = action()
    except TieoutError as error:
        sys.stderr.write(f"tieout: {error}\n")
        return 1
    except typer.TyperException as error:
        return _misused(error)
    except (KeyboardInterrupt, typer.Abort):
        code = STOPPED
    except BrokenPipeError:
        return 0
    except OSError as error:  # no room, no right, no such folder: nothing that support could mend
        where = f"{error.filename}: {error.strerror}" if error.filename else " ".join(str(error).split())
        sys.stderr.write(f"tieout: {where}; mend that and run the command again.\n")
        return 1
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person gets a sentence, support the trace
        trace = Path(tempfile.gettempdir()) / f"tieout-fault-{os.getpid()}.log"
        trace.write_text(traceback.format_exc(), encoding="utf-8")
        reason = " ".join(str(error).split())[:200]
        sys.stderr.write(
            f"tieout: a fault of tieout itself ({type(error).__name__}: {reason}); send {trace} to support.\n"
        )
        return 70
    if code == STOPPED:
        sys.stderr.write("tieout: stopped; run the command again to go on.\n")
    return code if isinstance(code, int) else 0


def _misused(error: typer.TyperException) -> int:
    """Say in one sentence what was wrong with the words of a command; without any words, what there is to say."""
    context = getattr(error, "ctx", None)
    said = error.format_message()
    if not said:  # nothing was asked for, so the help was printed
        return MISUSED
    command = context.command_path if context is not None else "tieout"
    sentence = said.replace("Value error, ", "").rstrip(".")
    sys.stderr.write(f"tieout: {sentence[:1].lower()}{sentence[1:]}; `{command} --help` says what there is.\n")
    return MISUSED


def main() -> None:
    """Entry point of the command."""
    sys.exit(guard(lambda: app(prog_name="tieout", standalone_mode=False)))
