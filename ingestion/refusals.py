"""Everything that a refused batch is refused for, not only what was met first."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from pathlib import Path

from ingestion.landing import Batch, accepted_frames, lookups
from ingestion.tally import Tally
from lake.errors import BatchRefused, ContractError, SourceError, TieoutError, together
from lake.quarantine import Spool


def every(batch: Batch, first: BatchRefused, folder: Path) -> SourceError:
    """Return the `first` refusal with those of all other files of the batch, which are read for it and not landed.

    A batch of one file is not read again; where what the files look up cannot be read, they cannot be either.
    """
    if len(batch.plan.items) == 1:
        return first
    reasons: list[SourceError] = [first]
    scratch = folder / "refused"
    scratch.mkdir(exist_ok=True)
    spool = Spool(scratch, batch_id=batch.started.batch_id, feed=batch.feed, at=batch.started.at)
    trial = replace(batch, spool=spool)
    try:
        joined = lookups(batch)
    except TieoutError:
        return first
    for item in batch.plan.items:
        try:
            deque(accepted_frames(trial, item, Tally(item), joined), maxlen=0)
        except BatchRefused as error:
            reasons.append(error)
        except ContractError:
            continue  # of the adapter, not of the file; it is told when the files are right
    told = {str(reason): reason for reason in reversed(reasons)}
    return together([told[text] for text in dict.fromkeys(str(reason) for reason in reasons)])
