"""A fault is tried on a fresh copy of the ground: nobody may see a half of anything, and the next run must complete."""

from __future__ import annotations

import pickle
import shutil
import signal
from pathlib import Path

import polars as pl

from tests.ingestion.faults.ground import Ground, check, lay, seen
from tests.ingestion.faults.processes import FINE, REFUSED, in_child, say


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
