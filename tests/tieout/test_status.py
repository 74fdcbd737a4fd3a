"""`tieout status` on a small lake, through the command itself."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from ingestion.feed import Feed
from ingestion.pipeline import ingest
from ingestion.replay import replay
from lake.errors import BatchRefused
from lake.store import Lake
from tests.firm import configure, tieout


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of one feed that landed eight small files, one batch each."""
    folder = tmp_path_factory.mktemp("status")
    config = configure(folder, feeds=("crm",))
    drop = folder / "extracts/crm/customer"
    drop.mkdir(parents=True)
    for number in range(8):
        (drop / f"{number}.csv").write_text(f"customer_id,name\nC{number},Acme\n,Nobody\n", encoding="utf-8")
        ingest(Lake(str(folder / "lake")), Feed(name="crm", system="canonical", path=str(drop.parent)))
    return config


def test_status_shows_feeds_and_the_tables_that_want_maintenance(config: Path) -> None:
    said = json.loads(tieout("status", "--format", "json", "--config", str(config)).stdout)
    (feed,) = said["feeds"]
    assert (feed["batches"], feed["rows_read"], feed["landed"], feed["quarantined"]) == (8, 16, 8, 8)
    tables = {table["table"]: table for table in said["tables"]}
    assert "employee" not in tables, "nothing ever landed in it"
    assert (tables["customer"]["rows"], tables["customer"]["small_files"]) == (8, 8)
    assert tables["customer"]["state"] == "run `tieout maintain`"
    assert said["mart"] is None
    done = tieout("maintain", "--config", str(config))
    assert done.returncode == 0, done.stderr
    assert "customer: 1 partitions compacted" in done.stderr
    after = json.loads(tieout("status", "--format", "json", "--config", str(config)).stdout)
    assert after["feeds"] == said["feeds"]
    tables = {table["table"]: table for table in after["tables"]}
    assert (tables["customer"]["rows"], tables["customer"]["files"], tables["customer"]["state"]) == (8, 1, "fine")


def test_status_is_text_for_people_and_two_blocks_of_csv_for_sheets(config: Path) -> None:
    text = tieout("status", "--config", str(config)).stdout
    assert "customer" in text
    assert "Published mart: none yet" in text
    feeds, tables = tieout("status", "--format", "csv", "--config", str(config)).stdout.split("\n\n")
    assert [row["feed"] for row in csv.DictReader(io.StringIO(feeds))] == ["crm"]
    assert "customer" in {row["table"] for row in csv.DictReader(io.StringIO(tables))}


def test_status_says_what_was_refused_until_the_feed_lands_again(config: Path) -> None:
    drop = config.parent / "extracts/crm/customer"
    lake, feed = Lake(str(config.parent / "lake")), Feed(name="crm", system="canonical", path=str(drop.parent))
    (drop / "wrong.csv").write_text("customer_id,name,name\nC1,Acme,Acme\n", encoding="utf-8")
    with pytest.raises(BatchRefused):
        ingest(lake, feed)
    said = json.loads(tieout("status", "--format", "json", "--config", str(config)).stdout)
    (refused,) = said["refused"]
    assert refused["reason"] == "file customer/wrong.csv: the header names column 'name' twice"
    assert (refused["batch"], refused["refused_since_last_landed"]) == (9, 1)
    assert said["feeds"][0]["batches"] == 8
    assert "Refused: feed crm, batch 9: file customer/wrong.csv" in tieout("status", "--config", str(config)).stdout
    (drop / "wrong.csv").write_text("customer_id,name\nC99,Acme\n", encoding="utf-8")
    ingest(lake, feed)
    assert json.loads(tieout("status", "--format", "json", "--config", str(config)).stdout)["refused"] == []


