"""Faults of the machine, one at a time, and whether the next run puts everything right: `make faults` prints the table.

Each fault strikes an ingest in a process of its own. Afterwards nobody may see a half of anything, the next
ingest must complete, and each row that was read must be landed, quarantined or left out by a named filter, once.
This process only forks: it never uses the libraries itself, whose threads a fork would lose.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pickle
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingestion import adapter as adapters
from ingestion import landing, pipeline, snapshot
from ingestion.feed import Feed
from lake import archive, batches, delta, health, maintenance, quarantine
from lake.batches import BatchLog
from lake.errors import TieoutError
from lake.events import ignore
from lake.store import Lake

#: Small enough that a batch has several commits of one table to be killed between.
pipeline.PART_ROWS = 90

FINE, REFUSED, CRASHED = 0, 3, 70
NOBODY = 65534

#: Where a process can be killed: before and after each call of these.
STEPS: tuple[tuple[object, str], ...] = (
    (archive, "_hashed"),
    (archive, "_settle"),
    (batches.BatchLog, "start"),
    (landing, "conform"),
    (quarantine.Spool, "add"),
    (snapshot, "_spooled"),
    (delta, "write_deltalake"),
    (pipeline, "_commit_files"),
    (batches.BatchLog, "_close"),
)
MAINTAINING: tuple[tuple[object, str], ...] = (
    (maintenance, "_maintain"),
    (maintenance, "_compact"),
    (maintenance, "_vacuum"),
    (maintenance, "_sweep"),
)


@dataclass(frozen=True)
class Ground:
    """A lake with one landed batch, and a folder whose files changed since."""

    root: Path
    mode: str

    @property
    def lake(self) -> Lake:
        return Lake(str(self.root / "lake"))

    @property
    def feed(self) -> Feed:
        return Feed("psa", "canonical", str(self.root / "drop"), mode=self.mode)  # type: ignore[arg-type]

    def ingest(self) -> None:
        pipeline.ingest(self.lake, self.feed)


def lay(root: Path, mode: str) -> Ground:
    """Land a first drop of 300 entries, then lay the second one: 100 changed, 100 as before, 100 new, 1 wrong."""
    ground = Ground(root, mode)
    _drop(root / "drop", range(300), hours="7.50")

    def first() -> None:
        ground.lake.ensure()
        ground.ingest()

    assert in_child(first) == FINE
    _drop(root / "drop", range(100), hours="8.00", file="a")
    _drop(root / "drop", range(100, 400), hours="7.50", file="b", wrong=True)
    (root / "drop/time_entry/first.csv").unlink()
    return ground


def _drop(folder: Path, numbers: range, *, hours: str, file: str = "first", wrong: bool = False) -> None:
    lines = ["time_entry_id,project_id,employee_id,work_date,hours,is_billable,status,updated_at"]
    day = "2026-04-01T00:00:00Z" if file == "a" else "2026-03-09T00:00:00Z"
    lines += [f"T{n},P1,E1,202{5 + n % 2}-03-02,{hours},true,approved,{day}" for n in numbers]
    lines += ["T999,P1,E1,2026-03-02,many,true,approved," + day] if wrong else []
    (folder / "time_entry").mkdir(parents=True, exist_ok=True)
    (folder / f"time_entry/{file}.csv").write_text("\n".join(lines) + "\n")
    (folder / "customer.csv").write_text(f"customer_id,name\nC1,{file}\n")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def in_child(action: Callable[[], object], *, silent: bool = True) -> int:
    """Run an action in a fork of this process; return its exit code, negative where a signal ended it."""
    return wait(start(action, silent=silent))


def start(action: Callable[[], object], *, silent: bool = True) -> int:
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    if silent:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    code = CRASHED
    try:
        action()
        code = FINE
    except TieoutError as error:
        code = REFUSED if "\n" not in str(error) else CRASHED
    except BaseException as error:  # noqa: BLE001 - told to the parent by the code
        os.write(1, f"    {type(error).__name__}: {error}\n".encode()[:600])
    os._exit(code)


def wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(steps: tuple[tuple[object, str], ...], number: int, action: Callable[[], object]) -> Callable[[], None]:
    """Return the action with a SIGKILL at its `number`-th step; a file `steps` counts them where it is 0."""

    def run() -> None:
        passed = [0]

        def step() -> None:
            passed[0] += 1
            if passed[0] == number:
                os.kill(os.getpid(), signal.SIGKILL)

        for owner, name in steps:
            setattr(owner, name, _stepping(getattr(owner, name), step))
        action()
        if not number:
            Path(os.environ["STEPS"]).write_text(str(passed[0]))

    return run


def _stepping(inner: Callable[..., object], step: Callable[[], None]) -> Callable[..., object]:
    def outer(*args: object, **options: object) -> object:
        step()
        answer = inner(*args, **options)
        step()
        return answer

    return outer


def _read(lake: Lake, name: str) -> pl.DataFrame:
    return delta.read(delta.open_table(lake, name))


def seen(lake: Lake) -> tuple[list[tuple[object, ...]], pl.DataFrame, pl.DataFrame]:
    """Return what readers see: the entries with their batch, the files, the quarantine."""
    log = _read(lake, "batches")
    landed = log.filter(pl.col("status") == "committed")["batch_id"].to_list()
    rows = _read(lake, "time_entry").filter(pl.col("_batch_id").is_in(landed))
    columns = ("time_entry_id", "hours", "is_deleted", "updated_at")
    files = _read(lake, "batch_files").filter(pl.col("batch_id").is_in(landed))
    held = _read(lake, "quarantine").filter(pl.col("batch_id").is_in(landed))
    return sorted(rows.select(columns).rows(), key=str), files, held


def check(ground: Ground, due: list[tuple[object, ...]]) -> None:
    """Raise AssertionError unless the lake holds what an undisturbed run would hold, each row once."""
    rows, files, held = seen(ground.lake)
    assert rows == due, f"{len(rows)} rows where {len(due)} are due"
    counted = files.select(pl.col("rows_read", "landed", "quarantined", "excluded", "tombstones").sum()).row(0)
    read, landed, quarantined, excluded, tombstones = counted
    assert landed + quarantined + excluded == read
    entries = files.filter(pl.col("entity") == "time_entry")
    assert int(entries["landed"].sum()) + int(entries["tombstones"].sum()) == len(rows), (landed, tombstones, len(rows))
    assert held.height == quarantined == 1
    assert BatchLog(ground.lake, "psa", "delta").unfinished() == []
    pipeline.ingest(ground.lake, ground.feed)
    assert seen(ground.lake)[0] == due, "a second run lands nothing"


class Trial:
    """Tries faults on copies of one ground and remembers how each ended."""

    def __init__(self, root: Path, mode: str) -> None:
        self.mode, self.root = mode, root
        lay(root / "ground", mode)
        self.due = root / "due"
        undisturbed = self.fresh("undisturbed")

        def note() -> None:
            undisturbed.ingest()
            self.due.write_bytes(pickle.dumps(seen(undisturbed.lake)[0]))

        assert in_child(note) == FINE
        self.results: list[tuple[str, str, bool]] = []

    def fresh(self, name: str) -> Ground:
        place = self.root / name
        shutil.copytree(self.root / "ground", place)
        return Ground(place, self.mode)

    def survives(self, ground: Ground) -> bool:
        """Whether nothing half-done is seen, the next run completes and every row is there once."""

        def after() -> None:
            rows, files, _ = seen(ground.lake)
            assert len(rows) in (300, len(self.due_rows())), "half a batch is seen"
            assert files.filter(
                pl.col("landed") + pl.col("quarantined") + pl.col("excluded") != pl.col("rows_read")
            ).is_empty()
            ground.ingest()
            check(ground, self.due_rows())

        return in_child(after, silent=False) == FINE

    def due_rows(self) -> list[tuple[object, ...]]:
        return list(pickle.loads(self.due.read_bytes()))  # noqa: S301 - what this process wrote itself

    def note(self, fault: str, code: int, allowed: tuple[int, ...], ground: Ground) -> None:
        said = {FINE: "not struck", REFUSED: "one sentence", -signal.SIGKILL: "killed"}.get(code, f"exit {code}")
        survived = code in allowed and self.survives(ground)
        self.results.append((f"{self.mode}: {fault}", said, survived))
        say(f"{'survived' if survived else 'LOST':9} {self.mode + ': ' + fault:88} {said}")
        shutil.rmtree(ground.root, ignore_errors=True)


def kills(trial: Trial, *, every: int) -> None:
    """Kill an ingest at every step of its second batch."""
    ground = trial.fresh("count")
    counter = ground.root / "steps"
    os.environ["STEPS"] = str(counter)
    assert in_child(killed_at(STEPS, 0, ground.ingest)) == FINE
    for number in range(1, int(counter.read_text()) + 1, every):
        ground = trial.fresh(f"kill-{number}")
        trial.note(f"SIGKILL at step {number}", in_child(killed_at(STEPS, number, ground.ingest)), (-9,), ground)


def eager(ground: Ground) -> Callable[[], None]:
    """Return a maintenance that finds something to do in a lake as small as this one."""

    def maintain() -> None:
        health.MANY_SMALL = 2
        maintenance._CHECKPOINT_EVERY = 1
        maintenance.maintain(ground.lake, events=ignore)

    return maintain


def kills_of_maintenance(trial: Trial, *, every: int) -> None:
    """Kill a maintenance at each of its steps while the second batch waits to be landed."""
    ground = trial.fresh("count-maintenance")
    counter = ground.root / "steps"
    os.environ["STEPS"] = str(counter)
    assert in_child(killed_at(MAINTAINING, 0, eager(ground))) == FINE
    for number in range(1, int(counter.read_text()) + 1, every):
        ground = trial.fresh(f"maintain-{number}")
        code = in_child(killed_at(MAINTAINING, number, eager(ground)))
        trial.note(f"SIGKILL at step {number} of a maintenance", code, (-9,), ground)


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
            adapters.load("canonical")  # nobody may not even read the interpreter's own library
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
        import hashlib  # noqa: PLC0415

        for file in (lake.parent / "drop/time_entry").iterdir():
            content = file.read_bytes()
            name = hashlib.sha256(content).hexdigest()
            (lake / "archive" / name[:2]).mkdir(exist_ok=True)
            (lake / "archive" / name[:2] / name).write_bytes(content[:50])

    for strike in (orphan, half_received, half_commit, half_archived)[::every]:
        ground = trial.fresh(strike.__name__)
        strike(ground.root / "lake")
        trial.note(f"half a file: {strike.__name__.replace('_', ' ')}", FINE, (FINE,), ground)


def at_once(trial: Trial, *, rounds: int) -> None:
    """Run two ingests of the feed and one of another, with a maintenance and a reader beside them all the while."""
    for number in range(1, rounds + 1):
        ground = trial.fresh(f"at-once-{number}")
        over, due = ground.root / "over", len(trial.due_rows())
        # A refused batch has left rows behind, which the maintenance takes out while others write.
        wrong = ground.root / "drop/contract.csv"
        wrong.write_text("contract_id\nK1\n")
        assert in_child(ground.ingest) == REFUSED
        wrong.unlink()

        def another(ground: Ground = ground) -> None:
            pipeline.ingest(ground.lake, Feed("crm", "canonical", str(ground.root / "drop"), entities=("customer",)))

        def maintain(ground: Ground = ground, over: Path = over) -> None:
            while not over.exists():
                eager(ground)()

        def read(ground: Ground = ground, over: Path = over, due: int = due) -> None:
            while not over.exists():
                rows, _, _ = seen(ground.lake)
                assert len(rows) in (300, due), f"a reader sees {len(rows)} rows: half a batch, or one twice"

        beside = [start(action) for action in (maintain, read)]
        codes = [wait(child) for child in [start(action) for action in (ground.ingest, ground.ingest, another)]]
        over.touch()
        codes += [wait(child) for child in beside]
        fault = f"two ingests, another feed's, a maintenance and a reader at once, round {number}"
        trial.note(fault, max(codes, key=abs), (FINE,), ground)


def main() -> int:
    """Try the faults and print the table; the exit code says whether all were survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only a part, for every test run")
    quick = parser.parse_args().quick
    began, results = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="tieout-faults-") as folder:
        Path(folder).chmod(0o755)
        for mode in ("snapshot",) if quick else ("delta", "snapshot"):
            trial = Trial(Path(folder) / mode, mode)
            kills(trial, every=9 if quick else 1)
            full_disks(trial, every=5 if quick else 1)
            revoked(trial, every=4 if quick else 1)
            half_written(trial, every=3 if quick else 1)
            kills_of_maintenance(trial, every=60 if quick else 3)
            at_once(trial, rounds=1 if quick else 5)
            results += trial.results
    lost = [fault for fault, _, survived in results if not survived]
    say(f"{len(results)} faults tried, {len(results) - len(lost)} survived, in {time.monotonic() - began:.0f} s")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
