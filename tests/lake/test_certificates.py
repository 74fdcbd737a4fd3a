"""A close certificate is intact until somebody changes the mart, the lake's batches or the archived bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from lake.catalogue import open_duckdb
from lake.certificate_evidence import batch_ids
from lake.certificates import record, verify
from lake.errors import ConfigError
from lake.publish import published
from lake.store import Lake
from tests.firm import Firm
from tests.reconciliation.compiled import Compiled

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


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update main.recon_bridge_total set operational_group = operational_group + 5 where {where}",
         "the mart's bridge totals differ from its ledger"),
        ("update main.recon_bridge_total set breaks_group = breaks_group + 5 where {where}",
         "the mart's bridge totals do not close"),
        ("update main.fct_project_ledger set project_key = 'psa:else' where {where} and project_key = 'psa:P000001'",
         "the mart's ledger totals by project differ; the mart's bridge totals differ from its ledger"),
        ("update main.control_exception set subject_id = 'y', detail = 'x' where {where}",
         "the mart's control exceptions as such differ"),
    ],
    ids=["a side", "a break", "another project", "another subject"],
)  # fmt: skip
def test_what_moves_within_an_entitys_totals_is_found_too(lake: Lake, statement: str, said: str) -> None:
    change(lake, statement.format(where=f"legal_entity_key = '{ENTITY}' and period_id = '{PERIOD}'"))
    assert findings(lake) == said


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


def seal_and_record(lake: Lake, of: Callable[[dict[str, Any]], dict[str, object]]) -> None:
    """Write every certificate as `of` makes it, sealed and recorded as those of a run of its own."""
    run = "another run"
    with duckdb.connect(str(mart_of(lake))) as connection:
        for seal, content in connection.execute("select seal, content from main.close_certificate").fetchall():
            other = json.dumps(
                of(json.loads(content) | {"run_id": run}), sort_keys=True, separators=(",", ":"), ensure_ascii=False
            )
            connection.execute("update main.close_certificate set content = ? where seal = ?", [other, seal])
        connection.execute("update main.close_certificate set run_id = ?, seal = sha256(content)", [run])
    assert record(lake, mart_of(lake)) == 16


def test_a_certificate_names_the_batches_that_it_stands_on(lake: Lake) -> None:
    with duckdb.connect(str(mart_of(lake)), read_only=True) as connection:
        numbers = connection.execute("select batch_id from obs_batches where status = 'committed'").fetchall()
        named = connection.execute("select distinct content ->> '$.batch_ids' from close_certificate").fetchall()
    assert numbers
    assert named == [(batch_ids(number for (number,) in numbers),)]
    seal_and_record(lake, lambda content: content | {"batch_ids": "1-2"})
    assert findings(lake) == "the mart's list of batches differs"


def test_a_batch_that_was_refused_breaks_the_run_of_those_that_a_certificate_names(firm: Firm) -> None:
    compiled = Compiled(firm.lake_root / "work", ("close_certificate",))
    query = compiled.query(
        "close_certificate",
        lambda name: "memory.obs_batches" if name == "obs_batches" else compiled.relation(name),
    )
    with open_duckdb() as connection:
        for name in ("build", "mart"):
            connection.execute(f"attach '{firm.lake_root / 'work' / name}.duckdb' as {name} (read_only)")
        connection.execute(
            "create table memory.obs_batches as select * replace (if(batch_id = 3, 'refused', status) as status)"
            " from mart.obs_batches where batch_id <= 6 and batch_id <> 5"
        )
        named = connection.execute(f"select distinct batch_ids, content ->> '$.batch_ids' from ({query})").fetchall()
    assert named == [("1-2, 4, 6", batch_ids([1, 2, 4, 6]))]


def test_what_was_sealed_before_certificates_said_more_is_intact(lake: Lake) -> None:
    later = {"batch_ids", "control_exceptions_hash", "projects_hash", "rows_without_rate"}

    def earlier(content: dict[str, Any]) -> dict[str, object]:
        totals = {
            flow: {k: v for k, v in of.items() if k != "rows_without_rate"} for flow, of in content["totals"].items()
        }
        return {name: of for name, of in (content | {"totals": totals}).items() if name not in later}

    seal_and_record(lake, earlier)
    assert findings(lake) == ""


def test_numbers_that_follow_each_other_are_one_run() -> None:
    assert batch_ids([]) == ""
    assert batch_ids([7]) == "7"
    assert batch_ids([5, 1, 3, 2, 8, 9]) == "1-3, 5, 8-9"


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
