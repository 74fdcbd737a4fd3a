"""No secret of a connection comes out: not by any logger at its most talkative, an event, the screen or the lake."""

from __future__ import annotations

import contextlib
import logging
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
import pytest

from ingestion.connectors import postgres
from ingestion.connectors.spec import HeaderSpec, OAuth2Spec, PostgresSpec, RestSpec, S3Spec, SftpSpec
from ingestion.pipeline import ingest
from lake.errors import TieoutError
from tests.ingestion.conftest import Drop
from tests.servers.postgres import PASSWORD, Postgres
from tests.servers.sftp import Sftp
from tests.servers.store import SECRET, Store
from tests.servers.web import Asked, Reply, Web

CLIENT_SECRET, TOKEN = "hunter2-of-the-client", "token-of-an-hour"
ROWS = "time_entry_id,project_id,employee_id,work_date,hours,is_billable,status\nT1,P1,E1,2026-03-02,1,true,approved\n"


@dataclass
class Watch:
    """Whoever could be told something: loggers, the listener to events, the screen, the files of the lake."""

    drop: Drop
    log: pytest.LogCaptureFixture
    screen: pytest.CaptureFixture[str]
    events: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.log.set_level(logging.DEBUG)
        # A library may keep a level of its own, and hand less on than it is asked to.
        for name in ("httpx", "httpcore", "asyncssh", "tenacity"):
            self.log.set_level(logging.DEBUG, logger=name)
        asyncssh.set_debug_level(1)

    def run(self) -> str | None:
        """Ingest; return the sentence where it was refused."""
        try:
            done = ingest(self.drop.lake, self.drop.feed, events=self._hear)
        except TieoutError as error:
            return str(error)
        self.events.append(str(done))
        return None

    def _hear(self, event: str, /, **said: object) -> None:
        self.events.append(f"{event} {said}")

    def assert_unseen(self, *secrets: str, also: str = "") -> None:
        shown = self.screen.readouterr()
        told = [self.log.text, *self.events, shown.out, shown.err, repr(self.drop.feed), also]
        files = [p.read_bytes() for p in Path(self.drop.lake.root).rglob("*") if p.is_file()]
        assert self.events
        for secret in secrets:
            assert len(secret) > 8
            assert not [text for text in told if secret in text]
            assert not [content for content in files if secret.encode() in content]


@pytest.fixture
def watch(drop: Drop, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Watch:
    return Watch(drop, caplog, capfd)


@pytest.mark.parametrize("kind", ["header", "oauth2"])
def test_a_services_secret_and_token_are_unseen(
    watch: Watch, web_server: Web, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("CLIENT_SECRET", CLIENT_SECRET)
    adapter = watch.drop.folder / "crm.yml"
    adapter.write_text(
        "system: crm\nsources: {clients: {format: json, records: 'items[]', request: {path: /v1/clients}}}\n"
        "entities: {customer: {from: clients, columns: {customer_id: id, name: name}}}\n"
    )

    def answer(asked: Asked) -> Reply:
        if asked.path == "/token":
            return Reply(value={"access_token": TOKEN, "expires_in": 3600})
        return Reply(value={"items": [{"id": 1, "name": "Acme"}]})

    auth = {
        "header": HeaderSpec(kind="header", value="env:CLIENT_SECRET"),
        "oauth2": OAuth2Spec(
            kind="oauth2",
            token_url=f"{web_server.address}/token",
            client_id="tieout",
            client_secret="env:CLIENT_SECRET",  # noqa: S106 - a reference
        ),
    }[kind]
    spec = RestSpec(kind="rest", base_url=web_server.address, ca_file=web_server.ca_file, auth=auth, attempts=1)
    watch.drop.options = {"path": "", "system": str(adapter), "connection": spec}
    web_server.answer = answer
    assert watch.run() is None
    assert "HTTP Request" in watch.log.text, "the library was listened to"
    web_server.answer = lambda _asked: Reply(403, {"said": f"{CLIENT_SECRET} {TOKEN}"})
    refused = watch.run()
    assert refused is not None
    watch.assert_unseen(CLIENT_SECRET, TOKEN, also=refused)


def test_a_databases_password_is_unseen(
    watch: Watch, database_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_PASSWORD", PASSWORD)
    spec = PostgresSpec(
        kind="postgres",
        host=database_server.host,
        port=database_server.port,
        database="postgres",
        user=database_server.user,
        password="env:PG_PASSWORD",  # noqa: S106 - a reference
    )
    table = f"t_{uuid.uuid4().hex}"
    with contextlib.closing(postgres._connect(spec, PASSWORD)) as admin:
        postgres.run(admin, f"create table {table} as select 'C1' as id, 'Acme' as name")
    adapter = watch.drop.folder / "crm.yml"
    adapter.write_text(
        f"system: crm\nsources: {{clients: {{table: {table}}}}}\n"
        "entities: {customer: {from: clients, columns: {customer_id: id, name: name}}}\n"
    )
    watch.drop.options = {"path": "", "system": str(adapter), "connection": spec}
    assert watch.run() is None
    watch.drop.options["connection"] = spec.model_copy(update={"database": "absent"})
    refused = watch.run()
    assert refused is not None
    watch.assert_unseen(PASSWORD, also=refused)


def test_a_servers_key_is_unseen(watch: Watch, sftp_server: Sftp) -> None:
    (sftp_server.folder / "time_entry.csv").write_text(ROWS)
    spec = SftpSpec(
        kind="sftp",
        host=sftp_server.host,
        port=sftp_server.port,
        user=sftp_server.user,
        known_hosts=sftp_server.known_hosts,
        private_key=f"file:{sftp_server.private_key}",
        folder=str(sftp_server.folder),
        attempts=1,
    )
    watch.drop.options = {"path": "", "connection": spec}
    assert watch.run() is None
    assert "asyncssh" in watch.log.text, "the library was listened to"
    watch.drop.options["connection"] = spec.model_copy(update={"folder": "/absent"})
    refused = watch.run()
    assert refused is not None
    body = [line for line in sftp_server.private_key.read_text().splitlines() if "PRIVATE KEY" not in line]
    watch.assert_unseen(*body, also=refused)


def test_a_stores_secret_is_unseen(watch: Watch, store_server: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_KEY", store_server.environment()["AWS_ACCESS_KEY_ID"])
    monkeypatch.setenv("STORE_SECRET", SECRET)
    prefix = uuid.uuid4().hex
    with store_server.files().open_output_stream(f"{store_server.bucket}/{prefix}/time_entry.csv") as target:
        target.write(ROWS.encode())
    spec = S3Spec.model_validate(
        {
            "kind": "s3",
            "bucket": store_server.bucket,
            "prefix": prefix,
            "endpoint": store_server.endpoint,
            "access_key_id": "env:STORE_KEY",
            "secret_access_key": "env:STORE_SECRET",
        }
    )
    watch.drop.options = {"path": "", "connection": spec}
    assert watch.run() is None
    watch.drop.options["connection"] = spec.model_copy(update={"bucket": "absent"})
    refused = watch.run()
    assert refused is not None
    watch.assert_unseen(SECRET, also=refused)
