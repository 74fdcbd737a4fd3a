"""A run may be killed at any moment: the lake stays readable, and the next run finishes the work, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from ingestion import pipeline
from ingestion.feed import BatchResult
from lake import archive, delta
from lake.batches import BatchLog, Counts
from lake.errors import BatchRefused, LakeError, SourceError
from lake.store import Lake
from tests.ingestion.conftest import CONSERVED, Drop, entry

ROOT = Path(__file__).parents[2]

#: Ingests a folder and kills itself right after the n-th commit to any Delta table.
KILLED = """
import os, signal, sys
from ingestion.feed import Feed
from ingestion.pipeline import ingest
from lake import delta
from lake.store import Lake

lake, folder, last = Lake(sys.argv[1]), sys.argv[2], int(sys.argv[3])
lake.ensure()
write, done = delta.write_deltalake, []

def counted(*args, **options):
    if len(done) == last:
        os.kill(os.getpid(), signal.SIGKILL)
    write(*args, **options)
    done.append(1)

delta.write_deltalake = counted
ingest(lake, Feed("psa", "canonical", folder))
"""

#: started, customer, time_entry, quarantine, batch_files, committed
COMMITS = 6


def _put(drop: Drop) -> None:
    drop.put("customer.csv", [{"customer_id": "C1", "name": "One"}])
    drop.put("time_entry.csv", [entry(1), entry(2), entry(3, hours="many")])


def _state(drop: Drop) -> list[tuple[object, ...]]:
    return drop.rows(
        "select (select count(*) from lake.time_entry), (select count(*) from lake.customer), "
        "(select count(*) from lake.quarantine), (select count(*) from lake.batch_files), "
        "(select count(*) from lake.batches where status = 'committed')"
    )


@pytest.mark.slow
@pytest.mark.parametrize("after", range(COMMITS + 1))
def test_a_run_killed_between_any_two_commits_is_finished_by_the_next_under_its_own_number(
    drop: Drop, after: int
) -> None:
    _put(drop)
    command = [sys.executable, "-c", KILLED, drop.lake.root, str(drop.folder), str(after)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == (0 if after == COMMITS else -signal.SIGKILL), done.stderr.decode()
    nothing, everything = [(0, 0, 0, 0, 0)], [(2, 1, 1, 2, 1)]
    assert _state(drop) == (everything if after == COMMITS else nothing)
    # What the folder holds by then does not matter: the archive has what was received.
    if after:
        for path in drop.folder.iterdir():
            path.unlink()
    assert drop.ingest().status == ("unchanged" if after == COMMITS else "committed")
    assert _state(drop) == everything
    assert drop.rows("select distinct batch_id from lake.batches") == [(1,)]
    assert drop.rows(CONSERVED) == [(0,)]


def test_two_ingests_of_one_feed_at_once_land_it_once(drop: Drop) -> None:
    _put(drop)
    drop.lake.ensure()
    results: list[BatchResult] = []
    threads = [threading.Thread(target=lambda: results.append(drop.ingest())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(r.status for r in results) == ["committed", "unchanged", "unchanged"]
    assert _state(drop) == [(2, 1, 1, 2, 1)]


def test_writers_of_different_feeds_never_share_a_batch_number(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.ensure()
    numbers: list[int] = []

    def start(name: str) -> None:
        numbers.extend(BatchLog(lake, name, "delta").start("{}").batch_id for _ in range(3))

    threads = [threading.Thread(target=start, args=(f"feed{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 10))


def test_a_plan_made_before_another_writers_batch_is_not_started(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.ensure()
    log = BatchLog(lake, "psa", "delta")
    seen = log.closed()
    log.start("{}")
    with pytest.raises(LakeError, match="another ingest of feed psa started batch 1 meanwhile"):
        log.start("{}", seen=seen)
    assert BatchLog(lake, "crm", "delta").start("{}", seen=[]).batch_id == 2


def test_a_batch_that_another_machine_starts_after_the_unfinished_were_looked_for_is_not_landed_twice(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a bucket no lock keeps two machines apart: the other's batch is open when this one plans the same files."""
    _put(drop)
    log = BatchLog(drop.lake, "psa", "delta")
    look = pipeline.finish_left

    def and_then_the_other_starts(*given: Any, **said: Any) -> None:
        look(*given, **said)
        log.start("{}")

    monkeypatch.setattr(pipeline, "finish_left", and_then_the_other_starts)
    with pytest.raises(LakeError, match="another ingest of feed psa started batch 1 meanwhile"):
        drop.ingest()
    assert _state(drop) == [(0, 0, 0, 0, 0)]


