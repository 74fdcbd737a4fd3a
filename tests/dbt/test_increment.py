"""A build that only follows what changed leaves the same rows as one that computes everything."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.dbt import changed_invoices
from tests.dbt.building import build
from tests.dbt.changed_world import change_the_world
from tests.dbt.landing import rows
from tests.firm import Firm

#: Tables that tell about the build itself, not about the firm.
ABOUT_THE_BUILD = ("stg_lake__build_scope", "stg_lake__new_batches", "int_reference_changes", "int_build", "build_info")
#: Workings of the match: an increment fills them with the groups that it explains anew, and nothing else reads them.
OF_THE_SCOPE = (
    *("int_recon_scope", "int_recon_seeds", "int_recon_touched_rows", "int_recon_pool_totals", "int_recon_messages"),
    *("int_recon_reversals", "int_recon_matched", "int_recon_origins", "int_recon_tolerances", "int_recon_duplicates"),
    *("int_recon_compared", "int_recon_cells", "int_recon_leg_parts", "int_recon_moved"),
    *("int_recon_group_lines", "int_recon_unposted", "int_recon_measured", "int_recon_reduced", "int_recon_factored"),
    *("int_recon_cut_duplicates", "int_recon_cut_legs", "int_recon_cut_moved", "int_recon_cut_pools", "int_recon_cuts"),
    *("int_recon_cut_posted_only", "int_recon_cut_priced", "int_recon_cut_steps", "int_recon_cut_unposted"),
)


def tables(work: Path) -> dict[str, tuple[int, int]]:
    """Number of rows and an order-free digest of every table that a build left."""
    found = {}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for file in ("build", "mart"):
            connection.execute(f"attach '{work / file}.duckdb' as {file} (read_only)")
        listed = connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables()"
            " where database_name in ('build', 'mart') and schema_name <> 'state'"
        ).fetchall()
        for database, schema, name in listed:
            if name in (*ABOUT_THE_BUILD, *OF_THE_SCOPE) or name.startswith("int_touched_"):
                continue
            table = f'{database}.{schema}."{name}"'
            row = connection.execute(f"select count(*), sum(hash(t)) from {table} as t").fetchone()
            assert row is not None
            found[f"{schema}.{name}"] = (row[0], row[1])
    return found


def differences(increment: Path, whole: Path) -> dict[str, tuple[int, int]]:
    """Tables in which two builds of the same lake differ, with the number of their rows."""
    one, other = tables(increment), tables(whole)
    assert one.keys() == other.keys()
    return {name: (one[name][0], other[name][0]) for name in other if one[name] != other[name]}


@pytest.fixture(scope="module")
def quiet_day(firm: Firm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the firm's lake on which a day of few changes has landed, with the increment of that day beside it."""
    folder = tmp_path_factory.mktemp("increment")
    copy = Firm(folder=folder / "firm")
    shutil.copytree(firm.folder, copy.folder)
    shutil.copytree(firm.lake_root / "work", folder / "kept")
    changed_invoices.first_day(copy, after_the_last_entry(copy))
    copy.run("ingest")
    build(copy.lake_root, folder / "kept")
    return copy.lake_root


@pytest.fixture(scope="module")
def lake_root(quiet_day: Path) -> Path:
    """The same lake, on which one more day has landed that reaches far back."""
    copy = Firm(folder=quiet_day.parent)
    now = after_the_last_entry(copy) + timedelta(hours=1)
    held = "select count(*) as held from lake.quarantine"
    before = rows(copy, held)
    change_the_world(copy, now)
    changed_invoices.second_day(copy, now)
    copy.run("ingest")
    assert rows(copy, held) == before, "what the test changes must land"
    return copy.lake_root


def after_the_last_entry(firm: Firm) -> datetime:
    """A moment at which a later day begins."""
    last: datetime = rows(firm, "select max(updated_at) as at from lake.time_entry")[0]["at"]
    return last.astimezone(UTC) + timedelta(hours=1)


