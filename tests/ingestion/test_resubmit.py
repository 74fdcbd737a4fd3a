"""A refused row is corrected by one, approved by another and landed by the next ingest; tables are never patched."""

from __future__ import annotations

import json

import pytest

from ingestion import resubmit
from ingestion.corrections import corrections
from ingestion.replay import replay
from lake.batches import BatchLog
from lake.errors import ConfigError
from tests.ingestion.conftest import CONSERVED, Drop, entry
from tests.ingestion.corrections_made import NEWEST, approved, propose
from tieout.status import BATCHES


def test_an_approved_correction_lands_once_and_every_step_is_on_record(refused: Drop) -> None:
    proposal = propose(refused, hours="7.00")
    assert refused.ingest().status == "unchanged", "nobody approved it yet"
    resubmit.approve(refused.lake, proposal, approver="bob")
    held = f"select held from ({BATCHES})"
    assert refused.rows(held) == [(2,)]
    done = refused.ingest()
    assert refused.rows(held) == [(1,)], "the corrected row is no longer kept out"
    assert (done.batch_ids, done.counts.landed) == ((2,), 1)
    assert refused.rows(
        "select time_entry_id, hours::varchar, _correlation_id, _file from lake.time_entry where _batch_id = 2"
    ) == [("T2", "7.00", "C-77", f"_resubmitted/{proposal}.ndjson")]
    assert refused.ingest().status == "unchanged"
    (one,) = corrections(refused.lake)
    assert (one.actor, one.approver, one.reason, one.state) == ("ann", "bob", "typing error", "landed")
    assert (json.loads(one.before)["hours"], json.loads(one.after)["hours"]) == ("seven", "7.00")
    taken = 'select action_type, actor, approver, correlation_id from lake.action order by "at"'
    assert refused.rows(taken) == [
        ("resubmit", "ann", None, "C-77"),
        ("approve_resubmit", "ann", "bob", "C-77"),
    ]
    assert refused.rows("select count(*) from lake.quarantine") == [(2,)], "what was received stays on record"
    assert refused.rows(CONSERVED) == [(0,)]


def test_a_row_that_could_not_be_read_is_resubmitted_whole(refused: Drop) -> None:
    whole = {name: str(value) for name, value in entry(3).items()}
    resubmit.approve(refused.lake, propose(refused, row=3, **whole), approver="bob")
    assert refused.ingest().counts.landed == 1
    found = refused.rows("select time_entry_id, _correlation_id from lake.time_entry where _batch_id = 2")
    assert found == [("T3", "psa-1")], "the thread of the batch that refused it"


def test_a_correction_that_is_wrong_itself_is_refused_again_and_can_be_corrected(refused: Drop) -> None:
    proposal = propose(refused, hours="7,00")
    resubmit.approve(refused.lake, proposal, approver="bob")
    assert refused.ingest().counts.quarantined == 1
    assert corrections(refused.lake)[0].state == "refused again"
    file = f"_resubmitted/{proposal}.ndjson"
    again = resubmit.propose(
        refused.lake, batch=2, file=file, row=1, changes={"hours": "7.00"}, actor="ann", reason="a point"
    )
    resubmit.approve(refused.lake, again, approver="bob")
    assert refused.ingest().counts.landed == 1
    assert [one.state for one in corrections(refused.lake)] == ["refused again", "landed"]


def test_a_late_correction_never_wins_over_a_newer_version(refused: Drop) -> None:
    refused.put("time_entry.2.csv", [entry(2, hours="9.00", updated_at="2030-01-01T00:00:00Z")])
    resubmit.approve(refused.lake, propose(refused, hours="7.00"), approver="bob")
    refused.ingest()
    newest = "select arg_max(hours, (updated_at, _batch_id))::varchar from lake.time_entry where time_entry_id = 'T2'"
    assert refused.rows(newest) == [("9.00",)]


