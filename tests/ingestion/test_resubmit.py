"""A refused row is corrected by one, approved by another and landed by the next ingest; tables are never patched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingestion import resubmit
from ingestion.corrections import corrections
from ingestion.replay import replay
from lake.batches import BatchLog
from lake.errors import BatchRefused, ConfigError
from tests.ingestion.conftest import CONSERVED, Drop, entry
from tieout.status import BATCHES


def _propose(drop: Drop, *, row: int = 2, actor: str = "ann", **changes: str) -> str:
    return resubmit.propose(
        drop.lake, batch=1, file="time_entry.csv", row=row, changes=changes, actor=actor, reason="typing error"
    )


@pytest.fixture
def refused(drop: Drop) -> Drop:
    """A drop whose second row was refused and whose third could not be read."""
    rows = [entry(1), entry(2, hours="seven", _correlation_id="C-77"), entry(3)]
    content = drop.put("time_entry.csv", rows, list(rows[1])).read_text().splitlines()
    drop.write("time_entry.csv", "\n".join([*content[:3], "T3,P1"]) + "\n")
    assert drop.ingest().counts.quarantined == 2
    return drop


def test_an_approved_correction_lands_once_and_every_step_is_on_record(refused: Drop) -> None:
    proposal = _propose(refused, hours="7.00")
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
    resubmit.approve(refused.lake, _propose(refused, row=3, **whole), approver="bob")
    assert refused.ingest().counts.landed == 1
    found = refused.rows("select time_entry_id, _correlation_id from lake.time_entry where _batch_id = 2")
    assert found == [("T3", "psa-1")], "the thread of the batch that refused it"


def test_a_correction_that_is_wrong_itself_is_refused_again_and_can_be_corrected(refused: Drop) -> None:
    proposal = _propose(refused, hours="7,00")
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
    resubmit.approve(refused.lake, _propose(refused, hours="7.00"), approver="bob")
    refused.ingest()
    newest = "select arg_max(hours, (updated_at, _batch_id))::varchar from lake.time_entry where time_entry_id = 'T2'"
    assert refused.rows(newest) == [("9.00",)]


NEWEST = """
select hours::varchar from lake.time_entry where time_entry_id = 'T2'
qualify row_number() over (order by updated_at desc, _batch_id desc) = 1
"""


def test_a_correction_never_wins_over_what_the_source_sent_since_under_the_same_time(drop: Drop) -> None:
    same = {"updated_at": "2026-02-01T00:00:00Z"}
    drop.put("time_entry.csv", [entry(1), entry(2, hours="seven", **same)], [*entry(1), "updated_at"])
    drop.ingest()
    drop.put("time_entry.2.csv", [entry(2, hours="8.00", **same)])
    drop.ingest()
    wrong = _propose(drop, hours="7,00")
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
    resubmit.approve(snapshots.lake, _propose(snapshots, hours="7.00"), approver="bob")
    done = snapshots.ingest()
    assert (done.counts.landed, done.counts.excluded) == (0, 1)
    assert snapshots.rows(NEWEST) == []
    assert corrections(snapshots.lake)[0].state == "superseded"


def test_a_correction_lands_while_the_newest_snapshot_still_has_the_row_as_it_was_refused(snapshots: Drop) -> None:
    snapshots.put("time_entry.csv", [entry(1), entry(2, hours="seven"), entry(3)])
    snapshots.ingest()
    snapshots.put("time_entry.csv", [entry(1), entry(3), entry(4), entry(2, hours="seven")])
    resubmit.approve(snapshots.lake, _propose(snapshots, hours="7.00"), approver="bob")
    snapshots.ingest()
    assert snapshots.rows(NEWEST) == [("7.00",)]


def test_on_a_snapshot_feed_a_correction_adds_one_row_and_deletes_none(snapshots: Drop) -> None:
    snapshots.put("time_entry.csv", [entry(1), entry(2, hours="seven"), entry(3)])
    snapshots.ingest()
    resubmit.approve(snapshots.lake, _propose(snapshots, hours="7.00"), approver="bob")
    done = snapshots.ingest()
    assert (done.counts.landed, done.tombstones) == (1, 0)
    assert snapshots.ingest().status == "unchanged"
    snapshots.put("time_entry.csv", [entry(1), entry(2, hours="seven"), entry(3, hours="1.00")])
    done = snapshots.ingest()
    assert (done.counts.landed, done.counts.excluded, done.counts.quarantined, done.tombstones) == (1, 1, 1, 0)


def test_a_batch_of_corrections_can_be_replayed(refused: Drop) -> None:
    resubmit.approve(refused.lake, _propose(refused, hours="7.00"), approver="bob")
    refused.ingest()
    done = replay(refused.lake, 2, feeds={"psa": refused.feed})
    assert done.counts.rows_read == done.counts.landed == 1
    assert BatchLog(refused.lake, "psa", "delta").unfinished() == []


@pytest.fixture
def frozen(drop: Drop) -> Drop:
    """A frozen feed with two refused rows; that of row 2 lacks a cell that the contract requires."""
    drop.options = {"drift": "freeze"}
    drop.put("time_entry.csv", [entry(1), entry(2, hours="seven", work_date=""), entry(3, hours="eight")])
    assert drop.ingest().counts.quarantined == 2
    return drop


def _approved(drop: Drop, row: int, **changes: str) -> str:
    proposal = _propose(drop, row=row, **changes)
    resubmit.approve(drop.lake, proposal, approver="bob")
    return proposal


def _states(drop: Drop) -> list[str]:
    return [one.state for one in corrections(drop.lake)]


def test_a_correction_that_may_not_land_is_told_of_and_holds_up_no_other(frozen: Drop) -> None:
    lacking = _approved(frozen, 2, hours="7.00")
    _approved(frozen, 3, hours="8.00")
    frozen.put("time_entry.2.csv", [entry(4)])
    done = frozen.ingest()
    assert (done.counts.landed, _states(frozen)) == (2, ["refused", "landed"])
    (note,) = done.notes
    assert f"correction {lacking} of 1/time_entry/time_entry.csv/2, proposed by ann and approved by bob" in note
    assert "work_date" in note
    assert f"`tieout resubmit withdraw {lacking}`" in note
    assert corrections(frozen.lake)[0].why is not None
    assert frozen.ingest().status == "unchanged", "what was refused is not tried again, and stops nothing"
    assert frozen.rows(f"select held from ({BATCHES})") == [(1,)]
    assert frozen.rows(CONSERVED) == [(0,)]


def test_a_refused_correction_is_proposed_anew_and_then_lands(frozen: Drop) -> None:
    lacking = _approved(frozen, 2, hours="7.00")
    frozen.ingest()
    (batch,) = frozen.rows("select max(batch_id) from lake.batches where status = 'refused'")[0]
    _approved(frozen, 2, hours="7.00", work_date="2026-03-02")
    assert _states(frozen) == ["replaced", "approved"]
    assert frozen.ingest().counts.landed == 1
    assert _states(frozen) == ["replaced", "landed"]
    with pytest.raises(ConfigError, match=f"correction {lacking} .*was replaced"):
        replay(frozen.lake, batch, feeds={"psa": frozen.feed})


def test_a_correction_is_withdrawn_by_name_and_reason_and_nothing_of_it_is_lost(frozen: Drop) -> None:
    lacking = _approved(frozen, 2, hours="7.00")
    frozen.ingest()
    (batch,) = frozen.rows("select max(batch_id) from lake.batches where status = 'refused'")[0]
    with pytest.raises(ConfigError, match="needs --actor and --reason"):
        resubmit.withdraw(frozen.lake, lacking, actor="eve", reason=" ")
    resubmit.withdraw(frozen.lake, lacking, actor="eve", reason="it was a holiday")
    (one,) = corrections(frozen.lake)
    assert (one.state, one.why, one.actor, one.approver) == ("withdrawn", "eve: it was a holiday", "ann", "bob")
    with pytest.raises(ConfigError, match="was withdrawn before"):
        resubmit.withdraw(frozen.lake, lacking, actor="eve", reason="again")
    with pytest.raises(ConfigError, match=f"correction {lacking} .*was withdrawn"):
        replay(frozen.lake, batch, feeds={"psa": frozen.feed})
    taken = 'select action_type, actor, payload is not null from lake.action order by "at"'
    assert [kind for kind, _, _ in frozen.rows(taken)] == ["resubmit", "approve_resubmit", "withdraw_resubmit"]


def test_what_was_approved_by_mistake_is_withdrawn_before_it_lands_and_proposed_anew(refused: Drop) -> None:
    wrong = _approved(refused, 2, hours="70.00")
    with pytest.raises(ConfigError, match=f"`tieout resubmit withdraw {wrong}` takes that back"):
        _propose(refused, hours="7.00")
    resubmit.withdraw(refused.lake, wrong, actor="bob", reason="ten times too much")
    assert refused.ingest().status == "unchanged"
    with pytest.raises(ConfigError, match=r"was withdrawn \(bob: ten times too much\)"):
        resubmit.approve(refused.lake, wrong, approver="bob")
    right = _approved(refused, 2, hours="7.00")
    assert refused.ingest().counts.landed == 1
    with pytest.raises(ConfigError, match="is landed: what a batch has taken in is not withdrawn"):
        resubmit.withdraw(refused.lake, right, actor="bob", reason="no")


def test_a_refused_correction_lands_by_a_replay_once_the_adapter_was_mended(drop: Drop, tmp_path: Path) -> None:
    file = tmp_path / "shop.yml"
    file.write_text(TWO, encoding="utf-8")
    drop.options = {"system": str(file)}
    drop.write("jobs.csv", "no,title\n1,\n2,Two\n")
    drop.ingest()
    said = {"batch": 1, "file": "jobs.csv", "row": 1, "changes": {"title": "One"}, "actor": "ann", "reason": "typo"}
    resubmit.approve(drop.lake, resubmit.propose(drop.lake, **said, entity="task"), approver="bob")
    file.write_text(TWO[: TWO.index("  task:")], encoding="utf-8")
    assert "no longer maps jobs to task" in drop.ingest().notes[0]
    file.write_text(TWO, encoding="utf-8")
    assert replay(drop.lake, 2, feeds={"psa": drop.feed}).counts.landed == 1
    assert _states(drop) == ["landed"]


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
        _propose(refused, row=row, **changes)


def test_nobody_approves_their_own_or_a_replaced_or_an_unknown_proposal(refused: Drop) -> None:
    first = _propose(refused, hours="7.00")
    with pytest.raises(ConfigError, match="is by ann: somebody else must approve it"):
        resubmit.approve(refused.lake, first, approver=" Ann ")
    second = _propose(refused, hours="7.50")
    with pytest.raises(ConfigError, match="was replaced by"):
        resubmit.approve(refused.lake, first, approver="bob")
    with pytest.raises(ConfigError, match="There is no proposal"):
        resubmit.approve(refused.lake, "nothing", approver="bob")
    resubmit.approve(refused.lake, second, approver="bob")
    with pytest.raises(ConfigError, match="was approved before"):
        resubmit.approve(refused.lake, second, approver="eve")
    with pytest.raises(ConfigError, match="was corrected before"):
        _propose(refused, hours="8.00")


TWO = """
system: shop
sources:
  jobs: {files: "jobs*.csv"}
