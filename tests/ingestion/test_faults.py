"""A part of the fault suite in every run; `make faults` tries all of it and prints the table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_run_struck_by_any_of_some_faults_is_finished_by_the_next() -> None:
    command = [sys.executable, "-m", "tests.ingestion.faults", "--quick"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "LOST" not in done.stdout
    assert int(done.stdout.splitlines()[-1].split(" ", 1)[0]) >= 12, "faults were tried"