def test_a_correction_never_wins_over_what_the_source_sent_since_under_the_same_time(drop: Drop) -> None:
    same = {"updated_at": "2026-02-01T00:00:00Z"}
    drop.put("time_entry.csv", [entry(1), entry(2, hours="seven", **same)], [*entry(1), "updated_at"])
    drop.ingest()
    drop.put("time_entry.2.csv", [entry(2, hours="8.00", **same)])
    drop.ingest()
    wrong = propose(drop, hours="7,00")
    resubmit.approve(drop.lake, wrong, approver="bob")
    drop.ingest()
    file = f"_resubmitted/{wrong}.ndjson"
    again = resubmit.propose(
        drop.lake, batch=3, file=file, row=1, changes={"hours": "7.00"}, actor="ann", reason="a point"
    )
    resubmit.approve(drop.lake, again, approver="bob")
    done = drop.ingest()
    assert (done.counts.landed, done.counts.excluded) == (0, 1)
    assert drop.rows(NEWEST) == [("8.00",)]
    assert [one.state for one in corrections(drop.lake)] == ["refused again", "superseded"]
    assert replay(drop.lake, 4, feeds={"psa": drop.feed}).counts.landed == 0
    assert drop.rows(NEWEST) == [("8.00",)]
    assert drop.rows(CONSERVED) == [(0,)]


def test_a_correction_does_not_bring_to_life_what_a_later_snapshot_no_longer_has(snapshots: Drop) -> None:
    snapshots.put("time_entry.csv", [entry(1), entry(2, hours="seven"), entry(3)])
    snapshots.ingest()
    snapshots.put("time_entry.csv", [entry(1), entry(3), entry(4)])
    snapshots.ingest()
    resubmit.approve(snapshots.lake, propose(snapshots, hours="7.00"), approver="bob")
    done = snapshots.ingest()
    assert (done.counts.landed, done.counts.excluded) == (0, 1)
    assert snapshots.rows(NEWEST) == []
    assert corrections(snapshots.lake)[0].state == "superseded"


def test_a_correction_lands_while_the_newest_snapshot_still_has_the_row_as_it_was_refused(snapshots: Drop) -> None:
    snapshots.put("time_entry.csv", [entry(1), entry(2, hours="seven"), entry(3)])
    snapshots.ingest()
    snapshots.put("time_entry.csv", [entry(1), entry(3), entry(4), entry(2, hours="seven")])
    resubmit.approve(snapshots.lake, propose(snapshots, hours="7.00"), approver="bob")
    snapshots.ingest()
    assert snapshots.rows(NEWEST) == [("7.00",)]


def test_on_a_snapshot_feed_a_correction_adds_one_row_and_deletes_none(snapshots: Drop) -> None:
    snapshots.put("time_entry.csv", [entry(1), entry(2, hours="seven"), entry(3)])
    snapshots.ingest()
    resubmit.approve(snapshots.lake, propose(snapshots, hours="7.00"), approver="bob")
    done = snapshots.ingest()
    assert (done.counts.landed, done.tombstones) == (1, 0)
    assert snapshots.ingest().status == "unchanged"
    snapshots.put("time_entry.csv", [entry(1), entry(2, hours="seven"), entry(3, hours="1.00")])
    done = snapshots.ingest()
    assert (done.counts.landed, done.counts.excluded, done.counts.quarantined, done.tombstones) == (1, 1, 1, 0)


def test_a_batch_of_corrections_can_be_replayed(refused: Drop) -> None:
    resubmit.approve(refused.lake, propose(refused, hours="7.00"), approver="bob")
    refused.ingest()
    done = replay(refused.lake, 2, feeds={"psa": refused.feed})
    assert done.counts.rows_read == done.counts.landed == 1
    assert BatchLog(refused.lake, "psa", "delta").unfinished() == []


