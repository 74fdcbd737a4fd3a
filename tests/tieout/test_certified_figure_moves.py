"""A figure that was certified and moves: the restatement holds it against its certificate and names the row."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.firm import Firm, configure

#: The newest approved labour of a certified period.
ENTRY = """
select ledger.legal_entity_key, ledger.period_id, ledger.source_id, ledger.amount_group
from close_certificate as certificate
inner join fct_project_ledger as ledger using (legal_entity_key, period_id)
where certificate.is_certified and ledger.flow = 'labor_cost' and ledger.basis = 'operational'
    and ledger.source_status = 'approved' and ledger.reverses_id is null
order by ledger.approved_at desc, ledger.source_id limit 1
"""


#: An approved expense of a certified period.
EXPENSE = """
select ledger.legal_entity_key, ledger.period_id, ledger.source_id
from close_certificate as certificate
inner join fct_project_ledger as ledger using (legal_entity_key, period_id)
where certificate.is_certified and ledger.flow = 'expense_cost' and ledger.basis = 'operational'
    and ledger.source_status = 'approved' and ledger.reverses_id is null
order by ledger.approved_at, ledger.source_id limit 1
"""


@dataclass(frozen=True)
class Moved:
    """A firm in which an approved entry of a certified period got another hour after the close.

    Expenses of earlier days landed late as well: a version of one that was known, `late`, and one that was not.
    """

    firm: Firm
    run: str
    entity: str
    period: str
    entry: str
    before: Decimal
    late: tuple[str, str, str]

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """What the newest mart answers."""
        with duckdb.connect(str(self.firm.mart), read_only=True) as mart:
            return mart.execute(query).fetchall()


@pytest.fixture(scope="module")
def moved(firm: Firm, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    """Send the entry again with an hour more, and build and publish."""
    copy = Firm(tmp_path_factory.mktemp("moved") / "firm")
    shutil.copytree(firm.folder, copy.folder, symlinks=True)
    with duckdb.connect(str(copy.mart), read_only=True) as mart:
        row, late = mart.execute(ENTRY).fetchone(), mart.execute(EXPENSE).fetchone()
    assert row is not None, "no period of the firm is certified"
    assert late is not None
    entity, period, entry, before = row
    _send_again(copy, entry)
    _send_late(copy, late[2])
    run = copy.mart.resolve().stem.removeprefix("mart_")
    configure(copy.folder, feeds=["psa", "expense"], extracts="late")
    copy.run("run")
    return Moved(copy, run, entity, period, entry, before, late)


def _send_again(firm: Firm, entry: str) -> None:
    files = sorted((firm.extracts / "psa" / "time_entry").glob("*.csv"))
    rows = pl.concat([pl.read_csv(file, infer_schema=False) for file in files], how="diagonal")
    one = rows.filter(pl.col("time_entry_id") == entry).sort("updated_at").tail(1)
    more = (pl.col("hours").cast(pl.Decimal(9, 2)) + 1).cast(pl.String)
    late = firm.folder / "late" / "psa"
    late.mkdir(parents=True)
    one.with_columns(hours=more, updated_at=pl.lit("2026-10-30T21:00:00Z")).write_csv(late / "time_entry.csv")


def _send_late(firm: Firm, expense: str) -> None:
    """Send a version of an expense that is a second newer than the one known, and another expense of the same day."""
    files = sorted((firm.extracts / "expense" / "expense").glob("*.csv"))
    rows = pl.concat([pl.read_csv(file, infer_schema=False) for file in files], how="diagonal")
    one = rows.filter(pl.col("expense_id") == expense).sort("updated_at").tail(1)
    stamp = datetime.fromisoformat(one["updated_at"][0]) + timedelta(seconds=1)
    more = (pl.col("amount").cast(pl.Decimal(18, 2)) + 7).cast(pl.String)
    version = one.with_columns(amount=more, updated_at=pl.lit(stamp.isoformat()))
    other = one.with_columns(expense_id=pl.lit("never-seen"))
    folder = firm.folder / "late" / "expense"
    folder.mkdir(parents=True)
    pl.concat([version, other]).write_csv(folder / "expense.csv")


def test_the_restatement_says_which_certified_figure_moved_by_how_much_and_why(moved: Moved) -> None:
    said = moved.firm.run("restate", "--from", moved.run).stdout
    assert "0 unattributed, 0 remainders" in said
    assert "the earlier figures are as they were sealed; of" in " ".join(said.split())
    (file,) = (moved.firm.lake_root / "mart" / "restatements").glob("*.duckdb")
    place = f"legal_entity_key = '{moved.entity}' and period_id = '{moved.period}'"
    (now,) = moved.ask(
        f"select amount_group from fct_project_ledger where source_id = '{moved.entry}' and {place}"
        " and flow = 'labor_cost' and basis = 'operational'"
    )
    change = Decimal(str(now[0])) - moved.before
    assert change > 0
    with duckdb.connect(str(file), read_only=True) as made:
        certified = made.execute(
            "select legal_entity_key, period_id, is_reproduced, change_operational, change_posted"
            " from recon_restatement_certificate where is_certified and change_operational <> 0 and flow = 'labor_cost'"
        ).fetchall()
        # whatever the posting was, the hour is a break now: the bridge closes again
        breaks = made.execute(
            f"select sum(change_group) from recon_restatement where {place} and flow = 'labor_cost'"
            " and measure = 'break'"
        ).fetchone()
        causes = made.execute(
            "select sum(change_group), any_value(cause_entity), any_value(cause_id), max(cause_file), max(cause_row),"
            f" count(*) from recon_restatement where {place} and flow = 'labor_cost' and measure = 'operational'"
        ).fetchone()
    assert certified == [(moved.entity, moved.period, True, change, 0)]
    assert breaks == (change,)
    assert causes is not None
    assert causes[0] == change
    assert moved.entry in causes[2]
    assert (causes[1], Path(causes[3]).name, causes[4], causes[5]) == ("time_entry", "time_entry.csv", 1, 1)


def test_the_change_is_a_control_exception_of_the_closed_period(moved: Moved) -> None:
    place = f"legal_entity_key = '{moved.entity}' and period_id = '{moved.period}'"
    assert moved.ask(
        f"select rule from control_exception where subject_id = '{moved.entry}' and {place}"
        " and rule = 'changed_after_close'"
    )


def test_what_bears_an_early_day_and_lands_after_the_certificate_is_a_control_exception(moved: Moved) -> None:
    entity, period, expense = moved.late
    said = moved.ask(
        "select subject_id, detail from control_exception where rule = 'changed_after_close'"
        f" and subject_id in ('{expense}', 'never-seen') and legal_entity_key = '{entity}' and period_id = '{period}'"
        " order by subject_id"
    )
    assert said == [
        (expense, "a version of an earlier day landed only after its closed period had been certified"),
        ("never-seen", "landed only after its closed period had been certified"),
    ]
