"""SFTP: the files of a server's folder, each copied whole or gone on with, from a server that proves who it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncssh
import tenacity

from ingestion.connectors import remote
from ingestion.connectors.offer import Cursor, Errand
from ingestion.connectors.remote import RemoteFile
from ingestion.connectors.secret import reveal, scrubbed
from ingestion.connectors.spec import SftpSpec
from lake.errors import ConfigError, SourceError

_DEEPEST = 4
_BLOCK = 1 << 20
_AT_ONCE = 4
#: Faults that no further attempt mends.
_FINAL = (asyncssh.PermissionDenied, asyncssh.HostKeyNotVerifiable, asyncssh.KeyImportError)
_PASSING = (OSError, asyncssh.ConnectionLost, asyncssh.DisconnectError, asyncssh.SFTPConnectionLost)


def fetch(spec: SftpSpec, errand: Errand) -> Cursor:
    """Bring the feed's files that are new, and return what is known of the folder then.

    Raises SourceError with one sentence where the server cannot be read; what was copied so far stays.
    """
    secrets = {k: reveal(r, feed=errand.feed.name) for k, r in _references(spec).items()}
    options = _options(spec, errand, secrets)
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda e: isinstance(e, _PASSING) and not isinstance(e, _FINAL)),
        stop=tenacity.stop_after_attempt(spec.attempts),
        wait=tenacity.wait_exponential_jitter(multiplier=0.2, max=30, jitter=0.3),
        reraise=True,
    )
    where = f"feed {errand.feed.name}: {spec.user} on {spec.host}"
    try:
        # A thread of its own: the caller's may run a loop already, as a notebook's does.
        with ThreadPoolExecutor(max_workers=1) as aside:
            return retrying(lambda: aside.submit(lambda: asyncio.run(_bring(spec, errand, options))).result())
    except asyncssh.HostKeyNotVerifiable:
        raise SourceError(f"{where}: the server's key is not the one in {spec.known_hosts}: do not go on") from None
    except asyncssh.PermissionDenied:
        raise SourceError(f"{where} is not let in: check the user and its key or password") from None
    except (asyncssh.Error, OSError) as error:
        said = scrubbed(str(error) or type(error).__name__, secrets.values())
        raise SourceError(f"{where} cannot be read: {said}") from None


def _references(spec: SftpSpec) -> dict[str, str]:
    said = {"password": spec.password, "private_key": spec.private_key, "passphrase": spec.passphrase}
    return {k: v for k, v in said.items() if v is not None}


def _options(spec: SftpSpec, errand: Errand, secrets: dict[str, str]) -> dict[str, Any]:
    if not spec.known_hosts.is_file():
        raise ConfigError(f"feed {errand.feed.name}: known_hosts {spec.known_hosts} is not there")
    keys: list[asyncssh.SSHKey] | None = None
    if "private_key" in secrets:
        try:
            keys = [asyncssh.import_private_key(secrets["private_key"], secrets.get("passphrase"))]
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
            raise ConfigError(f"feed {errand.feed.name}: the private key cannot be read with its passphrase") from None
    # Nothing of the user's own SSH is taken: no configuration, keys or agent.
    return {
        "host": spec.host,
        "port": spec.port,
        "username": spec.user,
        "password": secrets.get("password"),
        "client_keys": keys,
        "known_hosts": str(spec.known_hosts),
        "config": None,
        "agent_path": None,
        "connect_timeout": 15,
        "login_timeout": 30,
        "keepalive_interval": 15,
    }


async def _bring(spec: SftpSpec, errand: Errand, options: dict[str, Any]) -> Cursor:
    async with asyncssh.connect(**options) as connection, connection.start_sftp_client() as client:
        listed = [file async for file in _listed(client, spec.folder, "", 0)]
        files = remote.wanted(errand, listed)
        places = asyncio.Semaphore(_AT_ONCE)

        async def one(file: RemoteFile) -> None:
            async with places:
                await _copy(client, f"{spec.folder}/{file.name}", file, errand)

        await asyncio.gather(*(one(f) for f in remote.missing(errand, files)))
        errand.events("files_copied", feed=errand.feed.name, files=len(files))
        return remote.cursor(errand, listed, files)


async def _listed(client: asyncssh.SFTPClient, folder: str, prefix: str, depth: int) -> AsyncIterator[RemoteFile]:
    async for entry in client.scandir(folder):
        name, about = str(entry.filename), entry.attrs
        if not remote.is_plain(name):
            continue
        if about.type == asyncssh.FILEXFER_TYPE_DIRECTORY and depth < _DEEPEST:
            async for inner in _listed(client, f"{folder}/{name}", f"{prefix}{name}/", depth + 1):
                yield inner
        elif about.type == asyncssh.FILEXFER_TYPE_REGULAR:
            yield RemoteFile(f"{prefix}{name}", int(about.size or 0), float(about.mtime or 0))


async def _copy(client: asyncssh.SFTPClient, path: str, file: RemoteFile, errand: Errand) -> None:
    """Copy a file, from where an earlier copy of the same content was cut short."""
    partial = file.partial(errand.folder)
    with partial.open("ab") as target:
        async with client.open(path, "rb") as source:
            while target.tell() < file.size:
                block = await source.read(_BLOCK, target.tell())
                if not block:
                    break
                target.write(block if isinstance(block, bytes) else block.encode())
        done = target.tell()
    now = await client.stat(path)
    if done != file.size or (now.size, now.mtime) != (file.size, int(file.changed)):
        partial.unlink()
        raise SourceError(
            f"feed {errand.feed.name}: file {file.name} is still being written; run again when it is complete"
        )
    file.settle(errand.folder)
