import os
from pathlib import Path

import pytest

from ingestion.connectors.spec import HeaderSpec, RestSpec, SftpSpec
from lake.errors import ConfigError
from tieout import settings
from tieout.build import environment, in_environment


def write(folder: Path, text: str) -> Path:
    file = folder / "tieout.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_paths_are_relative_to_the_configuration_file(tmp_path: Path) -> None:
    file = write(tmp_path, "lake_root: my/lake\nfeeds:\n  - {name: psa, path: drops/psa}\n")
    found = settings.load(file)
    assert found.lake_root == str(tmp_path / "my/lake")
    assert found.feeds[0].path == tmp_path / "drops/psa"
    assert found.mart_folder == tmp_path / "my/lake/mart"
    assert found.feeds[0].mode == "delta"


def test_files_of_a_connection_are_relative_to_the_configuration_file(tmp_path: Path) -> None:
    file = tmp_path / "tieout.yml"
    file.write_text(
        "feeds:\n  - name: psa\n    connection: {kind: sftp, host: files, user: psa, known_hosts: keys/hosts,"
        " private_key: 'file:keys/id', passphrase: 'env:PHRASE', folder: out}\n"
        "  - name: crm\n    connection: {kind: rest, base_url: 'https://crm.example/api', ca_file: ca.pem,"
        " auth: {kind: header, value: 'file:/run/secrets/crm'}}\n",
        encoding="utf-8",
    )
    sftp, rest = (feed.connection for feed in settings.load(file).feeds)
    assert isinstance(sftp, SftpSpec)
    assert (sftp.known_hosts, sftp.private_key) == (tmp_path / "keys/hosts", f"file:{tmp_path / 'keys/id'}")
    assert (sftp.passphrase, sftp.folder) == ("env:PHRASE", "out")
    assert isinstance(rest, RestSpec)
    assert rest.ca_file == tmp_path / "ca.pem"
    assert isinstance(rest.auth, HeaderSpec)
    assert rest.auth.value == "file:/run/secrets/crm"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("grup_currency: EUR\n", "grup_currency"),
        ("group_currency: euro\n", "group_currency"),
        ("clock: tomorrow\n", "clock"),
        ("keep_runs: 0\n", "keep_runs"),
        ("memory_limit: lots\n", "memory_limit"),
        ("feeds:\n  - {name: psa, path: x, mode: sometimes}\n", "feeds.0.mode"),
        ("feeds:\n  - {name: psa, path: x, time_zone: Mars/Olympus}\n", "feeds.0.time_zone"),
        ("feeds:\n  - {name: 'psa; drop', path: x}\n", "feeds.0.name"),
        ("feeds:\n  - {name: psa}\n", "feeds.0.path"),
        ("feeds:\n  - {name: psa, path: x}\n  - {name: psa, path: y}\n", "feeds"),
        ("lake_root: s3://bucket/lake\n", "mart_root"),
    ],
)
def test_a_wrong_key_is_named_in_one_sentence(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings.load(write(tmp_path, text))
    sentence = str(refused.value)
    assert key in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("text", ["feeds: [", "\t- x", "[1, 2]", "a: 1\na: *b"])
def test_what_is_not_yaml_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings.load(write(tmp_path, text))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("group_currency: euro\n", "such as EUR"),
        ("memory_limit: lots\n", "such as 4GB"),
        ("feeds: yes\n", "a list is expected"),
        ("feeds:\n  - {name: psa, path: [a, b]}\n", "the path of a file or folder is expected, such as drops/psa"),
        ("mart_root: {a: b}\n", "the path of a file or folder is expected"),
        ("feeds: [psa]\n", "a mapping is expected"),
        ("feeds:\n  - {name: psa, path: x}\n  - {name: psa, path: y}\n", "'psa' is used twice"),
        ("- 1\n- 2\n", "holds no keys"),
    ],
)
def test_what_was_expected_is_said_in_plain_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings.load(write(tmp_path, text))
    sentence = str(refused.value)
    assert words in sentence
    assert "pattern" not in sentence
    assert "Value error" not in sentence
    assert "{'" not in sentence


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder"):
        settings.load(tmp_path)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no configuration file"):
        settings.load(tmp_path / "absent.yml")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_GROUP_CURRENCY", "CHF")
    assert settings.load(write(tmp_path, "group_currency: EUR\n")).group_currency == "CHF"


def test_what_is_exported_does_not_reach_the_demo_or_a_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TIEOUT_LAKE_ROOT", "tieout_group_currency", "TIEOUT_MART_ROOT", "TIEOUT_FEEDS"):
        monkeypatch.setenv(name, "[]" if name == "TIEOUT_FEEDS" else "ELSEWHERE")
    monkeypatch.setenv("TIEOUT_TINY_FILES", "9")
    settings.forget_environment()
    found = settings.load(write(tmp_path, "group_currency: EUR\nlake_root: lake\n"))
    assert (found.group_currency, found.lake_root, found.mart_root) == ("EUR", str(tmp_path / "lake"), None)
    assert os.environ["TIEOUT_TINY_FILES"] == "9"


def test_a_build_leaves_the_environment_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_CLOCK", "now")
    monkeypatch.delenv("TIEOUT_LAKE_ROOT", raising=False)
    other = settings.load(write(tmp_path, "lake_root: other\n")).model_copy(update={"clock": "data"})
    with in_environment(environment(other, tmp_path)):
        assert os.environ["TIEOUT_LAKE_ROOT"] == other.lake_root
        assert os.environ["TIEOUT_CLOCK"] == "data"
    assert os.environ["TIEOUT_CLOCK"] == "now"
    assert settings.load(write(tmp_path, "lake_root: mine\n")).lake_root == str(tmp_path / "mine")
