"""Several at work at once: two ingests of a feed, one of another, a maintenance and a reader."""

from __future__ import annotations

from pathlib import Path

from ingestion import pipeline
from ingestion.feed import Feed
from tests.ingestion.faults.ground import Ground, seen
from tests.ingestion.faults.kills import eager
from tests.ingestion.faults.processes import FINE, REFUSED, in_child, start, wait
from tests.ingestion.faults.trial import Trial


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
