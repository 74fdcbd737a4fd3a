"""DuckDB's signed extensions, taken from the installed wheels: nothing is fetched at run time."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import duckdb

from lake.errors import LakeError

#: The extensions the project uses and the wheels that bring them.
WHEELS = {
    "delta": "duckdb_extension_delta",
    "httpfs": "duckdb_extension_httpfs",
    "postgres_scanner": "duckdb_extension_postgres_scanner",
    "excel": "duckdb_extension_excel",
}

#: Names the directory that DuckDB loads extensions from.
VARIABLE = "TIEOUT_DUCKDB_EXTENSIONS"


def default_directory() -> Path:
    """Return the directory named by TIEOUT_DUCKDB_EXTENSIONS, else the one inside this environment."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path(sys.prefix) / "duckdb_extensions"


def lay(directory: Path) -> list[Path]:
    """Copy each wheel's extension into the layout DuckDB looks for; returns the files laid.

    Raises LakeError where a wheel is missing or made for another DuckDB.
    """
    with duckdb.connect() as connection:
        platform = connection.sql("pragma platform").fetchone()
    if platform is None:
        raise LakeError("DuckDB does not say which platform it runs on")
    folder = directory / f"v{duckdb.__version__}" / str(platform[0])
    folder.mkdir(parents=True, exist_ok=True)
    laid = []
    for name, module in WHEELS.items():
        spec = importlib.util.find_spec(module)
        if spec is None or not spec.submodule_search_locations:
            raise LakeError(f"the wheel {module} is not installed: run `make` to set the environment up")
        base = Path(next(iter(spec.submodule_search_locations)))
        source = base / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        if not source.is_file():
            raise LakeError(f"the wheel {module} is not made for DuckDB {duckdb.__version__}")
        target = folder / source.name
        if not target.exists() or target.stat().st_size != source.stat().st_size:
            temporary = target.with_suffix(f".{os.getpid()}")
            shutil.copyfile(source, temporary)
            temporary.replace(target)
        laid.append(target)
    return laid


def main() -> None:
    """Lay the extensions into the directory given as the only argument."""
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else default_directory()
    for path in lay(directory):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