@pytest.mark.slow
def test_an_increment_of_a_quiet_day_leaves_the_same_rows_as_a_full_build(quiet_day: Path, tmp_path: Path) -> None:
    """Where much changed, much is computed whole: only a day of few changes shows what an increment overlooks."""
    build(quiet_day, tmp_path / "whole")
    assert differences(quiet_day.parent.parent / "kept", tmp_path / "whole") == {}


@pytest.mark.slow
def test_revenue_that_is_posted_anew_in_two_lines_of_one_invoice_counts_its_hours_once(quiet_day: Path) -> None:
    kept = quiet_day.parent.parent / "kept"
    with duckdb.connect(str(kept / "mart.duckdb"), read_only=True) as connection:
        posted = connection.execute(
            "select origin_system, origin_id, sum(hours), sum(amount_transaction), count(*) from fct_project_ledger"
            " where basis = 'finance_posted' and flow = 'revenue' and (origin_system, origin_id) in ("
            " select (origin_system, origin_id) from fct_project_ledger where gl_line_id = 'half-1') group by all"
        ).fetchall()
        billed = connection.execute(
            "select hours, amount_transaction from fct_project_ledger where basis = 'finance_posted'"
            " and flow = 'billing' and (origin_system, origin_id) = (?, ?)",
            posted[0][:2],
        ).fetchall()
        items = connection.execute(
            "select category, difference_hours, difference_functional from recon_item"
            " where flow = 'revenue' and status = 'open' and (origin_system, origin_id) = (?, ?)", posted[0][:2],
        ).fetchall()  # fmt: skip
    assert [line[2:4] for line in posted] == billed
    assert posted[0][4] == 4, "posted, taken back, and posted in two halves"
    assert [item for item in items if item[1] or item[0] != "rounding"] == []


@pytest.mark.slow
def test_an_increment_leaves_the_same_rows_as_a_full_build(lake_root: Path, tmp_path: Path) -> None:
    kept = lake_root.parent.parent / "kept"
    build(lake_root, kept)
    with duckdb.connect(str(kept / "build.duckdb"), read_only=True) as connection:
        scope = connection.execute("select reason, is_full from staging.stg_lake__build_scope").fetchone()
        touched = connection.execute("select count(*) from intermediate.int_touched_time_entries").fetchone()
        entries = connection.execute("select count(*) from intermediate.int_time_priced").fetchone()
        late = connection.execute(
            "select sum(amount) from intermediate.int_gl_line_origins where gl_line_id = 'before-invoice'"
        ).fetchone()
        credit = connection.execute("select count(*) from intermediate.int_credit_note_origins").fetchone()
    assert scope == ("an increment", False)
    assert touched is not None
    assert entries is not None
    assert 4 < touched[0] < entries[0]
    assert late not in (None, (None,)), "the posting finds the invoice that came a day later"
    assert credit == (0,), "the credit note no longer is what its invoice bills"
    build(lake_root, tmp_path / "whole")
    assert differences(kept, tmp_path / "whole") == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("update state.build set finished = false", "the last build did not finish"),
        # the same numbers, committed at other moments: the folder was left by the builds of another lake
        (
            "update state.known_batches set committed_at = committed_at - interval 1 second",
            "batches of the last build are gone",
        ),
    ],
)
def test_what_cannot_be_built_upon_is_built_whole(lake_root: Path, tmp_path: Path, change: str, reason: str) -> None:
    kept = tmp_path / "kept"
    shutil.copytree(lake_root.parent.parent / "kept", kept)
    with duckdb.connect(str(kept / "build.duckdb")) as connection:
        connection.execute(change)
        connection.execute("delete from intermediate.int_time_priced")
    build(lake_root, kept, "--select", "+int_time_priced")
    with duckdb.connect(str(kept / "build.duckdb"), read_only=True) as connection:
        scope = connection.execute("select reason from staging.stg_lake__build_scope").fetchone()
        lost = connection.execute(
            "select count(*) from staging.stg_psa__time_entries anti join intermediate.int_time_priced"
            " using (source_system, time_entry_id)"
        ).fetchone()
    assert scope == (reason,)
    assert lost == (0,)
