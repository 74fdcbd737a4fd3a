"""A deletion that is faster than the record it deletes is not lost: the older version that comes late stays dead."""

from __future__ import annotations

from tests.ingestion.conftest import CONSERVED, Drop, entry

STATE = """
select time_entry_id, is_deleted, hours::varchar, updated_at::date::varchar from lake.time_entry
qualify row_number() over (
    partition by time_entry_id order by updated_at desc, _batch_id desc, _file desc, _row desc) = 1
order by 1
"""


def _delete(drop: Drop, number: int, at: str) -> None:
    row = {"time_entry_id": f"T{number}", "is_deleted": "true", "updated_at": f"2026-{at}T00:00:00Z"}
    drop.put(f"time_entry.deleted{number}.csv", [row])
    assert drop.ingest().counts.quarantined == 1


def _send(drop: Drop, file: str, *rows: dict[str, object]) -> int:
    drop.put(f"time_entry.{file}.csv", list(rows))
    done = drop.ingest()
    assert drop.rows(CONSERVED) == [(0,)]
    return done.tombstones


def _row(number: int, at: str, **said: object) -> dict[str, object]:
    return entry(number, updated_at=f"2026-{at}T00:00:00Z", **said)


def test_an_older_version_that_comes_after_its_deletion_is_deleted(drop: Drop) -> None:
    _delete(drop, 1, "03-09")
    assert _send(drop, "late", _row(1, "03-01", hours="2.00"), _row(1, "03-05", hours="3.00"), _row(2, "03-01")) == 1
    due = [("T1", True, "3.00", "2026-03-09"), ("T2", False, "7.50", "2026-03-01")]
    assert drop.rows(STATE) == due
    assert _send(drop, "later still", _row(1, "03-02", hours="1.00")) == 0, "the deletion stands, once"
    assert drop.rows(STATE) == due
    assert drop.rows("select count(*) from lake.time_entry where is_deleted") == [(1,)]


def test_a_deletion_whose_record_has_come_is_settled_by_that_batch(drop: Drop) -> None:
    _delete(drop, 1, "03-09")
    _delete(drop, 2, "03-09")
    _send(drop, "other", _row(3, "03-01"))
    settled = "select batch_id, settles from lake.batch_files where settles <> '[]'"
    assert drop.rows(settled) == []
    _send(drop, "late", _row(1, "03-01"))
    assert drop.rows(settled) == [(4, '["1/time_entry/time_entry.deleted1.csv/1"]')]


def test_a_version_after_the_deletion_lives(drop: Drop) -> None:
    _delete(drop, 1, "03-09")
    assert _send(drop, "new", _row(1, "03-10")) == 0
    assert _send(drop, "old", _row(1, "03-08")) == 0
    assert drop.rows(STATE) == [("T1", False, "7.50", "2026-03-10")]


def test_a_deletion_of_another_feed_deletes_nothing(drop: Drop) -> None:
    _delete(drop, 1, "03-09")
    other = Drop(drop.lake, drop.folder / "other", name="psa_two")
    assert _send(other, "own", _row(1, "03-01")) == 0
    assert other.rows("select is_deleted from lake.time_entry where source_system = 'psa_two'") == [(False,)]
