"""A replay lands an archived batch again: harmless without a fix, and with one it takes effect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingestion import adapter, pipeline
from ingestion.feed import BatchResult
from ingestion.plan import from_json
from ingestion.replay import replay
from lake.batches import BatchLog
from lake.errors import ConfigError, LakeError, SourceError
from lake.events import ignore
from tests.ingestion.conftest import CONSERVED, Drop

STATE = """
    select time_entry_id, hours, status, updated_at, is_deleted from lake.time_entry
    qualify row_number() over (
        partition by source_system, time_entry_id order by updated_at desc, _batch_id desc, _file desc, _row desc
    ) = 1
    order by 1
"""
ADAPTER = """
system: shop
about: a made-up time system
sources: {{times: {{files: "times*.csv"}}}}
entities:
  time_entry:
    from: times
    exclude: {{internal: "job = 'INT'"}}
    columns:
      time_entry_id: id
      project_id: job
      employee_id: person
      work_date: day
      hours: {hours}
      status: {{sql: state, map: {{{states}}}}}
      updated_at: changed
    assume: {{is_billable: "true"}}
"""
BROKEN = ADAPTER.format(hours="hours", states="OK: approved")
FIXED = ADAPTER.format(hours="hours", states="OK: approved, SENT: submitted")
HALVED = ADAPTER.format(hours="{sql: hours, apply: negate}", states="OK: approved, SENT: submitted")


def times(*rows: str) -> str:
    return "id,job,person,day,hours,state,changed\n" + "\n".join(rows) + "\n"


def row(number: int, hours: str = "8.00", state: str = "OK", changed: str = "2026-03-03T10:00:00Z") -> str:
    return f"T{number},P1,E1,2026-03-02,{hours},{state},{changed}"


@pytest.fixture
def shop(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> Drop:
    drop.options |= {"system": "shop"}
    use(monkeypatch, BROKEN)
    return drop


def use(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(adapter, "load", lambda system: adapter.parse(text, name=f"{system}.yml"))


def again(drop: Drop, batch: int) -> BatchResult:
    result = replay(drop.lake, batch, feeds={drop.name: drop.feed}, events=ignore)
    assert drop.rows(CONSERVED) == [(0,)]
    counts = result.counts
    assert counts.landed + counts.quarantined + counts.excluded == counts.rows_read
    return result


def test_without_a_fix_the_state_of_every_entity_stays_and_the_batch_is_a_new_one(shop: Drop) -> None:
    shop.write("times.csv", times(row(1), row(2, state="SENT"), row(3), "T4,INT,E1,2026-03-02,8.00,OK,"))
    shop.ingest()
    before = shop.rows(STATE)
    result = again(shop, 1)
    assert result.batch_ids == (2,)
    assert vars(result.counts) == {"rows_read": 4, "landed": 2, "quarantined": 1, "excluded": 1}
    assert shop.rows(STATE) == before
    assert shop.rows("select distinct _file from lake.time_entry") == [("times.csv",)]
    assert shop.ingest().status == "unchanged"


def test_after_a_fix_rows_that_were_held_back_land(shop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("times.csv", times(row(1), row(2, state="SENT")))
    shop.ingest()
    assert [r[0] for r in shop.rows(STATE)] == ["T1"]
    use(monkeypatch, FIXED)
    counts = again(shop, 1).counts
    assert (counts.rows_read, counts.landed, counts.quarantined) == (2, 2, 0)
    assert [r[:3] for r in shop.rows("select time_entry_id, status, _batch_id from lake.time_entry order by 3, 1")] == [
        ("T1", "approved", 1),
        ("T1", "approved", 2),
        ("T2", "submitted", 2),
    ]
    assert [r[0] for r in shop.rows(STATE)] == ["T1", "T2"]


def test_a_second_fix_of_the_same_batch_takes_effect_too(shop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("times.csv", times(row(1)))
    shop.ingest()
    again(shop, 1)
    use(monkeypatch, HALVED)
    assert again(shop, 2).counts.landed == 1
    assert str(shop.rows(STATE)[0][1]) == "-8.00"


def test_an_old_row_does_not_win_over_a_correction_sent_under_the_same_time(shop: Drop) -> None:
    shop.write("times_1.csv", times(row(1, "8.00"), row(2, "5.00")))
    shop.ingest()
    shop.write("times_2.csv", times(row(1, "7.00")))
    shop.ingest()
    before = shop.rows(STATE)
    counts = again(shop, 1).counts
    assert (counts.landed, counts.excluded) == (1, 1)
    assert shop.rows("select excluded_by from lake.batch_files where batch_id = 3") == [
        ('{"internal": 0, "superseded": 1}',)
    ]
    assert shop.rows(STATE) == before
    assert str(before[0][1]) == "7.00"


def test_an_older_version_that_is_replayed_never_wins_over_a_newer_one(shop: Drop) -> None:
    shop.write("times_1.csv", times(row(1, "8.00")))
    shop.ingest()
    shop.write("times_2.csv", times(row(1, "7.00", changed="2026-03-04T10:00:00Z")))
    shop.ingest()
    again(shop, 1)
    assert str(shop.rows(STATE)[0][1]) == "7.00"


def test_a_row_that_does_not_say_when_it_changed_keeps_the_time_it_landed_with(drop: Drop) -> None:
    file = drop.write("customer.csv", "customer_id,name\nC1,Acme\n")
    drop.ingest()
    file.unlink()
    again(drop, 1)
    assert len(drop.rows("select distinct updated_at from lake.customer")) == 1


def test_the_bytes_come_from_the_archive_even_where_the_folder_is_empty(shop: Drop) -> None:
    file = shop.write("times.csv", times(row(1)))
    shop.ingest()
    file.unlink()
    shop.folder.rmdir()
    assert again(shop, 1).counts.landed == 1


def test_the_newest_snapshot_can_be_replayed_and_buries_nothing(snapshots: Drop) -> None:
    snapshots.write("customer.csv", "customer_id,name\nC1,Acme\nC2,Brix\n")
    snapshots.ingest()
    result = again(snapshots, 1)
    assert (result.counts.landed, result.counts.excluded, result.tombstones) == (0, 2, 0)
    assert snapshots.ingest().status == "unchanged"


def test_a_snapshot_that_a_newer_one_replaced_is_refused_and_names_the_newer(snapshots: Drop) -> None:
    many = [f"C{i},Acme\n" for i in range(10)]
    snapshots.write("customer.csv", "customer_id,name\n" + "".join(many))
    snapshots.ingest()
    snapshots.write("customer.csv", "customer_id,name\n" + "".join(many[1:]))
    snapshots.ingest()
    with pytest.raises(SourceError, match="replay batch 2"):
        again(snapshots, 1)
    again(snapshots, 2)
    assert snapshots.rows("select customer_id from lake.customer where is_deleted") == [("C0",)]
    again(snapshots, 3)


def test_a_refused_batch_lands_once_the_adapter_is_mended(shop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, BROKEN.replace("project_id: job", "project_id: no_such_column"))
    shop.write("times.csv", times(row(1)))
    with pytest.raises(SourceError, match="no_such_column"):
        shop.ingest()
    assert shop.rows(STATE) == []
    use(monkeypatch, FIXED)
    assert again(shop, 1).counts.landed == 1
    assert shop.ingest().status == "unchanged"


def test_a_replay_that_was_killed_is_finished_by_the_next_ingest_as_a_replay(
    shop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.write("times_1.csv", times(row(1, "8.00"), row(2)))
    shop.ingest()
    shop.write("times_2.csv", times(row(1, "7.00")))
    shop.ingest()

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            again(shop, 1)
    left = BatchLog(shop.lake, shop.name, "delta").unfinished()
    assert [from_json(batch.plan).replays for batch in left] == [1]
    assert str(shop.rows(STATE)[0][1]) == "7.00"
    assert shop.ingest().counts.excluded == 1
    assert str(shop.rows(STATE)[0][1]) == "7.00"


def test_what_cannot_be_replayed_is_one_sentence_and_starts_nothing(shop: Drop) -> None:
    shop.write("times.csv", times(row(1)))
    shop.ingest()
    with pytest.raises(ConfigError, match="no batch 9"):
        again(shop, 9)
    with pytest.raises(ConfigError, match="feed 'psa'"):
        replay(shop.lake, 1, feeds={}, events=ignore)
    shop.options["mode"] = "snapshot"
    with pytest.raises(ConfigError, match="landed as delta"):
        again(shop, 1)
    del shop.options["mode"]
    for kept in Path(shop.lake.uri("archive")).glob("??/*"):
        kept.unlink()
    with pytest.raises(LakeError, match="has lost the file"):
        again(shop, 1)
    assert shop.ingest().status == "unchanged"


def test_archived_bytes_that_were_changed_are_refused_and_start_nothing(shop: Drop) -> None:
    shop.write("times.csv", times(row(1)))
    shop.ingest()
    (kept,) = Path(shop.lake.uri("archive")).glob("??/*")
    kept.chmod(0o644)
    kept.write_bytes(kept.read_bytes().replace(b"8.00", b"9.00"))
    with pytest.raises(LakeError, match="holds other bytes under"):
        again(shop, 1)
    assert shop.rows("select count(distinct batch_id) from lake.batches") == [(1,)]
    assert shop.rows("select hours::varchar from lake.time_entry") == [("8.00",)]
