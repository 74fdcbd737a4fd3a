"""A real S3 server: feeds come from a bucket, and the lake itself lies in one, with several writers at once."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.fs as pafs
import pytest

from ingestion.connectors.offer import staging
from ingestion.connectors.spec import S3Spec
from ingestion.feed import Feed
from ingestion.pipeline import ingest
from lake import archive, catalogue, delta, maintenance, sweeping
from lake.errors import ConfigError, DamagedError, LakeError, SourceError
from lake.events import ignore
from lake.store import Lake
from tests.ingestion.conftest import CONSERVED, Drop, entry
from tests.servers.store import KEY, SECRET, Store
from tieout import query
from tieout.settings import Settings

ROOT = Path(__file__).parents[3]


@pytest.fixture
def prefix(store_server: Store, monkeypatch: pytest.MonkeyPatch) -> str:
    """A part of the bucket that is the test's own, with the way in written into the environment."""
    for name, value in store_server.environment().items():
        monkeypatch.setenv(name, value)
    return uuid.uuid4().hex


def put(store: Store, path: str, *numbers: int) -> None:
    rows = [entry(n) for n in numbers]
    text = ",".join(rows[0]) + "\n" + "".join(",".join(map(str, r.values())) + "\n" for r in rows)
    with store.files().open_output_stream(f"{store.bucket}/{path}") as target:
        target.write(text.encode())


def feed_of(drop: Drop, store: Store, prefix: str, **said: Any) -> Drop:
    about = {"kind": "s3", "bucket": store.bucket, "prefix": prefix, "endpoint": store.endpoint}
    about |= {"access_key_id": "env:AWS_ACCESS_KEY_ID", "secret_access_key": "env:AWS_SECRET_ACCESS_KEY"}
    drop.options = {"path": "", "connection": S3Spec.model_validate(about | said)}
    return drop


def test_files_of_a_bucket_land_once(drop: Drop, store_server: Store, prefix: str) -> None:
    put(store_server, f"{prefix}/time_entry/march.csv", 1, 2)
    put(store_server, f"{prefix}/_temporary/time_entry.csv", 9)
    feed_of(drop, store_server, prefix)
    assert drop.ingest().counts.landed == 2
    assert drop.ingest().status == "unchanged"
    put(store_server, f"{prefix}/time_entry/april.csv", 3)
    again = drop.ingest()
    assert (again.counts.landed, again.files) == (1, 1)
    assert drop.rows(CONSERVED) == [(0,)]
    assert drop.rows("select count(*), count(distinct time_entry_id) from lake.time_entry") == [(3, 3)]


