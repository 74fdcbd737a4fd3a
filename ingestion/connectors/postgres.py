"""PostgreSQL: tables as Parquet files, exact to the last digit, all as at one moment.

Every connection reads within one snapshot, so that header and line agree. A source with a cursor column is read from
where the last batch that landed left off; rows that were seen there are left out by their hash, so that none is
doubled, and the time before is read again, so that none that was committed late is lost.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import adbc_driver_manager as adbc
import certifi
import pyarrow as pa
import pyarrow.parquet as pq
from adbc_driver_postgresql import dbapi

from ingestion.adapter import SourceFiles
from ingestion.connectors.offer import Cursor, Errand, keep_only
from ingestion.connectors.postgres_seen import Seen, edge, seen_of
from ingestion.connectors.postgres_sql import HASH, Part, Table, Window, parts, reading, ready_made
from ingestion.connectors.secret import reveal, scrubbed
from ingestion.connectors.spec import PostgresSpec
from lake.errors import SourceError

_TABLE = """
select c.oid::regclass::text, c.relkind::text, pg_relation_size(c.oid) / current_setting('block_size')::bigint
from pg_class c where c.oid = to_regclass($1)
"""
_COLUMNS = """
select quote_ident(a.attname), a.attname::text, format_type(a.atttypid, a.atttypmod), t.typname::text
from pg_attribute a join pg_type t on t.oid = a.atttypid
where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped order by a.attnum
"""
#: What the driver says of a connection that is not as safe as it was asked to be.
_INSECURE = ("does not support SSL", "certificate verify failed", "does not match host name")
_SETTINGS = (
    "set intervalstyle = iso_8601; set datestyle = iso; set timezone = 'UTC'; set extra_float_digits = 1; "
    "set standard_conforming_strings = on"  # a server may still take a backslash in a literal for an escape
)


def fetch(spec: PostgresSpec, errand: Errand) -> Cursor:
    """Bring the tables of the errand's sources, and return how far each has been read.

    Raises SourceError with one sentence, and no secret in it, where the database cannot be read.
    """
    feed = errand.feed.name
    # Parts of an earlier read are of another moment, and of a table that may have been cut otherwise.
    keep_only(errand.folder, ())
    password = reveal(spec.password, feed=feed) if spec.password else ""
    try:
        with contextlib.closing(_connect(spec, password)) as first:
            run(first, "begin isolation level repeatable read read only")
            ((snapshot,),) = run(first, "select pg_export_snapshot()")
            tables = [t for s in errand.sources if (t := table_of(first, s, errand)) is not None]
            cursor = dict(errand.cursor)
            window = Window(spec.overlap_seconds, spec.overlap_numbers)
            for table in tables:
                count = spec.parallel if table.pages and not table.since(errand.cursor) else 1
                _bring(spec, password, str(snapshot), parts(table, errand.cursor, count, window), errand)
                if table.cursor is not None:
                    cursor[table.source] = edge(first, table, window, errand) or cursor.get(table.source, {})
    except adbc.Error as error:
        said = scrubbed(str(error), [password])
        if any(sign in said for sign in _INSECURE):
            raise SourceError(_insecure(spec, feed, said)) from None
        raise SourceError(f"feed {feed}: database {spec.database} on {spec.host} cannot be read: {said}") from None
    return cursor


def _insecure(spec: PostgresSpec, feed: str, said: str) -> str:
    """Say what to do where the server offers no encryption, or a certificate that proves nothing."""
    where = f"feed {feed}: database {spec.database} on {spec.host} is not read, as ssl_mode is {spec.security}"
    if "does not support SSL" in said:
        return (
            f"{where} and the server offers no encryption: switch ssl on there, or set ssl_mode to what may do without"
        )
    why = "is of another host" if "does not match host name" in said else "is of no authority trusted here"
    return f"{where} and the server's certificate {why}: name its authority's file as ca_file, and the host as in it"


def _connect(spec: PostgresSpec, password: str) -> dbapi.Connection:
    said = {"host": spec.host, "port": str(spec.port), "dbname": spec.database, "user": spec.user}
    said |= {"sslmode": spec.security, "connect_timeout": "15", "application_name": "tieout"}
    if spec.security.startswith("verify"):
        # The driver brings its own TLS, which does not know where this machine keeps its authorities.
        said["sslrootcert"] = str(spec.ca_file or ssl.get_default_verify_paths().cafile or certifi.where())
    if password:
        said["password"] = password
    escaped = (k + "='" + v.replace("\\", "\\\\").replace("'", "\\'") + "'" for k, v in said.items())
    connection = dbapi.connect(" ".join(escaped), autocommit=True)
    for setting in _SETTINGS.split(";"):
        run(connection, setting)
    return connection


def run(connection: dbapi.Connection, sql: str, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def table_of(connection: dbapi.Connection, source: SourceFiles, errand: Errand) -> Table | None:
    """Return what the database says of a source's table; None where a source that names none has none."""
    asked = source.table or (source.name if errand.by_name else None)
    if asked is None:
        return None
    found = run(connection, _TABLE, (asked,))
    if not found:
        if source.table is None:
            return None
        raise SourceError(f"feed {errand.feed.name}: there is no table {asked!r} that this user can see")
    ((name, kind, pages),) = found
    columns = run(connection, _COLUMNS, (asked,))
    wanted = source.cursor or ("updated_at" if errand.by_name else None)
    by = next((c for c in columns if c[1] == wanted), None)
    if by is None and source.cursor is not None:
        raise SourceError(f"feed {errand.feed.name}: table {asked} has no column {source.cursor!r} to read on by")
    return Table(
        source=source.name,
        name=name,
        # Only a table that lies in pages of its own can be read in parts.
        pages=int(pages) if kind in ("r", "m") else 0,
        columns=tuple((quoted, type_name) for quoted, _, _, type_name in columns),
        cursor=None if by is None or errand.whole(source) else by[0],
        cursor_type="" if by is None else by[2],
    )


