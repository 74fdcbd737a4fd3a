from pathlib import Path

import duckdb
from deltalake import DeltaTable

from lake import events, gold


def change(file: Path, statement: str) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute(statement)


def rows(root: Path, table: str) -> list[tuple[object, ...]]:
    frame = DeltaTable(str(root / "gold" / table)).to_pyarrow_table()
    return sorted((tuple(r.values()) for r in frame.to_pylist()), key=repr)


def test_only_partitions_that_changed_are_rewritten(tmp_path: Path) -> None:
    mart = tmp_path / "mart.duckdb"
    change(
        mart,
        "create table fct as select i as id, (i / 7)::decimal(18, 2) as amount,"
        " case when i % 5 = 0 then null else '2026-0' || (i % 4 + 1) end as period_id from range(100) r(i)",
    )
    assert gold.write(mart, str(tmp_path), events=events.ignore) == 5
    assert gold.write(mart, str(tmp_path), events=events.ignore) == 0
    change(mart, "update fct set amount = amount + 1 where period_id = '2026-02' or period_id is null")
    assert gold.write(mart, str(tmp_path), events=events.ignore) == 2
    with duckdb.connect(str(mart)) as connection:
        expected = sorted(connection.execute("select id, amount, period_id from fct").fetchall(), key=repr)
    assert rows(tmp_path, "fct") == expected


def test_rows_that_left_the_mart_leave_the_gold_table(tmp_path: Path) -> None:
    mart = tmp_path / "mart.duckdb"
    change(mart, "create table fct as select i as id, '2026-0' || (i % 3 + 1) as period_id from range(9) r(i)")
    gold.write(mart, str(tmp_path), events=events.ignore)
    change(mart, "delete from fct where period_id = '2026-03'")
    assert gold.write(mart, str(tmp_path), events=events.ignore) == 1
    assert {row[1] for row in rows(tmp_path, "fct")} == {"2026-01", "2026-02"}


def test_a_new_column_rewrites_the_table_whole(tmp_path: Path) -> None:
    mart = tmp_path / "mart.duckdb"
    change(mart, "create table fct as select 1 as id, '2026-01' as period_id")
    gold.write(mart, str(tmp_path), events=events.ignore)
    change(mart, "alter table fct add column hours decimal(18, 2)")
    assert gold.write(mart, str(tmp_path), events=events.ignore) == 1
    assert "hours" in {f.name for f in DeltaTable(str(tmp_path / "gold" / "fct")).schema().fields}


def test_an_empty_table_is_there_for_its_readers(tmp_path: Path) -> None:
    mart = tmp_path / "mart.duckdb"
    change(mart, "create table fct (id integer, period_id varchar)")
    gold.write(mart, str(tmp_path), events=events.ignore)
    assert rows(tmp_path, "fct") == []
