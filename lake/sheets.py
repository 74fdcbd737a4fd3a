"""How a spreadsheet shows what the mart holds: the number format of each kind of column."""

from __future__ import annotations

import polars as pl

MONEY = "#,##0.00"
DAY = "yyyy-mm-dd"
MOMENT = "yyyy-mm-dd hh:mm:ss"
WHOLE = "0"
PLAIN = "General"
FINEST = 6  # decimals; no column of a contract has more


def number_format(kind: pl.DataType) -> str:
    """Return the format of a column's cells: amounts and hours to the cent, rates and shares to what they are given."""
    if isinstance(kind, pl.Decimal):
        return MONEY + "#" * min(max(kind.scale - 2, 0), FINEST - 2) if kind.scale else WHOLE
    if isinstance(kind, pl.Datetime):
        return MOMENT
    if isinstance(kind, pl.Date):
        return DAY
    return WHOLE if kind.is_integer() else PLAIN


def without_zones(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with moments in UTC and without a zone, as a sheet can hold no other."""
    zoned = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime) and kind.time_zone]
    return frame.with_columns(pl.col(zoned).dt.convert_time_zone("UTC").dt.replace_time_zone(None))