def _bring(spec: PostgresSpec, password: str, snapshot: str, wanted: Sequence[Part], errand: Errand) -> None:
    def one(part: Part) -> int:
        with contextlib.closing(_connect(spec, password)) as connection, seen_of(part, errand) as seen:
            run(connection, "begin isolation level repeatable read read only")
            run(connection, f"set transaction snapshot {ready_made(snapshot)}")
            target = errand.folder / part.source / f"{part.number:03d}.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            rows = write(batches(connection, part, seen), target, feed=errand.feed.name)
            if part.increment and not rows:
                target.unlink()
            return rows

    with ThreadPoolExecutor(max_workers=len(wanted)) as pool:
        rows = sum(pool.map(one, wanted))
    errand.events("table_read", feed=errand.feed.name, source=wanted[0].source, rows=rows)


def batches(connection: dbapi.Connection, part: Part, seen: Seen | None = None) -> Iterator[pa.RecordBatch]:
    """Give the rows of a part, less those `seen` before, numbers as exact text and moments as such."""
    with connection.cursor() as cursor:
        cursor.execute(reading(part))
        reader = cursor.fetch_record_batch()
        plain = pa.schema([pa.field(f.name, _plain(f.type)) for f in reader.schema])
        yield pa.RecordBatch.from_pylist([], schema=pa.schema([f for f in plain if seen is None or f.name != HASH]))
        for batch in reader:
            columns = [c.storage if isinstance(c, pa.ExtensionArray) else c for c in batch.columns]
            rows = pa.RecordBatch.from_arrays(columns, schema=plain)
            yield rows if seen is None else seen.without(rows)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def write(rows: Iterator[pa.RecordBatch], target: Path, *, feed: str) -> int:
    """Write batches to a Parquet file; an empty one where there are none, so that its columns are known."""
    first = next(rows)
    done = 0
    # It is read once, from end to end: dictionaries and statistics would cost more than they save.
    plain = {"compression": "lz4", "use_dictionary": False, "write_statistics": False}
    with pq.ParquetWriter(target, first.schema, **plain) as writer:
        for batch in rows:
            _refuse_infinite(batch, feed)
            writer.write_batch(batch)
            done += batch.num_rows
    return done


def _refuse_infinite(batch: pa.RecordBatch, feed: str) -> None:
    """Raise where a date or moment is infinite: beyond it, the driver's numbers mean no day."""
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if not pa.types.is_temporal(field.type):
            continue
        days = 86_400_000_000 if pa.types.is_timestamp(field.type) else 1
        counts = column.view(pa.int64() if days > 1 else pa.int32())
        bounds = pa.compute.min_max(counts).as_py()
        low, high = bounds["min"], bounds["max"]
        if low is not None and not (-719_162 * days <= low and high < 2_932_897 * days):
            raise SourceError(
                f"feed {feed}: column {field.name} holds a date that is infinite or beyond the year 9999: "
                "mend it at the source, or read a view without it"
            )
