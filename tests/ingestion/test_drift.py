"""Columns that no contract knows: kept, dropped or refused by the feed's own word, and always reported."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingestion.adapter import available
from ingestion.feed import Feed
from lake.batches import BatchLog
from lake.errors import BatchRefused, ConfigError, Frozen
from tests.ingestion.conftest import CONSERVED, Drop, entry
from tieout.status import DRIFT

ADAPTER = """
system: shop
ignored: ["_meta*"]
sources:
  heads: {files: "heads*.csv"}
  lines: {files: "lines*.csv", ignored: [hue]}
  people: {files: "people*.csv"}
entities:
  time_entry:
    from: lines
    join: [{source: heads, as: head, match: {no: "no"}}, {source: people, match: {who: id}}]
    exclude: {internal: "kind = 'x'"}
    columns:
      time_entry_id: "no || '/' || pos"
      project_id: head.job
      employee_id: people.name
      work_date: head.day
      hours: taken
    assume: {is_billable: "true", status: approved}
  employee:
    from: people
    columns: {employee_id: id, worker_type: "'employee'", hire_date: since}
"""
HEADS = "no,job,day,{0}\n1,P1,2026-03-02,urgent\n"
LINES = "no,pos,who,taken,kind,hue,_meta_x,{0}\n1,1,E1,2.00,,red,m,fine\n1,2,E1,3.00,,red,m,\n"
PEOPLE = "id,name,since,shoe\nE1,Eva,2020-01-01,42\n"
FIXTURES = Path(__file__).parent / "fixtures"
SEEN = f"select entity, column_name, files, first_seen_at <= last_seen_at from ({DRIFT})"


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


@pytest.fixture
def shop(drop: Drop, tmp_path: Path) -> Drop:
    file = tmp_path / "shop.yml"
    file.write_text(ADAPTER, encoding="utf-8")
    drop.options = {"system": str(file)}
    drop.write("heads.csv", HEADS.format("rush"))
    drop.write("lines.csv", LINES.format("mood"))
    drop.write("people.csv", PEOPLE)
    return drop


def test_what_an_adapter_does_not_map_is_kept_and_reported_and_what_it_ignores_is_not(shop: Drop) -> None:
    shop.ingest()
    found = shop.rows("select _extra from lake.time_entry order by _row")
    assert found == [('{"mood":"fine","head.rush":"urgent"}',), ('{"mood":null,"head.rush":"urgent"}',)]
    assert shop.rows("select _extra from lake.employee") == [('{"shoe":"42"}',)]
    # What a person's own entity reports is not reported again where the person is looked up.
    due = [("employee", "shoe", 1, True), ("time_entry", "head.rush", 1, True), ("time_entry", "mood", 1, True)]
    assert shop.rows(SEEN) == due
    assert shop.rows(CONSERVED) == [(0,)]


def test_discard_drops_what_an_adapter_does_not_map_and_still_reports_it(shop: Drop) -> None:
    shop.options |= {"drift": "discard"}
    shop.ingest()
    assert shop.rows("select distinct _extra from lake.time_entry") == [(None,)]
    assert len(shop.rows(SEEN)) == 3


def test_freeze_refuses_what_an_adapter_does_not_map_and_keeps_when_it_was_seen(shop: Drop) -> None:
    shop.options |= {"drift": "freeze"}
    for _ in range(2):
        with pytest.raises(BatchRefused) as refused:
            shop.ingest()
        lines, people = str(refused.value).splitlines()
        assert "adapter shop does not map: 'mood', 'head.rush'" in lines
        assert "under `ignored` in it" in lines
        assert "file people.csv has columns that adapter shop does not map: 'shoe'" in people
    assert shop.rows("select count(*) from lake.time_entry") == [(0,)]
    assert shop.rows(SEEN) == [("time_entry", "head.rush", 1, True), ("time_entry", "mood", 1, True)]
    first, last = shop.rows(f"select min(first_seen_at), max(last_seen_at) from ({DRIFT})")[0]
    assert first < last, "each refusal is a sight"
    shop.write("lines.csv", LINES.format("_meta"))
    shop.write("heads.csv", HEADS.format("_meta"))
    shop.write("people.csv", PEOPLE.replace("shoe", "_meta"))
    assert shop.ingest().counts.landed == 3


def test_a_frozen_feed_of_its_own_names_keeps_when_it_saw_a_column(drop: Drop) -> None:
    drop.options = {"drift": "freeze"}
    drop.put("time_entry.csv", [entry(1, mood="fine")])
    with pytest.raises(Frozen):
        drop.ingest()
    assert drop.rows(SEEN) == [("time_entry", "mood", 1, True)]


@pytest.mark.parametrize("system", [s for s in available() if s != "canonical"])
def test_a_frozen_feed_takes_the_documented_shape_of_every_adapter_that_ships(system: str, drop: Drop) -> None:
    for file in (FIXTURES / system).iterdir():
        if file.name != "expected.yml":
            shutil.copy(file, drop.folder)
    drop.options = {"system": system, "drift": "freeze"}
    assert drop.ingest().counts.landed > 0
    assert drop.rows(SEEN) == []
