"""Files of a real OpenSSH server land once, copies that were cut short go on, and a stranger is not trusted."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import asyncssh
import pytest

from ingestion.connectors import remote, sftp
from ingestion.connectors.offer import staging
from ingestion.connectors.remote import RemoteFile, is_plain
from ingestion.connectors.spec import SftpSpec
from lake.errors import ConfigError, SourceError
from tests.ingestion.conftest import CONSERVED, Drop
from tests.servers.sftp import Sftp

HEADER = "time_entry_id,project_id,employee_id,work_date,hours,is_billable,status\n"
WHEN = 1_770_000_000


def entries(*numbers: int) -> str:
    return HEADER + "".join(f"T{n},P1,E1,2026-03-02,7.50,true,approved\n" for n in numbers)


@pytest.fixture
def server(sftp_server: Sftp) -> Sftp:
    shutil.rmtree(sftp_server.folder)
    sftp_server.folder.mkdir()
    return sftp_server


def put(server: Sftp, name: str, text: str, *, at: float = WHEN) -> Path:
    path = server.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    os.utime(path, (at, at))
    return path


def feed_of(drop: Drop, server: Sftp, **said: object) -> Drop:
    about = {
        "kind": "sftp",
        "host": server.host,
        "port": server.port,
        "user": server.user,
        "known_hosts": server.known_hosts,
        "private_key": f"file:{server.private_key}",
        "folder": str(server.folder),
        "attempts": 1,
    }
    drop.options = {"path": "", "connection": SftpSpec.model_validate(about | said)}
    return drop


def test_files_land_once_with_the_time_that_they_have_at_the_source(drop: Drop, server: Sftp) -> None:
    put(server, "time_entry/march.csv", entries(1, 2))
    put(server, "notes.txt", "not of the feed")
    (server.folder / "time_entry/link.csv").symlink_to("/etc/passwd")
    put(server, ".hidden.csv", "x")
    feed_of(drop, server)
    assert drop.ingest().counts.landed == 2
    assert drop.ingest().status == "unchanged"
    put(server, "time_entry/april.csv", entries(3))
    again = drop.ingest()
    assert (again.counts.landed, again.files) == (1, 1)
    assert drop.rows(CONSERVED) == [(0,)]
    assert drop.rows("select distinct epoch(updated_at)::bigint from lake.time_entry") == [(WHEN,)]
    assert drop.rows("select distinct _file from lake.time_entry order by 1") == [
        ("time_entry/april.csv",),
        ("time_entry/march.csv",),
    ]


def test_a_file_that_has_landed_is_not_copied_again(drop: Drop, server: Sftp, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    real = sftp._copy

    async def noted(client: asyncssh.SFTPClient, path: str, file: RemoteFile, errand: object) -> None:
        copied.append(file.name)
        await real(client, path, file, errand)  # type: ignore[arg-type]

    monkeypatch.setattr(sftp, "_copy", noted)
    put(server, "time_entry.csv", entries(1))
    feed_of(drop, server).ingest()
    drop.ingest()
    assert copied == ["time_entry.csv"]
    put(server, "time_entry.csv", entries(1, 2))
    drop.ingest()
    assert copied == ["time_entry.csv", "time_entry.csv"]
    assert drop.rows("select count(distinct time_entry_id) from lake.time_entry") == [(2,)]


def test_a_copy_that_was_cut_short_goes_on_where_it_ended(drop: Drop, server: Sftp) -> None:
    path = put(server, "time_entry.csv", entries(1, 2))
    feed_of(drop, server)
    folder = staging(drop.lake, drop.feed)
    folder.mkdir(parents=True)
    begun = RemoteFile("time_entry.csv", path.stat().st_size, float(WHEN)).partial(folder)
    # What was copied before is told from what is copied now: the first row has other hours there.
    begun.write_text(entries(1, 2).replace("7.50", "6.25", 1)[: len(HEADER) + 30])
    drop.ingest()
    assert drop.rows("select hours::varchar from lake.time_entry order by time_entry_id") == [("6.25",), ("7.50",)]
    assert not folder.exists()


def killed(*_given: object, **_named: object) -> None:
    raise KeyboardInterrupt


def brought_by_a_run_that_was_killed(drop: Drop, server: Sftp) -> Path:
    feed_of(drop, server)
    drop.options["mode"] = "snapshot"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingestion.pipeline._taken_in", killed)
        # A process that is killed cleans nothing up.
        patch.setattr("ingestion.connectors.offer.shutil.rmtree", lambda *_given, **_named: None)
        with pytest.raises(KeyboardInterrupt):
            drop.ingest()
    return staging(drop.lake, drop.feed)


def test_a_file_withdrawn_after_it_was_copied_does_not_land(drop: Drop, server: Sftp) -> None:
    wrong = put(server, "time_entry/wrong.csv", entries(1, 2, 3))
    folder = brought_by_a_run_that_was_killed(drop, server)
    assert (folder / "time_entry/wrong.csv").is_file()
    wrong.unlink()
    put(server, "time_entry/right.csv", entries(9))
    drop.ingest()
    assert drop.rows("select time_entry_id, _file from lake.time_entry") == [("T9", "time_entry/right.csv")]


def test_a_file_that_is_a_folder_now_gives_way_to_it(drop: Drop, server: Sftp) -> None:
    put(server, "time_entry.csv", entries(1))
    folder = brought_by_a_run_that_was_killed(drop, server)
    (server.folder / "time_entry.csv").unlink()
    put(server, "time_entry.csv/time_entry.csv", entries(9))
    assert (folder / "time_entry.csv").is_file()
    drop.ingest()
    assert drop.rows("select time_entry_id from lake.time_entry") == [("T9",)]


def test_a_file_that_was_copied_whole_and_is_still_there_is_not_copied_again(
    drop: Drop, server: Sftp, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(server, "time_entry.csv", entries(1))
    brought_by_a_run_that_was_killed(drop, server)
    monkeypatch.setattr(sftp, "_copy", killed)
    drop.ingest()
    assert drop.rows("select time_entry_id from lake.time_entry") == [("T1",)]


def test_a_file_that_changes_while_it_is_copied_is_left_for_later(
    drop: Drop, server: Sftp, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(server, "time_entry.csv", entries(1))
    real = remote.wanted

    def growing(*given: object) -> list[RemoteFile]:
        found = real(*given)  # type: ignore[arg-type]
        path.write_text(entries(1, 2))
        return found

    monkeypatch.setattr(remote, "wanted", growing)
    with pytest.raises(SourceError, match="is still being written; run again"):
        feed_of(drop, server).ingest()
    monkeypatch.undo()
    assert drop.ingest().counts.landed == 2


def test_an_upload_that_stalls_within_a_line_is_left_until_it_goes_on_or_is_old(drop: Drop, server: Sftp) -> None:
    stalled = entries(1, 2).removesuffix("pproved\n")
    path = put(server, "time_entry.csv", stalled, at=time.time())
    feed_of(drop, server)
    drop.options |= {"settle_seconds": 300}
    with pytest.raises(SourceError, match=r"file time_entry\.csv breaks off within a line.*300 seconds"):
        drop.ingest()
    assert drop.rows("select count(*) from lake.batches") == [(0,)], "it may well be whole later"
    path.write_text(entries(1, 2))
    assert drop.ingest().counts.landed == 2
    put(server, "time_entry/other.csv", stalled.replace("T", "U"), at=time.time() - 301)
    assert drop.ingest().counts.rows_read == 2, "as old as at the server, and not as the copy"


def test_a_server_that_is_another_than_it_was_is_not_trusted(drop: Drop, server: Sftp, tmp_path: Path) -> None:
    other = tmp_path / "known"
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    other.write_text(f"[{server.host}]:{server.port} {key}")
    with pytest.raises(SourceError, match="the server's key is not the one in"):
        feed_of(drop, server, known_hosts=other).ingest()


def test_a_user_or_key_that_is_not_let_in_is_one_sentence(drop: Drop, server: Sftp, tmp_path: Path) -> None:
    stranger = tmp_path / "key"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(stranger))
    with pytest.raises(SourceError, match="is not let in"):
        feed_of(drop, server, private_key=f"file:{stranger}").ingest()
    stranger.write_text("hunter2 is no key")
    with pytest.raises(ConfigError, match="the private key cannot be read") as caught:
        drop.ingest()
    assert "hunter2" not in str(caught.value)
    with pytest.raises(ConfigError, match=r"known_hosts .* is not there"):
        feed_of(drop, server, known_hosts=tmp_path / "absent").ingest()
    with pytest.raises(SourceError, match="cannot be read"):
        feed_of(drop, server, folder="/absent").ingest()
    with pytest.raises(SourceError, match="cannot be read"):
        feed_of(drop, server, port=1).ingest()


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", "a\0b", ".x", "_x", "a\nb"])
def test_a_name_that_a_server_made_up_never_leads_out_of_the_folder(name: str) -> None:
    assert not is_plain(name)
