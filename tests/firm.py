"""A simulated firm on disk, and the command run on it as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests import parsed

ROOT = parsed.ROOT
FEEDS = ("psa", "crm", "hcm", "expense", "procurement", "erp", "middleware", "governance")


@dataclass(frozen=True)
class Firm:
    """A simulated firm on disk: its extracts, its configuration, its lake and its published mart."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "tieout.yml"

    @property
    def extracts(self) -> Path:
        return self.folder / "extracts"

    @property
    def lake_root(self) -> Path:
        return self.folder / "lake"

    @property
    def mart(self) -> Path:
        return self.lake_root / "mart" / "mart.duckdb"

    def run(self, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        """Run one tieout command on this firm and return what it printed."""
        done = tieout(*arguments, "--config", str(self.config))
        assert done.returncode == expect, (
            f"tieout {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done


def tieout(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would; a build need not read dbt's whole project anew."""
    given = os.environ | (parsed.environment() if {"build", "run", "restate"} & set(arguments) else {})
    return subprocess.run(
        [sys.executable, "-m", "tieout", *arguments], cwd=ROOT, env=given, capture_output=True, text=True, check=False
    )


def configure(folder: Path, *, feeds: Sequence[str] = FEEDS, extracts: str = "extracts") -> Path:
    """Write a tieout.yml for the feeds of a simulated firm."""
    lines = ["group_currency: EUR", "lake_root: lake", "clock: data", "feeds:"]
    lines += [f"  - {{name: {feed}, path: {extracts}/{feed}}}" for feed in feeds]
    file = folder / "tieout.yml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
