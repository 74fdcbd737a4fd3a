"""A real PostgreSQL is read exactly, on from where the last batch that landed left off, all as at one moment."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.adapter import load
from ingestion.connectors import postgres
from ingestion.connectors.offer import Errand, staging
from ingestion.connectors.postgres_sql import Table, Window, parts, ready_made
from ingestion.connectors.spec import PostgresSpec
from ingestion.feed import Feed
from ingestion.readers import Source, read
from lake.errors import ConfigError, SourceError, TieoutError
from lake.events import ignore
from lake.store import Lake
from tests.ingestion.conftest import CONSERVED, Drop
from tests.servers.postgres import PASSWORD, Postgres

ENTRIES = """
create table time_entry (
  time_entry_id text, project_id text, employee_id text, work_date date, hours numeric(9, 2), is_billable bool,
  status text, updated_at timestamptz)
"""
ROW = "('T{0}', 'P1', 'E1', '2026-03-02', {1}, true, 'approved', '{2}')"


@dataclass
class Database:
    """A database of the test's own, and how to come in."""

    spec: PostgresSpec
    do: Callable[[str], list[tuple[Any, ...]]]

    def enter(self, *rows: tuple[int, str, str]) -> None:
        self.do("insert into time_entry values " + ", ".join(ROW.format(*r) for r in rows))


