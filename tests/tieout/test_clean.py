"""`make clean` takes away the demo and nothing of anybody's own; `make` sets up."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ingestion.feed import Feed
from ingestion.pipeline import ingest
from lake.store import Lake
from tests.firm import ROOT, configure
from tests.ingestion.conftest import Drop, entry
from tieout import clean


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake that holds a demo's extract, as the configuration here names it."""
    monkeypatch.chdir(tmp_path)
    configure(tmp_path, feeds=["psa"], extracts="demo/extracts")
    made = Lake(str(tmp_path / "lake"))
    land(made, tmp_path / "demo" / "extracts" / "psa", 1)
    return made


def land(lake: Lake, folder: Path, *numbers: int) -> None:
    folder.mkdir(parents=True)
    Drop(lake, folder).put("time_entry.csv", [entry(number) for number in numbers])
    assert ingest(lake, Feed("psa", "canonical", str(folder))).counts.landed == len(numbers)


def test_what_the_demo_made_goes_and_a_file_of_ones_own_stays(
    lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = Path(lake.root) / "notes.txt"
    note.write_text("mine")
    assert clean.main() == 0, capsys.readouterr().err
    assert not (tmp_path / "demo").exists()
    assert [one.name for one in Path(lake.root).iterdir()] == ["notes.txt"]
    note.unlink()
    assert clean.main() == 0, "what is clean can be cleaned"
    assert not Path(lake.root).exists()


def test_a_lake_with_a_file_that_is_none_of_the_demos_stays_whole(
    lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    land(lake, tmp_path / "drops", 2, 3)
    before = sorted(tmp_path.rglob("*"))
    assert clean.main() == 1
    assert "(psa: time_entry.csv), so nothing is removed" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_lake_that_is_exported_is_not_looked_at(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    land(Lake(str(other)), tmp_path / "drops", 2)
    monkeypatch.setenv("TIEOUT_LAKE_ROOT", str(other))
    assert clean.main() == 0
    assert (other / "archive").is_dir()
    assert not Path(lake.root).exists()


def test_make_alone_sets_up_and_then_says_what_there_is() -> None:
    done = subprocess.run(["make", "--dry-run", "--always-make"], cwd=ROOT, capture_output=True, text=True, check=True)
    installs, helps = done.stdout.find("requirements/lock.txt"), done.stdout.find("make demo ")
    assert 0 < installs < helps
