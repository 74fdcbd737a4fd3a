"""How the command speaks when it is asked wrongly, stopped, or cannot write: one sentence and an exit code."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.firm import ROOT, Firm, tieout


def one_sentence(text: str) -> bool:
    lines = [line for line in text.strip().splitlines() if line]
    return len(lines) == 1 and lines[0].startswith("tieout: ")


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("frobnicate",), "frobnicate"),
        (("ingest", "--nope"), "--nope"),
        (("sql",), "query"),
        (("status", "--format", "xml"), "'xml'"),
        (("replay", "abc"), "batch"),
        (("simulate", "x", "--until", "soon"), "'soon'"),
        (("exceptions", "accept", "x"), "--reason"),
        (("app", "--port", "0"), "--port"),
    ],
)
def test_words_that_fit_no_verb_are_one_sentence_that_names_them(arguments: tuple[str, ...], names: str) -> None:
    done = tieout(*arguments)
    assert done.returncode == 2
    assert one_sentence(done.stderr), done.stderr
    assert names in done.stderr
    assert "--help` says what there is" in done.stderr


def test_without_any_words_the_help_is_printed() -> None:
    done = tieout()
    assert done.returncode == 2
    assert "simulate" in done.stdout
    assert not done.stderr


def test_a_folder_that_cannot_be_written_is_one_sentence(firm: Firm) -> None:
    done = tieout("simulate", "/proc/nowhere", "--consultants", "5", "--months", "1")
    assert done.returncode == 1
    assert "tieout: /proc/nowhere: " in done.stderr
    for ending in ("csv", "parquet", "xlsx"):
        refused = firm.run("export", "dim_project", f"/proc/nowhere/x.{ending}", expect=1)
        assert one_sentence(refused.stderr), refused.stderr


def test_a_table_that_is_not_there_gets_a_hint(firm: Firm, tmp_path: Path) -> None:
    refused = firm.run("export", "dim_projekt", str(tmp_path / "x.csv"), expect=1)
    assert refused.stderr == "tieout: The mart has no table 'dim_projekt'; did you mean dim_project?\n"
    asked = firm.run("sql", "select * from mart.dim_projekt", expect=1)
    assert 'Did you mean "dim_project"?' in asked.stderr
    assert one_sentence(asked.stderr), asked.stderr


def test_a_port_that_is_taken_is_one_sentence(firm: Firm) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        refused = firm.run("app", "--port", str(other.getsockname()[1]), expect=1)
    assert "is taken; give another with --port" in refused.stderr


def test_what_stops_the_command_stops_the_server(firm: Firm) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with _begin("app", "--port", str(port), "--config", str(firm.config)) as server:
        assert server.stdout is not None
        assert any("Uvicorn server started" in line or "URL:" in line for line in server.stdout)
        server.terminate()
        server.wait(timeout=30)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def _begin(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tieout", *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
