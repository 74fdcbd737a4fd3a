"""Rows to a file that a person named: whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from lake import sheets
from lake.errors import ConfigError

SUFFIXES = (".csv", ".parquet", ".xlsx")
SHEET_ROWS = 1_048_575  # below the header
SHEET_NAME = 31  # letters, as Excel has it


def require_known(target: Path) -> None:
    """Raise ConfigError where the file's ending says no form that can be written."""
    if target.suffix.lower() not in SUFFIXES:
        raise ConfigError(f"{target.name}: the file must end in .csv, .parquet or .xlsx.")


def write(frame: pl.DataFrame, target: Path, *, name: str) -> None:
    """Write the rows of `name` to `target` in the form that its ending says.

    Raises ConfigError where a sheet cannot hold them, OSError where the file cannot be written; what lay there stays.
    """
    if target.suffix.lower() == ".xlsx" and frame.height > SHEET_ROWS:
        raise ConfigError(f"{name} has {frame.height:,} rows, a sheet holds {SHEET_ROWS:,}; write .csv or .parquet.")
    with _beside(target) as file:
        if target.suffix.lower() == ".csv":
            frame.write_csv(file)
        elif target.suffix.lower() == ".parquet":
            frame.write_parquet(file)
        else:
            shown = _for_a_sheet(frame)
            forms: dict[Any, str] = {column: sheets.number_format(kind) for column, kind in shown.schema.items()}
            shown.write_excel(file, worksheet=name[:SHEET_NAME], column_formats=forms)


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give a file beside `target` to write to, and put it in its place when it is whole."""
    partial = target.with_name(f".{os.getpid()}-{target.name}")
    try:
        with partial.open("wb"):  # whether it can be written is told alike by all who write
            pass
        yield partial
        partial.replace(target)
    except OSError as error:
        error.filename = str(target)  # the one that the person named
        raise
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _for_a_sheet(frame: pl.DataFrame) -> pl.DataFrame:
    """Return what a sheet can hold: times without a zone, in UTC, and lists as text."""
    return sheets.without_zones(frame).with_columns(
        *(
            pl.col(name).cast(pl.List(pl.String)).list.join(", ")
            for name, kind in frame.schema.items()
            if isinstance(kind, pl.List)
        ),
    )
