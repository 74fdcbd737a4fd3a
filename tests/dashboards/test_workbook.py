"""Tables taken away as XLSX."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl

from dashboards.components.workbook import workbook
from tests.sheets import formats_of, numbers_of


def test_an_export_has_an_about_sheet_and_never_a_formula() -> None:
    frame = pl.DataFrame({"name": ["=1+1", "plain"], "amount": [Decimal("1.20"), None]})
    book = zipfile.ZipFile(io.BytesIO(workbook(frame, about=[("Basis", "operational")])))
    names = book.read("xl/workbook.xml").decode()
    assert 'name="Data"' in names
    assert 'name="About"' in names
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
    assert "operational" in book.read("xl/sharedStrings.xml").decode()


def test_an_export_writes_money_to_the_cent_days_as_days_and_shares_as_they_are() -> None:
    frame = pl.DataFrame(
        {
            "amount": [Decimal("1234.50")],
            "value": [Decimal("1234.5678901234")],
            "share": [Decimal("0.763400")],
            "day": [date(2026, 10, 31)],
            "known": [datetime(2026, 10, 31, 13, tzinfo=ZoneInfo("Europe/Berlin"))],
            "row": [1200],
            "note": ["2026-10-31"],
        },
        schema_overrides={"amount": pl.Decimal(18, 2), "share": pl.Decimal(9, 6)},
    )
    made = workbook(frame, about=[], money=("value",))
    assert formats_of(made) == {
        "A2": "#,##0.00",
        "B2": "#,##0.00",
        "C2": "#,##0.00####",
        "D2": "yyyy-mm-dd",
        "E2": "yyyy-mm-dd hh:mm:ss",
        "F2": "0",
    }
    held = numbers_of(made)
    assert held["C2"] == "0.7634"
    assert Decimal(held["B2"]) == Decimal("1234.5678901234")
    assert held["D2"] == "46326"
    assert held["E2"] == "46326.5"  # noon, in UTC
