"""A packed file lands whole or is refused: half an archive is never taken for a file."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from lake.errors import BatchRefused
from tests.ingestion.conftest import Drop

TEXT = "customer_id,name\n" + "".join(f"C{n},name {n * 7919 % 10007}\n" for n in range(5000))


def _zstd(path: Path) -> bytes:
    with pa.OSFile(str(path), "wb") as raw, pa.CompressedOutputStream(raw, "zstd") as stream:
        stream.write(TEXT.encode())
    packed = path.read_bytes()
    path.unlink()
    return packed


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_truncated_archive_is_refused(drop: Drop, tmp_path: Path, ending: str, share: float) -> None:
    whole = gzip.compress(TEXT.encode()) if ending == "gz" else _zstd(tmp_path / "whole")
    drop.write(f"customer.csv.{ending}", whole[: int(len(whole) * share)])
    with pytest.raises(BatchRefused, match=f"customer.csv.{ending} cannot be unpacked"):
        drop.ingest()
    assert drop.rows("select count(*) from lake.customer") == [(0,)]


def test_several_archives_in_one_file_are_read_to_the_end(drop: Drop) -> None:
    head, rest = TEXT[:1000], TEXT[1000:]
    drop.write("customer.csv.gz", gzip.compress(head.encode()) + gzip.compress(rest.encode()))
    assert drop.ingest().counts.landed == 5000
