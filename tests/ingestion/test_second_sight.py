"""A snapshot that may have been cut between two lines deletes nothing before the next one lacks the same records."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from ingestion.replay import replay
from lake.errors import SourceError
from tests.ingestion.conftest import CONSERVED, Drop
from tests.ingestion.test_snapshot import CURRENT

ALL = range(20)


def _send(drop: Drop, numbers: Iterable[int], day: int, file: str = "customer.csv") -> None:
    rows: list[dict[str, object]] = [{"customer_id": f"C{n:02}", "name": f"name {n}"} for n in numbers]
    if file.endswith(".ndjson"):
        drop.write(file, "".join(json.dumps(row) + "\n" for row in rows))
    else:
        drop.put(file, rows)
    at = datetime(2026, 3, day, tzinfo=UTC).timestamp()
    os.utime(drop.folder / file, (at, at))


def _alive(drop: Drop) -> list[int]:
    return [int(key[1:]) for key, _ in drop.rows(CURRENT)]


@pytest.mark.parametrize("file", ["customer.csv", "customer.ndjson"])
def test_a_snapshot_cut_between_two_lines_deletes_nothing_and_says_so(snapshots: Drop, file: str) -> None:
    _send(snapshots, ALL, 1, file)
    snapshots.ingest()
    _send(snapshots, ALL[:17], 2, file)
    done = snapshots.ingest()
    assert (done.tombstones, done.held_back) == (0, 3)
    assert "3 missing until the next snapshot lacks them too" in str(done)
    assert _alive(snapshots) == list(ALL)
    said = snapshots.rows("select message from lake.batches where status = 'committed' order by batch_id desc limit 1")
    assert "3 records are missing from" in said[0][0]
    assert "manifest.json" in said[0][0]
    _send(snapshots, ALL, 3, file)
    assert (snapshots.ingest().held_back, _alive(snapshots)) == (0, list(ALL))
    assert snapshots.rows(CONSERVED) == [(0,)]


def test_what_two_snapshots_lack_is_deleted_and_no_more(snapshots: Drop) -> None:
    _send(snapshots, ALL, 1)
    snapshots.ingest()
    _send(snapshots, ALL[:18], 2)
    assert snapshots.ingest().held_back == 2
    _send(snapshots, ALL[:17], 3)
    done = snapshots.ingest()
    assert (done.tombstones, done.held_back) == (2, 1)
    assert _alive(snapshots) == list(ALL[:18])


def test_the_same_content_again_at_a_later_time_is_the_second_sight(snapshots: Drop) -> None:
    _send(snapshots, ALL, 1)
    snapshots.ingest()
    _send(snapshots, ALL[:19], 2)
    assert snapshots.ingest().held_back == 1
    assert snapshots.ingest().status == "unchanged", "a file that is left lying says nothing new"
    _send(snapshots, ALL[:19], 3)
    assert snapshots.ingest().tombstones == 1
    assert _alive(snapshots) == list(ALL[:19])
    _send(snapshots, ALL[:19], 4)
    assert snapshots.ingest().status == "unchanged"


def test_the_same_content_under_a_new_name_is_the_second_sight(snapshots: Drop) -> None:
    _send(snapshots, ALL, 1, "customer/1.csv")
    snapshots.ingest()
    _send(snapshots, ALL[:19], 2, "customer/2.csv")
    assert snapshots.ingest().held_back == 1
    _send(snapshots, ALL[:19], 3, "customer/3.csv")
    assert snapshots.ingest().tombstones == 1


@pytest.mark.parametrize("left", [[n for n in ALL if n != 4], [n for n in range(22) if n not in {18, 19}]])
def test_a_snapshot_that_ends_as_before_or_in_a_new_record_is_believed(snapshots: Drop, left: list[int]) -> None:
    _send(snapshots, ALL, 1)
    snapshots.ingest()
    _send(snapshots, left, 2)
    assert (snapshots.ingest().held_back, _alive(snapshots)) == (0, left)


@pytest.mark.parametrize("said", ["row_count", "sha256"])
def test_a_manifest_that_vouches_for_a_snapshot_is_believed(snapshots: Drop, said: str) -> None:
    _send(snapshots, ALL, 1)
    snapshots.ingest()
    _send(snapshots, ALL[:17], 2)
    whole = {"row_count": 17, "sha256": hashlib.sha256((snapshots.folder / "customer.csv").read_bytes()).hexdigest()}
    snapshots.write("manifest.json", json.dumps({"files": [{"name": "customer.csv", said: whole[said]}]}))
    assert (snapshots.ingest().tombstones, _alive(snapshots)) == (3, list(ALL[:17]))


def test_a_part_that_has_not_come_yet_deletes_nothing(snapshots: Drop) -> None:
    for day, parts in ((1, {"a": ALL[:17], "b": ALL[17:]}), (2, {"c": ALL[:17]})):
        for name, numbers in parts.items():
            _send(snapshots, numbers, day, f"customer/{name}.csv")
        done = snapshots.ingest()
    assert (done.tombstones, done.held_back, _alive(snapshots)) == (0, 3, list(ALL))


def test_a_replay_of_the_snapshot_that_made_them_wait_is_no_second_sight(snapshots: Drop) -> None:
    _send(snapshots, ALL, 1)
    snapshots.ingest()
    _send(snapshots, ALL[:17], 2)
    held = snapshots.ingest().batch_id
    assert held is not None
    replay(snapshots.lake, held, feeds={"psa": snapshots.feed})
    assert _alive(snapshots) == list(ALL)


@pytest.mark.parametrize("file", ["customer.csv", "customer.ndjson"])
def test_a_whole_extract_is_left_until_its_sender_must_be_done(
    snapshots: Drop, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots.options |= {"settle_seconds": 300}
    _send(snapshots, ALL[1:], 1, file)
    assert snapshots.ingest().counts.landed == len(ALL) - 1, "the first can delete nothing, and is not kept waiting"
    assert snapshots.ingest().status == "unchanged", "and neither is what landed already"
    _send(snapshots, ALL, 2, file)
    with pytest.raises(SourceError, match=r"what a snapshot lacks is deleted.*300 seconds after its last change"):
        snapshots.ingest()
    assert snapshots.rows("select max(batch_id) from lake.batches") == [(1,)]
    now = time.time_ns()
    monkeypatch.setattr("ingestion.connectors.settled.time.time_ns", lambda: now + 301 * 10**9)
    assert snapshots.ingest().counts.landed == 1
