"""A disk that is full, rights that are gone, files that a crash of the machine has left in half."""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ingestion import adapter as adapters
from tests.ingestion.faults.ground import Ground
from tests.ingestion.faults.processes import FINE, REFUSED, in_child
from tests.ingestion.faults.trial import Trial

NOBODY = 65534


def full_disks(trial: Trial, *, every: int) -> None:
    """Fill the disk: a small one of its own where root may mount one, and files that may not grow."""
    for kib in (1, 2, 4, 6, 8, 12)[::every]:
        ground = trial.fresh(f"limit-{kib}")

        def limited(ground: Ground = ground, kib: int = kib) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (kib << 10, kib << 10))
            ground.ingest()

        trial.note(f"no file may grow beyond {kib} KiB", in_child(limited), (REFUSED,), ground)
    for kib in (4, 8, 16, 24, 32, 48)[::every]:
        ground = trial.fresh(f"disk-{kib}")
        with small_disk(ground.root / "lake", spare_kib=kib) as mounted:
            if not mounted:
                shutil.rmtree(ground.root)
                continue
            code = in_child(ground.ingest)
            (ground.root / "lake/ballast").unlink()
            trial.note(f"disk full after {kib} KiB", code, (REFUSED,), ground)


@contextlib.contextmanager
def small_disk(place: Path, *, spare_kib: int) -> Iterator[bool]:
    """Give True and have the folder on a disk of its own, full but for some KiB; False where we may not mount."""
    aside = place.with_name("aside")
    if os.geteuid() != 0:
        yield False
        return
    place.rename(aside)
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        place.rmdir()
        aside.rename(place)
        yield False
        return
    try:
        shutil.copytree(aside, place, dirs_exist_ok=True)
        state = os.statvfs(place)
        free = state.f_bavail * state.f_frsize
        (place / "ballast").write_bytes(b"\0" * (free - (spare_kib << 10)))
        yield True
    finally:
        subprocess.run(["umount", place], check=True)


def revoked(trial: Trial, *, every: int) -> None:
    """Take away the right to write a part of the lake, or to read the drop; root strikes as nobody."""
    parts = (
        "lake/tables/time_entry", "lake/tables/time_entry/_delta_log", "lake/tables/customer/_delta_log",
        "lake/batches", "lake/batches/_delta_log", "lake/batch_files/_delta_log", "lake/quarantine/_delta_log",
        "lake/archive", "lake/work/locks", "drop", "drop/time_entry", "drop/time_entry/a.csv", "drop/customer.csv",
    )  # fmt: skip
    for part in parts[::every]:
        ground = trial.fresh(part.replace("/", "-"))
        everything = [ground.root, *ground.root.rglob("*")]
        modes = {path: path.stat().st_mode for path in everything}
        for path in everything if os.geteuid() == 0 else ():
            os.chown(path, NOBODY, NOBODY)
        target = ground.root / part
        struck = [target, *target.rglob("*")] if target.is_dir() else [target]
        for path in struck:
            path.chmod(0o000 if part.startswith("drop") else 0o555 if path.is_dir() else 0o444)

        def as_nobody(ground: Ground = ground) -> None:
            # nobody may not even read the interpreter's own library
            adapters.load("canonical")
            codecs.lookup("utf-8-sig")
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            ground.ingest()

        code = in_child(as_nobody)
        for path in struck:
            path.chmod(modes[path])
        trial.note(f"no right to {part}", code, (REFUSED,), ground)


def half_written(trial: Trial, *, every: int) -> None:
    """Leave what a crash of the machine leaves: files cut in half, beside the good ones and in their place."""

    def orphan(lake: Path) -> None:
        whole = next(lake.glob("tables/time_entry/**/*.parquet"))
        whole.with_name("part-half.parquet").write_bytes(whole.read_bytes()[:100])

    def half_received(lake: Path) -> None:
        (lake / "archive/tmp").mkdir(exist_ok=True)
        (lake / "archive/tmp/incoming-half").write_bytes(b"time_entry_id,pro")

    def half_commit(lake: Path) -> None:
        (lake / "tables/time_entry/_delta_log/_commit_half.json.tmp").write_bytes(b'{"add":{"pa')

    def half_archived(lake: Path) -> None:
        # The power failed before the bytes were on the disk: the second drop is there under its name, cut short.
        for file in (lake.parent / "drop/time_entry").iterdir():
            content = file.read_bytes()
            name = hashlib.sha256(content).hexdigest()
            (lake / "archive" / name[:2]).mkdir(exist_ok=True)
            (lake / "archive" / name[:2] / name).write_bytes(content[:50])

    for strike in (orphan, half_received, half_commit, half_archived)[::every]:
        ground = trial.fresh(strike.__name__)
        strike(ground.root / "lake")
        trial.note(f"half a file: {strike.__name__.replace('_', ' ')}", FINE, (FINE,), ground)
