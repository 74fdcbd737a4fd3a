"""A batch that is committed while a build runs is in none of its figures, so no certificate names it."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from lake.catalogue import connect
from lake.store import Lake
from tests.dbt.building import build
from tests.dbt.landing import land, newest
from tests.firm import Firm


def test_a_batch_committed_during_the_certified_build_is_not_named_by_the_certificate(
    firm: Firm, tmp_path: Path
) -> None:
    copy = Firm(tmp_path / "firm")
    shutil.copytree(firm.folder, copy.folder, symlinks=True)
    work = copy.lake_root / "work"
    batches = "select max(batch_id) from lake.batches"
    with connect(Lake(str(copy.lake_root)), mart=None) as lake:
        before = lake.execute(batches).fetchall()[0][0]
    land(copy, "psa", "time_entry", newest(copy, "time_entry", "time_entry_id", "status = 'approved'", 1))
    copy.run("ingest")
    with connect(Lake(str(copy.lake_root)), mart=None) as lake:
        assert lake.execute(batches).fetchall()[0][0] > before
    # what the build read is read; what it writes last is still to come
    build(copy.lake_root, work, "--select", "obs_batches", "close_certificate")
    with duckdb.connect(str(work / "mart.duckdb"), read_only=True) as mart:
        named = mart.execute("select distinct batch_ids, batch_count from close_certificate").fetchall()
        shown = mart.execute("select status from obs_batches where batch_id > ?", [before]).fetchall()
    assert named == [(f"1-{before}", before)]
    assert shown == [("started",)]