def test_status_says_when_a_column_that_no_contract_knows_was_first_and_last_seen(config: Path) -> None:
    drop = config.parent / "extracts/crm/customer"
    lake, feed = Lake(str(config.parent / "lake")), Feed(name="crm", system="canonical", path=str(drop.parent))
    for number in (1, 2):
        (drop / f"mood{number}.csv").write_text(f"customer_id,name,mood\nM{number},Acme,fine\n", encoding="utf-8")
        ingest(lake, feed)
    (seen,) = json.loads(tieout("status", "--format", "json", "--config", str(config)).stdout)["drift"]
    assert (seen["feed"], seen["entity"], seen["column_name"], seen["files"]) == ("crm", "customer", "mood", 2)
    assert seen["first_seen_at"] < seen["last_seen_at"]
    assert "mood" in tieout("status", "--config", str(config)).stdout


def test_a_refused_row_of_a_replayed_batch_is_held_only_where_it_was_refused_again(config: Path) -> None:
    (before,) = json.loads(tieout("status", "--format", "json", "--config", str(config)).stdout)["feeds"]
    feeds = {"crm": Feed(name="crm", system="canonical", path=str(config.parent / "extracts/crm"))}
    replay(Lake(str(config.parent / "lake")), 1, feeds=feeds)
    (after,) = json.loads(tieout("status", "--format", "json", "--config", str(config)).stdout)["feeds"]
    assert (after["batches"], after["quarantined"]) == (before["batches"] + 1, before["quarantined"] + 1)
    assert after["held"] == before["held"] == before["quarantined"]


def test_status_shows_what_a_person_should_know_of_the_newest_batch(tmp_path: Path) -> None:
    config = configure(tmp_path, feeds=("psa",))
    drop = tmp_path / "extracts/psa"
    drop.mkdir(parents=True)
    header = "rate_id,project_id,valid_from,valid_to,hourly_rate,currency\n"
    (drop / "bill_rate.csv").write_text(f"{header}R1,P1,2026-03-01,2026-02-01,90,EUR\n", encoding="utf-8")
    told = "bill_rate: 1 row ends on or before the day of its valid_from, and so counts on no day"
    done = tieout("ingest", "--config", str(config))
    assert f"Note: feed psa: {told}" in done.stdout + done.stderr
    assert f"Note: feed psa, batch 1: {told}" in tieout("status", "--config", str(config)).stdout
    (drop / "bill_rate.2.csv").write_text(f"{header}R1,P1,2026-03-01,2026-04-01,90,EUR\n", encoding="utf-8")
    tieout("ingest", "--config", str(config))
    assert json.loads(tieout("status", "--format", "json", "--config", str(config)).stdout)["notes"] == []


def test_status_says_whose_correction_was_refused_until_it_is_withdrawn(tmp_path: Path) -> None:
    config = configure(tmp_path, feeds=("crm",))
    drop = tmp_path / "extracts/crm/customer"
    drop.mkdir(parents=True)
    (drop / "1.csv").write_text("customer_id,name\nC1,Acme\nC2,\n", encoding="utf-8")
    at = ("--config", str(config))
    assert tieout("ingest", *at).returncode == 0
    changes = ("--set", "customer_id=", "--set", "name=Bolt", "--actor", "ann", "--reason", "typo")
    done = json.loads(tieout("resubmit", "propose", "1", "customer/1.csv", "2", *changes, *at, "--json").stdout)
    assert tieout("resubmit", "approve", done["action_id"], "--approver", "bob", *at).returncode == 0
    told = tieout("ingest", *at)
    assert told.returncode == 0, "a correction that may not land stops nothing"
    sentence = f"correction {done['action_id']} of 1/customer/customer/1.csv/2, proposed by ann and approved by bob"
    assert f"{sentence} was refused: " in told.stderr
    shown = tieout("status", *at).stdout
    assert f"Refused: feed crm, {sentence} was refused: " in shown
    assert shown.count("Refused: ") == 1
    state = json.loads(tieout("status", "--format", "json", *at).stdout)
    assert ([one["action_id"] for one in state["corrections"]], state["feeds"][0]["held"]) == ([done["action_id"]], 1)
    taken = ("--actor", "bob", "--reason", "no such customer")
    assert tieout("resubmit", "withdraw", done["action_id"], *taken, *at).returncode == 0
    assert "Refused: " not in tieout("status", *at).stdout
    (one,) = json.loads(tieout("resubmit", "list", "--format", "json", *at).stdout)
    assert (one["state"], one["why"]) == ("withdrawn", "bob: no such customer")
