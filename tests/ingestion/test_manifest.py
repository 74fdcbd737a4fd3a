"""A manifest is held to what it says: what nobody could mean or check refuses the drop, by file, key and value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingestion.manifest import load
from lake.errors import BatchRefused
from tests.ingestion.conftest import Drop, entry


def _load(folder: Path, text: str) -> None:
    path = folder / "manifest.json"
    path.write_text(text, encoding="utf-8")
    load(path, "UTC")


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ('"row_count": 2.9', "key row_count is 2.9, which is no number of rows"),
        ('"row_count": -1', "key row_count is -1, which is no number of rows"),
        ('"row_count": 2, "row_count": 3', "key row_count is given twice, as 2 and as 3"),
        ('"rowcount": 2', r"key rowcount \(2\) is none that a manifest has, .* there are name, row_count"),
        ('"control_totals": {"hours": 1, "hours": 2}', "key control_totals.hours is given twice, as 1 and as 2"),
        ('"window": {"form": "2026-03-01"}', r'key window.form \("2026-03-01"\) is none .* window.from, window.to'),
        (
            '"window": {"from": "2026-03-08", "to": "2026-03-01"}',
            'key window.from is "2026-03-08", later than window.to, "2026-03-01"',
        ),
    ],
)
def test_what_a_manifest_cannot_mean_is_one_sentence(tmp_path: Path, entry: str, sentence: str) -> None:
    with pytest.raises(BatchRefused, match=sentence) as told:
        _load(tmp_path, f'{{"files": [{{"name": "a.csv", {entry}}}]}}')
    assert str(told.value).startswith("manifest.json, file 1 (a.csv): ")


@pytest.mark.parametrize(
    "key", ["row_count", "RowCount", "sha256", "sha-256", "control_totals", "control_total", "window", "file", "Files"]
)
def test_a_check_that_is_written_above_the_files_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(BatchRefused, match=rf"manifest.json: key {key} \(2\) is none .* there is files"):
        _load(tmp_path, f'{{"files": [], "{key}": 2}}')


def test_a_key_above_the_files_is_known_or_refused(tmp_path: Path) -> None:
    with pytest.raises(BatchRefused, match=r"manifest.json: key row_count \(2\) is none .* there is files"):
        _load(tmp_path, '{"files": [], "row_count": 2}')
    with pytest.raises(BatchRefused, match=r"manifest\.json: key files is given twice"):
        _load(tmp_path, '{"files": [], "files": []}')
    with pytest.raises(BatchRefused, match=r"manifest\.json: key sender is given twice"):
        _load(tmp_path, '{"files": [], "sender": "erp", "sender": "psa"}')


def test_a_sender_and_a_time_of_export_are_noted_and_the_drop_lands(drop: Drop) -> None:
    drop.put("time_entry.csv", [entry(1)])
    about = {"sender": "psa", "created_at": "2026-03-03T01:00:00Z", "name": "nightly", "version": 1}
    drop.write("manifest.json", json.dumps(about | {"files": [{"name": "time_entry.csv", "row_count": 1}]}))
    done = drop.ingest()
    assert (done.counts.landed, done.counts.rows_read) == (1, 1)
    note = (
        'manifest.json has keys beside `files` that nothing is held against: "sender", "created_at", "name", "version"'
    )
    assert done.notes == (note,)
    assert drop.rows("select message from lake.batches where status = 'committed'") == [(note,)]
    assert drop.ingest().notes == (), "told once, with the batch"


def test_a_window_of_one_moment_and_a_count_as_text_are_fine(tmp_path: Path) -> None:
    window = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-01T00:00:00Z"}
    _load(tmp_path, json.dumps({"files": [{"name": "a.csv", "row_count": "2", "window": window}]}))
