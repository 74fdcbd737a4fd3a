"""A row that says it was changed in a time to come is held back: nothing could ever replace it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestion.feed import Clock
from lake.errors import BatchRefused
from tests.firm import tieout
from tests.ingestion.conftest import CONSERVED, Drop, entry


def _in(days: float) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(("clock", "near", "far"), [("now", 0.9, 1.1), ("data", 3600, 3700)])
def test_a_change_of_the_far_future_is_quarantined(drop: Drop, clock: Clock, near: float, far: float) -> None:
    drop.options = {"clock": clock}
    rows = [
        entry(1, updated_at=_in(near), is_deleted="false"),
        entry(2, updated_at=_in(far), is_deleted="false"),
        entry(3, updated_at="9999-12-31T23:59:59Z", is_deleted="false"),
        entry(1, updated_at="9999-12-31T23:59:59Z", is_deleted="true"),
        entry(4, updated_at="", is_deleted="false"),
    ]
    drop.put("time_entry.csv", rows)
    drop.ingest()
    assert drop.rows("select time_entry_id from lake.time_entry order by 1") == [("T1",), ("T4",)]
    refused = drop.rows("select row, column_name, rule, reason from lake.quarantine order by row")
    assert [r[:3] for r in refused] == [(n, "updated_at", "future") for n in (2, 3, 4)]
    assert "row 3: updated_at '9999-12-31T23:59:59Z' is later than 20" in refused[1][3]
    assert "no correction could ever replace it; give when the source last changed the row" in refused[1][3]
    assert drop.rows(CONSERVED) == [(0,)]


def test_a_file_of_the_far_future_is_refused_as_its_rows_would_take_its_time(drop: Drop) -> None:
    drop.options = {"clock": "now"}
    far = (datetime.now(UTC) + timedelta(days=400)).timestamp()
    file = drop.put("time_entry.csv", [entry(1)])
    os.utime(file, (far, far))
    with pytest.raises(BatchRefused, match=r"file time_entry.csv is of 20.*, a time to come, and nothing could ever"):
        drop.ingest()
    window = json.dumps({"files": [{"name": "time_entry.csv", "window": {"to": "2999-01-01T00:00:00Z"}}]})
    drop.write("manifest.json", window)
    with pytest.raises(BatchRefused, match=r"gives file time_entry.csv a window to 2999-01-01T00:00:00Z, a time to"):
        drop.ingest()
    drop.write("manifest.json", window.replace("2999", "2026"))
    assert drop.ingest().counts.landed == 1


def test_the_clock_of_the_configuration_says_how_far_ahead(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    row = entry(1, updated_at=_in(3))
    (folder / "time_entry.csv").write_text(f"{','.join(row)}\n{','.join(map(str, row.values()))}\n", encoding="utf-8")
    for clock, told in (("now", "1 quarantined"), ("data", "1 landed")):
        config = tmp_path / f"{clock}.yml"
        said = f"group_currency: EUR\nlake_root: lake_{clock}\nclock: {clock}\nfeeds: [{{name: psa, path: in}}]\n"
        config.write_text(said, encoding="utf-8")
        done = tieout("ingest", "--config", str(config))
        assert told in done.stdout + done.stderr, done.stdout + done.stderr
