"""The day after: a second drop on top of the first, through the same commands, with every test of the build."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.dbt.building import build
from tests.dbt.test_increment import differences
from tests.firm import FEEDS, Firm, configure, tieout

Bridge = dict[str, tuple[Decimal, Decimal, Decimal]]


@dataclass(frozen=True)
class TwoDays:
    """A firm after its second day: its runs, both bridges, and the item that somebody accepted on the first."""

    firm: Firm
    runs: tuple[str, str]
    bridges: tuple[Bridge, Bridge]
    stays: str


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> TwoDays:
    """Two days; between them a person accepts and assigns an item that stays as it is."""
    folder = tmp_path_factory.mktemp("days")
    firm = Firm(folder=folder)
    configure(folder)
    size = ("--consultants", "40", "--months", "3", "--seed", "5")
    done = tieout("simulate", str(firm.extracts), *size, "--last-day-to", str(folder / "day"))
    assert done.returncode == 0, done.stderr
    firm.run("run")
    before, first = _bridge(firm), firm.mart.resolve()
    stays = ask(firm, "select min(item_id) as i from mart.recon_item where category = 'manual_journal'")[0]["i"]
    firm.run("exceptions", "accept", stays, "--reason", "agreed with the auditor", "--by", "ann")
    firm.run("exceptions", "assign", stays, "--to", "eve", "--by", "ann")
    configure(folder, feeds=[f.name for f in sorted((folder / "day").iterdir()) if f.name[0] != "_"], extracts="day")
    firm.run("run")
    runs = (first.stem.removeprefix("mart_"), firm.mart.resolve().stem.removeprefix("mart_"))
    return TwoDays(firm, runs, (before, _bridge(firm)), str(stays))


def ask(firm: Firm, query: str) -> list[dict[str, str]]:
    """What the command answers to a question."""
    return json.loads(firm.run("sql", query, "--format", "json").stdout)  # type: ignore[no-any-return]


def test_the_day_after_lands_builds_and_closes(days: TwoDays) -> None:
    before, after = days.bridges
    for flow, (operational, breaks, posted) in after.items():
        assert operational - breaks == posted, flow
    assert after["labor_cost"] != before["labor_cost"], "the day's entries are not in the figures"
    with duckdb.connect(str(days.firm.lake_root / "work" / "build.duckdb"), read_only=True) as build:
        assert build.execute("select is_full, reason from staging.stg_lake__build_scope").fetchall()[0][0] is False


@pytest.mark.slow
def test_what_dbt_sent_again_leaves_the_same_rows_as_a_full_build(days: TwoDays, tmp_path: Path) -> None:
    work = days.firm.lake_root / "work"
    said = (work / "dbt_logs" / "dbt.log").read_text(encoding="utf-8")
    for node in ("model.tieout.fct_metric", "test.tieout.every_row_read_is_landed_quarantined_or_excluded"):
        assert (said.count(f"Began compiling node {node}\n"), said.count(f"Began running node {node}\n")) == (1, 2)
    build(days.firm.lake_root, tmp_path / "whole", run_id=days.runs[1])
    # the published history, which by then had gained what the day's build itself published
    assert set(differences(work, tmp_path / "whole")) == {"intermediate.int_recon_items_published"}


def test_an_accepted_item_stays_accepted_with_who_when_and_why(days: TwoDays) -> None:
    (item,) = ask(days.firm, f"select * from mart.recon_item where item_id = '{days.stays}'")
    assert (item["status"], item["accepted_by"], item["acceptance_reason"]) == (
        "accepted", "ann", "agreed with the auditor",
    )  # fmt: skip
    assert item["accepted_at"]
    assert item["assigned_to"] == "eve"
    again = days.firm.run("exceptions", "accept", days.stays, "--reason", "again", "--by", "ann", expect=1)
    assert "is accepted already" in again.stderr
    (action, _) = ask(days.firm, f"select * from lake.action where item_id = '{days.stays}' order by action_type")
    assert json.loads(action["before"])["status"] == "open"
    assert json.loads(action["after"])["status"] == "accepted"
    assert json.loads(action["before"])["difference_functional"] == item["difference_functional"]


def test_what_the_day_resolved_stays_with_what_it_was_and_differs_by_nothing(days: TwoDays) -> None:
    resolved = ask(days.firm, "select * from mart.recon_item where status = 'resolved'")
    assert resolved
    first = {
        row["item_id"]: row
        for row in ask(days.firm, f"select * from lake.recon_item_history where run_id = '{days.runs[0]}'")
    }
    for item in resolved:
        was = first[item["item_id"]]
        assert (item["difference_functional"], item["difference_group"]) == ("0.00", "0.00")
        assert (item["resolved_functional"], item["resolved_group"]) == (
            was["difference_functional"], was["difference_group"],
        )  # fmt: skip
        assert item["resolved_at"] > item["first_seen_at"]


def test_the_history_gains_only_states_that_are_new(days: TwoDays) -> None:
    first, second = (
        {row["item_id"]: row for row in ask(days.firm, f"select * from lake.recon_item_history where run_id = '{run}'")}
        for run in days.runs
    )
    shown = ask(days.firm, "select count(*) as n from mart.recon_item")[0]["n"]
    # not all that is shown: many move, since the average rate of an open period does so daily
    assert 0 < len(second) < int(shown)
    volatile = {"run_id", "build_time", "published_at"}
    repeated = [
        i for i in second if i in first and all(first[i][c] == second[i][c] for c in first[i] if c not in volatile)
    ]
    assert repeated == []


def test_every_change_since_the_first_day_is_attributed_to_the_rows_that_arrived(days: TwoDays) -> None:
    target = days.firm.folder / "moved.csv"
    said = days.firm.run("restate", "--from", days.runs[0], "--output", str(target)).stdout
    assert "0 unattributed, 0 remainders" in said
    assert "the earlier figures are as they were sealed" in said
    (file,) = (days.firm.lake_root / "mart" / "restatements").glob("*.duckdb")
    before, after = days.bridges
    with duckdb.connect(str(file), read_only=True) as made:
        moved = made.execute(
            "select flow, coalesce(sum(change_group) filter (where measure = 'operational'), 0),"
            " coalesce(sum(change_group) filter (where measure = 'break'), 0),"
            " coalesce(sum(change_group) filter (where measure = 'finance_posted'), 0)"
            " from recon_restatement group by flow"
        ).fetchall()
        for flow, *changes in moved:
            assert [b + c for b, c in zip(before[flow], changes, strict=True)] == list(after[flow]), flow
        without = made.execute(
            "select count(*) from recon_restatement where cause <> 'time passed' and"
            " (cause_rows = 0 or cause_entity is null or cause_file is null or cause_row is null)"
        ).fetchone()
        assert without == (0,)
        oldest = made.execute("select min(batch_id) from recon_restatement_cause").fetchone()
        assert oldest is not None
        assert oldest[0] > len(FEEDS), "a change is attributed to a row that was there before"
        sealed = made.execute(
            "select bool_and(is_reproduced), count(*), sum(change_operational) from recon_restatement_certificate"
        ).fetchone()
    assert sealed is not None
    assert sealed[0] is True
    assert sealed[1] > 0
    assert sealed[2] == sum(m[1] for m in moved), "the certificates' totals and the changes give today's totals"
    assert len(target.read_text(encoding="utf-8").splitlines()) > len(moved)


def test_the_certificates_of_the_second_day_are_intact(days: TwoDays) -> None:
    assert "are intact" in days.firm.run("certificate", "verify").stdout.splitlines()[0]


def _bridge(firm: Firm) -> Bridge:
    query = (
        "select flow, sum(operational_group) as o, sum(breaks_group) as b, sum(posted_group) as p"
        " from mart.recon_bridge_total group by flow"
    )
    return {r["flow"]: (Decimal(r["o"]), Decimal(r["b"]), Decimal(r["p"])) for r in ask(firm, query)}
