"""Maintenance loses nothing, breaks nobody and stays out of a running ingest's way."""

from __future__ import annotations

import io
import json
import os
import shutil
import threading
import time
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from ingestion.feed import Feed
from ingestion.pipeline import ingest
from lake import archive, catalogue, delta, health, maintenance, turn
from lake.batches import BatchLog, Counts
from lake.errors import LakeError
from lake.events import ignore
from lake.store import Lake

ALL_ROWS = "select * from lake.absence order by absence_id, _batch_id"
HEADER = "absence_id,employee_id,absence_date,hours,status,updated_at\n"


def drop(folder: Path, number: int) -> None:
    """Write a small extract of three absences in two years; the first is a new version of the one before."""
    lines = [
        f"{number * 2 + i},E{i},202{4 + i % 2}-03-0{i + 1},8.00,approved,2026-01-01T00:{number:02}:00Z"
        for i in range(3)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"absence.{number:03}.csv").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


def feed(tmp_path: Path) -> Feed:
    return Feed(name="hcm", system="canonical", path=str(tmp_path / "drop"))


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lake of ten small batches of one feed, landed once."""
    folder = tmp_path_factory.mktemp("landed")
    for number in range(10):
        drop(folder / "drop/absence", number)
        ingest(Lake(str(folder / "lake")), feed(folder))
    return folder


@pytest.fixture
def lake(landed: Path, tmp_path: Path) -> Lake:
    """Its own copy of that lake and its folder, for each test."""
    shutil.copytree(landed, tmp_path, dirs_exist_ok=True)
    return Lake(str(tmp_path / "lake"))


def rows(lake: Lake) -> pl.DataFrame:
    with catalogue.connect(lake) as connection:
        return connection.execute(ALL_ROWS).pl()


def test_compaction_leaves_every_landed_version_as_it_was_in_fewer_files(lake: Lake) -> None:
    before, files = rows(lake), delta.open_table(lake, "absence").file_uris()
    assert before.height == 30
    assert len(files) == 20
    done = {m.health.table: m for m in maintenance.maintain(lake, events=ignore)}
    assert done["absence"].compacted == 2
    assert len(delta.open_table(lake, "absence").file_uris()) == 2
    assert rows(lake).equals(before)
    again = {m.health.table: m for m in maintenance.maintain(lake, events=ignore)}
    assert again["absence"].compacted == 0
    assert again["absence"].health.version == done["absence"].health.version


def test_a_landed_batch_is_still_recognised_after_maintenance(lake: Lake, tmp_path: Path) -> None:
    maintenance.maintain(lake, events=ignore)
    table = delta.open_table(lake, "absence")
    assert delta.landed_version(table, "hcm/absence") == 10
    assert ingest(lake, feed(tmp_path)).status == "unchanged"
    assert rows(lake).height == 30


def test_a_reader_that_opened_the_table_before_reads_on(lake: Lake) -> None:
    reader = pl.scan_delta(DeltaTable(lake.table_uri("absence")))
    early = DeltaTable(lake.table_uri("absence"), version=5)
    maintenance.maintain(lake, events=ignore)
    maintenance.maintain(lake, events=ignore)
    assert reader.collect().height == 30
    assert pl.scan_delta(early).collect().height == 15


AS_OF = """
select absence.* from lake.absence
inner join lake.batches on absence._batch_id = batches.batch_id and batches.status = 'committed'
where batches."at" <= ? order by absence_id, _batch_id
"""


def test_an_as_of_answers_alike_before_during_and_after_a_maintenance(lake: Lake) -> None:
    with catalogue.connect(lake) as connection:
        middle = "select \"at\" from lake.batches where batch_id = 5 and status = 'committed'"
        moment = connection.execute(middle).fetchone()
        before = connection.execute(AS_OF, moment).pl()
        assert before.height == 15
        working = threading.Thread(target=maintenance.maintain, args=(lake,), kwargs={"events": ignore})
        working.start()
        answers = [connection.execute(AS_OF, moment).pl()]
        while working.is_alive():
            answers.append(connection.execute(AS_OF, moment).pl())
        working.join()
        answers.append(connection.execute(AS_OF, moment).pl())
    assert all(answer.equals(before) for answer in answers)
    done = {one.table: one for one in health.tables(lake)}
    assert done["absence"].files == 2, "the maintenance did compact"
    assert done["batches"].state == "fine"


def test_only_files_beyond_the_retention_that_no_version_names_are_deleted(lake: Lake) -> None:
    partition = Path(delta.open_table(lake, "absence").file_uris()[0].removeprefix("file://")).parent
    running, abandoned = partition / "part-00000-running-c000.parquet", partition / "part-00000-dead-c000.parquet"
    for file in (running, abandoned):
        file.write_bytes(b"half a file")
    incoming = lake.path("archive", "tmp", "incoming-dead")
    incoming.write_bytes(b"half")
    long_ago = time.time() - (maintenance.RETENTION_HOURS + 1) * 3600
    named = [Path(u.removeprefix("file://")) for u in delta.open_table(lake, "absence").file_uris()]
    for file in (abandoned, incoming, *named):
        os.utime(file, (long_ago, long_ago))
    maintenance.maintain(lake, events=ignore)
    assert running.exists()
    assert not abandoned.exists()
    assert not incoming.exists()
    assert all(file.exists() for file in named), "replaced just now: a running reader may still want them"
    assert rows(lake).height == 30


def test_ingest_and_maintenance_at_once_lose_and_double_nothing(lake: Lake, tmp_path: Path) -> None:
    failures: list[BaseException] = []
    landed = threading.Event()

    def land() -> None:
        try:
            for number in range(10, 20):
                drop(tmp_path / "drop/absence", number)
                ingest(Lake(lake.root), feed(tmp_path))
        except BaseException as error:  # noqa: BLE001 - reported by the test
            failures.append(error)
        finally:
            landed.set()

    def keep() -> None:
        try:
            while not landed.is_set():
                maintenance.maintain(Lake(lake.root), events=ignore)
        except BaseException as error:  # noqa: BLE001 - reported by the test
            failures.append(error)

    threads = [threading.Thread(target=land), threading.Thread(target=keep), threading.Thread(target=keep)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = rows(lake)
    assert found.height == 60
    assert found.select("absence_id", "_batch_id").is_unique().all()
    with catalogue.connect(lake) as connection:
        counted = connection.execute(
            "select count(distinct batch_id), sum(landed), sum(rows_read) from lake.batches"
        ).fetchone()
    assert counted == (20, 60, 60)


def test_only_one_maintenance_at_a_time(lake: Lake) -> None:
    said: list[str] = []

    def listen(event: str, /, **_: object) -> None:
        said.append(event)

    with turn.take(lake) as mine, turn.take(lake) as second:
        assert (mine, second) == (True, False)
        assert maintenance.maintain(lake, events=listen) == []
    assert said == ["maintenance_busy"]
    assert maintenance.maintain(lake, events=ignore)


def test_on_an_object_store_the_turn_is_a_row_that_only_one_writer_wins(tmp_path: Path) -> None:
    lake = Lake(f"file://{tmp_path}")  # an address, so that the way of object stores is taken
    with turn.take(lake) as first:
        assert first
        with turn.take(lake) as second:
            assert not second
        one, other = (DeltaTable(lake.uri("maintenance_turns")) for _ in range(2))
        assert not turn.claim(one, "b")
    one, other = (DeltaTable(lake.uri("maintenance_turns")) for _ in range(2))
    assert turn.claim(one, "b")
    assert not turn.claim(other, "c"), "read the table before b's claim landed"


def test_a_turn_that_was_never_given_back_lapses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(f"file://{tmp_path}")
    with turn.take(lake):
        assert not turn.claim(DeltaTable(lake.uri("maintenance_turns")), "b")
        monkeypatch.setattr(turn, "LEASE", timedelta(0))
        assert turn.claim(DeltaTable(lake.uri("maintenance_turns")), "b")


def test_health_is_read_from_the_log_and_names_the_table_that_wants_maintenance(lake: Lake) -> None:
    by_name = {h.table: h for h in health.tables(lake)}
    absence = by_name["absence"]
    assert (absence.files, absence.small_files, absence.rows, absence.checkpoint) == (20, 20, 30, None)
    assert absence.state == "run `tieout maintain`"
    assert (by_name["employee"].files, by_name["employee"].rows, by_name["employee"].state) == (0, 0, "fine")
    maintenance.maintain(lake, events=ignore)
    after = {h.table: h for h in health.tables(lake)}["absence"]
    assert (after.files, after.rows, after.state) == (2, 30, "fine")
    assert after.checkpoint == after.version
    assert after.commits_since_checkpoint == 0


def test_a_partition_of_a_hostile_name_or_of_none_is_compacted_like_any_other(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    folder = tmp_path / "drop/customer"
    folder.mkdir(parents=True)
    for number in range(9):
        text = f'customer_id,name,source_system\n{number},Acme,"x\' or ""1""=1 / %"\n'
        (folder / f"{number}.csv").write_text(text, encoding="utf-8")
        ingest(lake, Feed(name="crm", system="canonical", path=str(tmp_path / "drop")))
    done = {m.health.table: m for m in maintenance.maintain(lake, events=ignore)}
    assert (done["customer"].compacted, done["customer"].health.files, done["customer"].health.rows) == (1, 1, 9)


def test_a_table_that_cannot_be_read_is_one_sentence(lake: Lake) -> None:
    log = lake.path("tables", "absence", "_delta_log")
    newest = max(log.glob("*.json"))
    newest.write_text("{", encoding="utf-8")
    with pytest.raises(LakeError, match="absence"):
        maintenance.maintain(lake, events=ignore)


def test_what_readings_remembered_goes_when_no_feed_reads_on_from_it(lake: Lake) -> None:
    old, needed, unfinished, failed, fresh = (
        archive.store(lake, io.BytesIO(text), room="seen").sha256 for text in (b"a", b"b", b"c", b"d", b"e")
    )
    log = BatchLog(lake, "erp", "delta")

    def begun(seen: str | None, number_done: bool = True) -> None:  # noqa: FBT001, FBT002
        cursor = seen and {"lines": {"newest": "1", "seen": [], "seen_in": seen}, "files": {"a": "b"}}
        started = log.start(json.dumps({"cursor": cursor}))
        if number_done:
            log.commit(started.batch_id, Counts(), max_updated_at=None)

    begun(old)
    begun(needed)
    begun(None)
    begun(unfinished, number_done=False)
    long_ago = time.time() - (maintenance.RETENTION_HOURS + 1) * 3600
    for sha256 in (old, needed, unfinished, failed):
        os.utime(lake.path("seen", sha256[:2], sha256), (long_ago, long_ago))
    received = archive.store(lake, io.BytesIO(b"received"))
    os.utime(lake.path("archive", received.sha256[:2], received.sha256), (long_ago, long_ago))
    maintenance.maintain(lake, events=ignore)
    left = {p.name for p in lake.path("seen").glob("*/*")}
    assert left == {needed, unfinished, fresh}
    assert archive.has(lake, received), "what was received stays"
