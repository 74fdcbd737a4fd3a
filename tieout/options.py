"""What the verbs share: their common options, and the session a command works in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from tieout import settings as config
from tieout.report import Reporter

ConfigOption = Annotated[Path | None, typer.Option("--config", help="The configuration file (default: tieout.yml).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Report progress as JSON lines on standard error.")]
Format = Literal["table", "csv", "json"]


@dataclass(frozen=True)
class Session:
    """What every command works with: its configuration and its voice."""

    settings: config.Settings
    events: Reporter


def open_session(file: Path | None, *, as_json: bool) -> Session:
    """Read the configuration and give the command a voice. Raises ConfigError."""
    return Session(settings=config.load(file), events=Reporter(as_json=as_json))
