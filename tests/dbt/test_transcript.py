"""What dbt sent is sent again only where it says the same, and what does not go well is done by dbt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from tests.firm import ROOT
from tieout import transcript
from tieout.transcript import Transcript, steady

MACROS = {
    "cents": "{% macro cents(x) %}round({{ x }}, 2){% endmacro %}",
    "asked": "{% macro asked() %}{{ return(run_query('select 1').rows) }}{% endmacro %}",
    "through": "{% macro through() %}{{ cents(asked()) }}{% endmacro %}",
}


@pytest.mark.parametrize(
    ("code", "says_the_same"),
    [
        ("select {{ cents('a') }} from {{ ref('x') }}{% for n in [1] %}{{ loop.index }}{% endfor %}", True),
        ("select '{{ var('as_of', none) }}', '{{ env_var('TIEOUT_CLOCK') }}' from {{ source('l', 'e') }}", True),
        ("select '{{ env_var('TIEOUT_RUN_ID') }}'", False),
        ("select '{{ env_var(this.name) }}'", False),
        ("select '{{ run_started_at }}'", False),
        ("select '{{ invocation_id }}'", False),
        ("select {{ asked() }}", False),
        ("select {{ through() }}", False),
        ("select {{ adapter.get_relation(this.database, this.schema, this.name) }}", False),
        ("select {{ graph.nodes | length }}", False),
    ],
)
def test_only_what_asks_nothing_of_the_day_says_the_same(code: str, says_the_same: bool) -> None:  # noqa: FBT001
    assert steady(code, MACROS, environment=["TIEOUT_CLOCK"]) is says_the_same


def heard(said: Transcript, node: str, *statements: str) -> None:
    """Let dbt send the statements of a node."""
    for sql in statements:
        data = SimpleNamespace(node_info=SimpleNamespace(unique_id=node), sql=sql)
        said(SimpleNamespace(info=SimpleNamespace(name="SQLQuery"), data=data))


def test_what_is_kept_is_what_makes_and_checks_under_the_same_key(tmp_path: Path) -> None:
    file = tmp_path / "transcript.json"
    said = Transcript(file, "key")
    made = (
        "drop table if exists a; create table a as select 1",
        "select count(*), any_value(concat_ws(', ', k)) from a",
    )
    heard(said, "a", "BEGIN", "describe (select 1)", *made, "COMMIT")
    said.judge("a", is_steady=True)
    heard(said, "b", "drop table b; create view b as select 1")  # it stood as a table: tomorrow it does not
    said.judge("b", is_steady=True)
    heard(said, "c", "drop table if exists c; create table c as select 1")
    said.judge("c", is_steady=False)
    said.write()
    again = Transcript(file, "key")
    assert [again.of(node) for node in ("a", "b", "c", "d")] == [list(made), [], [], []]
    assert [again.is_judged(node) for node in ("b", "c", "d")] == [False, True, False]
    assert not Transcript(file, "another").holds
    file.write_text("{", encoding="utf-8")
    assert not Transcript(file, "key").holds


def test_the_key_follows_the_project_and_the_environment(tmp_path: Path) -> None:
    for name in ("profiles.yml", "dbt_project/models/a.sql", "lake/contracts/crm.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    keys = [transcript.key(tmp_path, {"CLOCK": "data"}), transcript.key(tmp_path, {"CLOCK": "now"})]
    for name in ("profiles.yml", "dbt_project/models/a.sql", "lake/contracts/crm.py"):
        (tmp_path / name).write_text("other")
        keys.append(transcript.key(tmp_path, {"CLOCK": "data"}))
    assert len(set(keys)) == len(keys)
    assert transcript.key(tmp_path, {"CLOCK": "data"}) == keys[-1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A dbt project of a table with a key, a view on it and a test of that, which makes them as ours does."""
    ours = ROOT / "dbt_project"
    for folder in ("materializations", "macros", "models", "tests"):
        (tmp_path / folder).mkdir()
    for name in ("table", "view"):
        (tmp_path / "materializations" / f"{name}.sql").symlink_to(ours / "materializations" / f"{name}.sql")
    (tmp_path / "macros" / "keys.sql").symlink_to(ours / "macros" / "refuse_repeated_keys.sql")
    (tmp_path / "models" / "kept.sql").write_text("{{ config(unique_key=['k']) }} select * from raw.main.given")
    (tmp_path / "models" / "seen.sql").write_text("{{ config(materialized='view') }} select * from {{ ref('kept') }}")
    (tmp_path / "models" / "timed.sql").write_text("select '{{ run_started_at }}' as at")
    (tmp_path / "tests" / "no_loss.sql").write_text("select * from {{ ref('seen') }} where amount < 0")
    (tmp_path / "dbt_project.yml").write_text(
        "name: small\nprofile: small\nquery-comment:\nmacro-paths: [macros, materializations]\n"
        "models: {small: {+materialized: table}}\n"
    )
    (tmp_path / "profiles.yml").write_text(
        f"small: {{target: d, outputs: {{d: {{type: duckdb, path: {tmp_path}/small.duckdb,"
        f" attach: [{{path: {tmp_path}/raw.duckdb, alias: raw}}]}}}}}}\n"
    )
    return tmp_path


