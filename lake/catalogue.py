"""The lake and the published mart as one DuckDB catalogue."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import duckdb

from lake.contracts import ENTITIES
from lake.errors import LakeError
from lake.extensions import default_directory, lay
from lake.store import Lake


def quoted(identifier: str) -> str:
    """Return the identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return the text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def open_duckdb(*, extensions: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB with the delta extension loaded, in UTC, that fetches nothing by itself."""
    directory = extensions or default_directory()
    if not any(directory.glob("*/*/delta.duckdb_extension")):
        lay(directory)
    connection = duckdb.connect(
        config={
            "extension_directory": str(directory),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("load delta")
    return connection


def connect(
    lake: Lake, mart: Path | None = None, *, read_only: bool = True, tables: Collection[str] | None = None
) -> duckdb.DuckDBPyConnection:
    """Open the catalogue: views `lake.<entity>` of committed batches, and the mart attached as `mart`.

    `tables` names the views that are wanted; all of them where it is None. The views show every landed version.
    Raises LakeError where the mart cannot be opened.
    """
    connection = open_duckdb()
    if lake.is_local:
        lake.ensure()  # an older lake lacks the tables that came since
    else:
        connection.execute("load httpfs")
        sign_in(connection, lake)
    create_views(connection, lake, tables=tables)
    if mart is not None:
        mode = " (read_only)" if read_only else ""
        try:
            connection.execute(f"attach {literal(str(mart.resolve()))} as mart{mode}")
        except duckdb.Error as error:
            raise LakeError(f"the mart {mart} cannot be opened: {error}") from error
    return connection


def create_views(connection: duckdb.DuckDBPyConnection, lake: Lake, *, tables: Collection[str] | None = None) -> None:
    """Create schema `lake` with a view for every table, or for those named; each shows committed batches only.

    A view costs a look at its table's log, so whoever knows what will be asked for says so.
    """
    connection.execute("create schema if not exists lake")
    if tables is not None and not tables:
        return

    def view(name: str, condition: str = "true") -> None:
        if tables is None or name in tables or name == "batches":
            scan = f"delta_scan({literal(lake.table_uri(name))})"
            connection.execute(f"create or replace view lake.{quoted(name)} as select * from {scan} where {condition}")

    view("batches")
    committed = "(select batch_id from lake.batches where status = 'committed')"
    for name in ("batch_files", "quarantine"):
        view(name, f"batch_id in {committed}")
    for name in ("action", "recon_item_history", "certificate"):
        view(name)
    for name in ENTITIES:
        view(name, f"_batch_id in {committed}")


def sign_in(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Give DuckDB the object store's key that the Delta library was given; nothing where the lake is not on S3."""
    # What the lake was not given the Delta library takes from the environment; so does DuckDB here.
    given_here = {k: v for k, v in os.environ.items() if k.startswith("AWS_")} | dict(lake.storage_options or {})
    options = {k.lower().removeprefix("aws_"): v for k, v in given_here.items()}
    if not lake.root.startswith("s3://"):
        return
    fields = {"key_id": options.get("access_key_id"), "secret": options.get("secret_access_key")}
    fields |= {
        "region": options.get("region") or options.get("default_region"),
        "session_token": options.get("session_token"),
    }
    endpoint = options.get("endpoint_url") or options.get("endpoint")
    if endpoint:
        fields |= {"endpoint": endpoint.split("://")[-1], "url_style": "path"}
        fields["use_ssl"] = "true" if endpoint.startswith("https") else "false"
    given = ", ".join(f"{name} {literal(value)}" for name, value in fields.items() if value)
    connection.execute(f"create or replace secret lake (type s3, {given})")
