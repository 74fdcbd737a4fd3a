"""The lake and the published mart of a configuration, or one sentence on what to run first."""

from __future__ import annotations

from pathlib import Path

from lake import publish
from lake.errors import BuildError
from lake.store import Lake
from tieout.settings import Settings


def has_lake(settings: Settings) -> bool:
    """Say whether anything was ever landed; a lake in an object store is taken to be there."""
    return not settings.is_local or (Path(settings.lake_root) / "tables").is_dir()


def open_lake(settings: Settings) -> Lake:
    """Return the lake that feeds have landed in. Raises BuildError where nothing was ever landed."""
    if not has_lake(settings):
        raise BuildError(f"There is no lake at {settings.lake_root} yet; run `tieout ingest` first.")
    return Lake(settings.lake_root)


def published_mart(settings: Settings) -> Path:
    """Return the file of the newest published mart. Raises BuildError where none is."""
    mart = publish.published(settings.mart_folder)
    if mart is None:
        raise BuildError(f"No mart is published in {settings.mart_folder} yet; run `tieout run` first.")
    return mart
