"""What the verbs share: their common options, and the session a command works in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from tieout import settings as config
from tieout.report import Reporter

ConfigOption = Annotated[Path | None, typer.Option("--config", help="The configuration file (default: tieout.yml).")]
UnusedConfigOption = Annotated[
    Path | None, typer.Option("--config", help="As with every verb; this one needs nothing of it, and only reads it.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Report progress, and a failure, as JSON lines on standard error.")
]
LinesOption = Annotated[bool, typer.Option("--json", help="Answer, and say a failure, in JSON lines.")]
Format = Literal["table", "csv", "json", "jsonl"]


@dataclass(frozen=True)
class Session:
    """What every command works with: its configuration and its voice."""

    settings: config.Settings
    events: Reporter


def open_session(file: Path | None, *, as_json: bool) -> Session:
    """Read the configuration and give the command a voice. Raises ConfigError."""
    return Session(settings=config.load(file), events=Reporter(as_json=as_json))


def read_only(file: Path | None) -> None:
    """Refuse a configuration that does not hold, where a verb takes one only as every verb does. Raises ConfigError."""
    if file is not None:
        config.load(file)


def form(output: Format, *, as_json: bool) -> Format:
    """Return the form that rows are answered in: JSON lines where they are asked for."""
    return "jsonl" if as_json else output