entities:
  project:
    from: jobs
    columns: {project_id: no, project_code: no, name: title, currency: "'EUR'"}
    assume: {legal_entity_id: L1, billing_model: fixed_fee, status: active}
  task:
    - {from: jobs, columns: {task_id: no, project_id: no, name: title}}
"""


def test_a_row_that_two_entities_refused_is_corrected_for_each(drop: Drop, tmp_path: Path) -> None:
    file = tmp_path / "shop.yml"
    file.write_text(TWO, encoding="utf-8")
    drop.options = {"system": str(file)}
    drop.write("jobs.csv", "no,title\n1,\n2,Two\n")
    assert drop.ingest().counts.quarantined == 2
    said = {"batch": 1, "file": "jobs.csv", "row": 1, "changes": {"title": "One"}, "actor": "ann", "reason": "typo"}
    with pytest.raises(
        ConfigError, match="refused for the entity project and for task: name one of them with --entity"
    ):
        resubmit.propose(drop.lake, **said)
    with pytest.raises(ConfigError, match="refused for the entity project and for task"):
        resubmit.propose(drop.lake, **said, entity="vendor")
    for entity_name in ("project", "task"):
        resubmit.approve(drop.lake, resubmit.propose(drop.lake, **said, entity=entity_name), approver="bob")
        with pytest.raises(ConfigError, match=f"was corrected before for {entity_name}"):
            resubmit.propose(drop.lake, **said, entity=entity_name)
    assert drop.ingest().counts.landed == 2
    assert drop.rows("select name from lake.project order by project_id") == [("One",), ("Two",)]
    assert drop.rows("select name from lake.task order by task_id") == [("One",), ("Two",)]
    assert drop.rows(f"select held from ({BATCHES})") == [(0,)]
    assert drop.rows(CONSERVED) == [(0,)]


LISTS = """
system: shop
sources:
  heads: {files: "bills*.json", records: "bills[]"}
  parts: {files: "bills*.json", records: "bills[].parts[]"}