def test_a_batch_is_closed_only_once(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.ensure()
    log = BatchLog(lake, "psa", "delta")
    number = log.start("{}").batch_id
    assert log.commit(number, Counts(), max_updated_at=None)
    assert not log.refuse(number, BatchRefused("too late"))
    assert log.unfinished() == []


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_run(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop.put("customer.csv", [{"customer_id": "C1", "name": "One"}])
    store = archive.store

    def grows(*args: object, **options: object) -> object:
        kept = store(*args, **options)  # type: ignore[arg-type]
        with path.open("a") as handle:
            handle.write("C2,Two\n")
        return kept

    monkeypatch.setattr("ingestion.intake.archive.store", grows)
    with pytest.raises(SourceError, match="still being written"):
        drop.ingest()
    monkeypatch.undo()
    assert drop.ingest().counts.landed == 2


def test_a_full_disk_is_a_sentence_and_the_next_run_completes(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(drop)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("lake.delta.write_deltalake", full)
    with pytest.raises(LakeError, match="No space left"):
        drop.ingest()
    monkeypatch.undo()
    drop.ingest()
    assert _state(drop) == [(2, 1, 1, 2, 1)]


def test_a_batch_interrupted_before_the_rules_changed_is_given_up_and_landed_anew(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(drop)
    write, done = delta.write_deltalake, []

    def stops(*args: object, **options: object) -> None:
        if len(done) == 3:
            raise OSError(28, os.strerror(28))
        write(*args, **options)  # type: ignore[arg-type]
        done.append(1)

    monkeypatch.setattr("lake.delta.write_deltalake", stops)
    with pytest.raises(LakeError, match="No space left"):
        drop.ingest()
    monkeypatch.undo()
    # Rows that landed under the old rule are refused under the new one.
    monkeypatch.setattr("ingestion.values.EARLIEST", "2027-01-01")
    with pytest.raises(BatchRefused, match="interrupted after 2 rows of time_entry, which come out as 0 today"):
        drop.ingest()
    monkeypatch.undo()
    assert drop.ingest().batch_ids == (2,)
    assert _state(drop) == [(2, 1, 1, 2, 1)]
    assert drop.rows(CONSERVED) == [(0,)]


def test_a_batch_that_a_compaction_overtakes_is_taken_up_again(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2):
        drop.put(f"time_entry/{number}.csv", [entry(number)])
        drop.ingest()
    drop.put("customer.csv", [{"customer_id": "C1", "name": "One"}])
    drop.put("time_entry/3.csv", [entry(3)])
    write, overtaken = delta.write_deltalake, []

    def overtaken_once(table: Any, *args: Any, **options: Any) -> None:
        if table.table_uri.rstrip("/").endswith("time_entry") and not overtaken:
            overtaken.append(delta.open_table(drop.lake, "time_entry").optimize.compact()["numFilesRemoved"])
        write(table, *args, **options)

    monkeypatch.setattr(delta, "write_deltalake", overtaken_once)
    drop.ingest()
    assert overtaken == [2]
    assert drop.rows("select count(*), count(distinct time_entry_id) from lake.time_entry") == [(3, 3)]
    assert drop.rows("select count(*) from lake.customer") == [(1,)]
    assert drop.rows(CONSERVED) == [(0,)]


def _interrupted(drop: Drop, monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    write, done = delta.write_deltalake, []

    def stops(*args: object, **options: object) -> None:
        if len(done) == after:
            raise OSError(28, os.strerror(28))
        write(*args, **options)  # type: ignore[arg-type]
        done.append(1)

    with monkeypatch.context() as patch:
        patch.setattr("lake.delta.write_deltalake", stops)
        with pytest.raises(LakeError, match="No space left"):
            drop.ingest()


def test_rows_that_come_out_with_other_values_after_an_interruption_are_given_up(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop.put("time_entry.csv", [entry(1, mood="fine"), entry(2, hours="many", mood="")])
    _interrupted(drop, monkeypatch, after=2)
    drop.options |= {"drift": "discard"}
    with pytest.raises(BatchRefused, match="1 rows of time_entry, which come out with other values today"):
        drop.ingest()
    drop.ingest()
    assert drop.rows("select _batch_id, _extra from lake.time_entry") == [(2, None)]
    assert drop.rows("select batch_id from lake.quarantine") == [(2,)]
    assert drop.rows(CONSERVED) == [(0,)]


def test_rows_that_are_refused_for_another_reason_after_an_interruption_are_given_up(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop.put("time_entry.csv", [entry(1), entry(2, hours="many")])
    _interrupted(drop, monkeypatch, after=3)
    with monkeypatch.context() as patch:
        patch.setattr("ingestion.conform._SHOWN", 2)
        with pytest.raises(BatchRefused, match="of quarantine, which come out with other"):
            drop.ingest()
    drop.ingest()
    assert drop.rows("select batch_id, value from lake.quarantine") == [(2, "many")]


def test_a_batch_whose_archived_bytes_were_changed_is_closed_and_its_file_landed_anew(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop.put("time_entry.csv", [entry(1, hours="7.50")])
    _interrupted(drop, monkeypatch, after=1)
    (kept,) = Path(drop.lake.uri("archive")).glob("??/*")
    kept.write_bytes(kept.read_bytes().replace(b"7.50", b"9.50"))
    with pytest.raises(BatchRefused, match=r"file time_entry\.csv: the archive .* holds other bytes under"):
        drop.ingest()
    assert BatchLog(drop.lake, drop.name, "delta").unfinished() == []
    assert [p.name for p in kept.parent.iterdir()] == [f"{kept.name}.damaged"]
    assert drop.ingest().counts.landed == 1
    assert drop.rows("select hours::varchar from lake.time_entry") == [("7.50",)]
