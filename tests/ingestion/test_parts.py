"""Rows are cut into parts at the same places, in whatever chunks they come, and none is lost."""

from __future__ import annotations

import os

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.parts import cut
from lake import delta
from lake.errors import LakeError
from tests.ingestion.conftest import CONSERVED, Drop, entry


@given(st.lists(st.integers(0, 7), max_size=12), st.integers(1, 9))
def test_every_part_is_full_but_the_last_and_no_row_is_lost(heights: list[int], size: int) -> None:
    rows = pl.DataFrame({"n": range(sum(heights))})
    ends = [sum(heights[: i + 1]) for i in range(len(heights))]
    frames = [rows[end - height : end] for end, height in zip(ends, heights, strict=True)]
    parts = [[n for frame in part for n in frame["n"].to_list()] for part in cut(frames, size)]
    assert [n for part in parts for n in part] == list(range(sum(heights)))
    assert all(len(part) == size for part in parts[:-1])
    assert len(parts) == max(1, -(-sum(heights) // size))


@pytest.mark.parametrize("written", range(1, 6))
def test_a_run_stopped_between_two_parts_is_finished_by_the_next(
    drop: Drop, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    monkeypatch.setattr("ingestion.appending.PART_ROWS", 2)
    drop.put("time_entry.csv", [entry(n) for n in range(7)])
    write, done = delta.write_deltalake, []

    def stops(*args: object, **options: object) -> None:
        if len(done) == written:
            raise OSError(28, os.strerror(28))
        write(*args, **options)  # type: ignore[arg-type]
        done.append(1)

    monkeypatch.setattr("lake.delta.write_deltalake", stops)
    with pytest.raises(LakeError, match="No space left"):
        drop.ingest()
    assert drop.rows("select count(*) from lake.time_entry") == [(0,)], "a part of a batch is never seen"
    monkeypatch.setattr("lake.delta.write_deltalake", write)
    assert drop.ingest().counts.landed == 7
    assert drop.rows("select count(*), count(distinct time_entry_id) from lake.time_entry") == [(7, 7)]
    assert drop.rows(CONSERVED) == [(0,)]
    drop.put("time_entry.2.csv", [entry(n, hours="1.00") for n in range(5)])
    assert drop.ingest().counts.landed == 5
