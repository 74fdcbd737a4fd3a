"""How the property tests of this folder draw: anew each time, and again what once failed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

CAREFUL = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=DirectoryBasedExampleDatabase(Path(tempfile.gettempdir()) / "tieout-drawn"),
    print_blob=True,
)
