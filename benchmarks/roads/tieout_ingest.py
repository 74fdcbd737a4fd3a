"""Our road: archived, checked against the contract, quarantined where wrong, landed once, counted."""

from __future__ import annotations

import sys
from pathlib import Path

from ingestion.feed import Feed
from ingestion.pipeline import ingest
from lake.store import Lake


def main(file: str, target: str) -> None:
    """Ingest the folder of the CSV `file` into the lake `target`."""
    done = ingest(Lake(f"{target}/lake"), Feed("psa", "canonical", str(Path(file).parent)))
    sys.stdout.write(f"{done}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
