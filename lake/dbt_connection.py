"""What dbt's connection needs to know of this machine and this build: where files lie, how much it may take, its key.

None of it stands in profiles.yml: dbt reads every file of the project anew where a connection's profile is not that of
the parse before, and a build as of an earlier time has a folder of its own. A key may stand in no SQL file and no log.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt.adapters.duckdb.plugins import BasePlugin

from lake.catalogue import literal, sign_in
from lake.store import Lake

if TYPE_CHECKING:
    import duckdb
    from dbt.adapters.duckdb.credentials import DuckDBCredentials


class Plugin(BasePlugin):
    """Puts the build's files into its work folder, bounds what it takes, and signs in where the lake root is on S3."""

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Complete the paths of the attached files and the settings of the database, from the environment."""
        work = _work()
        for attached in creds.attach or []:
            if attached.path != ":memory:":
                attached.path = str(work / attached.path)
        config["extension_directory"] = os.environ.get("TIEOUT_DUCKDB_EXTENSIONS", ".venv/duckdb_extensions")
        # set once for the database: as settings they would be set anew on every connection, so for every model
        config["threads"] = os.environ.get("TIEOUT_THREADS", "2")
        config["memory_limit"] = os.environ.get("TIEOUT_MEMORY_LIMIT", "4GB")
        config["temp_directory"] = str(work / "spill")

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Sign in, and say where the lake is."""
        sign_in(conn, Lake(_lake_root()))
        point_at(conn, _lake_root())


def point_at(connection: duckdb.DuckDBPyConnection, lake_root: str) -> None:
    """Let SQL ask for a table of the lake by its path inside it, as `memory.main.lake_table('tables/time_entry')`."""
    connection.execute(
        "create or replace macro memory.main.lake_table(table_path) as table"
        f" select * from delta_scan({literal(lake_root + '/')} || table_path)"
    )


def _lake_root() -> str:
    return os.environ.get("TIEOUT_LAKE_ROOT", "lake/data")


def _work() -> Path:
    return Path(os.environ.get("TIEOUT_WORK") or f"{_lake_root()}/work")
