"""A correction that may not land is told of and can be withdrawn; it holds up no other, and none waits for a drop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingestion import resubmit
from ingestion.corrections import corrections
from ingestion.replay import replay
from lake.errors import BatchRefused, ConfigError
from tests.ingestion.conftest import CONSERVED, Drop, entry
from tests.ingestion.corrections_made import NEWEST, TWO, approved, propose, states
from tieout.status import BATCHES


@pytest.fixture
def frozen(drop: Drop) -> Drop:
    """A frozen feed with two refused rows; that of row 2 lacks a cell that the contract requires."""
    drop.options = {"drift": "freeze"}
    drop.put("time_entry.csv", [entry(1), entry(2, hours="seven", work_date=""), entry(3, hours="eight")])
    assert drop.ingest().counts.quarantined == 2
    return drop


def test_a_correction_that_may_not_land_is_told_of_and_holds_up_no_other(frozen: Drop) -> None:
    lacking = approved(frozen, 2, hours="7.00")
    approved(frozen, 3, hours="8.00")
    frozen.put("time_entry.2.csv", [entry(4)])
    done = frozen.ingest()
    assert (done.counts.landed, states(frozen)) == (2, ["refused", "landed"])
    (note,) = done.notes
    assert f"correction {lacking} of 1/time_entry/time_entry.csv/2, proposed by ann and approved by bob" in note
    assert "work_date" in note
    assert f"`tieout resubmit withdraw {lacking}`" in note
    assert corrections(frozen.lake)[0].why is not None
    assert frozen.ingest().status == "unchanged", "what was refused is not tried again, and stops nothing"
    assert frozen.rows(f"select held from ({BATCHES})") == [(1,)]
    assert frozen.rows(CONSERVED) == [(0,)]


def test_a_refused_correction_is_proposed_anew_and_then_lands(frozen: Drop) -> None:
    lacking = approved(frozen, 2, hours="7.00")
    frozen.ingest()
    (batch,) = frozen.rows("select max(batch_id) from lake.batches where status = 'refused'")[0]
    approved(frozen, 2, hours="7.00", work_date="2026-03-02")
    assert states(frozen) == ["replaced", "approved"]
    assert frozen.ingest().counts.landed == 1
    assert states(frozen) == ["replaced", "landed"]
    with pytest.raises(ConfigError, match=f"correction {lacking} .*was replaced"):
        replay(frozen.lake, batch, feeds={"psa": frozen.feed})


def test_a_correction_is_withdrawn_by_name_and_reason_and_nothing_of_it_is_lost(frozen: Drop) -> None:
    lacking = approved(frozen, 2, hours="7.00")
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
    wrong = approved(refused, 2, hours="70.00")
    with pytest.raises(ConfigError, match=f"`tieout resubmit withdraw {wrong}` takes that back"):
        propose(refused, hours="7.00")
    resubmit.withdraw(refused.lake, wrong, actor="bob", reason="ten times too much")
    assert refused.ingest().status == "unchanged"
    with pytest.raises(ConfigError, match=r"was withdrawn \(bob: ten times too much\)"):
        resubmit.approve(refused.lake, wrong, approver="bob")
    right = approved(refused, 2, hours="7.00")
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
    assert states(drop) == ["landed"]


def test_a_refused_drop_keeps_no_approved_correction_waiting(refused: Drop) -> None:
    """It lands beside the refusal, which says so; the next drop finds it landed."""
    approved(refused, 2, hours="7.00")
    refused.write("manifest.json", json.dumps({"files": [{"name": "time_entry.csv"}, {"name": "other.csv"}]}))
    with pytest.raises(BatchRefused, match=r"other\.csv, which is not there") as told:
        refused.ingest()
    (note,) = told.value.__notes__
    assert note == "batch 3, of approved corrections, was committed all the same: 1 of 1 landed"
    assert states(refused) == ["landed"]
    assert refused.rows(NEWEST) == [("7.00",)]
    assert refused.rows(CONSERVED) == [(0,)]
    with pytest.raises(BatchRefused) as told:
        refused.ingest()
    assert not hasattr(told.value, "__notes__"), "there is no correction any more to tell of"


def test_a_correction_that_is_refused_beside_a_refused_batch_is_told_of(frozen: Drop) -> None:
    lacking = approved(frozen, 2, hours="7.00")
    frozen.put("time_entry.2.csv", [entry(4, colour="red")])
    with pytest.raises(BatchRefused, match="colour") as told:
        frozen.ingest()
    (note,) = told.value.__notes__
    assert f"correction {lacking} of 1/time_entry/time_entry.csv/2" in note
    assert states(frozen) == ["refused"]
