"""Versions of a history that count on no day land as sent, and are reported."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from ingestion.histories import Backwards
from lake.contracts import ENTITIES
from lake.contracts.model import Entity
from tests.ingestion.conftest import CONSERVED, Drop

HISTORIES = [e for e in ENTITIES.values() if e.interval]
RATE = "employee_id,valid_from,rate_basis,valid_to,hourly_cost,currency,updated_at,is_deleted\n"


def _rate(since: str, until: str, *, deleted: str = "false", at: int = 1) -> str:
    return f"E1,{since},base,{until},50,EUR,2026-01-0{at}T00:00:00Z,{deleted}\n"


def test_histories_are_those_of_the_contracts() -> None:
    names = {"employee_assignment", "employee_cost_rate", "bill_rate", "intercompany_rule", "xref"}
    assert {e.name for e in HISTORIES} == names


@pytest.mark.parametrize("entity", HISTORIES, ids=lambda e: e.name)
def test_what_ends_before_the_day_after_it_begins_is_counted(entity: Entity) -> None:
    begin, found = date(2025, 1, 1), Backwards()
    ends = [date(2025, 1, 2), None, date(2025, 1, 1), date(2024, 12, 31), date(2024, 12, 31)]
    deleted = [False, False, False, False, True]
    rows = {
        "_file": ["a.csv"] * 5,
        "_row": [1, 2, 3, 4, 5],
        "valid_from": [begin] * 5,
        "valid_to": ends,
        "is_deleted": deleted,
    }
    found.count(pl.DataFrame(rows), entity)
    assert found == Backwards(2, "file a.csv, row 3, valid_from 2025-01-01, valid_to 2025-01-01")


def test_a_history_without_one_is_not_mentioned() -> None:
    assert Backwards().sentence("xref") is None


def test_they_land_and_the_batch_says_so(drop: Drop) -> None:
    rows = (_rate("2025-01-01", "2025-07-01"), _rate("2025-07-01", "2025-06-01"), _rate("2025-08-01", "2025-08-01"))
    drop.write("employee_cost_rate.csv", RATE + "".join(rows))
    done = drop.ingest()
    assert (done.counts.landed, done.counts.quarantined) == (3, 0)
    sentence = (
        "employee_cost_rate: 2 rows end on or before the day of their valid_from, and so "
        "count on no day (first: file employee_cost_rate.csv, row 2, valid_from 2025-07-01, valid_to 2025-06-01): "
        "landed as sent; correct at the source what should count"
    )
    assert done.notes == (sentence,)
    assert drop.rows("select message from lake.batches where status = 'committed'") == [(sentence,)]
    assert drop.rows(CONSERVED) == [(0,)]
    drop.write("employee_cost_rate.2.csv", RATE + _rate("2025-07-01", "2025-06-01", deleted="true", at=2))
    assert drop.ingest().notes == (), "who takes such a version back need not be told"
