"""How the app is started: the command line and its environment, as values."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

APP = Path(__file__).parent / "app.py"
MART_VARIABLE = "TIEOUT_MART"


def command(
    *, mart: Path, port: int, address: str = "127.0.0.1", headless: bool = True, as_json: bool = False
) -> list[str]:
    """Return the arguments that serve the app; `mart` is checked by the app itself, which may start before it.

    With `as_json` its end is a JSON line.
    """
    del mart
    return [
        sys.executable,
        "-m",
        "dashboards.serve",
        *(["--json"] if as_json else []),
        "run",
        str(APP),
        f"--server.port={port}",
        f"--server.address={address}",
        f"--server.headless={'true' if headless else 'false'}",
        "--browser.gatherUsageStats=false",
        "--server.fileWatcherType=none",
        "--server.showEmailPrompt=false",
        f"--browser.serverAddress={address}",
    ]


def environment(*, mart: Path, lake_root: str | None = None, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for `command`: the caller's own, where the mart's pointer lies, and the lake's root."""
    known = dict(os.environ if base is None else base)
    known[MART_VARIABLE] = str(mart.absolute())
    if lake_root is not None:
        known["TIEOUT_LAKE_ROOT"] = lake_root
    home = str(APP.parent.parent)
    earlier = known.get("PYTHONPATH")
    known["PYTHONPATH"] = os.pathsep.join([home, earlier]) if earlier else home
    return known
