"""Runs dbt on the project in the working folder as `tieout build` does, and prints what came of each node."""

from __future__ import annotations

import sys
from pathlib import Path

from dbt.cli.main import dbtRunner

from tieout import runners, transcript


def main() -> None:
    """Build, and keep the transcript where all went well."""
    said = transcript.Transcript(Path("transcript.json"), "key")
    with runners.following(said, ()):
        outcome = dbtRunner(callbacks=[said]).invoke(["build", "--profiles-dir", ".", "--log-level", "none"])
    for result in outcome.result.results:
        # what dbt itself did for a node has timings
        told = (
            result.node.name,
            "dbt" if result.timing else "sent",
            str(result.status),
            " ".join(str(result.message).split()),
        )
        sys.stdout.write("|".join(told) + "\n")
    if outcome.success:
        said.write()


if __name__ == "__main__":
    main()
