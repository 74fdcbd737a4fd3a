"""A csv that breaks off within a line waits until its sender has let go of it, or says that it is whole."""

from __future__ import annotations

import hashlib
import json
import time

import pytest

from ingestion.connectors import folder, settled
from lake.errors import SourceError
from tests.ingestion.conftest import Drop

CUT = b"customer_id,name\n1,One\n2,Tw"


def _hold(drop: Drop) -> None:
    drop.options |= {"settle_seconds": 300}


def test_a_file_whose_sender_stalls_is_left_until_it_goes_on(drop: Drop) -> None:
    _hold(drop)
    drop.write("customer.csv", CUT)
    with pytest.raises(SourceError, match=r"file customer\.csv breaks off within a line.*300 seconds"):
        drop.ingest()
    assert drop.rows("select count(*) from lake.batches") == [(0,)], "it may well be whole later"
    drop.write("customer.csv", CUT + b"o\n")
    drop.ingest()
    assert drop.rows("select name from lake.customer order by 1") == [("One",), ("Two",)]


def test_a_file_without_a_last_line_end_is_whole_when_nobody_has_touched_it_for_long(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hold(drop)
    drop.write("customer.csv", CUT)
    now = time.time_ns()
    monkeypatch.setattr("ingestion.connectors.settled.time.time_ns", lambda: now + 301 * 10**9)
    assert drop.ingest().counts.landed == 2


@pytest.mark.parametrize("said", [{"row_count": 2}, {"sha256": hashlib.sha256(CUT).hexdigest()}])
def test_a_manifest_says_at_once_that_a_file_is_whole(drop: Drop, said: dict[str, object]) -> None:
    _hold(drop)
    drop.write("customer.csv", CUT)
    drop.write("manifest.json", json.dumps({"files": [{"name": "customer.csv"} | said]}))
    assert drop.ingest().counts.landed == 2


@pytest.mark.parametrize("content", [CUT + b"o\r", CUT.decode().encode("utf-16-le") + b"\n\0"])
def test_every_line_end_counts(drop: Drop, content: bytes) -> None:
    drop.write("customer.csv", content)
    (found,) = folder.discover(str(drop.folder), feed="psa")
    _hold(drop)
    settled.require_settled(found, drop.feed, {"csv"})
