"""What dbt needs to reach a lake on an object store: the key, which may stand in no SQL file and no log."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dbt.adapters.duckdb.plugins import BasePlugin

from lake.catalogue import sign_in
from lake.store import Lake

if TYPE_CHECKING:
    import duckdb


class Plugin(BasePlugin):
    """Signs every new connection of dbt-duckdb in, where the lake root is on S3."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Create the secret on a connection, from the environment."""
        sign_in(conn, Lake(os.environ.get("TIEOUT_LAKE_ROOT", "lake/data")))
