"""Whoever sends a batch that is refused learns everything that is wrong with it at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lake.errors import BatchRefused, Frozen, Refusals, SourceError, together
from tests.firm import configure, tieout
from tests.ingestion.conftest import Drop, entry


def _refused(drop: Drop) -> list[str]:
    with pytest.raises(BatchRefused) as caught:
        drop.ingest()
    lines = str(caught.value).splitlines()
    last = "select arg_max(message, batch_id) from lake.batches where status = 'refused'"
    assert drop.rows(last) == [("\n".join(lines),)]
    return lines


def test_every_file_of_a_batch_that_is_wrong_is_named(drop: Drop) -> None:
    drop.write("customer.csv", "customer_id,name,name\nC1,A,A\n")
    drop.put("time_entry.1.csv", [entry(1)])
    drop.write("time_entry.2.csv", "time_entry_id\nT2\n")
    drop.write("project.csv", "project_id,project_id\nP1,P1\n")
    first, *others = _refused(drop)
    said = sorted([first, *others])
    assert len(said) == 3
    assert said[0] == "file customer.csv: the header names column 'name' twice"
    assert said[1] == "file project.csv: the header names column 'project_id' twice"
    assert said[2].startswith("file time_entry.2.csv ")
    assert drop.rows("select count(*) from lake.time_entry") == [(0,)], "nothing of it landed"


def test_everything_that_disagrees_with_the_manifest_is_named(drop: Drop) -> None:
    drop.put("time_entry.csv", [entry(1)])
    drop.put("project.csv", [{"project_id": "P1"}])
    drop.write("manifest.json", json.dumps({"files": [{"name": "a.csv"}, {"name": "b.csv"}]}))
    assert _refused(drop) == [
        "manifest.json lists a.csv, which is not there: the drop is incomplete",
        "manifest.json lists b.csv, which is not there: the drop is incomplete",
        "manifest.json does not list project.csv: list it, or take it away",
        "manifest.json does not list time_entry.csv: list it, or take it away",
    ]
    wrong = {"sha256": "0" * 64}
    drop.write("manifest.json", json.dumps({"files": [{"name": n} | wrong for n in ("time_entry.csv", "project.csv")]}))
    assert [line.split(" has ")[0] for line in _refused(drop)] == ["file project.csv", "file time_entry.csv"]


def test_files_that_only_have_to_wait_are_named_together_and_are_no_refusal(drop: Drop) -> None:
    drop.options |= {"settle_seconds": 300}
    for name in ("customer.csv", "vendor.csv"):
        drop.write(name, "name\nOn")
    with pytest.raises(SourceError, match=r"file customer.csv breaks off(.|\n)*file vendor.csv breaks off") as caught:
        drop.ingest()
    assert not isinstance(caught.value, BatchRefused)
    assert drop.rows("select count(*) from lake.batches") == [(0,)]


def test_a_frozen_feed_is_on_record_among_other_reasons(drop: Drop) -> None:
    drop.options |= {"drift": "freeze"}
    drop.write("customer.csv", "customer_id,name,name\nC1,A,A\n")
    drop.put("time_entry.csv", [entry(1, mood="fine")])
    assert len(_refused(drop)) == 2
    assert drop.rows("select frozen_columns from lake.batches where status = 'refused'") == [('["mood"]',)]


def test_of_very_many_the_first_are_told_with_the_number_of_the_others() -> None:
    told = str(together([BatchRefused(f"file {n}.csv is wrong") for n in range(25)])).splitlines()
    assert (len(told), told[0], told[-1]) == (21, "file 0.csv is wrong", "and 5 more of the kind")
    frozen = Frozen("no", entity="time_entry", file="a.csv", columns=("x",))
    assert together([frozen]) is frozen
    assert isinstance(together([SourceError("wait"), frozen]), Refusals)


def test_the_command_names_all_feeds_and_files_and_fails(tmp_path: Path) -> None:
    config = configure(tmp_path, feeds=("crm", "psa"))
    for feed, names in (("crm", ("customer",)), ("psa", ("project", "time_entry"))):
        folder = tmp_path / "extracts" / feed
        folder.mkdir(parents=True)
        for name in names:
            (folder / f"{name}.csv").write_text("name,name\nA,A\n", encoding="utf-8")
    done = tieout("ingest", "--config", str(config))
    assert done.returncode != 0
    said = [line for line in (done.stdout + done.stderr).splitlines() if "Feed " in line and " refused: " in line]
    assert [line[line.index("Feed ") :].split(":")[:2] for line in said] == [
        ["Feed crm refused", " file customer.csv"],
        ["Feed psa refused", " file project.csv"],
        ["Feed psa refused", " file time_entry.csv"],
    ]
    status = tieout("status", "--config", str(config)).stdout.splitlines()
    assert [line.split(", batch ")[0] for line in status if line.startswith("Refused: ")] == [
        "Refused: feed crm", "Refused: feed psa", "Refused: feed psa",
    ]  # fmt: skip