def test_a_file_that_left_the_bucket_after_it_was_copied_does_not_land(
    drop: Drop, store_server: Store, prefix: str
) -> None:
    put(store_server, f"{prefix}/time_entry/right.csv", 9)
    feed_of(drop, store_server, prefix)
    left = staging(drop.lake, drop.feed) / "time_entry/wrong.csv"
    left.parent.mkdir(parents=True)
    left.write_text(",".join(entry(1)) + "\n" + ",".join(map(str, entry(1).values())) + "\n")
    drop.ingest()
    assert drop.rows("select time_entry_id from lake.time_entry") == [("T9",)]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"secret_access_key": "env:WRONG"}, "cannot be read"),
        ({"bucket": "absent"}, "cannot be read"),
        ({"access_key_id": "env:NOT_SET"}, "NOT_SET, which holds a secret, is not set"),
    ],
)
def test_a_bucket_that_cannot_be_read_is_one_sentence_without_a_secret(  # noqa: PLR0917 - fixtures and parameters
    drop: Drop, store_server: Store, prefix: str, monkeypatch: pytest.MonkeyPatch, said: dict[str, str], why: str
) -> None:
    monkeypatch.setenv("WRONG", "hunter2")
    with pytest.raises((SourceError, ConfigError), match=why) as caught:
        feed_of(drop, store_server, prefix, **said).ingest()
    for secret in (SECRET, KEY, "hunter2"):
        assert secret not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def lake(store_server: Store) -> Lake:
    """A lake in the bucket: its tables are made once for the tests here, each of which has feeds of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in store_server.environment().items():
            patch.setenv(name, value)
        made = Lake(f"s3://{store_server.bucket}/{uuid.uuid4().hex}")
        made.ensure()
        return made


def drop_of(tmp_path: Path, name: str, *numbers: int) -> Feed:
    helper = Drop(Lake(""), tmp_path / name)
    helper.put("time_entry.csv", [entry(n) for n in numbers])
    return Feed(name, "canonical", str(tmp_path / name))


def test_a_lake_in_a_bucket_lands_archives_and_answers(lake: Lake, prefix: str, tmp_path: Path) -> None:
    assert prefix
    feed = drop_of(tmp_path, "one", 1, 2)
    assert ingest(lake, feed).counts.landed == 2
    assert ingest(lake, feed).status == "unchanged"
    connection = catalogue.connect(lake)
    found = connection.sql("select time_entry_id, hours::varchar from lake.time_entry where source_system = 'one'")
    assert sorted(found.fetchall()) == [("T1", "7.50"), ("T2", "7.50")]


def test_a_lake_in_a_bucket_is_maintained_and_held_to_its_hashes(lake: Lake, prefix: str, tmp_path: Path) -> None:
    assert prefix
    feed = drop_of(tmp_path, "kept", 1)
    assert ingest(lake, feed).counts.landed == 1
    known = archive.store(lake, io.BytesIO(b"hashes"), room="seen")
    assert archive.holds(lake, known.sha256, room="seen")
    assert maintenance.maintain(lake, events=ignore)
    assert archive.holds(lake, known.sha256, room="seen"), "a run of today may need it"
    assert sweeping.remembered(lake, older_than_hours=-1) == 1
    assert not archive.holds(lake, known.sha256, room="seen")
    received = archive.store(lake, io.BytesIO(b"7.50"))
    files, base = pafs.FileSystem.from_uri(lake.uri("archive"))
    with files.open_output_stream(f"{base}/{received.sha256[:2]}/{received.sha256}") as target:
        target.write(b"9.50")
    with pytest.raises(DamagedError, match="holds other bytes"), archive.local_copy(lake, received.sha256):
        pass
    assert not archive.holds(lake, received.sha256)
    assert archive.store(lake, io.BytesIO(b"7.50")) == received
    with archive.local_copy(lake, received.sha256) as copy:
        assert copy.read_bytes() == b"7.50"


def test_a_question_to_a_lake_in_a_bucket_reaches_nothing_but_the_lake(
    lake: Lake, store_server: Store, prefix: str, tmp_path: Path
) -> None:
    assert ingest(lake, drop_of(tmp_path, "asked", 1)).counts.landed == 1
    put(store_server, f"{prefix}/other.csv", 1)
    (tmp_path / "here.csv").write_text("a\n1\n")
    settings = Settings(lake_root=lake.root, mart_root=tmp_path / "mart")
    found = query.run(settings, "select hours from lake.time_entry where source_system = 'asked'", output="csv")
    assert found.split() == ["hours", "7.50"]
    for elsewhere in (tmp_path / "here.csv", f"s3://{store_server.bucket}/{prefix}/other.csv", store_server.endpoint):
        with pytest.raises(LakeError, match="disabled by configuration"):
            query.run(settings, f"select * from read_text('{elsewhere}')")


#: Ingests a folder as a feed; what another writer of the same feed makes it say is printed.
WRITER = """
import sys
from ingestion.feed import Feed
from ingestion.pipeline import ingest
from lake.errors import LakeError
from lake.store import Lake

try:
    ingest(Lake(sys.argv[1]), Feed(sys.argv[2], "canonical", sys.argv[3]))
except LakeError as error:
    print(error)
"""


def _in_threads(lake: Lake, feeds: list[Feed]) -> list[str]:
    failed: list[str] = []

    def work(feed: Feed) -> None:
        try:
            ingest(lake, feed)
        except LakeError as error:
            # Another writer of the very same feed was first: the one thing that may happen, and is said.
            failed.append(str(error))

    threads = [threading.Thread(target=work, args=(feed,)) for feed in feeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def _in_processes(lake: Lake, feeds: list[Feed]) -> list[str]:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, lake.root, f.name, f.path], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for f in feeds
    ]
    said = [child.communicate()[0].strip() for child in children]
    assert [child.returncode for child in children] == [0] * len(feeds)
    return [sentence for sentence in said if sentence]


@pytest.mark.parametrize("at_once", [_in_threads, _in_processes])
def test_writers_at_once_lose_and_double_nothing(
    lake: Lake, prefix: str, tmp_path: Path, at_once: Callable[[Lake, list[Feed]], list[str]]
) -> None:
    assert prefix
    kind = at_once.__name__.strip("_")
    feeds = [drop_of(tmp_path, f"{kind}_{i}", i, i + 10) for i in range(3)]
    failed = at_once(lake, [*feeds, feeds[0]])
    if failed:
        ingest(lake, feeds[0])
    connection = catalogue.connect(lake)
    landed = connection.sql(
        "select source_system, count(*), count(distinct time_entry_id) from lake.time_entry "
        f"where source_system like '{kind}%' group by 1 order by 1"
    ).fetchall()
    assert landed == [(f"{kind}_{i}", 2, 2) for i in range(3)]
    assert all("run again" in sentence for sentence in failed)
    numbers = delta.read(delta.open_table(lake, "batches"), ["batch_id", "status"])
    started = numbers.filter(numbers["status"] == "started")["batch_id"].to_list()
    assert len(started) == len(set(started))
