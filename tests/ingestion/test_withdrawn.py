"""A record that landed and then falls under a filter is withdrawn: it lands once more, as deleted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingestion.replay import replay
from tests.ingestion.conftest import CONSERVED, Drop

ADAPTER = """
system: shop
sources:
  times: {files: "times*.csv"}
  flat: {files: "rates*.csv"}
  hourly: {files: "rates*.csv"}
entities:
  time_entry:
    from: times
    others: {other_kinds: "kind = 'X'"}
    exclude: {left_out: "job = 'INT'"}
    columns:
      {time_entry_id: id, project_id: job, employee_id: person, work_date: day, hours: hours, updated_at: changed}
    assume: {is_billable: "true", status: approved}
  employee_cost_rate:
    - from: flat
      exclude: {not_flat: "kind <> 'flat'"}
      columns: {employee_id: id, valid_from: day, hourly_cost: cost, updated_at: changed}
      assume: {currency: EUR}
    - from: hourly
      exclude: {not_hourly: "kind <> 'hourly'"}
      columns: {employee_id: id, valid_from: day, hourly_cost: cost, updated_at: changed}
      assume: {currency: EUR}
"""
STATE = """
select time_entry_id, is_deleted, hours::varchar, updated_at::date::varchar from lake.time_entry
qualify row_number() over (
    partition by time_entry_id order by updated_at desc, _batch_id desc, _file desc, _row desc) = 1