def built(project: Path, rows: str) -> dict[str, tuple[str, str, str]]:
    """Build on these given rows; return by node who did it, its status and its message."""
    with duckdb.connect(str(project / "raw.duckdb")) as raw:
        raw.execute(f"create or replace table given as select * from (values {rows}) as v (k, amount)")
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.dbt.following import main; main()"
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = [line.split("|", 3) for line in done.stdout.splitlines() if line.count("|") >= 3]
    return {name: (who, status, message) for name, who, status, message in told}


def standing(project: Path) -> list[tuple[object, ...]]:
    """The rows that a reader of the view finds."""
    attached = f"attach '{project}/small.duckdb' as small (read_only)"
    with duckdb.connect() as connection:
        return connection.execute(attached).execute("select k, amount from small.main.seen order by all").fetchall()


@pytest.mark.slow
def test_what_was_sent_is_sent_again_and_sees_what_is_new(project: Path) -> None:
    assert {name: who for name, (who, _, _) in built(project, "('a', 1)").items()} == dict.fromkeys(
        ("kept", "seen", "timed", "no_loss"), "dbt"
    )
    again = built(project, "('a', 2), ('b', 3)")
    assert {name: answer[:2] for name, answer in again.items()} == {
        "kept": ("sent", "success"),
        "seen": ("sent", "success"),
        "timed": ("dbt", "success"),
        "no_loss": ("sent", "pass"),
    }
    assert standing(project) == [("a", 2), ("b", 3)]


@pytest.mark.slow
def test_what_fails_is_told_by_dbt_and_what_stood_stays(project: Path) -> None:
    built(project, "('a', 1)")
    repeated = built(project, "('a', 1), ('a', 2)")
    assert repeated["kept"][:2] == ("dbt", "error")
    assert "1 keys (k) of kept are repeated or empty, such as a" in repeated["kept"][2]
    assert repeated["seen"][1] == repeated["no_loss"][1] == "skipped"
    assert standing(project) == [("a", 1)]
    lost = built(project, "('a', -1)")
    assert lost["no_loss"][:2] == ("dbt", "fail")
    assert "Got 1 result" in lost["no_loss"][2]
    assert built(project, "('a', 4)")["no_loss"][:2] == ("sent", "pass")


@pytest.mark.slow
def test_a_table_that_became_a_view_is_dropped_before_it_is_made(project: Path) -> None:
    built(project, "('a', 1)")
    with duckdb.connect(str(project / "small.duckdb")) as connection:
        connection.execute("drop view seen")
        connection.execute("create table seen as select 'old' as k, 0 as amount")
    assert built(project, "('a', 5)")["seen"][:2] == ("dbt", "success")
    assert standing(project) == [("a", 5)]
    assert built(project, "('a', 6)")["seen"][0] == "dbt", "what dropped the table is not sent again"
    assert built(project, "('a', 7)")["seen"][0] == "sent"
