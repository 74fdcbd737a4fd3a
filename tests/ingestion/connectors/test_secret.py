"""Secrets are given by reference, and no error, print or log ever shows one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.connectors.secret import reveal, scrubbed
from lake.errors import ConfigError
from tieout import settings

FEED = """
feeds:
  - name: erp
    connection: {{kind: postgres, host: h, database: d, user: u, {0}}}
"""


def refusal(tmp_path: Path, said: str) -> str:
    file = tmp_path / "tieout.yml"
    file.write_text(FEED.format(said), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        settings.load(file)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    return str(caught.value)


@pytest.mark.parametrize("said", ["password: hunter2", "password: 'env:'", "pasword: hunter2", "password: [hunter2]"])
def test_a_secret_in_the_configuration_is_refused_and_not_repeated(tmp_path: Path, said: str) -> None:
    text = refusal(tmp_path, said)
    assert "hunter2" not in text
    assert "connection" in text
    assert "\n" not in text


def test_a_reference_is_all_that_a_configuration_holds(tmp_path: Path) -> None:
    file = tmp_path / "tieout.yml"
    file.write_text(FEED.format("password: env:PG_PASSWORD"), encoding="utf-8")
    (feed,) = settings.load(file).feeds
    assert "env:PG_PASSWORD" in repr(feed)
    assert feed.where == "postgres connection"


def test_a_secret_is_read_from_where_its_reference_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "hunter2")
    (tmp_path / "secret").write_text("hunter3\n", encoding="utf-8")
    assert reveal("env:A_SECRET", feed="erp") == "hunter2"
    assert reveal(f"file:{tmp_path / 'secret'}", feed="erp") == "hunter3"


@pytest.mark.parametrize(
    ("content", "why"), [(None, "cannot be read"), (b"", "is empty"), (b"\xff\xfe", "is not text")]
)
def test_a_secret_that_is_not_there_is_one_sentence(tmp_path: Path, content: bytes | None, why: str) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    with pytest.raises(ConfigError, match=f"feed erp: the secret file .* {why}"):
        reveal(f"file:{tmp_path / 'secret'}", feed="erp")
    with pytest.raises(ConfigError, match="NOT_SET"):
        reveal("env:NOT_SET", feed="erp")


def test_what_a_library_says_is_one_line_without_the_secrets() -> None:
    assert scrubbed("no entry\nfor p4ss at p4ss", ["p4ss", ""]) == "no entry for *** at ***"


@pytest.mark.parametrize("said", ["{name: erp}", "{name: erp, path: x, connection: {kind: postgres}}"])
def test_a_feed_has_either_a_path_or_a_connection(tmp_path: Path, said: str) -> None:
    file = tmp_path / "tieout.yml"
    file.write_text(f"feeds: [{said}]\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        settings.load(file)
