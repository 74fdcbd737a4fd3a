"""Fingerprints that another algorithm made are taken again: what did not change does not land once more."""

from __future__ import annotations

import json

import pytest

from ingestion import storing
from tests.ingestion.conftest import Drop, entry


def _another_algorithm(monkeypatch: pytest.MonkeyPatch, mark: str = ".abcdef") -> None:
    """Hash as a later version of Polars would: otherwise, and with the mark that tells."""
    monkeypatch.setattr(storing, "_SEED", 7)
    monkeypatch.setattr(storing, "algorithm", lambda: mark)


def _entries(last_hours: str = "7.50") -> list[dict[str, object]]:
    rows = [entry(n, mood="fine" if n % 2 else "", hue=f"h{n}", approved_at="2026-03-02T08:00:00Z") for n in range(6)]
    return [*rows[:5], rows[5] | {"hours": last_hours}]


def test_a_snapshot_after_the_algorithm_changed_lands_what_changed_and_no_more(
    snapshots: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots.put("time_entry.csv", _entries())
    snapshots.ingest()
    _another_algorithm(monkeypatch)
    snapshots.put("time_entry.csv", _entries("8.00"))
    done = snapshots.ingest()
    assert (done.counts.landed, done.counts.excluded) == (1, 5)
    assert snapshots.rows("select count(*) from lake.time_entry where _row_hash like '%.abcdef'") == [(1,)]
    # Rows of both algorithms stand side by side by now.
    snapshots.put("time_entry.csv", [*_entries("8.00"), entry(9)])
    done = snapshots.ingest()
    assert (done.counts.landed, done.counts.excluded) == (1, 6)


def test_unknown_columns_count_in_both_algorithms(snapshots: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshots.put("time_entry.csv", _entries())
    snapshots.ingest()
    assert json.loads(snapshots.rows("select max(_extra) from lake.time_entry")[0][0])["hue"]
    _another_algorithm(monkeypatch)
    rows = _entries()
    snapshots.put("time_entry.csv", [rows[0] | {"mood": "sour"}, *rows[1:]])
    assert snapshots.ingest().counts.landed == 1


def test_the_algorithm_of_today_is_the_one_that_its_mark_says() -> None:
    assert not storing.algorithm(), (
        "Polars hashes otherwise than before: that is provided for, and lakes go on; note it in the changelog"
    )
