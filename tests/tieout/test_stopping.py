"""Ctrl-C in every verb: one sentence, exit code 130, and nothing half done; run again, the work is finished."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests import parsed
from tests.firm import ROOT, Firm, configure, tieout

SENTENCE = "tieout: stopped; run the command again to go on."
OWN_PIPES = 2  # by which a command hears of a stop
PATIENCE = 60
EARLY = [
    ("simulate", "x"), ("ingest",), ("build",), ("run",), ("app",), ("replay", "1"), ("maintain",),
    ("restate", "--from", "2026-09-30"), ("contracts",), ("sql", "select 1"), ("export", "dim_project", "x.csv"),
    ("status",), ("lineage", "x"), ("exceptions",), ("exceptions", "accept", "x", "--reason", "r", "--by", "b"),
    ("metric",), ("certificate", "verify"), ("adapter", "check", "x.yml"), ("adapter", "new", "x"),
    ("resubmit", "list"),
]  # fmt: skip


@pytest.fixture
def own(firm: Firm, tmp_path: Path) -> Firm:
    """A copy of the firm, so that what is stopped there is nobody else's."""
    copy = Firm(folder=tmp_path / "own")
    shutil.copytree(firm.folder, copy.folder, symlinks=True)
    return copy


@pytest.mark.parametrize("arguments", EARLY, ids=lambda words: " ".join(words[:2]))
def test_a_verb_that_is_stopped_as_it_begins_is_one_sentence(firm: Firm, arguments: tuple[str, ...]) -> None:
    with _begun(*arguments, "--config", str(firm.config)) as process:
        while _pipes(process.pid) < 2 + OWN_PIPES and process.poll() is None:
            os.sched_yield()
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=PATIENCE)[1].strip()
    assert (process.returncode, said) == (130, SENTENCE)


def test_an_extract_that_was_stopped_leaves_nothing_and_can_be_written_again(tmp_path: Path) -> None:
    target = tmp_path / "extracts"
    small = ("simulate", str(target), "--consultants", "20", "--months", "3")
    _stopped(*small, at="simulate_progress")
    assert [path.name for path in tmp_path.rglob("*")] == ["extracts"]
    assert tieout(*small).returncode == 0
    assert any(target.rglob("time_entry/*.csv"))


@pytest.mark.parametrize("at", ["batch_started", "entity_landed", "batch_committed"])
def test_an_ingest_that_was_stopped_is_finished_by_the_next(firm: Firm, tmp_path: Path, at: str) -> None:
    configure(tmp_path, feeds=("psa", "crm"), extracts=str(firm.extracts))
    _stopped("ingest", "--config", str(tmp_path / "tieout.yml"), at=at)
    fresh = Firm(folder=tmp_path)
    fresh.run("ingest")
    landed = (
        "select source_system, status, sum(landed) from lake.batches"
        " where status <> 'started' and source_system in ('psa', 'crm') group by all order by 1"
    )
    assert fresh.run("sql", landed, "--format", "csv").stdout == firm.run("sql", landed, "--format", "csv").stdout


@pytest.mark.slow
def test_a_build_that_was_stopped_leaves_a_mart_that_is_whole_and_is_finished_by_the_next(own: Firm) -> None:
    before = _figures(own.mart)
    for at in ("build_progress", "publish_started", "gold_progress"):
        _stopped("build", "--config", str(own.config), at=at)
        assert _figures(own.mart) == before, at
        assert list(own.mart.parent.glob(".*")) == [], at
    own.run("build")
    assert _figures(own.mart) == before
    with duckdb.connect(str(own.mart), read_only=True) as connection:
        for gold in (own.lake_root / "gold").iterdir():
            row = connection.execute(f"select count(*) from mart.{gold.name}").fetchone()
            assert row == (pl.scan_delta(str(gold)).select(pl.len()).collect().item(),), gold.name


def test_a_comparison_that_was_stopped_leaves_no_work_behind(own: Firm) -> None:
    _stopped("restate", "--from", "2026-10-15", "--config", str(own.config), at="build_progress")
    assert list((own.lake_root / "work").glob("asof-*")) == []