order by 1
"""
RATES = """
select is_deleted, hourly_cost::decimal(18, 2)::varchar from lake.employee_cost_rate
qualify row_number() over (partition by employee_id order by updated_at desc, _batch_id desc, _file desc, _row desc) = 1
"""


@pytest.fixture
def shop(drop: Drop, tmp_path: Path) -> Drop:
    (tmp_path / "shop.yml").write_text(ADAPTER, "utf-8")
    drop.options |= {"system": str(tmp_path / "shop.yml")}
    return drop


def row(at: str, number: int = 1, job: str = "P1", **said: object) -> dict[str, object]:
    cells = {"id": f"T{number}", "job": job, "person": "E1", "day": "2026-03-02", "hours": "8.00", "kind": "T"}
    return cells | {"changed": f"2026-{at}T00:00:00Z"} | said


def put(drop: Drop, file: str, *rows: dict[str, object]) -> None:
    drop.put(f"times{file}.csv", list(rows))


def send(drop: Drop, file: str, *rows: dict[str, object]) -> int:
    put(drop, file, *rows)
    done = drop.ingest()
    assert drop.rows(CONSERVED) == [(0,)]
    (lake,) = drop.rows("select count(*) from lake.time_entry")
    assert lake == drop.rows("select coalesce(sum(landed + tombstones), 0) from lake.batch_files")[0]
    return done.tombstones


def test_a_record_that_falls_under_a_filter_is_deleted_with_its_last_values(shop: Drop) -> None:
    send(shop, 1, row("03-01"), row("03-01", 2))
    assert send(shop, 2, row("03-05", job="INT", hours="1.00")) == 1
    assert shop.rows(STATE) == [("T1", True, "8.00", "2026-03-05"), ("T2", False, "8.00", "2026-03-01")]
    assert shop.rows(
        "select file, rows_read, landed, excluded, tombstones from lake.batch_files where batch_id = 2"
    ) == [("times2.csv", 1, 0, 1, 1)]
    (note,) = shop.rows("select message from lake.batches where status = 'committed' and batch_id = 2")[0]
    assert note == "time_entry: 1 record of times2.csv falls under a filter of the adapter by now and counts as deleted"
    assert shop.ingest().status == "unchanged"


def test_it_comes_back_with_a_newer_version_and_not_with_an_older_one(shop: Drop) -> None:
    send(shop, 1, row("03-01"))
    send(shop, 3, row("03-05", job="INT"))
    assert send(shop, 2, row("03-03", hours="2.00")) == 0
    assert shop.rows(STATE) == [("T1", True, "8.00", "2026-03-05")]
    send(shop, 4, row("03-06", hours="3.00"))
    assert shop.rows(STATE) == [("T1", False, "3.00", "2026-03-06")]
    assert send(shop, 5, row("03-04", job="INT")) == 0, "the newer version stands"
    assert shop.rows(STATE) == [("T1", False, "3.00", "2026-03-06")]


def test_both_in_one_batch_come_out_as_in_two(shop: Drop) -> None:
    put(shop, 1, row("03-01"), row("03-04", 2))
    assert send(shop, 2, row("03-05", job="INT"), row("03-03", 2, job="INT")) == 1
    assert shop.rows(STATE) == [("T1", True, "8.00", "2026-03-05"), ("T2", False, "8.00", "2026-03-04")]


def test_of_the_same_time_the_later_batch_and_row_counts(shop: Drop) -> None:
    put(shop, 1, row("03-01"), row("03-01", 2, job="INT"), row("03-01", 2), row("03-01", 3), row("03-01", 3, job="INT"))
    assert send(shop, 1, *_rows_of(shop)) == 1
    assert [r[:2] for r in shop.rows(STATE)] == [("T1", False), ("T2", False), ("T3", True)]
    assert send(shop, 2, row("03-01", job="INT")) == 1
    assert [r[:2] for r in shop.rows(STATE)] == [("T1", True), ("T2", False), ("T3", True)]


def _rows_of(drop: Drop) -> list[dict[str, object]]:
    head, *lines = (drop.folder / "times1.csv").read_text("utf-8").splitlines()
    return [dict(zip(head.split(","), line.split(","), strict=True)) for line in lines]


def test_rows_of_something_else_withdraw_nothing_whatever_their_ids(shop: Drop) -> None:
    send(shop, 1, row("03-01"))
    assert send(shop, 2, row("03-05", kind="X", job="INT")) == 0
    assert shop.rows(STATE) == [("T1", False, "8.00", "2026-03-01")]
    assert shop.rows("select excluded_by from lake.batch_files where batch_id = 2") == [
        ('{"other_kinds": 1, "left_out": 0}',)
    ]


def test_a_row_that_another_way_into_the_entity_takes_or_refuses_is_not_withdrawn(shop: Drop) -> None:
    rate: dict[str, object] = {"id": "E1", "day": "2026-03-01", "cost": "50.00", "kind": "flat"}
    for number, said in enumerate([{}, {"kind": "hourly", "cost": "60.00"}, {"kind": "hourly", "cost": "much"}], 1):
        shop.put(f"rates{number}.csv", [rate | said | {"changed": f"2026-03-0{number}T00:00:00Z"}])
        assert shop.ingest().tombstones == 0
    assert shop.rows(RATES) == [(False, "60.00")]
    shop.put("rates4.csv", [rate | {"kind": "monthly", "changed": "2026-03-04T00:00:00Z"}])
    assert shop.ingest().tombstones == 1
    assert shop.rows(RATES) == [(True, "60.00")]


def test_a_deletion_that_falls_under_a_filter_deletes(shop: Drop, tmp_path: Path) -> None:
    text = ADAPTER.replace("hours: hours, upd", "hours: hours, is_deleted: gone, upd")
    (tmp_path / "shop.yml").write_text(text, "utf-8")
    send(shop, 1, row("03-01", gone="false"))
    assert send(shop, 2, row("03-05", job="INT", gone="true")) == 1


def test_what_a_mended_filter_leaves_out_goes_with_a_replay(shop: Drop, tmp_path: Path) -> None:
    send(shop, 1, row("03-01"), row("03-01", 2))
    send(shop, 2, row("03-01", 2, hours="4.00"))
    (tmp_path / "shop.yml").write_text(ADAPTER.replace("job = 'INT'", "job = 'P1'"), "utf-8")
    done = replay(shop.lake, 1, feeds={"psa": shop.feed})
    assert (done.tombstones, done.counts.excluded) == (1, 2)
    assert shop.rows(STATE) == [("T1", True, "8.00", "2026-03-01"), ("T2", False, "4.00", "2026-03-01")]
    assert replay(shop.lake, 1, feeds={"psa": shop.feed}).tombstones == 0


def test_of_a_snapshot_it_is_missing_and_deleted_as_such(shop: Drop) -> None:
    shop.options |= {"mode": "snapshot", "max_delete_share": 1}
    send(shop, "", row("03-01"), row("03-01", 2))
    assert send(shop, "", row("03-05", job="INT"), row("03-01", 2)) == 1
    assert [r[:2] for r in shop.rows(STATE)] == [("T1", True), ("T2", False)]


def test_a_journal_that_no_longer_posts_leaves_the_ledger(drop: Drop) -> None:
    for file in (Path(__file__).parent / "fixtures/netsuite").glob("*.csv"):
        shutil.copy(file, drop.folder)
    drop.options = {"system": "netsuite"}
    drop.ingest()
    line = {"transaction": "7001", "accountingbook": "1", "account": "101", "debit": "", "credit": ""}
    line |= {"lastmodifieddate": "3/9/2026 9:15 am"}
    other = [line | {"transactionline": "0", "accountingbook": "2", "posting": "T"}]
    drop.put("transactionaccountingline_book2.csv", other)
    assert drop.ingest().tombstones == 0, "the line of another book is not the line"
    drop.put("transactionaccountingline_2.csv", [line | {"transactionline": n, "posting": "F"} for n in ("0", "1")])
    assert drop.ingest().tombstones == 2
    standing = "select gl_line_id from lake.gl_line group by 1 having not max_by(is_deleted, updated_at) order by 1"
    assert [key for (key,) in drop.rows(standing) if key.startswith("7001")] == []
