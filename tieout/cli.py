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


def guard(action: Callable[[], object]) -> int:
    """Run `action`; turn a refusal into one sentence and an exit code."""
    try:
        action()
    except TieoutError as error:
        sys.stderr.write(f"tieout: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("tieout: stopped; run the command again to go on.\n")
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person gets a sentence, support the trace
        trace = Path(tempfile.gettempdir()) / f"tieout-fault-{os.getpid()}.log"
        trace.write_text(traceback.format_exc(), encoding="utf-8")
        reason = " ".join(str(error).split())[:200]
        sys.stderr.write(
            f"tieout: a fault of tieout itself ({type(error).__name__}: {reason}); send {trace} to support.\n"
        )
        return 70
    return 0


def main() -> None:
    """Entry point of the command."""
    sys.exit(guard(app))
