"""The day after: a second drop on top of the first, through the same commands, with every test of the build."""

import json
from decimal import Decimal
from pathlib import Path

import duckdb

from tests.firm import Firm, configure, tieout


def test_the_day_after_lands_builds_and_closes(tmp_path: Path) -> None:
    firm = Firm(folder=tmp_path)
    configure(tmp_path)
    size = ("--consultants", "40", "--months", "3", "--seed", "5")
    done = tieout("simulate", str(firm.extracts), *size, "--last-day-to", str(tmp_path / "day"))
    assert done.returncode == 0, done.stderr
    firm.run("run")
    before = _bridge(firm)
    configure(
        tmp_path, feeds=[f.name for f in sorted((tmp_path / "day").iterdir()) if f.name[0] != "_"], extracts="day"
    )
    firm.run("run")
    after = _bridge(firm)
    for flow, (operational, breaks, posted) in after.items():
        assert operational - breaks == posted, flow
    assert after["labor_cost"] != before["labor_cost"], "the day's entries are not in the figures"
    with duckdb.connect(str(firm.lake_root / "work" / "build.duckdb"), read_only=True) as build:
        assert build.execute("select is_full, reason from staging.stg_lake__build_scope").fetchall()[0][0] is False


def _bridge(firm: Firm) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    query = (
        "select flow, sum(operational_group) as o, sum(breaks_group) as b, sum(posted_group) as p"
        " from mart.recon_bridge_total group by flow"
    )
    rows = json.loads(firm.run("sql", query, "--format", "json").stdout)
    return {r["flow"]: (Decimal(r["o"]), Decimal(r["b"]), Decimal(r["p"])) for r in rows}
