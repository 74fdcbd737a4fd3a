"""Which record a correction is of: of two entities, of two lists of a file, under another key, through an adapter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingestion import resubmit
from ingestion.corrections import corrections
from ingestion.replay import replay
from lake.errors import ConfigError
from tests.ingestion.conftest import CONSERVED, Drop, entry
from tests.ingestion.corrections_made import TWO, approved, states
from tieout.status import BATCHES


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


@pytest.mark.parametrize("before", ["T2", ""])
def test_a_correction_overwrites_no_other_record_that_lives_unless_that_is_said(drop: Drop, before: str) -> None:
    rows = [entry(1), entry(2, hours="seven", time_entry_id=before), entry(3, hours="9.00")]
    drop.put("time_entry.csv", rows)
    drop.ingest()
    wrong = approved(drop, 2, hours="7.00", time_entry_id="T3")
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
    assert states(drop) == ["replaced", "landed"]
    assert drop.rows(f"select payload like '%\"replaces\":\"T3\"%' from lake.action where action_id = '{again}'") == [
        (True,)
    ]
    assert wrong != again


def test_a_correction_may_give_a_row_a_key_of_its_own_and_two_never_the_same(drop: Drop) -> None:
    drop.put("time_entry.csv", [entry(1), entry(2, hours="seven"), entry(3, hours="eight")])
    drop.ingest()
    approved(drop, 2, hours="7.00", time_entry_id="T8")
    approved(drop, 3, hours="8.00", time_entry_id="T8")
    (note,) = drop.ingest().notes
    assert "into T8, which is another record that lives" in note
    assert states(drop) == ["landed", "refused"]
    (batch,) = drop.rows("select max(_batch_id) from lake.time_entry")[0]
    assert replay(drop.lake, batch, feeds={"psa": drop.feed}).counts.landed == 1, "its own record is not another"


def test_a_correction_names_a_column_as_the_contract_does_though_the_file_writes_it_otherwise(drop: Drop) -> None:
    drop.options = {"drift": "freeze"}
    rows = [{name.upper(): value for name, value in row.items()} for row in (entry(1), entry(2, hours="seven"))]
    drop.put("time_entry.csv", rows)
    drop.ingest()
    approved(drop, 2, hours="7.00")
    assert drop.ingest().counts.landed == 1
    assert json.loads(corrections(drop.lake)[0].after)["HOURS"] == "7.00"


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
    assert states(drop) == ["landed"]
    assert drop.rows("select task_id, name from lake.task order by 1") == [("1", "One"), ("2", "Two")]
