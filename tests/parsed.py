"""What dbt knows of the project once it has read it, kept for every dbt that a test starts.

Reading the whole project takes dbt longer than building some of it. It checks by itself which files have changed since.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = Path(sys.prefix) / "parsed" / "partial_parse.msgpack"
#: dbt looks there before it looks into its own target folder.
VARIABLE = "DBT_PARTIAL_PARSE_FILE_PATH"


def environment() -> dict[str, str]:
    """Return the variable that shows dbt what it once read; it is read now where a file of the project is newer."""
    FILE.parent.mkdir(exist_ok=True)
    with (FILE.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not FILE.exists() or FILE.stat().st_mtime < _newest():
            _read()
    return {VARIABLE: str(FILE)}


def _newest() -> float:
    files = [ROOT / "profiles.yml", *(ROOT / "lake").glob("dbt_*.py")]
    files += [f for kind in ("sql", "yml", "csv") for f in (ROOT / "dbt_project").rglob(f"*.{kind}")]
    return max(file.stat().st_mtime for file in files if "target" not in file.parts)


def _read() -> None:
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ | {"DBT_TARGET_PATH": folder, "DBT_LOG_PATH": folder, "TIEOUT_LAKE_ROOT": folder}
        command = [str(Path(sys.executable).parent / "dbt"), "parse", "--project-dir", "dbt_project"]
        done = subprocess.run(
            [*command, "--profiles-dir", "."], cwd=ROOT, env=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
        shutil.copy(Path(folder) / FILE.name, FILE.with_suffix(".new"))
    FILE.with_suffix(".new").replace(FILE)
