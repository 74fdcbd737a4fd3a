"""An as-of build gives the same mart, table for table, after the lake was compacted, checkpointed and vacuumed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable

from lake import health, maintenance
from lake.events import ignore
from lake.store import Lake
from tests.firm import Firm, configure, tieout

#: What every build says of itself; a certificate's content says it once more, so that its seal differs, too.
OF_THE_RUN = {"run_id", "build_time", "built_at", "published_at", "seal"}
CONTENT = """regexp_replace(content, '"(run_id|build_time)":"[^"]*"', '', 'g')"""


def _mart(firm: Firm, moment: str) -> Path:
    before = set(firm.mart.parent.glob("mart_asof-*.duckdb"))
    firm.run("build", "--as-of", moment)
    (new,) = set(firm.mart.parent.glob("mart_asof-*.duckdb")) - before
    return new


def _differences(one: Path, other: Path) -> tuple[int, list[str]]:
    """Return how many tables were compared, and the names of those that differ."""
    with duckdb.connect() as both:
        both.execute(f"attach '{one}' as one (read_only)")
        both.execute(f"attach '{other}' as other (read_only)")
        listed = (
            "select table_schema, table_name from information_schema.tables where table_catalog = '{}' order by 1, 2"
        )
        tables = both.execute(listed.format("one")).fetchall()
        assert tables == both.execute(listed.format("other")).fetchall()
        different = []
        for schema, name in tables:
            described = both.execute(f'describe one."{schema}"."{name}"').fetchall()
            named = (c[0] for c in described if c[0] not in OF_THE_RUN)
            columns = ", ".join(CONTENT if name == "content" else f'"{name}"' for name in named)
            a, b = (f'select {columns} from {side}."{schema}"."{name}"' for side in ("one", "other"))
            query = f"select count(*) from (({a} except all {b}) union all ({b} except all {a}))"
            if both.execute(query).fetchall() != [(0,)]:
                different.append(name)
        return len(tables), different


@pytest.mark.slow
def test_an_as_of_build_is_the_same_before_and_after_a_maintenance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = Firm(folder=tmp_path)
    config = configure(tmp_path)
    config.write_text(config.read_text("utf-8").replace("clock: data", "clock: now"), encoding="utf-8")
    size = ("--consultants", "10", "--months", "2", "--seed", "5", "--last-day-to", str(tmp_path / "day"))
    done = tieout("simulate", str(firm.extracts), *size)
    assert done.returncode == 0, done.stderr
    firm.run("ingest")
    moment = datetime.now(UTC).isoformat()
    day = configure(
        tmp_path, feeds=[f.name for f in sorted((tmp_path / "day").iterdir()) if f.name[0] != "_"], extracts="day"
    )
    day.write_text(day.read_text("utf-8").replace("clock: data", "clock: now"), encoding="utf-8")
    firm.run("ingest")
    before = _mart(firm, moment)
    lake = Lake(str(firm.lake_root))
    files = {t.table: t.files for t in health.tables(lake)}
    monkeypatch.setattr(health, "MANY_SMALL", 2)
    monkeypatch.setattr(maintenance, "_CHECKPOINT_EVERY", 1)
    deleted: list[str] = []

    def at_once(table: DeltaTable) -> int:
        """Delete as if the retention were over, which the clock of a test cannot wait for."""
        gone = table.vacuum(retention_hours=0, dry_run=False, full=True, enforce_retention_duration=False)
        deleted.extend(gone)
        return len(gone)

    monkeypatch.setattr(maintenance, "_vacuum", at_once)
    kept = maintenance.maintain(lake, events=ignore)
    assert sum(m.compacted for m in kept) > 5
    assert deleted, "files that compaction replaced are gone"
    assert sum(t.files for t in health.tables(lake)) < sum(files.values())
    compared, different = _differences(before, _mart(firm, moment))
    assert compared > 30
    assert different == []
