"""Files of a source that others look up: the newest counts, and none at all is a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lake.errors import BatchRefused
from tests.ingestion.conftest import Drop

ADAPTER = """
system: brunel
sources:
  kopf: {files: "beleg_kopf_*.csv"}
  zeile: {files: "beleg_zeile_*.csv"}
entities:
  vendor:
    from: zeile
    join: [{source: kopf, match: {beleg: beleg}}]
    columns: {vendor_id: id, name: kopf.name}
"""
NAMES = "select name from lake.vendor"


@pytest.fixture
def brunel(drop: Drop, tmp_path: Path) -> Drop:
    (tmp_path / "brunel.yml").write_text(ADAPTER, "utf-8")
    drop.options |= {"system": str(tmp_path / "brunel.yml")}
    drop.put("beleg_zeile_1.csv", [{"id": "V1", "beleg": "7"}])
    return drop


def head(drop: Drop, number: int, name: str, at: int) -> None:
    os.utime(drop.put(f"beleg_kopf_{number}.csv", [{"beleg": "7", "name": name}]), (at, at))


def test_of_two_files_that_have_a_row_the_newer_one_counts(brunel: Drop) -> None:
    head(brunel, 8, "corrected", 1_770_000_200)
    head(brunel, 9, "old", 1_770_000_100)
    brunel.ingest()
    assert brunel.rows(NAMES) == [("corrected",)]


def test_of_the_same_time_the_higher_number_in_the_name_counts(brunel: Drop) -> None:
    head(brunel, 8, "old", 1_770_000_100)
    head(brunel, 10, "corrected", 1_770_000_100)
    brunel.ingest()
    assert brunel.rows(NAMES) == [("corrected",)]


def test_where_no_file_of_it_has_come_the_sentence_says_which_to_leave(brunel: Drop) -> None:
    with pytest.raises(BatchRefused) as refused:
        brunel.ingest()
    assert str(refused.value) == (
        "no file of the source kopf (beleg_kopf_*.csv) has come, which beleg_zeile_1.csv looks up: leave its files in "
        "the feed's folder; nothing is landed"
    )
