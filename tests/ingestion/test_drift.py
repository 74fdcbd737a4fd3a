"""Columns that no contract knows: kept, dropped or refused by the feed's own word, and always reported."""

from __future__ import annotations

import pytest

from ingestion.feed import Feed
from lake.batches import BatchLog
from lake.errors import BatchRefused, ConfigError
from tests.ingestion.conftest import CONSERVED, Drop, entry


def test_evolve_keeps_an_unknown_column_and_reports_it(drop: Drop) -> None:
    drop.put("time_entry.csv", [entry(1, mood="fine", hue="red")])
    assert drop.ingest().counts.landed == 1
    assert drop.rows("select _extra from lake.time_entry") == [('{"mood":"fine","hue":"red"}',)]
    assert drop.rows("select drift from lake.batch_files") == [('["mood", "hue"]',)]


def test_discard_drops_an_unknown_column_and_still_reports_it(drop: Drop) -> None:
    drop.options = {"drift": "discard"}
    drop.put("time_entry.csv", [entry(1, mood="fine")])
    assert drop.ingest().counts.landed == 1
    assert drop.rows("select _extra from lake.time_entry") == [(None,)]
    assert drop.rows("select drift from lake.batch_files") == [('["mood"]',)]


def test_freeze_refuses_a_batch_with_an_unknown_column_until_it_is_taken_out(drop: Drop) -> None:
    drop.options = {"drift": "freeze"}
    drop.put("time_entry.csv", [entry(1, mood="fine")])
    with pytest.raises(BatchRefused, match="columns that the contract of time_entry does not know: 'mood'") as said:
        drop.ingest()
    assert "key feeds.drift" in str(said.value)
    assert BatchLog(drop.lake, drop.name, "delta").unfinished() == []
    assert drop.rows("select count(*) from lake.time_entry") == [(0,)]
    drop.put("time_entry.csv", [entry(1)])
    assert drop.ingest().counts.landed == 1
    assert drop.rows(CONSERVED) == [(0,)]


def test_a_word_that_is_no_mode_names_the_key() -> None:
    with pytest.raises(ConfigError, match="key drift is 'ignore'; use one of evolve, freeze, discard"):
        Feed("psa", "canonical", ".", drift="ignore")  # type: ignore[arg-type]
