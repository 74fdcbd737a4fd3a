"""What goes wrong with one feed is said of it, and the next one is taken up all the same."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from ingestion import pipeline
from tieout import commands, settings


def test_a_full_disk_stops_one_feed_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "tieout.yml"
    file.write_text("lake_root: lake\nfeeds:\n  - {name: psa, path: a}\n  - {name: erp, path: b}\n", encoding="utf-8")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "part-0.parquet")

    monkeypatch.setattr(pipeline, "ingest", full)
    said: list[str] = []
    refused = commands.ingest(
        settings.load(file), only=(), events=lambda _name, message="", **_: said.append(str(message))
    )
    assert refused == 2
    for feed in ("psa", "erp"):
        assert f"Feed {feed} refused: part-0.parquet: No space left on device" in said
