"""Hostile and broken files: each lands, quarantines or refuses exactly as it should, and leaves nothing open.

`make hostile` prints the table.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import polars as pl
import pytest

from ingestion.feed import Feed
from ingestion.pipeline import ingest
from lake import delta
from lake.batches import BatchLog, Counts
from lake.errors import Refusals, SourceError
from lake.store import Lake
from tests.ingestion.hostile import CASES
from tests.ingestion.hostile.bounded import TooLongError, bounded
from tests.ingestion.hostile.case import Case, cells

ROOT = Path(__file__).parents[2]

#: So many cases share a lake, a feed each: what one does must not touch the others either.
SHARED = 12

#: Ingests the folders named one by one, and prints the peak memory after each in KiB.
MEASURED = """
import resource, sys
from ingestion.feed import Feed
from ingestion.pipeline import ingest
from lake.errors import BatchRefused
from lake.store import Lake

for number, folder in enumerate(sys.argv[2:]):
    try:
        ingest(Lake(sys.argv[1]), Feed(f"psa{number}", "canonical", folder))
        said = "landed"
    except BatchRefused:
        said = "refused"
    print(said, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory, empty_lake: Path) -> Callable[[Case], Lake]:
    """Give the lake of a case."""
    root = tmp_path_factory.mktemp("hostile")

    def lake_of(case: Case) -> Lake:
        place = root / str(CASES.index(case) // SHARED)
        if not place.exists():
            shutil.copytree(empty_lake, place)
        return Lake(str(place))

    return lake_of


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, empty_lake: Path) -> float:
    """The processor seconds that a file of one good row takes, once everything is loaded."""
    root = tmp_path_factory.mktemp("good")
    shutil.copytree(empty_lake, root / "lake")
    (root / "drop").mkdir()
    for number in range(2):
        (root / "drop/time_entry.csv").write_bytes(cells(time_entry_id=f"T{number}"))
        started = time.process_time()
        ingest(Lake(str(root / "lake")), Feed("psa", "canonical", str(root / "drop")))
    return time.process_time() - started


def _put(case: Case, folder: Path) -> None:
    for name, content in case.files.items():
        path = folder / name
        if isinstance(content, bytes):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        else:
            content(path)


def _of(lake: Lake, name: str, **where: str) -> pl.DataFrame:
    table = pl.scan_delta(delta.open_table(lake, name))
    return table.filter(pl.col(column) == value for column, value in where.items()).collect()


def _as_due(case: Case, rows: pl.DataFrame) -> None:
    assert rows.height == case.lands
    for column, value in case.values.items():
        found = rows[column][0]
        assert (found if isinstance(found, str) else found.strftime("%Y-%m-%dT%H:%M:%S")) == value


def _held_as_due(case: Case, held: pl.DataFrame) -> None:
    assert tuple(held["rule"]) == case.quarantine
    assert held["raw"].null_count() == 0, "a refused row keeps its raw text"


def _name(case: Case) -> str:
    return re.sub(r"[^a-z]+", "_", case.kind.lower())


def _said(case: Case) -> str:
    return f"{case.kind} = {case.due}"


def test_there_are_at_least_sixty_kinds() -> None:
    assert len({case.kind for case in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize("case", [c for c in CASES if not c.cell], ids=_said)
def test_a_hostile_drop_gets_its_due_in_bounded_time(
    lakes: Callable[[Case], Lake], good: float, tmp_path: Path, case: Case
) -> None:
    lake = lakes(case)
    _put(case, tmp_path)
    found = [path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()]
    within = bounded(good, files=len(found), size=sum(found))
    feed = Feed(
        **({"name": _name(case), "system": "canonical", "path": str(tmp_path), "settle_seconds": 0} | case.options)
    )
    if case.refusal is not None:
        with pytest.raises(SourceError) as said, within:
            ingest(lake, feed)
        assert case.refusal in str(said.value)
        reasons = said.value.reasons if isinstance(said.value, Refusals) else (said.value,)
        assert not [reason for reason in reasons if "\n" in str(reason)], "each is one sentence"
        counts, due = Counts(), Counts()
    else:
        with within:
            counts = ingest(lake, feed).counts
        held = len(case.quarantine)
        due = Counts(case.lands + held, case.lands, held, 0)
        _as_due(case, _of(lake, "gl_line" if "journal" in case.kind else "time_entry", source_system=feed.name))
    assert counts == due
    _held_as_due(case, _of(lake, "quarantine", feed=feed.name))
    assert BatchLog(lake, feed.name, feed.mode).unfinished() == []


def test_a_drop_that_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooLongError, match="processor seconds"), bounded(1e-9, files=1, size=0):
        sum(range(100_000))
    monkeypatch.setattr("tests.ingestion.hostile.bounded.LONGEST", 1)
    with pytest.raises(TooLongError, match="not done after 1 seconds"), bounded(1, files=1, size=0):
        threading.Event().wait()


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory, empty_lake: Path) -> Lake:
    """The lake that all cases of one cell were landed in, a file each, as one batch."""
    folder = tmp_path_factory.mktemp("cells")
    shutil.copytree(empty_lake, folder / "lake")
    (folder / "drop/time_entry").mkdir(parents=True)
    for case in CASES:
        if case.cell:
            # Otherwise the cases that are alike but for the cell would not differ from one another.
            content = cast("bytes", case.files["time_entry.csv"]).replace(b"T1", _name(case).encode())
            (folder / "drop/time_entry" / f"{_name(case)}.csv").write_bytes(content)
    lake = Lake(str(folder / "lake"))
    ingest(lake, Feed("cells", "canonical", str(folder / "drop")))
    return lake


@pytest.mark.parametrize("case", [c for c in CASES if c.cell], ids=_said)
def test_a_hostile_cell_gets_its_due(together: Lake, case: Case) -> None:
    file = f"time_entry/{_name(case)}.csv"
    _as_due(case, _of(together, "time_entry", _file=file))
    _held_as_due(case, _of(together, "quarantine", file=file))
    (counted,) = _of(together, "batch_files", file=file).select("rows_read", "landed", "quarantined").rows()
    assert counted == (1, case.lands, 1 - case.lands)


def test_bombs_and_giants_are_met_in_bounded_memory(tmp_path: Path, empty_lake: Path) -> None:
    shutil.copytree(empty_lake, tmp_path / "lake")
    kinds = (
        "offset",
        "gzip bomb",
        "zstd bomb",
        "workbook bomb",
        "Parquet bomb",
        "Parquet of a text spread over gigabytes",
        "Parquet of a text spread over lists",
        "row of twenty megabytes",
    )
    for number, kind in enumerate(kinds):
        folder = tmp_path / str(number)
        folder.mkdir()
        _put(next(case for case in CASES if case.kind == kind), folder)
    folders = [str(tmp_path / str(number)) for number in range(len(kinds))]
    command = [sys.executable, "-c", MEASURED, str(tmp_path / "lake"), *folders]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    said = [line.split() for line in done.stdout.splitlines()]
    assert [word for word, _ in said] == ["landed"] + ["refused"] * (len(kinds) - 1)
    before, after = (int(kib) / 1024 for kib in (said[0][1], said[-1][1]))
    assert after - before < 160, "MiB above an ingest of one good row"