@pytest.fixture
def database(database_server: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("PG_PASSWORD", PASSWORD)
    name = f"test_{uuid.uuid4().hex}"
    server = PostgresSpec(
        kind="postgres",
        host=database_server.host,
        port=database_server.port,
        database="postgres",
        user=database_server.user,
        password="env:PG_PASSWORD",  # noqa: S106 - a reference
    )
    with contextlib.closing(postgres._connect(server, PASSWORD)) as admin:
        postgres.run(admin, f"create database {name}")
    spec = server.model_copy(update={"database": name})
    with contextlib.closing(postgres._connect(spec, PASSWORD)) as connection:
        yield Database(spec, lambda sql: postgres.run(connection, sql))


def feed_of(drop: Drop, database: Database, **options: object) -> Drop:
    drop.options = {"path": "", "connection": database.spec} | options
    return drop


def test_rows_land_once_and_only_what_came_since_is_read(drop: Drop, database: Database) -> None:
    database.do(ENTRIES)
    database.enter((1, "7.50", "2026-03-02 10:00:00.000001+00"), (2, "0.01", "2026-03-02 12:00:00+02"))
    feed_of(drop, database)
    assert drop.ingest().counts.landed == 2
    assert drop.ingest().status == "unchanged"
    # One at the very edge, one committed late with an earlier time, one new version.
    database.enter(
        (3, "1.00", "2026-03-02 10:00:00.000001+00"),
        (4, "2.00", "2026-03-02 09:58:00+00"),
        (1, "8.00", "2026-03-03 08:00:00+00"),
    )
    again = drop.ingest()
    assert (again.counts.rows_read, again.counts.landed) == (3, 3)
    assert drop.ingest().status == "unchanged"
    assert drop.rows(CONSERVED) == [(0,)]
    found = drop.rows("select time_entry_id, hours, updated_at::varchar from lake.time_entry order by 1, 2")
    assert found[:2] == [
        ("T1", Decimal("7.50"), "2026-03-02 10:00:00.000001+00"),
        ("T1", Decimal("8.00"), "2026-03-03 08:00:00+00"),
    ]
    assert [row[0] for row in found] == ["T1", "T1", "T2", "T3", "T4"]
    assert found[2][2] == "2026-03-02 10:00:00+00"


def test_a_row_committed_late_lands_once_however_many_rows_its_window_holds(drop: Drop, database: Database) -> None:
    database.do(ENTRIES)
    database.do(
        "insert into time_entry select 'T' || i, 'P1', 'E1', '2026-03-02', 1, true, 'approved', "
        "timestamptz '2026-03-02 10:00:00+00' + (i % 200) * interval '1 second' from generate_series(1, 20001) i"
    )
    feed_of(drop, database)
    assert drop.ingest().counts.landed == 20_001
    assert drop.ingest().status == "unchanged"
    # 79 seconds before the newest; and one new version in the midst of the others.
    database.enter((30001, "1.00", "2026-03-02 10:02:00+00"))
    database.do("update time_entry set hours = 2 where time_entry_id = 'T7'")
    assert drop.ingest().counts.landed == 2
    assert drop.ingest().status == "unchanged"
    assert drop.rows("select count(*) from lake.time_entry where time_entry_id = 'T30001'") == [(1,)]
    # The window moves on and holds few rows again.
    database.enter((30002, "1.00", "2026-03-02 11:00:00+00"))
    assert drop.ingest().counts.landed == 1
    database.enter((30003, "1.00", "2026-03-02 10:59:00+00"))
    assert drop.ingest().counts.landed == 1


@pytest.mark.parametrize("kind", ["bigint", "integer", "numeric(12,0)"])
def test_a_number_that_was_committed_late_lands_once(drop: Drop, database: Database, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "crm.yml"
    file.write_text(
        "system: crm\nsources: {people: {table: people, cursor: no}}\nentities:\n"
        "  customer: {from: people, columns: {customer_id: 'no', name: name}}\n",
        encoding="utf-8",
    )
    database.do(f"create table people (no {kind}, name text)")
    database.do("insert into people select i, 'One' from generate_series(1, 500) i where i <> 480")
    feed_of(drop, database, system=str(file))
    assert drop.ingest().counts.landed == 499
    # The number was given out before the newest, and its transaction took longer.
    database.do("insert into people values (480, 'Late')")
    assert drop.ingest().counts.landed == 1
    assert drop.ingest().status == "unchanged"
    assert drop.rows("select name from lake.customer where customer_id = '480'") == [("Late",)]


def test_a_backslash_is_a_backslash_also_where_the_server_escapes_with_it(database: Database) -> None:
    database.do(f"alter database {database.spec.database} set standard_conforming_strings = off")
    with contextlib.closing(postgres._connect(database.spec, PASSWORD)) as connection:
        for text in ("a\\", "\\'; select 1 --", "it's"):
            assert postgres.run(connection, f"select {ready_made(text)}") == [(text,)]


def test_a_window_that_was_not_remembered_lands_again_rather_than_not_at_all() -> None:
    table = Table("t", "t", 0, (), "at", "timestamptz")
    # As a lake wrote it that gave the window up where it held many rows.
    (part,) = parts(table, {"t": {"newest": "2026-03-02 10:00:00+00", "seconds": 0, "seen": []}}, 1, Window(300, 0))
    assert "interval '300 seconds'" in part.where


def test_a_snapshot_of_a_table_finds_what_was_deleted(drop: Drop, database: Database) -> None:
    database.do(ENTRIES)
    database.enter(*((i, "1.00", "2026-03-02 10:00:00+00") for i in range(10)))
    feed_of(drop, database, mode="snapshot")
    drop.ingest()
    database.do("delete from time_entry where time_entry_id = 'T3'")
    database.do("update time_entry set hours = 2 where time_entry_id = 'T4'")
    done = drop.ingest()
    assert (done.counts.landed, done.tombstones) == (1, 1)


def test_parts_of_a_read_that_failed_do_not_land_with_the_next(drop: Drop, database: Database) -> None:
    database.do(ENTRIES)
    many = "insert into time_entry select 'T' || i, 'P1', 'E1', '2026-03-02', 1, true, 'approved', now() "
    database.do(many + "from generate_series(1, 250000) i")
    database.do("create view vendor as select (1 / 0)::text as vendor_id, 'x' as name")
    feed_of(drop, database, mode="snapshot", entities=("time_entry", "vendor"))
    with pytest.raises(SourceError, match="division by zero"):
        drop.ingest()
    assert len(list(staging(drop.lake, drop.feed).glob("time_entry/*.parquet"))) == 2
    database.do("truncate time_entry")
    database.do(many + "from generate_series(1, 100) i")
    database.do("create or replace view vendor as select 'V1' as vendor_id, 'x' as name")
    drop.ingest()
    assert drop.rows("select count(*) from lake.time_entry") == [(100,)]


def killed(*_given: object, **_named: object) -> None:
    raise KeyboardInterrupt


def test_a_killed_run_is_finished_and_nothing_is_read_twice(
    drop: Drop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.do(ENTRIES)
    database.enter((1, "7.50", "2026-03-02 10:00:00+00"))
    feed_of(drop, database)
    with monkeypatch.context() as patch:
        patch.setattr("ingestion.pipeline.land", killed)
        with pytest.raises(KeyboardInterrupt):
            drop.ingest()
    database.enter((2, "1.00", "2026-03-02 11:00:00+00"))
    drop.ingest()
    assert drop.rows("select count(*), count(distinct time_entry_id) from lake.time_entry") == [(2, 2)]
    assert drop.ingest().status == "unchanged"


KINDS = """
create table kinds as select
  12345678901234567890.123456789012345678::numeric as wide, 0.10::numeric(9, 2) as scaled, 'NaN'::numeric as nan,
  interval '1 day 02:30:00.5' as took, '{"a": 1.10}'::jsonb as said, array[1, 2] as listed, null::text as nothing,
  '00000000-0000-0000-0000-000000000007'::uuid as id, 0.1::float8 as double, timestamp '2026-03-29 02:30' as bare,
  '007'::char(5) as padded, 'it''s "quoted"' as "Order; drop"
"""


def kinds(database: Database, tmp_path: Path, sql: str = KINDS) -> dict[str, str | None]:
    database.do(sql)
    errand = errand_of(database, tmp_path, "kinds")
    postgres.fetch(database.spec, errand)
    file = tmp_path / "fetched/kinds/000.parquet"
    (row,) = [r for c in read(Source(file, "kinds.parquet"), "parquet") for r in c.frame.drop("_row").to_dicts()]
    return row


def errand_of(database: Database, tmp_path: Path, table: str) -> Errand:
    source = replace(load("canonical").sources["time_entry"], name=table, table=table)
    feed = Feed("psa", "canonical", "", connection=database.spec)
    return Errand(feed, (source,), frozenset(), {}, tmp_path / "fetched", ignore, Lake(str(tmp_path / "lake")))


def test_every_type_comes_as_exactly_what_it_is(database: Database, tmp_path: Path) -> None:
    assert kinds(database, tmp_path) == {
        "wide": "12345678901234567890.123456789012345678",
        "scaled": "0.10",
        "nan": "nan",
        "took": "P1DT2H30M0.5S",
        "said": '{"a": 1.10}',
        "listed": "{1,2}",
        "nothing": None,
        "id": "00000000-0000-0000-0000-000000000007",
        "double": "0.1",
        "bare": "2026-03-29T02:30:00",
        "padded": "007",
        "Order; drop": 'it\'s "quoted"',
    }


@pytest.mark.parametrize("value", ["date 'infinity'", "timestamptz '-infinity'"])
def test_a_date_that_is_infinite_is_one_sentence(database: Database, tmp_path: Path, value: str) -> None:
    with pytest.raises(SourceError, match="column d holds a date that is infinite"):
        kinds(database, tmp_path, f"create table kinds as select {value} as d")


def test_parts_of_a_table_are_all_of_it_as_at_one_moment(database: Database, tmp_path: Path) -> None:
    database.do("create table big as select i, repeat('x', 500) as pad from generate_series(1, 40000) i")
    spec = database.spec.model_copy(update={"parallel": 2})
    postgres.fetch(spec, errand_of(database, tmp_path, "big"))
    files = sorted((tmp_path / "fetched/big").iterdir())
    assert len(files) == 2
    found = [v for f in files for c in read(Source(f, f.name), "parquet") for v in c.frame["i"].to_list()]
    assert sorted(map(int, found)) == list(range(1, 40001))


def test_pages_are_cut_so_that_none_is_left_out() -> None:
    cut = parts(Table("t", "t", 5000, ()), {}, 4, Window(0, 0))
    assert cut[0].where.startswith("ctid >= '(0,0)'")
    assert cut[-1].where.endswith("'(4294967295,0)'::tid")
    assert [p.where.split("'")[3] for p in cut[:-1]] == [p.where.split("'")[1] for p in cut[1:]]


def test_header_and_line_apart_are_joined_from_the_database_with_yaml_alone(
    drop: Drop, database: Database, tmp_path: Path
) -> None:
    database.do("create table heads (no text, day date, changed timestamp)")
    database.do('create table "Lines" (head text, pos int, account text, credit numeric(12, 2), changed timestamp)')
    database.do("insert into heads values ('H1', '2026-03-31', '2026-04-01 10:00')")
    database.do("""insert into "Lines" values ('h1', 1, '1400', -10.50, '2026-04-01 10:00'),
        ('H1', 2, '8400', 10.50, '2026-04-01 10:00')""")
    file = tmp_path / "books.yml"
    file.write_text(
        """
system: books
sources:
  heads: {table: heads}
  lines: {table: 'public."Lines"', cursor: changed}
entities:
  gl_line:
    from: lines
    join: [{source: heads, match: {lower(head): lower("no")}}]
    columns:
      gl_line_id: "head || '/' || pos"
      journal_id: heads."no"
      period_id: {sql: heads.day, apply: month}
      posting_date: heads.day
      posted_at: heads.changed
      account_id: account
      amount: {sql: credit, apply: negate}
      functional_amount: {sql: credit, apply: negate}
      updated_at: {sql: changed, apply: {in_zone: America/New_York}}
    assume: {legal_entity_id: L1, currency: EUR, origin_type: manual}
""",
        encoding="utf-8",
    )
    feed_of(drop, database, system=str(file))
    drop.ingest()
    assert drop.ingest().status == "unchanged"
    database.do("""insert into "Lines" values ('H1', 3, '8400', 1.00, '2026-04-02 10:00')""")
    drop.ingest()
    found = drop.rows(
        "select gl_line_id, journal_id, functional_amount, updated_at::varchar from lake.gl_line order by 1"
    )
    assert found == [
        ("H1/2", "H1", Decimal("-10.50"), "2026-04-01 14:00:00+00"),
        ("H1/3", "H1", Decimal("-1.00"), "2026-04-02 14:00:00+00"),
        ("h1/1", "H1", Decimal("10.50"), "2026-04-01 14:00:00+00"),
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"password": "env:NOT_SET"}, "NOT_SET, which holds a secret, is not set"),
        ({"user": "nobody"}, "cannot be read"),
        ({"database": "absent"}, 'database "absent" does not exist'),
        ({"port": 1}, "cannot be read"),
    ],
)
def test_a_database_that_cannot_be_read_is_one_sentence_without_its_password(
    drop: Drop, database: Database, change: dict[str, Any], why: str
) -> None:
    feed_of(drop, database, connection=database.spec.model_copy(update=change))
    with pytest.raises((SourceError, ConfigError), match=why) as caught:
        drop.ingest()
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(drop.feed)
    assert "\n" not in str(caught.value)


def test_a_table_or_cursor_that_is_not_there_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(TieoutError, match="no table 'absent' that this user can see"):
        postgres.fetch(database.spec, errand_of(database, tmp_path, "absent"))
