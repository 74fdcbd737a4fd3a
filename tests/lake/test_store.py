"""The lake: its tables follow the contracts, and only committed batches are seen."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest
from deltalake import DeltaTable

from lake import archive, delta
from lake.batches import BatchLog, Counts
from lake.catalogue import connect
from lake.contracts import ENTITIES
from lake.contracts.model import DECIMALS
from lake.errors import BatchRefused, DamagedError, LakeError
from lake.extensions import WHEELS, lay
from lake.schemas import SYSTEM_TABLES, column_type, entity_schema
from lake.store import Lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(str(tmp_path / "lake"))
    made.ensure()
    return made


def test_every_table_exists_empty_and_partitioned_by_feed_and_year(lake: Lake) -> None:
    for name, entity in ENTITIES.items():
        table = DeltaTable(lake.table_uri(name))
        assert table.metadata().partition_columns == ["source_system"] + (["_year"] if entity.event_date else [])
        assert [f.name for f in table.schema().fields] == list(entity_schema(entity))
    for name in SYSTEM_TABLES:
        assert DeltaTable(lake.table_uri(name)).version() == 0


def test_money_is_stored_as_an_exact_decimal() -> None:
    kinds = {f.name: f.type for f in delta.arrow_schema(entity_schema(ENTITIES["gl_line"]))}
    assert str(kinds["amount"]) == "decimal128(18, 2)"
    for entity in ENTITIES.values():
        for column in entity.columns:
            if column.kind in DECIMALS:
                assert column_type(column) == pl.Decimal(*DECIMALS[column.kind])


def test_ensuring_again_changes_nothing(lake: Lake) -> None:
    lake.ensure()
    assert DeltaTable(lake.table_uri("time_entry")).version() == 0


def test_a_column_that_a_contract_gains_is_added_to_the_table(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    schema = dict(list(entity_schema(ENTITIES["vendor"]).items())[1:])
    DeltaTable.create(lake.table_uri("vendor"), delta.arrow_schema(schema), partition_by=["source_system"])
    lake.ensure()
    assert "vendor_id" in {f.name for f in DeltaTable(lake.table_uri("vendor")).schema().fields}


def _vendor(batch_id: int) -> pl.DataFrame:
    schema = entity_schema(ENTITIES["vendor"])
    row = dict.fromkeys(schema) | {"vendor_id": "V", "name": "n", "source_system": "erp", "_batch_id": batch_id}
    return pl.DataFrame([row], schema=schema)


def _append(lake: Lake, *frames: pl.DataFrame, version: int) -> None:
    schema = entity_schema(ENTITIES["vendor"])
    table = delta.open_table(lake, "vendor")
    delta.append(table, schema, iter(frames), app_id="erp/vendor", version=version)


def test_rows_are_seen_once_their_batch_is_committed(lake: Lake) -> None:
    log = BatchLog(lake, "erp", "delta")
    number = log.start("{}").batch_id
    _append(lake, _vendor(number), version=number)
    with connect(lake) as catalogue:
        assert catalogue.sql("select count(*) from lake.vendor").fetchall() == [(0,)]
        log.commit(number, Counts(rows_read=1, landed=1), max_updated_at=None)
        assert catalogue.sql("select count(*) from lake.vendor").fetchall() == [(1,)]


def test_rows_of_a_refused_batch_are_never_seen(lake: Lake) -> None:
    log = BatchLog(lake, "erp", "delta")
    number = log.start("{}").batch_id
    _append(lake, _vendor(number), version=number)
    log.refuse(number, BatchRefused("no"))
    with connect(lake) as catalogue:
        assert catalogue.sql("select count(*) from lake.vendor").fetchall() == [(0,)]


def test_an_error_while_rows_are_produced_comes_out_unchanged_and_nothing_lands(lake: Lake) -> None:
    class BrokenError(Exception): ...

    def frames() -> object:
        yield _vendor(1)
        raise BrokenError

    with pytest.raises(BrokenError):
        delta.append(
            delta.open_table(lake, "vendor"),
            entity_schema(ENTITIES["vendor"]),
            frames(),  # type: ignore[arg-type]
            app_id="erp/vendor",
            version=1,
        )
    assert DeltaTable(lake.table_uri("vendor")).version() == 0


def test_the_catalogue_shows_every_table_in_utc_and_fetches_nothing(lake: Lake) -> None:
    with connect(lake) as catalogue:
        shown = catalogue.sql("select view_name from duckdb_views() where schema_name = 'lake'").fetchall()
        assert {name for (name,) in shown} == ENTITIES.keys() | SYSTEM_TABLES.keys()
        settings = "select current_setting('TimeZone'), current_setting('autoinstall_known_extensions')"
        assert catalogue.sql(settings).fetchall() == [("UTC", False)]


def test_the_mart_is_attached_read_only(lake: Lake, tmp_path: Path) -> None:
    mart = tmp_path / "mart.duckdb"
    with duckdb.connect(mart) as made:
        made.execute("create table fct as select 1 as n")
    with connect(lake, mart) as catalogue:
        assert catalogue.sql("select n from mart.fct").fetchall() == [(1,)]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            catalogue.execute("insert into mart.fct values (2)")


def test_a_mart_that_is_none_is_a_sentence(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "mart.duckdb").write_text("not a database, but long enough to be looked at" * 100)
    with pytest.raises(LakeError, match="cannot be opened"):
        connect(lake, tmp_path / "mart.duckdb")


def test_received_bytes_lie_under_their_hash_once(lake: Lake, tmp_path: Path) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"content")
    for _ in range(2):
        with source.open("rb") as stream:
            kept = archive.store(lake, stream)
    with archive.local_copy(lake, kept.sha256) as copy:
        assert copy.read_bytes() == b"content"
    files = [p for p in lake.path("archive").rglob("*") if p.is_file()]
    assert files == [lake.path("archive", kept.sha256[:2], kept.sha256)]


def test_a_file_that_the_archive_lost_is_a_sentence(lake: Lake) -> None:
    with pytest.raises(LakeError, match="has lost the file"), archive.local_copy(lake, "ab" * 32):
        pass


def test_a_root_that_cannot_be_a_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LakeError, match="lake_root"):
        Lake(str(tmp_path / "file" / "lake")).ensure()


def test_a_lake_that_was_never_made_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="tieout ingest"):
        delta.open_table(Lake(str(tmp_path)), "vendor")


def test_extensions_are_laid_where_duckdb_looks_for_them(tmp_path: Path) -> None:
    laid = lay(tmp_path)
    assert {path.stem for path in laid} == WHEELS.keys()
    config = {"extension_directory": str(tmp_path), "autoinstall_known_extensions": "false"}
    with duckdb.connect(config=config) as connection:
        for name in WHEELS:
            connection.execute(f"load {name}")


def test_laying_extensions_is_a_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lake.extensions", str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.stdout.count(".duckdb_extension") == len(WHEELS)


def test_the_same_bytes_again_put_right_what_was_changed_in_the_archive(lake: Lake) -> None:
    kept = archive.store(lake, io.BytesIO(b"7.50"))
    place = lake.path("archive", kept.sha256[:2], kept.sha256)
    place.write_bytes(b"9.50")
    with pytest.raises(DamagedError, match="holds other bytes under"), archive.local_copy(lake, kept.sha256):
        pass
    assert archive.store(lake, io.BytesIO(b"7.50")) == kept
    place.write_bytes(b"9.50")
    assert archive.store(lake, io.BytesIO(b"7.50")) == kept
    with archive.local_copy(lake, kept.sha256) as copy:
        assert copy.read_bytes() == b"7.50"
