"""The verbs that look after a lake and its adapters, through the command itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.firm import configure, tieout


def refused(*arguments: str) -> str:
    done = tieout(*arguments)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("tieout:")]
    return line


@pytest.mark.parametrize("verb", [["maintain"], ["replay", "1"]])
def test_before_the_first_ingest_there_is_no_lake_to_look_after(tmp_path: Path, verb: list[str]) -> None:
    assert "run `tieout ingest` first" in refused(*verb, "--config", str(configure(tmp_path)))
    assert not (tmp_path / "lake").exists()


def test_a_batch_is_replayed_by_its_number_and_the_counts_add_up(tmp_path: Path) -> None:
    config = configure(tmp_path, feeds=("crm",))
    (tmp_path / "extracts/crm").mkdir(parents=True)
    (tmp_path / "extracts/crm/customer.csv").write_text("customer_id,name\nC1,Acme\n,Nobody\n", encoding="utf-8")
    assert tieout("ingest", "--config", str(config)).returncode == 0
    done = tieout("replay", "1", "--config", str(config))
    assert done.returncode == 0, done.stderr
    assert "Batch 1 replayed: 2 rows read = 1 landed + 1 quarantined + 0 excluded" in done.stderr
    assert "no batch 9" in refused("replay", "9", "--config", str(config))


def test_a_drafted_adapter_goes_from_sample_to_check(tmp_path: Path) -> None:
    sample = tmp_path / "customer.csv"
    sample.write_text("customer_id,name\nC1,Acme\n", encoding="utf-8")
    drafted = tieout("adapter", "new", str(sample))
    assert drafted.returncode == 0, drafted.stderr
    file = tmp_path / "customer.yml"
    file.write_text(drafted.stdout, encoding="utf-8")
    checked = tieout("adapter", "check", str(file))
    assert checked.returncode == 0, checked.stderr
    assert "customer: files customer.csv; maps 2 columns." in checked.stdout
    file.write_text(drafted.stdout.replace("customer_id:", "client_id:"), encoding="utf-8")
    assert "client_id" in refused("adapter", "check", str(file))
    assert "absent.csv" in refused("adapter", "new", str(tmp_path / "absent.csv"))