def test_a_maintenance_that_was_stopped_loses_no_row(own: Firm) -> None:
    count = ("sql", "select count(*) from lake.time_entry", "--format", "csv")
    before = own.run(*count).stdout
    _stopped("maintain", "--config", str(own.config), at="maintain_progress")
    assert own.run(*count).stdout == before
    own.run("maintain")
    assert own.run(*count).stdout == before


def test_a_replay_that_was_stopped_is_finished_by_the_next_ingest(own: Firm) -> None:
    _stopped("replay", "1", "--config", str(own.config), at="entity_landed")
    own.run("ingest")
    left = "select count(*) from (select batch_id from lake.batches group by 1 having count(*) = 1)"
    assert own.run("sql", left, "--format", "csv").stdout.split()[-1] == "0"


def test_an_export_that_was_stopped_leaves_the_file_of_before(own: Firm, tmp_path: Path) -> None:
    target = tmp_path / "ledger.xlsx"
    target.write_text("what lay here", encoding="utf-8")
    _stopped("export", "fct_project_ledger", str(target), "--config", str(own.config), at="export_started")
    assert target.read_text(encoding="utf-8") == "what lay here"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["ledger.xlsx"]


def test_a_long_question_is_stopped(firm: Firm) -> None:
    endless = (
        "select count(*) from mart.fct_metric a, mart.fct_metric b, mart.fct_metric c where a.numerator > b.numerator"
    )
    with _begun("sql", endless, "--config", str(firm.config)) as process:
        while not _has_open(process.pid, firm.mart.resolve()) and process.poll() is None:
            os.sched_yield()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=PATIENCE)[1].strip() == SENTENCE
    assert process.returncode == 130


def test_the_server_of_the_app_ends_with_a_sentence(firm: Firm) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with _begun("app", "--port", str(port), "--config", str(firm.config)) as server:
        assert server.stdout is not None
        assert any("URL:" in line for line in server.stdout)
        server.send_signal(signal.SIGINT)
        said = server.communicate(timeout=PATIENCE)[1].splitlines()
    assert (server.returncode, said[-1]) == (130, SENTENCE)
    assert not any("Traceback" in line for line in said)


def test_a_stop_that_is_lost_where_python_tidies_up_is_heeded_without_a_word() -> None:
    script = """
import os, signal, time
from tieout import stopping
class Tidied:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
def work():
    Tidied()
    time.sleep(60)
    return 0
stopping.until_stopped(work)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )  # fmt: skip
    assert (done.returncode, done.stderr.strip()) == (130, SENTENCE)


def _stopped(*arguments: str, at: str) -> None:
    """Run a command and stop it at the first event named; it must have said so, once, as JSON and last."""
    with _begun(*arguments, "--json") as process:
        assert process.stderr is not None
        events = iter(json.loads(line)["event"] for line in process.stderr)
        assert at in events, "the command ended before it came so far"
        process.send_signal(signal.SIGINT)
        rest = list(events)
        process.wait(timeout=PATIENCE)
    assert process.returncode == 130
    assert rest[-1] == "stopped"
    assert not {"failed", "feed_refused", "batch_refused"} & set(rest)


@contextmanager
def _begun(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tieout", *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env={**os.environ, **parsed.environment(), "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _links(pid: int) -> list[str]:
    found = []
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            found.append(str(link.readlink()))
        except OSError:
            continue
    return found


def _pipes(pid: int) -> int:
    return sum(link.startswith("pipe:") for link in _links(pid))


def _has_open(pid: int, file: Path) -> bool:
    return str(file) in _links(pid)


def _figures(mart: Path) -> tuple[object, ...]:
    with duckdb.connect(str(mart), read_only=True) as connection:
        row = connection.execute(
            "select count(*), sum(amount_group), (select sum(numerator) from mart.fct_metric),"
            " (select count(*) from mart.recon_item) from mart.fct_project_ledger"
        ).fetchone()
    assert row is not None
    return row
