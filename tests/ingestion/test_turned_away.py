"""What is refused before a batch begins is on record like every other refusal: which feed, when, why."""

from __future__ import annotations

import gzip
import json

import pytest

from ingestion.feed import Feed
from ingestion.pipeline import ingest
from ingestion.replay import replay
from lake.errors import BatchRefused, SourceError
from tests.ingestion.conftest import Drop, entry

RECORD = "select feed, status, message, plan, rows_read from lake.batches order by batch_id"


def _incomplete(drop: Drop, missing: str) -> None:
    drop.put("time_entry.csv", [entry(1)])
    drop.write("manifest.json", json.dumps({"files": [{"name": "time_entry.csv"}, {"name": missing}]}))


def _refused(drop: Drop) -> str:
    with pytest.raises(BatchRefused) as caught:
        drop.ingest()
    return str(caught.value)


def test_a_manifest_mismatch_is_on_record_once_however_often_it_is_met(drop: Drop) -> None:
    _incomplete(drop, "other.csv")
    why = _refused(drop)
    (first,) = drop.rows('select batch_id, "at" from lake.batches')
    assert _refused(drop) == why
    assert drop.rows('select batch_id, "at" from lake.batches') == [first], "the same refusal, met again"
    assert drop.rows(RECORD) == [("psa", "refused", why, None, None)]


def test_another_reason_and_the_same_one_after_a_landing_are_refusals_of_their_own(drop: Drop) -> None:
    reasons = []
    for missing in ("other.csv", "third.csv"):
        _incomplete(drop, missing)
        reasons.append(_refused(drop))
    drop.write("manifest.json", json.dumps({"files": [{"name": "time_entry.csv"}]}))
    assert drop.ingest().batch_ids == (3,), "a refusal takes a number as every batch does, and stands in no way"
    _incomplete(drop, "third.csv")
    reasons.append(_refused(drop))
    assert drop.rows("select batch_id, message from lake.batches where status = 'refused' order by 1") == [
        (1, reasons[0]), (2, reasons[1]), (4, reasons[2]),
    ]  # fmt: skip


def test_a_bomb_is_on_record_and_the_other_feeds_refusals_are_their_own(drop: Drop) -> None:
    drop.write("customer.csv.gz", gzip.compress(b"customer_id,name\n" + b"0" * (64 << 20)))
    why = _refused(drop)
    with pytest.raises(BatchRefused, match="unpacks to more than"):
        ingest(drop.lake, Feed("crm", "canonical", str(drop.folder)))
    assert drop.rows(RECORD) == [("psa", "refused", why, None, None), ("crm", "refused", why, None, None)]


def test_what_never_began_cannot_be_replayed_and_says_so(drop: Drop) -> None:
    _incomplete(drop, "other.csv")
    _refused(drop)
    with pytest.raises(SourceError, match="batch 1 of feed psa was refused before it began") as caught:
        replay(drop.lake, 1, feeds={"psa": drop.feed})
    assert "\n" not in str(caught.value)
