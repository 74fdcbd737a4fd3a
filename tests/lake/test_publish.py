import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from lake import publish
from lake.errors import BuildError


def mart(file: Path, value: int) -> Path:
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"create or replace table t as select {value} as v")
    return file


def read(folder: Path) -> int:
    with duckdb.connect(str(folder / publish.POINTER), read_only=True) as connection:
        row = connection.execute("select v from mart.t").fetchone()
    assert row is not None
    return int(row[0])


def test_a_plain_client_opens_the_newest_run_through_the_link(tmp_path: Path) -> None:
    built = mart(tmp_path / "work.duckdb", 1)
    publish.publish(built, tmp_path / "mart", run_id="r1")
    assert read(tmp_path / "mart") == 1
    publish.publish(mart(built, 2), tmp_path / "mart", run_id="r2")
    assert read(tmp_path / "mart") == 2


def test_an_as_of_build_leaves_the_readers_where_they_are(tmp_path: Path) -> None:
    built = mart(tmp_path / "work.duckdb", 1)
    publish.publish(built, tmp_path / "mart", run_id="r1")
    beside = publish.publish(mart(built, 9), tmp_path / "mart", run_id="asof", move_pointer=False)
    assert read(tmp_path / "mart") == 1
    assert beside.is_file()


def test_a_failed_copy_leaves_the_pointer_and_no_rubbish(tmp_path: Path) -> None:
    publish.publish(mart(tmp_path / "work.duckdb", 1), tmp_path / "mart", run_id="r1")
    with pytest.raises(BuildError, match="could not be published"):
        publish.publish(tmp_path / "absent.duckdb", tmp_path / "mart", run_id="r2")
    assert read(tmp_path / "mart") == 1
    assert sorted(p.name for p in (tmp_path / "mart").iterdir()) == ["mart.duckdb", "mart_r1.duckdb"]


def test_a_run_id_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="letters"):
        publish.publish(mart(tmp_path / "w.duckdb", 1), tmp_path / "mart", run_id="../../evil")


def test_old_runs_go_but_not_one_that_a_reader_holds(tmp_path: Path) -> None:
    built = mart(tmp_path / "work.duckdb", 0)
    folder = tmp_path / "mart"
    publish.publish(built, folder, run_id="r0", keep=2)
    reader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); input()",
            str(folder / "mart_r0.duckdb"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert reader.stdout is not None
    assert reader.stdin is not None
    assert reader.stdout.readline() == b"open\n"
    for number in (1, 2, 3):
        publish.publish(built, folder, run_id=f"r{number}", keep=2)
    kept = {p.name for p in folder.glob("mart_*.duckdb")}
    assert kept == {"mart_r0.duckdb", "mart_r2.duckdb", "mart_r3.duckdb"}
    reader.communicate(b"\n")
    assert publish.prune(folder, keep=2) == [folder / "mart_r0.duckdb"]


def test_every_table_and_view_is_read_under_whatever_name_the_file_is_attached(tmp_path: Path) -> None:
    built = tmp_path / "work.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built}' as mart")
        connection.execute('create table mart.main.t as select 1 as v, \'"mart"."main"\' as said')
        connection.execute('create view mart.main.a as (select t.v, t.said from "mart"."main"."t" as t)')
        connection.execute("create view mart.main.b as select * from mart.main.a union all select v, 'mart.x' from t")
    published = publish.publish(built, tmp_path / "mart", run_id="r1")
    renamed = tmp_path / "a copy.duckdb"
    shutil.copyfile(published, renamed)
    expected = [(1, '"mart"."main"'), (1, "mart.x")]
    for file in (tmp_path / "mart" / publish.POINTER, published, renamed):
        with duckdb.connect(str(file), read_only=True) as client:
            for name in ("b", "main.b", "mart.b"):
                assert sorted(client.execute(f"select * from {name}").fetchall()) == expected, (file, name)
    for alias in ("mart", "other"):
        with duckdb.connect() as client:
            client.execute(f"attach '{renamed}' as {alias} (read_only)")
            for name in ("b", "main.b", "mart.b"):
                assert sorted(client.execute(f"select * from {alias}.{name}").fetchall()) == expected, (alias, name)
