"""Every verb takes --config, and speaks JSON lines when asked: its answer, its progress, its failure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from tests.firm import Firm, tieout
from tieout.verbs import app


def verbs(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every verb that can be called: its words and its command."""
    for name, inner in getattr(command, "commands", {}).items():
        if not getattr(inner, "commands", None) or getattr(inner, "invoke_without_command", False):
            yield (*words, name), inner
        yield from verbs(inner, (*words, name))


VERBS = dict(verbs(get_command(app)))
SPECIFIED = {
    "simulate", "ingest", "build", "run", "contracts", "app", "sql", "status", "exceptions", "replay", "maintain",
    "adapter new", "adapter check", "certificate verify", "export",
}  # fmt: skip


def test_there_are_the_verbs_of_the_front_door() -> None:
    assert {" ".join(words) for words in VERBS} >= SPECIFIED


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_a_verb_takes_a_configuration_and_speaks_json_lines(words: tuple[str, ...]) -> None:
    options = {option for parameter in VERBS[words].params for option in parameter.opts}
    assert {"--config", "--json"} <= options


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        (("sql", "select project_key, practice from mart.dim_project limit 3"), {"project_key", "practice"}),
        (("exceptions", "--limit", "3"), {"category", "item_id", "difference_group"}),
        (("metric", "utilization_billable", "--basis", "operational", "--by", "practice"), {"practice", "value"}),
        (("metric",), {"metric_id", "formula"}),
        (("status",), {"feeds", "refused", "drift", "tables", "mart"}),
        (("contracts",), {"entity", "owner", "grain"}),
        (("contracts", "time_entry"), {"column", "type", "is_required", "sensitivity", "meaning"}),
        (("certificate", "verify"), set()),
        (("resubmit", "list"), set()),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_an_answer_is_one_json_object_a_line(firm: Firm, arguments: tuple[str, ...], fields: set[str]) -> None:
    lines = [json.loads(line) for line in firm.run(*arguments, "--json").stdout.splitlines()]
    assert all(fields <= line.keys() for line in lines)
    assert lines or not fields


def test_a_path_of_the_lineage_is_one_json_object(firm: Firm) -> None:
    posted = "select gl_line_id from mart.lineage where level = 'line' and gl_line_id is not null limit 1"
    line = json.loads(firm.run("sql", posted, "--json").stdout)["gl_line_id"]
    (path,) = [json.loads(one) for one in firm.run("lineage", line, "--json").stdout.splitlines()]
    assert path["level"] == "line"
    assert path["posted_file"].endswith(".csv")
    unposted = (
        "select source_id from mart.fct_project_ledger where basis = 'operational' and source_id not in"
        " (select source_id from mart.lineage where source_id is not null) limit 1"
    )
    record = json.loads(firm.run("sql", unposted, "--json").stdout)["source_id"]
    alone = json.loads(firm.run("lineage", record, "--json").stdout.splitlines()[0])
    assert (alone["level"], alone["source_id"]) == ("not_posted", record)


def test_an_export_reports_what_it_wrote(firm: Firm, tmp_path: Path) -> None:
    done = firm.run("export", "dim_project", str(tmp_path / "x.csv"), "--json")
    started, exported = (json.loads(line) for line in done.stderr.splitlines())
    assert (started["event"], exported["event"]) == ("export_started", "exported")
    assert exported["rows"] == len((tmp_path / "x.csv").read_text("utf-8").splitlines()) - 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("build",), 1),
        (("sql", "selec 1"), 1),
        (("contracts", "time_entri"), 1),
        (("ingest", "--nope"), 2),
        (("nope",), 2),
    ],
)
def test_a_failure_is_a_json_line_with_the_sentence_and_the_code(
    tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    (tmp_path / "tieout.yml").write_text("lake_root: lake\n", encoding="utf-8")
    given = (*arguments, "--config", str(tmp_path / "tieout.yml"), "--json")
    done = tieout(*given)
    (said,) = (json.loads(line) for line in done.stderr.splitlines())
    assert (done.returncode, said["event"], said["exit_code"]) == (code, "failed", code)
    assert said["message"].endswith(".")


@pytest.mark.parametrize(
    "arguments", [("simulate", "x"), ("contracts",), ("adapter", "check", "x"), ("adapter", "new", "x")]
)
def test_a_configuration_that_does_not_hold_is_refused_even_where_it_is_not_needed(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = tieout(*arguments, "--config", str(tmp_path / "absent.yml"))
    assert done.returncode == 1
    assert "There is no configuration file" in done.stderr
