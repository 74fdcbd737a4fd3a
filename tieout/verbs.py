"""The verbs of the command `tieout`: one a habit, each safe to stop and run again."""

from __future__ import annotations

import typer

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
