"""A database on another machine must prove who it is; what does not is one sentence, and nothing is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingestion.connectors.spec import PostgresSpec
from lake.errors import SourceError
from tests.ingestion.conftest import Drop
from tests.servers import postgres as server
from tests.servers.postgres import PASSWORD, Postgres
from tests.servers.web import certificate


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    if server.programs() is None:
        pytest.skip(server.MISSING)
    folder = tmp_path_factory.mktemp("secured")
    with server.postgres(folder, shown=certificate(folder)) as running:
        yield running


def _feed(drop: Drop, running: Postgres, **said: object) -> Drop:
    about = {"kind": "postgres", "host": running.host, "port": running.port, "database": running.database}
    about |= {"user": running.user, "password": "env:PG_PASSWORD"}
    drop.options = {"path": "", "connection": PostgresSpec.model_validate(about | said)}
    return drop


@pytest.mark.parametrize(
    ("host", "mode"),
    [("db.example.com", "verify-full"), ("10.0.0.7", "verify-full"), ("localhost", "prefer"), ("/run/pg", "prefer")],
)
def test_a_host_that_is_not_this_machine_must_prove_who_it_is(host: str, mode: str) -> None:
    said = {"kind": "postgres", "host": host, "database": "erp", "user": "reader"}
    assert PostgresSpec.model_validate(said).security == mode
    assert PostgresSpec.model_validate(said | {"ssl_mode": "require"}).security == "require"


def test_a_server_whose_certificate_is_trusted_is_read(
    drop: Drop, secured: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_PASSWORD", PASSWORD)
    assert _feed(drop, secured, ssl_mode="verify-full", ca_file=secured.ca_file).ingest().status == "unchanged"


def test_a_server_whose_certificate_nobody_here_trusts_is_not_read(
    drop: Drop, secured: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_PASSWORD", PASSWORD)
    with pytest.raises(SourceError, match=r"certificate is of no authority trusted here: name its authority's file"):
        _feed(drop, secured, ssl_mode="verify-full").ingest()


def test_a_server_that_encrypts_nothing_is_not_read(
    drop: Drop, database_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_PASSWORD", PASSWORD)
    with pytest.raises(SourceError, match="ssl_mode is verify-full and the server offers no encryption"):
        _feed(drop, database_server, ssl_mode="verify-full").ingest()
