"""Rows to a file that a person named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl

from tests.sheets import formats_of, numbers_of
from tieout import files


def test_a_sheet_shows_money_to_the_cent_days_as_days_and_shares_as_they_are(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "amount": [Decimal("1234.50")],
            "share": [Decimal("0.763400")],
            "day": [date(2026, 10, 31)],
            "known": [datetime(2026, 10, 31, 12, tzinfo=UTC)],
            "batch_id": [1200],
        },
        schema_overrides={"amount": pl.Decimal(18, 2), "share": pl.Decimal(9, 6)},
    )
    files.write(frame, tmp_path / "t.xlsx", name="t")
    made = (tmp_path / "t.xlsx").read_bytes()
    assert formats_of(made) == {
        "A2": "#,##0.00",
        "B2": "#,##0.00####",
        "C2": "yyyy-mm-dd",
        "D2": "yyyy-mm-dd hh:mm:ss",
        "E2": "0",
    }
    assert numbers_of(made)["D2"] == "46326.5"
