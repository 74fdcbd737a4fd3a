"""A file that lies in its folder as it was is not read again; one that was touched in any way is."""

from __future__ import annotations

import gzip
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from ingestion import intake, known_files, unpacking
from lake.errors import BatchRefused
from tests.ingestion.conftest import Drop, entry


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that are opened, as they are; and let a file count as settled at once."""
    opened: list[str] = []
    inner = intake.open_regular

    def noting(found: intake.Found, *, feed: str) -> object:
        opened.append(found.name)
        return inner(found, feed=feed)

    monkeypatch.setattr(intake, "open_regular", noting)
    monkeypatch.setattr(known_files, "_SETTLED_NS", 0)
    return opened


def _again(drop: Drop, read: list[str]) -> list[str]:
    read.clear()
    drop.ingest()
    return list(read)


def test_only_the_new_file_of_a_growing_folder_is_read(drop: Drop, read: list[str]) -> None:
    for day in range(3):
        drop.put(f"time_entry/day{day}.csv", [entry(day)])
        assert _again(drop, read) == [f"time_entry/day{day}.csv"]
    assert _again(drop, read) == []
    assert drop.rows("select count(*) from lake.time_entry") == [(3,)]


def test_a_file_that_changed_under_the_same_size_and_time_lands(drop: Drop, read: list[str]) -> None:
    path = drop.put("time_entry.csv", [entry(1, hours="4.00")])
    drop.ingest()
    state = path.stat()
    path.write_text(path.read_text().replace("4.00", "5.00"))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert path.stat().st_size == state.st_size
    assert _again(drop, read) == ["time_entry.csv"]
    assert drop.rows("select hours from lake.time_entry order by _batch_id") == [(4,), (5,)]


def test_a_file_that_was_written_just_before_it_was_read_is_not_trusted(
    drop: Drop, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_files, "_SETTLED_NS", timedelta(hours=1) // timedelta(microseconds=1) * 1000)
    drop.put("time_entry.csv", [entry(1)])
    drop.ingest()
    assert _again(drop, read) == ["time_entry.csv"]


@pytest.mark.parametrize("loss", ["archive", "work/known", "half", "nonsense"])
def test_what_is_known_is_read_again_where_the_archive_or_the_memory_lost_it(
    drop: Drop, read: list[str], loss: str
) -> None:
    drop.put("time_entry.csv", [entry(1)])
    drop.ingest()
    root = Path(drop.lake.root)
    if loss == "half":
        next(p for p in root.glob("archive/??/*")).write_bytes(b"time")
    elif loss == "nonsense":
        next(root.glob("work/known/*")).write_text('["x"]')
    else:
        shutil.rmtree(root / loss)
    assert _again(drop, read) == ["time_entry.csv"]
    assert _again(drop, read) == []
    assert drop.rows("select count(*) from lake.time_entry") == [(1,)]


def test_a_stricter_limit_for_packed_files_looks_at_them_anew(
    drop: Drop, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "FLOOR_BYTES", 1 << 10)
    rows = "".join(f"C{n:09},Acme\n" for n in range(1000))
    drop.write("customer.csv.gz", gzip.compress(("customer_id,name\n" + rows).encode()))
    drop.ingest()
    assert _again(drop, read) == []
    drop.options = {"max_unpack_ratio": 1.5}
    with pytest.raises(BatchRefused, match="unpacks to more than"):
        drop.ingest()
