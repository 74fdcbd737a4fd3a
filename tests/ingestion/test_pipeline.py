"""One batch lands whole or not at all, exactly once, and every row read is accounted for."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256

import pytest
from deltalake import DeltaTable

from lake.errors import BatchRefused, SourceError
from tests.ingestion.conftest import CONSERVED, Drop, entry


def test_rows_land_typed_with_the_batch_file_and_row_they_came_from(drop: Drop) -> None:
    drop.put("time_entry.csv", [entry(1, hours="-0.25", submitted_at="2026-03-02T09:30:00+02:00")])
    assert drop.ingest().batch_ids == (1,)
    columns = "hours, work_date::text, submitted_at, is_billable, source_system, _batch_id, _file, _row, _year"
    moment = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    landed = (Decimal("-0.25"), "2026-03-02", moment, True, "psa", 1, "time_entry.csv", 1, 2026)
    assert drop.rows(f"select {columns} from lake.time_entry") == [landed]


def test_the_same_content_lands_nothing_under_any_name_or_packing(drop: Drop) -> None:
    path = drop.put("time_entry.csv", [entry(1)])
    assert drop.ingest().status == "committed"
    assert drop.ingest().status == "unchanged"
    drop.write("time_entry/again.csv", path.read_bytes())
    drop.write("time_entry/packed.csv.gz", gzip.compress(path.read_bytes()))
    assert drop.ingest().status == "unchanged"
    assert drop.rows("select count(*) from lake.time_entry") == [(1,)]
    assert drop.rows("select count(*) from lake.batches") == [(2,)]


def test_the_same_content_twice_in_one_drop_lands_once(drop: Drop) -> None:
    for name in ("time_entry/a.csv", "time_entry/b.csv"):
        drop.put(name, [entry(1)])
    assert drop.ingest().counts.landed == 1


def test_every_version_of_a_key_is_kept(drop: Drop) -> None:
    drop.put("time_entry.csv", [entry(1, hours="1"), entry(1, hours="2")])
    drop.ingest()
    drop.put("time_entry.csv", [entry(1, hours="3")])
    drop.ingest()
    assert drop.rows("select hours from lake.time_entry order by _batch_id, _row") == [(1,), (2,), (3,)]


def test_a_refused_row_says_where_what_and_why_and_the_others_land(drop: Drop) -> None:
    rows = [entry(1), entry(2, hours="7.555"), entry(3, status="done", work_date="2026-02-30"), entry(4)]
    drop.put("time_entry.csv", rows)
    counts = drop.ingest().counts
    assert (counts.rows_read, counts.landed, counts.quarantined) == (4, 2, 2)
    found = drop.rows('select "row", column_name, value, rule, reason, raw from lake.quarantine order by 1')
    assert found[0][:4] == (2, "hours", "7.555", "scale")
    assert found[0][4] == (
        "file time_entry.csv, row 2: hours '7.555' has more than 2 decimals and would have to be rounded"
    )
    assert json.loads(found[0][5])["time_entry_id"] == "T2"
    assert "work_date '2026-02-30' is not a calendar date" in found[1][4]
    assert "status 'done' is not one of draft, submitted, approved, rejected" in found[1][4]
    assert drop.rows(CONSERVED) == [(0,)]


def test_a_ragged_row_is_quarantined_with_its_text_and_the_rows_after_it_keep_their_numbers(
    drop: Drop,
) -> None:
    head = "time_entry_id,project_id,employee_id,work_date,hours,is_billable,status\n"
    good = "T{},P1,E1,2026-03-02,1,true,approved\n"
    quoted = '"T3\n3",P1,E1,2026-03-02,1,true,approved\n'
    drop.write("time_entry.csv", head + good.format(1) + "T2,P1,\n" + quoted + good.format(4))
    assert drop.ingest().counts.quarantined == 1
    assert drop.rows('select "row", raw, rule from lake.quarantine') == [(2, "T2,P1,", "unreadable")]
    found = drop.rows("select time_entry_id, _row from lake.time_entry order by 2")
    assert found == [("T1", 1), ("T3\n3", 3), ("T4", 4)]


def test_unknown_columns_are_kept_as_json_and_reported_as_drift(drop: Drop) -> None:
    drop.put("time_entry.csv", [entry(1, mood="good", _batch_id="77")])
    drop.ingest()
    extra, batch = drop.rows("select _extra, _batch_id from lake.time_entry")[0]
    assert (json.loads(extra), batch) == ({"mood": "good", "_batch_id": "77"}, 1)
    assert json.loads(drop.rows("select drift from lake.batch_files")[0][0]) == ["mood", "_batch_id"]


def test_a_missing_required_column_refuses_the_batch_whole(drop: Drop) -> None:
    drop.put("customer.csv", [{"customer_id": "C1", "name": "One"}])
    drop.put("time_entry.csv", [{"time_entry_id": "T1"}])
    with pytest.raises(BatchRefused, match="lacks the required columns project_id"):
        drop.ingest()
    assert drop.rows("select count(*) from lake.customer") == [(0,)]
    assert drop.rows("select message from lake.batches where status = 'refused'")[0][0].startswith("file time")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\x00a", "not UTF-8"),
        (b"name,name\na,b\n", "names column 'name' twice"),
        (b"customer_id,,name\na,b,c\n", "column 2 of the header has no name"),
        (b'customer_id,name\n1,"never closed\n2,b\n', "cannot be read"),
        (b"customer_id,name\n1,\xff\n", "not UTF-8 text: save it as UTF-8"),
        (b"customer_id,name\n" + b"1,One\n" * 9000 + b"1,\xff\n", "not UTF-8 text: save it as UTF-8"),
        (b"customer_id,name\n1," + b"x" * 20_000_000 + b"\n", "a row is longer than"),
        (b'customer_id,name\n1,One\n2,"cut of', "opened in row 2 is never closed"),
        (b'customer_id,name\n1\n2,"cut of', "opened in row 2 is never closed"),
    ],
)
def test_an_unreadable_file_is_refused_in_one_sentence(drop: Drop, content: bytes, sentence: str) -> None:
    drop.write("customer.csv", content)
    with pytest.raises(BatchRefused, match=sentence) as refused:
        drop.ingest()
    assert "customer.csv" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["customer.csv.gz", "customer.csv.zst", "customer.parquet", "customer.xlsx"])
def test_a_file_that_is_not_what_its_name_says_is_refused(drop: Drop, name: str) -> None:
    drop.write(name, b"customer_id,name\n1,One\n")
    with pytest.raises(BatchRefused, match=name):
        drop.ingest()


def test_a_missing_folder_is_a_sentence(drop: Drop) -> None:
    drop.folder.rmdir()
    with pytest.raises(SourceError, match="does not exist"):
        drop.ingest()


def test_links_pipes_and_hidden_files_are_not_followed(drop: Drop) -> None:
    import os  # noqa: PLC0415

    secret = drop.folder.parent / "secret.csv"
    secret.write_text("customer_id,name\nC1,secret\n")
    (drop.folder / "customer.csv").symlink_to(secret)
    (drop.folder / "vendor").symlink_to(drop.folder.parent, target_is_directory=True)
    os.mkfifo(drop.folder / "project.csv")
    drop.write(".time_entry.csv", "x")
    assert drop.ingest().status == "unchanged"


def _manifest(drop: Drop, path: str, **said: object) -> None:
    drop.write("manifest.json", json.dumps({"files": [{"name": path} | said]}))


def test_a_manifest_that_agrees_lets_the_batch_in_and_dates_its_rows(drop: Drop) -> None:
    path = drop.put("time_entry.csv", [entry(1, hours="1.25"), entry(2, hours="2.5")])
    _manifest(
        drop,
        "time_entry.csv",
        row_count=2,
        sha256=sha256(path.read_bytes()).hexdigest(),
        control_totals={"hours": 3.75},
        window={"from": "2026-03-01T00:00:00Z", "to": "2026-03-08T00:00:00Z"},
    )
    assert drop.ingest().counts.landed == 2
    when = datetime(2026, 3, 8, tzinfo=UTC)
    assert drop.rows("select distinct updated_at from lake.time_entry") == [(when,)]


def test_a_window_without_an_offset_is_in_the_feeds_time_zone(drop: Drop) -> None:
    drop.put("time_entry.csv", [entry(1)])
    _manifest(drop, "time_entry.csv", window={"from": "2026-07-01T00:00:00", "to": "2026-07-08T00:00:00"})
    drop.options["time_zone"] = "America/New_York"
    drop.ingest()
    when = datetime(2026, 7, 8, 4, tzinfo=UTC)
    assert drop.rows("select distinct updated_at from lake.time_entry") == [(when,)]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"row_count": 3}, "has 2 rows where manifest.json says 3"),
        ({"sha256": "0" * 64}, "has the SHA-256"),
        ({"control_totals": {"hours": "3.76"}}, "hours sums to 3.75 where manifest.json says 3.76"),
        ({"control_totals": {"weight": 1}}, "which file time_entry.csv has not"),
        ({"name": "other.csv"}, "lists other.csv, which is not there"),
        ({"row_count": "many"}, "does not make sense"),
    ],
)
def test_a_manifest_that_disagrees_refuses_the_batch_whole(drop: Drop, said: dict[str, object], sentence: str) -> None:
    drop.put("time_entry.csv", [entry(1, hours="1.25"), entry(2, hours="2.5")])
    _manifest(drop, "time_entry.csv", **said)
    with pytest.raises(BatchRefused, match=sentence):
        drop.ingest()
    assert drop.rows("select count(*) from lake.time_entry") == [(0,)]


@pytest.mark.parametrize("written", ["abc", "1,50", "0.0000000000000000001", "NaN", "1e2000"])
def test_a_total_over_what_cannot_be_summed_is_no_agreement(drop: Drop, written: str) -> None:
    drop.put("time_entry.csv", [entry(1, hours="1.25"), entry(2, hours=written)])
    _manifest(drop, "time_entry.csv", control_totals={"hours": "1.25"})
    with pytest.raises(BatchRefused, match=r"time_entry\.csv, row 2: hours is '.+', which cannot be summed exactly"):
        drop.ingest()
    assert drop.rows("select count(*) from lake.time_entry") == [(0,)]


def test_a_total_passes_over_what_is_empty(drop: Drop) -> None:
    drop.put("time_entry.csv", [entry(1, hours="1.25"), entry(2, hours="")])
    _manifest(drop, "time_entry.csv", control_totals={"hours": "1.25"})
    assert drop.ingest().counts.landed == 1


def test_a_row_without_a_time_of_change_takes_the_files(drop: Drop) -> None:
    path = drop.put("customer.csv", [{"customer_id": "C1", "name": "One"}])
    drop.ingest()
    when = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    assert drop.rows("select updated_at from lake.customer") == [(when,)]


def test_only_the_entities_asked_for_land(drop: Drop) -> None:
    drop.options = {"entities": ("customer",)}
    drop.put("customer.csv", [{"customer_id": "C1", "name": "One"}])
    drop.put("vendor.csv", [{"vendor_id": "V1", "name": "One"}])
    assert drop.ingest().files == 1


def test_one_commit_an_entity_carries_the_batch_as_application_transaction(drop: Drop) -> None:
    drop.put("time_entry.csv", [entry(n) for n in range(5)])
    drop.ingest()
    table = DeltaTable(drop.lake.table_uri("time_entry"))
    assert (table.version(), table.transaction_version("psa/time_entry")) == (1, 1)


def test_a_deletion_that_says_only_the_key_lands_with_the_records_last_values(drop: Drop) -> None:
    drop.put("time_entry/day1.csv", [entry(1, hours="4"), entry(2)])
    drop.ingest()
    gone = [{"time_entry_id": f"T{n}", "is_deleted": "true"} for n in (1, 9)]
    drop.put("time_entry/day2.csv", gone)
    counts = drop.ingest().counts
    assert (counts.landed, counts.quarantined) == (1, 1)
    found = drop.rows("select time_entry_id, hours, status, _year, _file from lake.time_entry where is_deleted")
    assert found == [("T1", Decimal(4), "approved", 2026, "time_entry/day2.csv")]
    (reason,) = drop.rows("select reason from lake.quarantine")[0]
    assert reason == "file time_entry/day2.csv, row 2: it deletes time_entry 'T9', which never landed"
    assert drop.rows(CONSERVED) == [(0,)]


def test_a_record_that_one_batch_brings_and_deletes_lands_as_deleted(drop: Drop) -> None:
    drop.put("time_entry/a.csv", [entry(1, hours="4")])
    drop.put("time_entry/b.csv", [{"time_entry_id": "T1", "is_deleted": "true"}])
    assert drop.ingest().counts.landed == 2
    assert drop.rows("select hours, is_deleted from lake.time_entry order by _file") == [(4, False), (4, True)]


def test_a_row_that_is_not_deleted_still_needs_every_required_value(drop: Drop) -> None:
    drop.put("time_entry.csv", [{"time_entry_id": "T1", "is_deleted": "false", "hours": "1"}])
    assert drop.ingest().counts.quarantined == 1
    assert "project_id is empty" in drop.rows("select reason from lake.quarantine")[0][0]


def test_a_column_of_the_sources_own_called_row_does_not_stand_in_the_way(drop: Drop) -> None:
    drop.put("customer.csv", [{"customer_id": "C1", "name": "One", "_row": "x"}])
    drop.ingest()
    assert drop.rows("select _row, _extra from lake.customer") == [(1, '{"_row_given":"x"}')]