entities:
  task:
    - {from: heads, columns: {task_id: id, project_id: id, name: title}}
    - {from: parts, columns: {task_id: id, project_id: bills.id, name: title}}
"""


def test_rows_of_one_number_out_of_two_lists_of_a_file_are_corrected_apart(drop: Drop, tmp_path: Path) -> None:
    file = tmp_path / "shop.yml"
    file.write_text(LISTS, encoding="utf-8")
    drop.options = {"system": str(file)}
    drop.write("bills.json", '{"bills": [{"id": "1", "title": null, "parts": [{"id": "1a", "title": null}]}]}')
    assert drop.ingest().counts.quarantined == 2
    said = {"batch": 1, "file": "bills.json", "row": 1, "actor": "ann", "reason": "left out"}
    with pytest.raises(ConfigError, match="for the source heads and for parts: name one of them with --source"):
        resubmit.propose(drop.lake, **said, changes={"title": "x"})
    for source, title in (("heads", "One"), ("parts", "Part")):
        proposal = resubmit.propose(drop.lake, **said, changes={"title": title}, source=source)
        resubmit.approve(drop.lake, proposal, approver="bob")
    drop.ingest()
    assert drop.rows("select task_id, name from lake.task order by 1") == [("1", "One"), ("1a", "Part")]


def test_a_thread_carries_through_a_second_correction_and_a_replay(refused: Drop) -> None:
    whole = {name: str(value) for name, value in entry(3).items()} | {"hours": "7,50"}
    wrong = _propose(refused, row=3, **whole)
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
    _approved(refused, 2, hours="7.00")
    refused.ingest()
    done = replay(refused.lake, 1, feeds={"psa": refused.feed})
    assert (done.counts.rows_read, done.counts.landed, done.counts.quarantined, done.counts.excluded) == (3, 1, 1, 1)
    assert refused.rows("select excluded_by from lake.batch_files where batch_id = 3") == [('{"corrected": 1}',)]
    assert "1 row stands corrected since in time_entry.csv, last by batch 2" in done.notes[0]
    assert refused.rows(f"select held from ({BATCHES})") == [(1,)]
    assert refused.rows(NEWEST) == [("7.00",)]
    assert refused.rows(CONSERVED) == [(0,)]


def test_a_correction_that_lands_after_a_replay_is_of_the_row_that_the_replay_refused_again(refused: Drop) -> None:
    proposal = _propose(refused, hours="7.00")
    replay(refused.lake, 1, feeds={"psa": refused.feed})
    resubmit.approve(refused.lake, proposal, approver="bob")
    refused.ingest()
    held = f"select held from ({BATCHES})"
    assert refused.rows(held) == [(1,)], "the row of batch 1, which batch 2 refused once more"
    replay(refused.lake, 2, feeds={"psa": refused.feed})
    assert refused.rows(held) == [(1,)]
    assert refused.rows(NEWEST) == [("7.00",)]


def test_a_mended_adapter_does_not_bring_back_what_a_correction_replaced(drop: Drop, tmp_path: Path) -> None:
    file = tmp_path / "shop.yml"
    one = TWO[: TWO.index("  project:")] + TWO[TWO.index("  task:") :]
    file.write_text(one, encoding="utf-8")
    drop.options = {"system": str(file)}
    drop.write("jobs.csv", "no,title\n1,\n2,Two\n")
    drop.ingest()
    said = {"batch": 1, "file": "jobs.csv", "row": 1, "changes": {"title": "One"}, "actor": "ann", "reason": "typo"}
    resubmit.approve(drop.lake, resubmit.propose(drop.lake, **said), approver="bob")
    drop.ingest()
    file.write_text(one.replace("name: title", "name: \"coalesce(title, 'none')\""), encoding="utf-8")
    assert replay(drop.lake, 1, feeds={"psa": drop.feed}).counts.landed == 1
    names = "select arg_max(name, (updated_at, _batch_id)) from lake.task group by task_id order by task_id"
    assert drop.rows(names) == [("One",), ("Two",)]


def test_a_replayed_snapshot_deletes_no_record_that_stands_corrected(snapshots: Drop) -> None:
    rows = [entry(n) for n in range(1, 9)]
    snapshots.put("time_entry.csv", [*rows, entry(9, hours="seven")])
    snapshots.ingest()
    resubmit.approve(snapshots.lake, _propose(snapshots, row=9, hours="7.00"), approver="bob")
    snapshots.ingest()
    done = replay(snapshots.lake, 1, feeds={"psa": snapshots.feed})
    assert (done.counts.excluded, done.counts.quarantined, done.tombstones, done.held_back) == (9, 0, 0, 0)
    assert snapshots.rows(f"select held from ({BATCHES})") == [(0,)]


@pytest.mark.parametrize("before", ["T2", ""])
def test_a_correction_overwrites_no_other_record_that_lives_unless_that_is_said(drop: Drop, before: str) -> None:
    rows = [entry(1), entry(2, hours="seven", time_entry_id=before), entry(3, hours="9.00")]
    drop.put("time_entry.csv", rows)
    drop.ingest()
    wrong = _approved(drop, 2, hours="7.00", time_entry_id="T3")
    (note,) = drop.ingest().notes
    was = "which is time_entry T2" if before else "whose key cannot be read"
    assert f"turns row 2 of time_entry.csv in batch 1, {was}, into T3, which is another record that lives" in note
    assert "(batch 1, file time_entry.csv, row 3)" in note
    assert "--replaces T3" in note
    newest = "select hours::varchar from lake.time_entry where time_entry_id = 'T3' order by _batch_id desc limit 1"
    assert drop.rows(newest) == [("9.00",)]
    again = resubmit.propose(
        drop.lake, batch=1, file="time_entry.csv", row=2, changes={"hours": "7.00", "time_entry_id": "T3"},
        actor="ann", reason="it is a version of T3", replaces="T3",
    )  # fmt: skip
    resubmit.approve(drop.lake, again, approver="bob")
    assert drop.ingest().counts.landed == 1
    assert drop.rows(newest) == [("7.00",)]
    assert _states(drop) == ["replaced", "landed"]
    assert drop.rows(f"select payload like '%\"replaces\":\"T3\"%' from lake.action where action_id = '{again}'") == [
        (True,)
    ]
    assert wrong != again


def test_a_correction_may_give_a_row_a_key_of_its_own_and_two_never_the_same(drop: Drop) -> None:
    drop.put("time_entry.csv", [entry(1), entry(2, hours="seven"), entry(3, hours="eight")])
    drop.ingest()
    _approved(drop, 2, hours="7.00", time_entry_id="T8")
    _approved(drop, 3, hours="8.00", time_entry_id="T8")
    (note,) = drop.ingest().notes
    assert "into T8, which is another record that lives" in note
    assert _states(drop) == ["landed", "refused"]
    (batch,) = drop.rows("select max(_batch_id) from lake.time_entry")[0]
    assert replay(drop.lake, batch, feeds={"psa": drop.feed}).counts.landed == 1, "its own record is not another"


def test_a_correction_names_a_column_as_the_contract_does_though_the_file_writes_it_otherwise(drop: Drop) -> None:
    drop.options = {"drift": "freeze"}
    rows = [{name.upper(): value for name, value in row.items()} for row in (entry(1), entry(2, hours="seven"))]
    drop.put("time_entry.csv", rows)
    drop.ingest()
    _approved(drop, 2, hours="7.00")
    assert drop.ingest().counts.landed == 1
    assert json.loads(corrections(drop.lake)[0].after)["HOURS"] == "7.00"


def test_a_refused_drop_keeps_no_approved_correction_waiting(refused: Drop) -> None:
    """It lands beside the refusal, which says so; the next drop finds it landed."""
    _approved(refused, 2, hours="7.00")
    refused.write("manifest.json", json.dumps({"files": [{"name": "time_entry.csv"}, {"name": "other.csv"}]}))
    with pytest.raises(BatchRefused, match=r"other\.csv, which is not there") as told:
        refused.ingest()
    (note,) = told.value.__notes__
    assert note == "batch 3, of approved corrections, was committed all the same: 1 of 1 landed"
    assert _states(refused) == ["landed"]
    assert refused.rows(NEWEST) == [("7.00",)]
    assert refused.rows(CONSERVED) == [(0,)]
    with pytest.raises(BatchRefused) as told:
        refused.ingest()
    assert not hasattr(told.value, "__notes__"), "there is no correction any more to tell of"


def test_a_correction_that_is_refused_beside_a_refused_batch_is_told_of(frozen: Drop) -> None:
    lacking = _approved(frozen, 2, hours="7.00")
    frozen.put("time_entry.2.csv", [entry(4, colour="red")])
    with pytest.raises(BatchRefused, match="colour") as told:
        frozen.ingest()
    (note,) = told.value.__notes__
    assert f"correction {lacking} of 1/time_entry/time_entry.csv/2" in note
    assert _states(frozen) == ["refused"]


MAPPED = """
system: shop
sources:
  jobs: {files: "jobs*.csv"}
entities:
  task:
    from: jobs
    columns: {task_id: no, project_id: project, name: title, parent_task_id: above}
"""


def test_a_corrected_row_of_a_mapped_source_may_have_empty_cells(drop: Drop, tmp_path: Path) -> None:
    """They are columns of its file all the same, which an adapter that maps them asks for."""
    file = tmp_path / "shop.yml"
    file.write_text(MAPPED, encoding="utf-8")
    drop.options = {"system": str(file)}
    drop.write("jobs.csv", "no,project,title,above\n1,P1,,\n2,P1,Two,1\n")
    assert drop.ingest().counts.quarantined == 1
    said = {"batch": 1, "file": "jobs.csv", "row": 1, "actor": "ann", "reason": "left out"}
    resubmit.approve(drop.lake, resubmit.propose(drop.lake, **said, changes={"title": "One"}), approver="bob")
    assert drop.ingest().counts.landed == 1
    assert _states(drop) == ["landed"]
    assert drop.rows("select task_id, name from lake.task order by 1") == [("1", "One"), ("2", "Two")]