@pytest.mark.parametrize(
    ("row", "changes", "sentence"),
    [
        (9, {"hours": "1"}, "There is no quarantined row 9"),
        (1, {"hours": "1"}, "There is no quarantined row 1"),
        (2, {}, "Nothing changes"),
        (2, {"hours": "seven"}, "Nothing changes"),
        (2, {"hour": "7.00"}, r"has no column hour, and time_entry knows none; it has .*\bhours\b"),
    ],
)
def test_a_proposal_that_makes_no_sense_is_one_sentence(
    refused: Drop, row: int, changes: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        propose(refused, row=row, **changes)


def test_nobody_approves_their_own_or_a_replaced_or_an_unknown_proposal(refused: Drop) -> None:
    first = propose(refused, hours="7.00")
    with pytest.raises(ConfigError, match="is by ann: somebody else must approve it"):
        resubmit.approve(refused.lake, first, approver=" Ann ")
    second = propose(refused, hours="7.50")
    with pytest.raises(ConfigError, match="was replaced by"):
        resubmit.approve(refused.lake, first, approver="bob")
    with pytest.raises(ConfigError, match="There is no proposal"):
        resubmit.approve(refused.lake, "nothing", approver="bob")
    resubmit.approve(refused.lake, second, approver="bob")
    with pytest.raises(ConfigError, match="was approved before"):
        resubmit.approve(refused.lake, second, approver="eve")
    with pytest.raises(ConfigError, match="was corrected before"):
        propose(refused, hours="8.00")


def test_a_thread_carries_through_a_second_correction_and_a_replay(refused: Drop) -> None:
    whole = {name: str(value) for name, value in entry(3).items()} | {"hours": "7,50"}
    wrong = propose(refused, row=3, **whole)
    resubmit.approve(refused.lake, wrong, approver="bob")
    assert refused.ingest().counts.quarantined == 1
    again = resubmit.propose(
        refused.lake, batch=2, file=f"_resubmitted/{wrong}.ndjson", row=1, changes={"hours": "7.50"}, actor="ann",
        reason="a point",
    )  # fmt: skip
    resubmit.approve(refused.lake, again, approver="bob")
    assert refused.ingest().counts.landed == 1
    thread = "select distinct _correlation_id from lake.time_entry where time_entry_id = 'T3'"
    assert refused.rows(thread) == [("psa-1",)], "the thread of the batch that first refused it"
    assert refused.rows("select distinct correlation_id from lake.action") == [("psa-1",)]
    replay(refused.lake, 3, feeds={"psa": refused.feed})
    assert refused.rows(thread) == [("psa-1",)]


def test_a_corrected_row_stays_corrected_when_its_batch_is_replayed(refused: Drop) -> None:
    approved(refused, 2, hours="7.00")
    refused.ingest()
    done = replay(refused.lake, 1, feeds={"psa": refused.feed})
    assert (done.counts.rows_read, done.counts.landed, done.counts.quarantined, done.counts.excluded) == (3, 1, 1, 1)
    assert refused.rows("select excluded_by from lake.batch_files where batch_id = 3") == [('{"corrected": 1}',)]
    assert "1 row stands corrected since in time_entry.csv, last by batch 2" in done.notes[0]
    assert refused.rows(f"select held from ({BATCHES})") == [(1,)]
    assert refused.rows(NEWEST) == [("7.00",)]
    assert refused.rows(CONSERVED) == [(0,)]


def test_a_correction_that_lands_after_a_replay_is_of_the_row_that_the_replay_refused_again(refused: Drop) -> None:
    proposal = propose(refused, hours="7.00")
    replay(refused.lake, 1, feeds={"psa": refused.feed})
    resubmit.approve(refused.lake, proposal, approver="bob")
    refused.ingest()
    held = f"select held from ({BATCHES})"
    assert refused.rows(held) == [(1,)], "the row of batch 1, which batch 2 refused once more"
    replay(refused.lake, 2, feeds={"psa": refused.feed})
    assert refused.rows(held) == [(1,)]
    assert refused.rows(NEWEST) == [("7.00",)]


def test_a_replayed_snapshot_deletes_no_record_that_stands_corrected(snapshots: Drop) -> None:
    rows = [entry(n) for n in range(1, 9)]
    snapshots.put("time_entry.csv", [*rows, entry(9, hours="seven")])
    snapshots.ingest()
    resubmit.approve(snapshots.lake, propose(snapshots, row=9, hours="7.00"), approver="bob")
    snapshots.ingest()
    done = replay(snapshots.lake, 1, feeds={"psa": snapshots.feed})
    assert (done.counts.excluded, done.counts.quarantined, done.tombstones, done.held_back) == (9, 0, 0, 0)
    assert snapshots.rows(f"select held from ({BATCHES})") == [(0,)]
