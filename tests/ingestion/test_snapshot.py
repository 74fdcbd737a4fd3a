"""Snapshot feeds: a file is the whole entity; what it no longer has was deleted at the source."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from lake.errors import BatchRefused
from tests.ingestion.conftest import CONSERVED, Drop, entry

CURRENT = """
select customer_id, name from (
  select *, row_number() over (
    partition by customer_id order by updated_at desc, _batch_id desc, _file desc, _row desc) as place
  from lake.customer)
where place = 1 and not is_deleted order by 1
"""


def _names(drop: Drop, names: dict[str, str], file: str = "customer.csv", **columns: object) -> None:
    rows = [{"customer_id": key, "name": name} | columns for key, name in names.items()]
    drop.put(file, rows, ["customer_id", "name", *columns])


def _ten() -> dict[str, str]:
    return {f"C{n}": f"name {n}" for n in range(10)}


def test_a_missing_key_lands_as_a_tombstone_with_its_last_values(snapshots: Drop) -> None:
    _names(snapshots, _ten())
    snapshots.ingest()
    ten = _ten()
    ten.pop("C3")
    _names(snapshots, ten)
    result = snapshots.ingest()
    assert (result.counts.landed, result.counts.excluded, result.tombstones) == (0, 9, 1)
    dead = snapshots.rows("select customer_id, name, _row from lake.customer where is_deleted")
    assert dead == [("C3", "name 3", 0)]
    assert snapshots.rows(CURRENT) == list(ten.items())
    assert snapshots.rows(CONSERVED) == [(0,)]


def test_only_what_changed_lands(snapshots: Drop) -> None:
    _names(snapshots, _ten())
    snapshots.ingest()
    _names(snapshots, _ten() | {"C1": "renamed", "C99": "new"})
    assert snapshots.ingest().counts.landed == 2
    assert snapshots.rows(CURRENT) == sorted((_ten() | {"C1": "renamed", "C99": "new"}).items())


def test_the_newest_content_again_lands_nothing_and_earlier_content_is_a_new_snapshot(
    snapshots: Drop,
) -> None:
    _names(snapshots, _ten())
    snapshots.ingest()
    changed = _ten() | {"C1": "renamed"}
    _names(snapshots, changed, "customer/second.csv")
    snapshots.ingest()
    _names(snapshots, changed, "customer/third.csv")
    assert snapshots.ingest().status == "unchanged"
    _names(snapshots, _ten(), "customer/fourth.csv")
    assert snapshots.ingest().counts.landed == 1
    assert snapshots.rows(CURRENT) == list(_ten().items())
    assert snapshots.ingest().status == "unchanged"


def test_a_return_to_earlier_content_wins_even_with_its_old_times(snapshots: Drop) -> None:
    _names(snapshots, _ten(), updated_at="2026-01-01T00:00:00Z")
    snapshots.ingest()
    _names(snapshots, _ten() | {"C1": "renamed"}, updated_at="2026-02-01T00:00:00Z")
    snapshots.ingest()
    _names(snapshots, _ten(), updated_at="2026-01-01T00:00:00Z")
    snapshots.ingest()
    assert snapshots.rows(CURRENT) == list(_ten().items())


@pytest.mark.parametrize(
    ("left", "sentence"),
    [(0, "is empty, while 10 records are known"), (7, "would delete 3 of 10 records, more than 20%")],
)
def test_an_empty_or_mostly_deleting_snapshot_is_refused(snapshots: Drop, left: int, sentence: str) -> None:
    _names(snapshots, _ten())
    snapshots.ingest()
    _names(snapshots, dict(list(_ten().items())[:left]))
    with pytest.raises(BatchRefused, match=sentence):
        snapshots.ingest()
    assert snapshots.rows(CURRENT) == list(_ten().items())


def test_two_files_of_one_batch_are_one_snapshot(snapshots: Drop) -> None:
    ten = list(_ten().items())
    _names(snapshots, dict(ten[:5]), "customer/a.csv")
    _names(snapshots, dict(ten[5:]), "customer/b.csv")
    assert snapshots.ingest().counts.landed == 10
    _names(snapshots, dict(ten[6:]), "customer/b.csv")
    assert snapshots.ingest().tombstones == 1
    assert snapshots.rows(CURRENT) == ten[:5] + ten[6:]


def test_a_refused_row_is_not_taken_for_deleted(snapshots: Drop) -> None:
    rows = [entry(n) for n in range(10)]
    snapshots.put("time_entry.csv", rows)
    snapshots.ingest()
    snapshots.put("time_entry.csv", [*rows[:9], entry(9, hours="lots")])
    result = snapshots.ingest()
    assert (result.counts.quarantined, result.tombstones) == (1, 0)


def test_a_row_without_a_readable_key_stops_the_search_for_deletions_and_is_said(snapshots: Drop) -> None:
    rows = [entry(n) for n in range(10)]
    snapshots.put("time_entry.csv", rows)
    snapshots.ingest()
    snapshots.put("time_entry.csv", [*rows[:9], entry(9, time_entry_id="")])
    assert snapshots.ingest().tombstones == 0
    newest = "select message from lake.batches where status = 'committed' order by batch_id desc limit 1"
    assert "no deletion was looked for" in snapshots.rows(newest)[0][0]


def test_a_key_that_comes_back_lives_again(snapshots: Drop) -> None:
    nine = _ten()
    nine.pop("C9")
    for names in (_ten(), nine, _ten()):
        _names(snapshots, names)
        snapshots.ingest()
    assert snapshots.rows(CURRENT) == list(_ten().items())


HOURS = """
select hours::double from lake.time_entry where time_entry_id = 'T1'
qualify row_number() over (order by updated_at desc, _batch_id desc, _file desc, _row desc) = 1
"""
_LATE, _EARLY = {"updated_at": "2026-02-02T00:00:00Z"}, {"updated_at": "2026-02-01T00:00:00Z"}


def test_a_key_that_a_snapshot_has_twice_keeps_its_winner_when_something_else_changes(snapshots: Drop) -> None:
    for number in (3, 4):
        rows = [entry(1, hours="2", **_LATE), entry(1, hours="1", **_EARLY), entry(2, hours=number, **_EARLY)]
        snapshots.put("time_entry.csv", rows)
        done = snapshots.ingest()
        assert snapshots.rows(HOURS) == [(2,)]
    assert (done.counts.landed, done.counts.excluded) == (1, 2), "what the key is did not change"
    assert snapshots.rows(CONSERVED) == [(0,)]


def test_of_a_key_that_a_snapshot_has_twice_only_the_winner_takes_the_place_of_what_stands(snapshots: Drop) -> None:
    snapshots.put("time_entry.csv", [entry(1, hours="9", updated_at="2026-03-01T00:00:00Z")])
    snapshots.ingest()
    rows = [entry(1, hours="2", **_LATE), entry(1, hours="1", **_EARLY)]
    snapshots.put("time_entry.csv", rows)
    assert snapshots.ingest().counts.landed == 2
    assert snapshots.rows(HOURS) == [(2,)], "the later of both, as the snapshot says what is"


def test_a_key_twice_without_times_is_won_by_the_later_row_in_every_snapshot(snapshots: Drop) -> None:
    for number in (3, 4):
        snapshots.put("time_entry.csv", [entry(1, hours="1"), entry(1, hours="2"), entry(2, hours=number)])
        snapshots.ingest()
        assert snapshots.rows(HOURS) == [(2,)]


def test_of_a_key_that_comes_twice_only_the_row_that_says_something_new_lands(snapshots: Drop) -> None:
    stands = entry(1, hours="2", **_EARLY)
    snapshots.put("time_entry.csv", [stands])
    snapshots.ingest()
    snapshots.put("time_entry.csv", [stands, entry(1, hours="3", **_LATE)])
    done = snapshots.ingest()
    assert (done.counts.landed, done.counts.excluded) == (1, 1)
    assert snapshots.rows(HOURS) == [(3,)]
    assert snapshots.rows(CONSERVED) == [(0,)]


def test_another_feeds_records_are_left_alone(snapshots: Drop) -> None:
    _names(snapshots, _ten())
    snapshots.ingest()
    other = Drop(snapshots.lake, snapshots.folder / "other", {"mode": "snapshot"}, name="psa_two")
    _names(other, {"C1": "elsewhere"})
    assert other.ingest().tombstones == 0


def _dated(drop: Drop, file: str, day: int) -> None:
    at = datetime(2026, 3, day, tzinfo=UTC).timestamp()
    os.utime(drop.folder / file, (at, at))


@pytest.mark.parametrize("file", ["customer.csv", "customer/again.csv"])
def test_an_older_snapshot_never_takes_the_place_of_a_newer_one(snapshots: Drop, file: str) -> None:
    (snapshots.folder / "customer").mkdir()
    _names(snapshots, _ten() | {"C1": "renamed"})
    _dated(snapshots, "customer.csv", 9)
    snapshots.ingest()
    (snapshots.folder / "customer.csv").unlink()
    _names(snapshots, _ten(), file)
    _dated(snapshots, file, 8)
    with pytest.raises(BatchRefused, match=r"as at 2026-03-08.*older than the newest landed, as at 2026-03-09"):
        snapshots.ingest()
    assert snapshots.rows(CURRENT) == sorted((_ten() | {"C1": "renamed"}).items())
    _dated(snapshots, file, 10)
    snapshots.ingest()
    assert snapshots.rows(CURRENT) == sorted(_ten().items())


def test_a_part_of_a_snapshot_is_as_old_as_the_part_that_it_replaces(snapshots: Drop) -> None:
    ten = list(_ten().items())
    for day, (name, rows) in enumerate({"a": ten[:5], "b": ten[5:]}.items(), start=2):
        _names(snapshots, dict(rows), f"customer/{name}.csv")
        _dated(snapshots, f"customer/{name}.csv", day * 2)
    snapshots.ingest()
    _names(snapshots, dict(ten[:5]) | {"C1": "renamed"}, "customer/a.csv")
    _dated(snapshots, "customer/a.csv", 5)
    assert snapshots.ingest().counts.landed == 1, "newer than the part before it, though older than the other"
    _names(snapshots, dict(ten[:5]), "customer/a.csv")
    _dated(snapshots, "customer/a.csv", 3)
    with pytest.raises(BatchRefused, match="older than the newest landed"):
        snapshots.ingest()


def test_a_change_in_an_unknown_column_alone_is_a_change(snapshots: Drop) -> None:
    snapshots.put("time_entry.csv", [entry(n, mood="fine", hue="") for n in range(5)])
    snapshots.ingest()
    snapshots.put(
        "time_entry.csv", [entry(0, mood="sour", hue="")] + [entry(n, mood="fine", hue="") for n in range(1, 5)]
    )
    done = snapshots.ingest()
    assert (done.counts.landed, done.counts.excluded) == (1, 4)
    newest = "select max_by(_extra, _batch_id) from lake.time_entry where time_entry_id = 'T0'"
    assert snapshots.rows(newest) == [('{"mood":"sour","hue":null}',)]
    # An unknown column that comes, goes or moves changes no row that has nothing in it.
    rows = [entry(0, mood="sour")] + [entry(n, mood="fine") for n in range(1, 5)]
    snapshots.put("time_entry.csv", rows, ["mood", *[c for c in rows[0] if c != "mood"]])
    assert snapshots.ingest().counts.landed == 0
