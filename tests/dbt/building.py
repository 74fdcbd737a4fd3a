"""Plain dbt on a lake, in a work folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from lake import extensions
from tests import parsed
from tests.firm import ROOT
from tieout.build import _code_version

#: dbt as its own command starts it, less the search for dead cycles among objects that all live to the end.
_DBT = "import gc; gc.disable(); from dbt.cli.main import cli; cli()"


def start(lake_root: Path, work: Path, *selection: str, run_id: str = "the-same") -> subprocess.Popen[str]:
    """Start plain dbt on every model and seed, or on those selected."""
    work.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        **parsed.environment(),
        "TIEOUT_LAKE_ROOT": str(lake_root),
        "TIEOUT_WORK": str(work),
        "TIEOUT_CLOCK": "data",
        "TIEOUT_RUN_ID": run_id,
        "TIEOUT_CODE_VERSION": _code_version(),  # as `tieout build` says it, so that what that left is trusted
        "TIEOUT_DUCKDB_EXTENSIONS": str(extensions.default_directory()),
        "DBT_TARGET_PATH": str(work / "target"),
        "DBT_LOG_PATH": str(work / "logs"),
    }
    command = [sys.executable, "-c", _DBT, "build", "--project-dir", "dbt_project", "--profiles-dir", "."]
    command += ["--no-write-json", "--resource-type", "model", "--resource-type", "seed", *selection]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def build(lake_root: Path, work: Path, *selection: str, run_id: str = "the-same") -> None:
    """Run plain dbt to its end, which must be a good one."""
    with start(lake_root, work, *selection, run_id=run_id) as running:
        said, _ = running.communicate()
    assert running.returncode == 0, said[-4000:]
