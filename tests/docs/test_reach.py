"""The guide for those who come without tieout: what it writes down is run as it is written."""

from __future__ import annotations

import re
import subprocess
import sys

import duckdb

from tests.firm import ROOT, Firm

GUIDE = (ROOT / "docs/reach-the-tables.md").read_text(encoding="utf-8")


def blocks(language: str, firm: Firm) -> list[str]:
    """The guide's blocks of a language, about this firm's lake instead of the demo's."""
    found = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return [one.replace("lake/data", str(firm.lake_root)) for one in found]


def test_plain_duckdb_reads_the_mart_and_the_lake_as_the_guide_says(firm: Firm) -> None:
    mart, lake = blocks("sql", firm)
    with duckdb.connect(str(firm.mart), read_only=True) as client:
        bases = {row[0] for row in client.sql(mart).fetchall()}
    assert bases == {"operational", "finance_posted"}
    with duckdb.connect() as client:
        client.execute(lake.replace(".venv/", f"{sys.prefix}/"))
        assert len(client.fetchall()) == 5


def test_polars_reads_the_gold_tables_as_the_guide_says(firm: Firm) -> None:
    (code,) = blocks("python", firm)
    done = subprocess.run(
        [sys.executable, "-c", code.replace("pl.scan_delta", "found = pl.scan_delta") + "\nassert found.height > 0"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
