"""A table as an XLSX file with an About sheet."""

from __future__ import annotations

import io
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]

from lake import sheets


def workbook(frame: pl.DataFrame, *, about: list[tuple[str, str]], money: Collection[str] = ()) -> bytes:
    """Return an XLSX file with the rows and a sheet About; text is written as text, never as a formula.

    Cells are formatted by their column's kind, the columns named in `money` to the cent whatever they were computed to.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    frame = sheets.without_zones(frame)
    with xlsxwriter.Workbook(buffer, options) as book:
        bold = book.add_format({"bold": True})
        data = book.add_worksheet("Data")
        data.freeze_panes(1, 0)
        forms = []
        for column, (header, kind) in enumerate(frame.schema.items()):
            data.write_string(0, column, header, bold)
            data.set_column(column, column, max(12, len(header) + 2))
            form = sheets.MONEY if header in money else sheets.number_format(kind)
            forms.append(book.add_format({"num_format": form}))
        for number, row in enumerate(frame.iter_rows(), start=1):
            for column, cell in enumerate(row):
                _write(data, number, column, cell, forms[column])
        sheet = book.add_worksheet("About")
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, 1, 90)
        for number, (label, text) in enumerate(about):
            sheet.write_string(number, 0, label, bold)
            sheet.write_string(number, 1, text)
    return buffer.getvalue()


def _write(sheet: Any, row: int, column: int, cell: object, form: Any) -> None:  # noqa: ANN401 - untyped library
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, (int, float, Decimal)):
        sheet.write_number(row, column, float(cell), form)
    elif isinstance(cell, date):  # a moment is one, too
        sheet.write_datetime(row, column, cell, form)
    else:
        sheet.write_string(row, column, str(cell))
