"""Lines of text: however long one is, no more of it is read than tells that it is too long."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

MEASURED = """
import resource, sys
from pathlib import Path
from ingestion.readers import Source, read
from lake.errors import BatchRefused

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    list(read(Source(Path(sys.argv[1]), "a"), sys.argv[2]))
except BatchRefused as error:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, error)
"""


@pytest.mark.parametrize("kind", ["ndjson", "csv"])
def test_a_line_of_a_gigabyte_is_refused_in_bounded_memory(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(1 << 30)  # a hole: one line of a gigabyte that takes no room on the disk
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path), kind], cwd=ROOT, check=True, capture_output=True, text=True
    )
    grown, said = done.stdout.split(" ", 1)
    assert said.startswith("file a")
    assert said.endswith("is longer than 16777216 bytes\n")
    assert int(grown) < 200, "MiB"
