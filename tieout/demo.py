"""`make demo`: a sample firm from its extracts to the screen, one command after the other."""

from __future__ import annotations

import argparse
import shutil
from datetime import date
from pathlib import Path

from tieout import commands, settings, stopping
from tieout.cli import guard
from tieout.report import Reporter

FOLDER = Path("demo")
UNTIL = date(2026, 10, 31)


def main(arguments: list[str] | None = None) -> int:
    """Simulate, ingest, build, publish and serve; with `--no-app` stop before serving. Returns an exit code."""
    parser = argparse.ArgumentParser(prog="make demo ARGS=…")
    parser.add_argument("--no-app", action="store_true", help="stop before serving the app")
    parser.add_argument("--consultants", type=int, default=300)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--port", type=int, default=None)
    options = parser.parse_args(arguments)
    return guard(lambda: _demo(options))


def _demo(options: argparse.Namespace) -> int:
    events = Reporter()
    settings.forget_environment()  # a lake that is exported is somebody's own: no simulated firm goes into it
    config = settings.load(Path("tieout.yml"))
    extracts = FOLDER / "extracts"
    if not (extracts / ".complete").exists():
        shutil.rmtree(extracts, ignore_errors=True)
        commands.simulate(
            extracts, consultants=options.consultants, months=options.months, seed=7, until=UNTIL,
            last_day_to=None, events=events,
        )  # fmt: skip
        (extracts / ".complete").touch()
    refused = commands.ingest(config, only=(), events=events)
    commands.build(config, full_refresh=False, as_of=None, events=events)
    if not options.no_app:
        commands.serve(config, port=options.port, events=events)
    events("demo_finished", message="Ready. `make demo` again serves the app.")
    return 1 if refused else 0


if __name__ == "__main__":
    stopping.until_stopped(main)
