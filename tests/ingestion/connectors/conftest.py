"""Real servers for the connectors, each started once for all tests that ask for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import postgres as postgres_server
from tests.servers import sftp as sftp_service
from tests.servers import store as store_service
from tests.servers import web as web_service


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres_server.Postgres]:
    if postgres_server.programs() is None:
        pytest.skip(postgres_server.MISSING)
    with postgres_server.postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="session")
def web_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[web_service.Web]:
    with web_service.web(tmp_path_factory.mktemp("web")) as server:
        yield server


@pytest.fixture(scope="session")
def sftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sftp_service.Sftp]:
    if not sftp_service.SSHD.is_file():
        pytest.skip(sftp_service.MISSING)
    with sftp_service.sftp(tmp_path_factory.mktemp("sftp")) as server:
        yield server


@pytest.fixture(scope="session")
def store_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[store_service.Store]:
    if not store_service.WEED.is_file():
        pytest.skip(store_service.MISSING)
    with store_service.store(tmp_path_factory.mktemp("store")) as server:
        yield server
