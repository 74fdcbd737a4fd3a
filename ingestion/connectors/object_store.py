"""Object stores: the files of a bucket, or of a part of it, each copied whole."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pyarrow.fs as pafs

from ingestion.connectors import remote
from ingestion.connectors.offer import Cursor, Errand
from ingestion.connectors.remote import RemoteFile
from ingestion.connectors.secret import reveal, scrubbed
from ingestion.connectors.spec import S3Spec
from lake.errors import SourceError

_BLOCK = 8 << 20


def fetch(spec: S3Spec, errand: Errand) -> Cursor:
    """Bring the feed's files that are new, and return what is known of the bucket then.

    Raises SourceError with one sentence where the bucket cannot be read.
    """
    secrets = {
        "access_key": reveal(spec.access_key_id, feed=errand.feed.name) if spec.access_key_id else None,
        "secret_key": reveal(spec.secret_access_key, feed=errand.feed.name) if spec.secret_access_key else None,
    }
    root = "/".join(part for part in (spec.bucket, spec.prefix.strip("/")) if part)
    try:
        store = _store(spec, secrets)
        listed = list(_listed(store, root))
        files = remote.wanted(errand, listed)
        for file in remote.missing(errand, files):
            _copy(store, f"{root}/{file.name}", file, errand)
    except OSError as error:
        said = scrubbed(str(error), [s for s in secrets.values() if s])
        raise SourceError(f"feed {errand.feed.name}: bucket {root} cannot be read: {said}") from None
    errand.events("files_copied", feed=errand.feed.name, files=len(files))
    return remote.cursor(errand, listed, files)


def _store(spec: S3Spec, secrets: dict[str, str | None]) -> pafs.S3FileSystem:
    said: dict[str, object] = {"region": spec.region, "connect_timeout": 15, "request_timeout": 60}
    if spec.endpoint:
        parts = urlsplit(spec.endpoint)
        said |= {"endpoint_override": parts.netloc, "scheme": parts.scheme}
    return pafs.S3FileSystem(**said, **secrets)


def _listed(store: pafs.S3FileSystem, root: str) -> Iterator[RemoteFile]:
    for entry in store.get_file_info(pafs.FileSelector(root, recursive=True)):
        name = entry.path.removeprefix(f"{root}/")
        if entry.type == pafs.FileType.File and all(remote.is_plain(part) for part in name.split("/")):
            yield RemoteFile(name, entry.size, entry.mtime_ns / 1e9)


def _copy(store: pafs.S3FileSystem, path: str, file: RemoteFile, errand: Errand) -> None:
    partial = file.partial(errand.folder)
    with partial.open("wb") as target, store.open_input_stream(path) as source:
        while block := source.read(_BLOCK):
            target.write(block)
        done = target.tell()
    now = store.get_file_info(path)
    if done != file.size or (now.size, now.mtime_ns / 1e9) != (file.size, file.changed):
        partial.unlink()
        raise SourceError(f"feed {errand.feed.name}: file {file.name} changed while it was read; run again")
    file.settle(errand.folder)
