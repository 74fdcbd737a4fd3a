"""What two builds say differently, to the cent, and which source rows that arrived between them made it so.

A change is a ledger row, or a difference, whose amount in one cell (entity, project, period) is not what it
was. It is attributed to the arrived rows that bear upon it most closely; where a deadline or a due date
passed and no row arrived, to time. What neither explains stands as `unattributed`, and what the changes do
not explain of a total as `remainder`: both are there to be zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from lake import catalogue
from lake.errors import LakeError
from lake.restatement_rows import arrived
from lake.restatement_sql import STEPS
from lake.store import Lake

#: A change as a person reads it, with the row behind it; several rows behind one change are all listed.
TABLE = "recon_restatement"
CAUSES = "recon_restatement_cause"


@dataclass(frozen=True)
class Restated:
    """Where the comparison lies, and how many changes, causes, changes without a cause and remainders it has."""

    file: Path
    changes: int
    causes: int
    unattributed: int
    remainders: int


def restate(lake: Lake, before: Path, after: Path, target: Path, *, clock: str) -> Restated:
    """Compare two published marts and write the tables of the comparison to the DuckDB file `target`.

    `clock` is the configuration's: under `data` an as-of build knows rows by their own time of change.
    Raises LakeError where the marts cannot be compared.
    """
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    with catalogue.connect(lake) as connection:
        for name, file, mode in (("before", before, "read_only"), ("after", after, "read_only"), ("made", partial, "")):
            connection.execute(
                f"attach {catalogue.literal(str(file.resolve()))} as {name}_mart" + (f" ({mode})" if mode else "")
            )
        try:
            _compare(connection, by_time=clock == "data")
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise LakeError(f"{before.name} and {after.name} cannot be compared: {first}") from error
        counted = connection.execute(
            f"select count(*), (select count(*) from made_mart.{CAUSES}),"
            " count(*) filter (where cause = 'unattributed'), count(*) filter (where cause = 'remainder')"
            f" from made_mart.{TABLE}"
        ).fetchone()
        assert counted is not None  # noqa: S101 - an aggregate always has a row
        connection.execute("detach made_mart")
    partial.replace(target)
    return Restated(target, *counted)


def _compare(connection: duckdb.DuckDBPyConnection, *, by_time: bool) -> None:
    for mart in ("before", "after"):
        connection.execute(
            f"create temp table {mart}_build as select run_id, build_time, coalesce(as_of, timestamptz '9999-12-31')"
            f" as known_until from {mart}_mart.build_info"
        )
        connection.execute(
            f"create temp table {mart}_batches as select batch_id from {mart}_mart.obs_batches"
            " where status = 'committed'"
        )
    connection.execute(
        f"create temp table arrived as select row_number() over () as n, * from ({arrived(by_time=by_time)})"
    )
    for step in STEPS:
        connection.execute(step)
