"""`make clean`: takes away what `make demo` made, and nothing else."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import polars as pl

from lake.errors import ConfigError, LakeError
from lake.schemas import SYSTEM_TABLES
from lake.store import Lake
from tieout import settings, stopping
from tieout.cli import guard
from tieout.demo import FOLDER
from tieout.report import Reporter

#: What a lake's folder is made of; whatever else lies there is not ours to take away.
PARTS = (*SYSTEM_TABLES, "tables", "archive", "gold", "mart", "work")


def main() -> int:
    """Remove the demo's extracts and lake; a lake that holds anything else stays. Returns an exit code."""
    return guard(_clean)


def _clean() -> int:
    settings.forget_environment()
    config = settings.load(Path("tieout.yml"))
    if not config.is_local:
        raise ConfigError(
            f"tieout.yml names the lake {config.lake_root}, which the demo did not make; nothing is removed."
        )
    root = Path(config.lake_root)
    foreign = _foreign(root)
    if foreign:
        raise LakeError(
            f"{root} holds files that are not the demo's ({foreign[0]}{_others(foreign)}), so nothing is removed; "
            "whoever means to lose them removes the folder."
        )
    for folder in (FOLDER, *(root / part for part in PARTS)):
        shutil.rmtree(folder, ignore_errors=True)
    if root.is_dir() and not any(root.iterdir()):
        root.rmdir()
    Reporter()("cleaned", message=f"Removed {FOLDER} and what it had become in {root}.")
    return 0


def _foreign(root: Path) -> list[str]:
    """Return what landed in the lake and is no file of the demo's extracts: `feed: file`, in order."""
    if not (root / "batch_files" / "_delta_log").is_dir():
        return []
    lake = Lake(str(root))
    landed = pl.read_delta(lake.table_uri("batch_files"), columns=["feed", "file", "sha256"])
    own = {hashlib.sha256(file.read_bytes()).hexdigest() for file in FOLDER.rglob("*") if file.is_file()}
    others = landed.filter(~pl.col("sha256").is_in(list(own))).sort("feed", "file")
    return [f"{feed}: {file}" for feed, file in others.select("feed", "file").unique(maintain_order=True).iter_rows()]


def _others(found: list[str]) -> str:
    return f" and {len(found) - 1:,} more" if len(found) > 1 else ""


if __name__ == "__main__":
    stopping.until_stopped(main)
