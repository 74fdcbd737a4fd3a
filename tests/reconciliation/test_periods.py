"""Which period a late record counts in, told from the text of the extracts and nothing of ours."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.firm import Firm

#: Books, period of work, period, record and its flow.
ROWS = """
select legal_entity_key, work_period_id, period_id, source_id from fct_project_ledger
where basis = 'operational' and flow in ('labor_cost', 'expense_cost') and source_entity in ('time_entry', 'expense')
"""
Key = tuple[str, str]


@pytest.fixture(scope="module")
def mart(firm: Firm) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return the firm's published mart."""
    with duckdb.connect(str(firm.mart.resolve()), read_only=True) as connection:
        yield connection


def read(folder: Path, entity: str) -> Iterator[dict[str, str]]:
    """Yield every row of an extract, all versions."""
    for file in [*folder.glob(f"{entity}.csv"), *folder.glob(f"{entity}/*.csv")]:
        with file.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)


def events(firm: Firm) -> dict[Key, list[Key]]:
    """Return the events of each entity's periods, oldest first."""
    found: defaultdict[Key, list[Key]] = defaultdict(list)
    for row in read(firm.extracts / "erp", "period_event"):
        found[f"erp:{row['legal_entity_id']}", row["period_id"]].append((row["event_at"], row["event"]))
    return {key: sorted(moments) for key, moments in found.items()}


def state(moments: list[Key], at: str) -> str:
    """Return what last happened to a period at a moment."""
    return next((event for moment, event in reversed(moments) if moment <= at), "opened")


def first_submitted(firm: Firm) -> dict[str, str]:
    """Return the smallest time of submission that any version of a record says."""
    found: dict[str, str] = {}
    for folder, entity, key in (("psa", "time_entry", "time_entry_id"), ("expense", "expense", "expense_id")):
        for row in read(firm.extracts / folder, entity):
            if row["submitted_at"]:
                found[row[key]] = min(row["submitted_at"], found.get(row[key], row["submitted_at"]))
    return found


def test_what_is_submitted_after_a_close_counts_in_the_first_period_that_was_open_then(
    firm: Firm, mart: duckdb.DuckDBPyConnection
) -> None:
    periods, submitted = events(firm), first_submitted(firm)
    states: defaultdict[str, int] = defaultdict(int)
    for books, work, period, record in mart.execute(ROWS).fetchall():
        at = submitted[record]
        states[state(periods.get((books, work), []), at)] += 1
        later = sorted(other for entity, other in periods if entity == books and other > work)
        if state(periods.get((books, work), []), at) == "closed":
            expected = next((other for other in later if state(periods[books, other], at) != "closed"), work)
        else:
            expected = work
        assert period == expected, (record, books, work, at)
    # the firm shows both: late records that a closed period no longer takes, and those that a soft close still does
    assert states["closed"] > 10
    assert states["soft_closed"] > 0


def test_a_period_that_was_closed_and_opened_again_is_a_control_exception_of_its_own(
    firm: Firm, mart: duckdb.DuckDBPyConnection
) -> None:
    reopened = sorted(key for key, moments in events(firm).items() if "reopened" in {event for _, event in moments})
    told = mart.execute(
        "select legal_entity_key, period_id from control_exception where rule = 'period_reopened' order by all"
    ).fetchall()
    assert reopened
    assert told == reopened
