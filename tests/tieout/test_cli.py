import json
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.firm import FEEDS, Firm, configure, tieout


def one_sentence(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.startswith("tieout:")]
    return len(lines) == 1 and "Traceback" not in text


@pytest.mark.parametrize("verb", ["ingest", "build", "run", "status", "exceptions", "maintain", "app"])
def test_a_missing_configuration_is_one_sentence(tmp_path: Path, verb: str) -> None:
    done = tieout(verb, "--config", str(tmp_path / "absent.yml"))
    assert done.returncode == 1
    assert one_sentence(done.stderr), done.stderr


@pytest.mark.parametrize(
    "arguments", [["build"], ["status"], ["sql", "select 1"], ["app"], ["exceptions"], ["export", "t", "t.csv"]]
)
def test_before_the_first_ingest_every_verb_says_what_to_do(tmp_path: Path, arguments: list[str]) -> None:
    config = configure(tmp_path)
    done = tieout(*arguments, "--config", str(config))
    assert done.returncode == 1
    assert one_sentence(done.stderr), done.stderr
    assert re.search(r"run `tieout", done.stderr)


def test_a_missing_feed_folder_is_refused_in_one_sentence_and_stops_no_other_feed(tmp_path: Path) -> None:
    config = configure(tmp_path, feeds=("psa", "crm"))
    (tmp_path / "extracts/crm").mkdir(parents=True)
    (tmp_path / "extracts/crm/customer.csv").write_text("customer_id,name\nC1,Acme\n", encoding="utf-8")
    done = tieout("ingest", "--config", str(config))
    assert done.returncode == 1
    assert "Feed psa refused" in done.stderr
    assert "Traceback" not in done.stderr
    count = tieout("sql", "select count(*) as n from lake.customer", "--format", "json", "--config", str(config))
    assert json.loads(count.stdout) == [{"n": 1}]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            "connection: {kind: postgres, host: localhost, database: d, user: u, password: env:TIEOUT_NOT_SET}",
            "the environment variable TIEOUT_NOT_SET, which holds a secret, is not set",
        ),
        ("path: extracts/psa", "adapter"),
    ],
)
def test_a_feed_without_its_secret_or_its_adapter_stops_no_other_feed(tmp_path: Path, fault: str, said: str) -> None:
    (tmp_path / "bad.yml").write_text(
        "system: bad\nabout: t\nsources: {}\nentities: {time_entry: {from: gone}}\n", encoding="utf-8"
    )
    config = configure(tmp_path, feeds=("crm",))
    first = f"feeds:\n  - {{name: psa, system: {tmp_path / 'bad.yml' if 'path' in fault else 'canonical'}, {fault}}}\n"
    config.write_text(config.read_text("utf-8").replace("feeds:\n", first), encoding="utf-8")
    (tmp_path / "extracts/crm").mkdir(parents=True)
    (tmp_path / "extracts/psa").mkdir()
    (tmp_path / "extracts/crm/customer.csv").write_text("customer_id,name\nC1,Acme\n", encoding="utf-8")
    done = tieout("ingest", "--config", str(config))
    assert done.returncode == 1
    refused = [line for line in done.stderr.splitlines() if "Feed psa refused" in line]
    assert len(refused) == 1, done.stderr
    assert said in refused[0]
    assert "Traceback" not in done.stderr
    assert "1 rows read = 1 landed" in done.stdout + done.stderr


def test_contracts_prints_one_and_names_what_there_is() -> None:
    assert "work_date" in tieout("contracts", "time_entry").stdout
    missing = tieout("contracts", "time_entri")
    assert missing.returncode == 1
    assert one_sentence(missing.stderr)


def test_the_run_printed_both_bases_and_a_bridge_that_closes(firm: Firm) -> None:
    with duckdb.connect(str(firm.mart), read_only=True) as connection:
        rows = connection.execute(
            "select flow, sum(operational_group), sum(breaks_group), sum(posted_group)"
            " from mart.recon_bridge_total group by flow"
        ).fetchall()
    assert {flow for flow, *_ in rows} >= {"labor_cost", "expense_cost", "vendor_cost", "revenue", "billing"}
    for flow, operational, breaks, posted in rows:
        assert isinstance(posted, Decimal), flow
        assert operational - breaks == posted, flow


def test_sql_reads_and_refuses_to_write(firm: Firm) -> None:
    answer = firm.run("sql", "select distinct basis from mart.fct_project_ledger order by 1", "--format", "csv")
    assert answer.stdout.split() == ["basis", "finance_posted", "operational"]
    for statement in (
        "drop table mart.dim_project",
        "delete from mart.dim_project",
        "select 1; select 2",
        "copy (select 1) to 'x.csv'",
        "install httpfs",
        "selec 1",
    ):
        refused = firm.run("sql", statement, expect=1)
        assert one_sentence(refused.stderr), refused.stderr


def test_sql_cannot_read_other_files_of_the_machine(firm: Firm) -> None:
    refused = firm.run("sql", "select * from read_text('/etc/hostname')", expect=1)
    assert one_sentence(refused.stderr), refused.stderr


def test_status_counts_what_landed(firm: Firm) -> None:
    found = json.loads(firm.run("status", "--format", "json").stdout)["feeds"]
    assert {row["feed"] for row in found} == set(FEEDS)
    for row in found:
        assert row["landed"] + row["quarantined"] + row["excluded"] == row["rows_read"]


def test_a_second_ingest_of_the_same_extracts_lands_nothing(firm: Firm) -> None:
    before = firm.run("sql", "select count(*) from lake.time_entry", "--format", "csv").stdout
    firm.run("ingest")
    assert firm.run("sql", "select count(*) from lake.time_entry", "--format", "csv").stdout == before


def test_export_writes_what_the_mart_holds(firm: Firm, tmp_path: Path) -> None:
    target = tmp_path / "projects.csv"
    firm.run("export", "dim_project", str(target))
    with duckdb.connect(str(firm.mart), read_only=True) as connection:
        expected = connection.execute("select count(*) from mart.dim_project").fetchone()
    assert expected is not None
    assert len(target.read_text(encoding="utf-8").splitlines()) == expected[0] + 1
    refused = firm.run("export", "dim_projekt", str(target), expect=1)
    assert "dim_project" in refused.stderr
