"""A close certificate is intact until somebody changes the mart, the lake's batches or the archived bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from lake.certificates import record, verify
from lake.errors import ConfigError
from lake.publish import published
from lake.store import Lake
from tests.firm import Firm

ENTITY, PERIOD = "erp:DE01", "2026-09"


@pytest.fixture
def lake(firm: Firm, tmp_path: Path) -> Iterator[Lake]:
    """A copy of the firm's lake with its published mart, to be tampered with."""
    shutil.copytree(firm.lake_root, tmp_path / "lake", ignore=shutil.ignore_patterns("work", "gold"), symlinks=True)
    yield Lake(str(tmp_path / "lake"))
    shutil.rmtree(tmp_path / "lake")


def mart_of(lake: Lake) -> Path:
    """The published file of the copy."""
    mart = published(lake.path("mart"))
    assert mart is not None
    return mart


def findings(lake: Lake) -> str:
    """Everything that is not as it was sealed, about one certificate and what it stands on."""
    found = verify(lake, mart_of(lake), entity=ENTITY, period=PERIOD)
    (one,) = found.checked
    said = (*one.findings, *found.evidence.findings)
    assert found.is_intact == (not said)
    return "; ".join(said)


def change(lake: Lake, statement: str, parameters: list[str] | None = None) -> None:
    """Change the published mart behind the product's back."""
    with duckdb.connect(str(mart_of(lake))) as connection:
        connection.execute(statement, parameters)


def test_the_command_says_in_one_sentence_that_all_is_intact_and_why_a_period_is_not_certified(firm: Firm) -> None:
    first, *verdicts = firm.run("certificate", "verify").stdout.splitlines()
    assert first.startswith("The 16 certificates of run ")
    assert "are intact" in first
    assert len(verdicts) == 16
    assert any(line.endswith("is certified.") for line in verdicts)
    assert any("is not certified: the period has not ended" in line for line in verdicts)


def test_a_certificate_that_is_not_there_is_named(lake: Lake) -> None:
    with pytest.raises(ConfigError, match="no certificate of erp:DE01 1999-01"):
        verify(lake, mart_of(lake), entity=ENTITY, period="1999-01")


def test_a_changed_figure_of_the_mart_is_found_and_named(lake: Lake) -> None:
    assert findings(lake) == ""
    where = f"legal_entity_key = '{ENTITY}' and period_id = '{PERIOD}'"
    change(
        lake,
        "update main.recon_item set difference_group = difference_group + 0.01 where item_id = (select min(item_id)"
        f" from main.recon_item where {where} and category = 'overdue')",
    )
    said = findings(lake)
    assert "the mart's categories differ in overdue" in said
    assert "the mart's items differ" in said
    assert "the mart's bridge differs from its items in overdue" in said
    change(
        lake,
        "update main.fct_project_ledger set amount_group = amount_group + 0.01 where ledger_id = (select min(ledger_id)"
        f" from main.fct_project_ledger where {where} and flow = 'labor_cost' and basis = 'operational')",
    )
    assert "the mart's totals differ in labor_cost" in findings(lake)
    change(lake, f"delete from main.control_exception where {where}")
    assert "the mart's control exceptions differ in" in findings(lake)
    change(lake, "delete from main.obs_batches where batch_id = 3")
    assert "the mart's list of batches differs" in findings(lake)


def test_a_certificate_that_was_rewritten_is_found_even_when_it_was_sealed_anew(lake: Lake) -> None:
    found = [one for one in verify(lake, mart_of(lake)).checked if not one.is_certified]
    assert found
    change(lake, "update main.close_certificate set is_certified = true, reason = null")
    assert findings(lake) == "its verdict is not the one that was sealed"
    with duckdb.connect(str(mart_of(lake)), read_only=True) as connection:
        rows = connection.execute("select content, seal from main.close_certificate").fetchall()
    for content, seal in rows:
        better = json.dumps(
            json.loads(content) | {"certified": True, "reason": None},
            sort_keys=True, separators=(",", ":"), ensure_ascii=False,
        )  # fmt: skip
        change(lake, "update main.close_certificate set content = ? where seal = ?", [better, seal])
    assert findings(lake) == "its content was changed after it was sealed"
    with duckdb.connect(str(mart_of(lake))) as connection:
        connection.execute("update main.close_certificate set seal = sha256(content)")
    assert findings(lake) == "its seal is not the one that was recorded when it was published"


def test_a_changed_or_lost_archived_file_is_found_and_named(lake: Lake) -> None:
    files = pl.scan_delta(DeltaTable(lake.table_uri("batch_files"))).collect().sort("batch_id", "file")
    first, last = files.row(0, named=True), files.row(-1, named=True)
    place = lake.path("archive", first["sha256"][:2], first["sha256"])
    place.write_bytes(place.read_bytes() + b"\n")
    lake.path("archive", last["sha256"][:2], last["sha256"]).unlink()
    said = findings(lake)
    assert f"the archived file {first['file']} of batch {first['batch_id']} was changed" in said
    assert f"the archived file {last['file']} of batch {last['batch_id']} is missing or cannot be read" in said


def test_a_changed_row_about_a_batch_is_found_and_named(lake: Lake) -> None:
    table = DeltaTable(lake.table_uri("batches"))
    rows = pl.scan_delta(table).collect()
    fewer = rows.with_columns(
        landed=pl.when((pl.col("batch_id") == 2) & (pl.col("status") == "committed"))
        .then(pl.col("landed") - 1)
        .otherwise(pl.col("landed"))
    )
    write_deltalake(table, fewer.to_arrow(compat_level=pl.CompatLevel.oldest()), mode="overwrite")
    assert findings(lake) == "the lake's rows about batch 2 of feed crm were changed"


def test_a_run_is_recorded_once(lake: Lake) -> None:
    before = pl.scan_delta(DeltaTable(lake.table_uri("certificate"))).collect()
    assert before.height == 16
    assert {hashlib.sha256(c.encode()).hexdigest() for c in before["content"]} == set(before["seal"])
    assert record(lake, mart_of(lake)) == 0
    assert pl.scan_delta(DeltaTable(lake.table_uri("certificate"))).collect().height == 16
