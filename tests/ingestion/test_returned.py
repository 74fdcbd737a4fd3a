"""The same content again lands nothing, and a return to earlier content takes effect: for upserts, too."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.ingestion.conftest import Drop, entry

STATUS = """
    select status from lake.time_entry where time_entry_id = 'T1'
    qualify row_number() over (order by updated_at desc, _batch_id desc, _file desc, _row desc) = 1
"""
ROWS = "select count(*) from lake.time_entry"
_FIRST = datetime(2026, 3, 1, tzinfo=UTC)


def _send(drop: Drop, day: int, status: str, *, file: str = "time_entry.csv", **said: object) -> str:
    """Put T1 into a file of that day's time and ingest; return what the ingest did."""
    _dated(drop.put(file, [entry(1, status=status, **said)]), day)
    return drop.ingest().status


def _dated(path: Path, day: int) -> None:
    at = (_FIRST + timedelta(days=day)).timestamp()
    os.utime(path, (at, at))


@pytest.mark.parametrize("name", ["time_entry.csv", "time_entry/{day}.csv"])
def test_rows_that_return_to_earlier_content_under_a_newer_file_time_win(drop: Drop, name: str) -> None:
    for day, status in enumerate(["approved", "rejected", "approved", "rejected"]):
        assert _send(drop, day, status, file=name.format(day=day)) == "committed"
        assert drop.rows(STATUS) == [(status,)]
        assert drop.ingest().status == "unchanged"
    assert drop.rows(ROWS) == [(4,)]


def test_rows_that_say_themselves_when_they_changed_are_known_for_ever(drop: Drop) -> None:
    first, second = {"updated_at": "2026-01-01T00:00:00Z"}, {"updated_at": "2026-02-01T00:00:00Z"}
    _send(drop, 0, "approved", **first)
    _send(drop, 1, "rejected", **second)
    assert _send(drop, 2, "approved", **first) == "unchanged"
    assert drop.rows(STATUS) == [("rejected",)]
    assert drop.rows(ROWS) == [(2,)]


def test_the_newest_content_again_lands_nothing_whatever_its_name_and_time(drop: Drop) -> None:
    _send(drop, 0, "approved", file="time_entry/0.csv")
    _send(drop, 1, "rejected", file="time_entry/1.csv")
    assert _send(drop, 2, "rejected", file="time_entry/2.csv") == "unchanged"
    assert _send(drop, 3, "rejected", file="time_entry/0.csv") == "unchanged"
    assert drop.rows(ROWS) == [(2,)]


def test_files_that_are_copied_as_they_were_land_nothing_though_their_times_are_new(drop: Drop) -> None:
    for day, status in enumerate(["approved", "rejected", "submitted"]):
        _send(drop, day, status, file=f"time_entry/{day}.csv")
    for number, path in enumerate(sorted(drop.folder.glob("time_entry/*"))):
        _dated(path, 10 + number)
    assert drop.ingest().status == "unchanged"
    assert drop.rows(ROWS) == [(3,)]


def test_an_older_file_put_back_with_its_old_time_lands_nothing(drop: Drop) -> None:
    _send(drop, 0, "approved")
    _send(drop, 1, "rejected")
    assert _send(drop, 0, "approved") == "unchanged"
    assert _send(drop, 0, "approved", file="time_entry/copy.csv") == "unchanged"
    assert drop.rows(ROWS) == [(2,)]


def test_a_return_sent_under_two_names_lands_once_with_the_newer_time(drop: Drop) -> None:
    _send(drop, 0, "approved")
    _send(drop, 1, "rejected")
    for day, name in ((2, "time_entry/a.csv"), (3, "time_entry/b.csv")):
        _dated(drop.put(name, [entry(1, status="approved")]), day)
    assert drop.ingest().counts.landed == 1
    assert drop.ingest().status == "unchanged"
    assert drop.rows("select day(max(updated_at)) from lake.time_entry") == [(4,)]
    assert drop.rows(STATUS) == [("approved",)]
