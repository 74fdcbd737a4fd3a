"""What the ingestion tests share: a temporary lake and a folder to drop files into."""

from __future__ import annotations

import csv
import functools
import io
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import settings

from ingestion.feed import BatchResult, Feed
from ingestion.pipeline import ingest
from lake.catalogue import create_views, open_duckdb
from lake.store import Lake

#: Machines that run the tests may be busy: an example may take its time.
settings.register_profile("tieout", deadline=None)
settings.load_profile("tieout")


@dataclass
class Drop:
    """A feed's folder and the lake it lands in."""

    lake: Lake
    folder: Path
    options: dict[str, Any] = field(default_factory=dict)
    name: str = "psa"

    def put(self, name: str, rows: list[dict[str, object]], columns: list[str] | None = None) -> Path:
        """Write rows as csv."""
        out = io.StringIO()
        writer = csv.DictWriter(out, columns or list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return self.write(name, out.getvalue())

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    @property
    def feed(self) -> Feed:
        # Files are ingested as soon as they are written, whether or not they end with a line end.
        said = {"name": self.name, "system": "canonical", "path": str(self.folder), "settle_seconds": 0}
        return Feed(**(said | self.options))

    def ingest(self) -> BatchResult:
        return ingest(self.lake, self.feed)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        create_views(_duckdb(), self.lake)
        return _duckdb().sql(sql).fetchall()


@functools.cache
def _duckdb() -> duckdb.DuckDBPyConnection:
    """Loading the delta extension takes longer than most tests: once for all of them."""
    return open_duckdb()


def entry(number: int, **said: object) -> dict[str, object]:
    """A time entry as an extract says it."""
    return {
        "time_entry_id": f"T{number}",
        "project_id": "P1",
        "employee_id": "E1",
        "work_date": "2026-03-02",
        "hours": "7.50",
        "is_billable": "true",
        "status": "approved",
    } | said


@pytest.fixture(scope="session")
def empty_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty lake to copy: making its tables anew takes longer than most tests."""
    root = tmp_path_factory.mktemp("empty") / "lake"
    Lake(str(root)).ensure()
    return root


@pytest.fixture
def drop(tmp_path: Path, empty_lake: Path) -> Drop:
    folder = tmp_path / "drop"
    folder.mkdir()
    shutil.copytree(empty_lake, tmp_path / "lake")
    return Drop(Lake(str(tmp_path / "lake")), folder)


@pytest.fixture
def snapshots(drop: Drop) -> Drop:
    drop.options = {"mode": "snapshot"}
    return drop


CONSERVED = "select count(*) from lake.batch_files where landed + quarantined + excluded <> rows_read"


@pytest.fixture
def refused(drop: Drop) -> Drop:
    """A drop whose second row was refused and whose third could not be read."""
    rows = [entry(1), entry(2, hours="seven", _correlation_id="C-77"), entry(3)]
    content = drop.put("time_entry.csv", rows, list(rows[1])).read_text().splitlines()
    drop.write("time_entry.csv", "\n".join([*content[:3], "T3,P1"]) + "\n")
    assert drop.ingest().counts.quarantined == 2
    return drop
