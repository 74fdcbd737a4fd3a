"""SIGKILL at every step of an ingest, and of a maintenance while a batch waits to be landed."""

from __future__ import annotations

import os
from collections.abc import Callable

from ingestion import landing, pipeline, snapshot
from lake import archive, batches, delta, health, maintenance, quarantine, sweeping
from lake.events import ignore
from tests.ingestion.faults.ground import Ground
from tests.ingestion.faults.processes import FINE, in_child, killed_at
from tests.ingestion.faults.trial import Trial

#: Where a process can be killed: before and after each call of these.
STEPS: tuple[tuple[object, str], ...] = (
    (archive, "_hashed"),
    (archive._Place, "settle"),
    (batches.BatchLog, "start"),
    (landing, "conform"),
    (quarantine.Spool, "add"),
    (snapshot, "_read"),
    (delta, "write_deltalake"),
    (pipeline, "append_beside"),
    (batches.BatchLog, "_close"),
)
MAINTAINING: tuple[tuple[object, str], ...] = (
    (maintenance, "_maintain"),
    (maintenance, "_compact"),
    (maintenance, "_vacuum"),
    (sweeping, "half_received"),
    (sweeping, "remembered"),
)


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
