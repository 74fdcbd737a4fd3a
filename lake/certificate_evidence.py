"""What a close certificate stands on outside the mart: the batches in the lake and the bytes in the archive."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from lake import archive
from lake.canonical import canonical
from lake.errors import LakeError
from lake.store import Lake

#: Of each batch the row that speaks last, as the mart's obs_batches takes it.
BATCHES = """
select batch_id, cast("at" as varchar) as committed_at, excluded, feed, landed, mode, quarantined, rows_read
from (
    select *, row_number() over (
        partition by batch_id order by "at" desc, case status when 'started' then 1 else 0 end
    ) as newest
    from lake.batches
)
where newest = 1 and status = 'committed'
"""
FILES = """
select batch_id, bytes, entity, excluded, file, landed, quarantined, rows_read, sha256 from lake.batch_files
"""
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Evidence:
    """What was looked at, how many of each, and one sentence for whatever is not as it was sealed."""

    batches: int
    files: int
    findings: tuple[str, ...]


def examine(connection: duckdb.DuckDBPyConnection, lake: Lake, sealed: Mapping[int, str]) -> Evidence:
    """Compute the batches' hashes anew from the lake and read every archived file they brought.

    `sealed` gives the content hash of each batch that the mart was built on.
    """
    batches = {row["batch_id"]: row for row in _rows(connection, BATCHES)}
    files = [row for row in _rows(connection, FILES) if row["batch_id"] in sealed]
    findings = []
    for number, expected in sorted(sealed.items()):
        if number not in batches:
            findings.append(f"batch {number} is no longer in the lake")
        elif batch_hash(batches[number], (f for f in files if f["batch_id"] == number)) != expected:
            findings.append(f"the lake's rows about batch {number} of feed {batches[number]['feed']} were changed")
    received = {str(f["sha256"]): f for f in files}
    for sha256, file in received.items():
        fault = _fault(lake, sha256)
        if fault:
            findings.append(f"the archived file {file['file']} of batch {file['batch_id']} {fault}")
    return Evidence(batches=len(sealed), files=len(received), findings=tuple(findings))


def batch_hash(batch: Mapping[str, object], files: Iterable[Mapping[str, object]]) -> str:
    """Return the SHA-256 of the canonical JSON of a batch: its own row and its files in the order of their text."""
    listed = [{name: value for name, value in file.items() if name != "batch_id"} for file in files]
    listed.sort(key=lambda file: (str(file["entity"]), str(file["file"]), canonical(file)))
    return hashlib.sha256(canonical({**batch, "files": listed}).encode()).hexdigest()


def batches_hash(sealed: Mapping[int, str]) -> str:
    """Return the SHA-256 over the numbers and content hashes of batches, in their order."""
    text = ",".join(f"{number} {content}" for number, content in sorted(sealed.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def batch_ids(sealed: Iterable[int]) -> str:
    """Return the numbers of batches as a certificate states them, what follows each other as one run: `1-16, 18`."""
    runs: list[list[int]] = []
    for number in sorted(sealed):
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)


def _fault(lake: Lake, sha256: str) -> str | None:
    digest = hashlib.sha256()
    try:
        with archive.local_copy(lake, sha256, trust=True) as copy, copy.open("rb") as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
    except (LakeError, OSError):
        return "is missing or cannot be read"
    return None if digest.hexdigest() == sha256 else "was changed"


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, object]]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
