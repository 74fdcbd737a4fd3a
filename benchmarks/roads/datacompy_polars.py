"""A general table comparison: datacompy on Polars, the same key and columns, to the end of its report."""

from __future__ import annotations

import sys

import polars as pl
from datacompy import PolarsCompare


def main(folder: str, key: str, compared: str, _target: str) -> None:
    """Compare the rows under `folder` on the columns `key`, column by column of `compared`."""
    keys, columns = key.split(","), compared.split(",")
    operational, posted = (
        pl.read_parquet(f"{folder}/{basis}.parquet", columns=[*keys, *columns])
        for basis in ("operational", "finance_posted")
    )
    done = PolarsCompare(operational, posted, join_columns=keys, df1_name="operational", df2_name="posted")
    sys.stdout.write(f"{done.report()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
