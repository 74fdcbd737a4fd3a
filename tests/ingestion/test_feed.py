"""A feed that cannot be is refused by the key that is wrong; what an ingest did is one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.feed import BatchResult, Feed
from lake.batches import Counts
from lake.errors import ConfigError


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"mode": "full"}, "key mode is 'full'"),
        ({"time_zone": "Mars/Olympus"}, "key time_zone 'Mars/Olympus'"),
        ({"time_zone": "../etc/passwd"}, "key time_zone"),
        ({"entities": ("time_entries",)}, "key entities names 'time_entries'"),
        ({"max_delete_share": 20}, "key max_delete_share is 20"),
    ],
)
def test_a_feed_that_cannot_be_names_its_key(said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        Feed("psa", "canonical", "drop", **said)


def test_what_an_ingest_did_is_one_sentence() -> None:
    counts = Counts(rows_read=1200, landed=1190, quarantined=10)
    done = BatchResult("psa", "committed", (4,), counts, tombstones=2, files=1)
    said = "feed psa: batch 4 committed, 1,200 rows read from 1 file, 1,190 landed, 10 quarantined, 2 deleted"
    assert str(done) == said
    assert str(BatchResult("psa", "unchanged")) == "feed psa: nothing new"
