"""The guide for those who come without tieout: what it writes down is run as it is written."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.firm import ROOT, Firm

GUIDE = (ROOT / "docs/reach-the-tables.md").read_text(encoding="utf-8")


def blocks(language: str, firm: Firm) -> list[str]:
    """The guide's blocks of a language, about this firm's lake instead of the demo's."""
    found = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return [one.replace("lake/data", str(firm.lake_root)) for one in found]


def test_plain_duckdb_reads_the_mart_and_the_lake_as_the_guide_says(firm: Firm, tmp_path: Path) -> None:
    mart, lake = blocks("sql", firm)
    # The command line names the database after the link, Python after the file behind it.
    for file in (firm.mart, Path(shutil.copyfile(firm.mart, tmp_path / "mart.duckdb"))):
        with duckdb.connect(str(file), read_only=True) as client:
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


@pytest.mark.parametrize("opened", ["published", "renamed", "mart", "attached"])
def test_every_table_and_view_is_read_by_a_plain_client_whatever_the_file_is_called(
    firm: Firm, tmp_path: Path, opened: str
) -> None:
    file = firm.mart
    if opened != "published":
        file = Path(shutil.copyfile(firm.mart, tmp_path / f"{'mart' if opened == 'mart' else 'year end'}.duckdb"))
    with duckdb.connect() if opened == "attached" else duckdb.connect(str(file), read_only=True) as client:
        if opened == "attached":
            client.execute(f"attach '{file}' as books (read_only)")
        named = client.execute(
            "select table_catalog, table_schema, table_name from information_schema.tables where table_schema <> 'temp'"
        ).fetchall()
        assert {schema for _, schema, _ in named} == {"main", "mart"}
        assert ("mart", "lineage") in {(schema, name) for _, schema, name in named}
        for catalog, schema, name in named:
            client.execute(f'select * from "{catalog}"."{schema}"."{name}" limit 1').fetchall()
