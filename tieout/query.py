"""Read-only questions to the published mart and the lake, and their answers as table, CSV or JSON."""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Literal

import duckdb
from rich.console import Console
from rich.table import Table

from lake import catalogue, misuse, publish
from lake import certificates as certifying
from lake import figures as rolled
from lake.errors import BuildError, ConfigError, LakeError
from lake.schemas import table_schemas
from lake.store import Lake
from tieout import certificate_words, files
from tieout.settings import Settings
from tieout.stores import has_lake, published_mart

Format = Literal["table", "csv", "json", "jsonl"]
READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
TABLE_ROWS = 1_000


def run(settings: Settings, query: str, *, output: Format = "table") -> str:
    """Run one reading statement and return its rows as text.

    Raises LakeError for anything else, and MisuseError for sums of figures that do not add up.
    """
    with connect(settings, tables=_named_in(query)) as connection:
        try:
            statements = connection.extract_statements(query)
        except duckdb.Error as error:
            raise LakeError(_said(error)) from error
        if len(statements) != 1 or statements[0].type not in READING:
            raise LakeError("`tieout sql` takes one statement that reads (select, with, describe, explain).")
        if statements[0].type == duckdb.StatementType.SELECT:
            misuse.refuse(connection, query)
        return _answer(connection, query, output=output)


def exceptions(settings: Settings, *, owner: str | None, limit: int, output: Format) -> str:
    """Return at most `limit` open reconciliation items as text, the largest difference in group currency first.

    Before them come those without a rate, since nobody knows how large they are.
    """
    query = """
        select
            category, owner, severity, flow, legal_entity_key, project_key, period_id, difference_group,
            origin_type, origin_id, item_id
        from mart.recon_item
        where status = 'open' and (cast(? as varchar) is null or owner = cast(? as varchar))
        order by abs(difference_group) desc nulls first, item_id
        limit ?
    """
    with connect(settings) as connection:
        return _answer(connection, query, [owner, owner, limit], output=output)


def figures(
    settings: Settings,
    metric_id: str,
    *,
    basis: str | None,
    by: Sequence[str],
    periods: Sequence[str],
    only: Mapping[str, str],
    output: Format,
) -> str:
    """Return the figures of one metric, split by `by`, as text. Raises MisuseError for what would mean nothing."""
    with connect(settings) as connection:
        return told(connection, metric_id, basis=basis, by=by, periods=periods, only=only, output=output)


def told(
    connection: duckdb.DuckDBPyConnection,
    metric_id: str,
    *,
    basis: str | None,
    by: Sequence[str],
    periods: Sequence[str],
    only: Mapping[str, str],
    output: Format,
) -> str:
    """Return the figures of one metric of an open mart as text. Raises MisuseError for what would mean nothing."""
    wanted = rolled.metric(connection, metric_id, basis)
    names = [*by, "metric_id", "basis", "unit", "value", "gl_status", "is_provisional"]
    rows = [
        (
            *(member for _, member in one.members), wanted.metric_id, wanted.basis, wanted.unit, one.value,
            one.gl_status, one.is_provisional,
        )
        for one in rolled.roll_up(connection, wanted, by=by, periods=periods, only=only)
    ]  # fmt: skip
    return render(names, rows, output=output)


def export(settings: Settings, table: str, target: Path) -> int:
    """Write one mart table to `target` (.csv, .parquet or .xlsx) and return its number of rows.

    Raises ConfigError for another ending, a table that is not there, or more rows than a sheet holds.
    """
    files.require_known(target)
    with connect(settings) as connection:
        known = [name for (name,) in connection.execute(
            "select distinct table_name from information_schema.tables where table_catalog = 'mart' order by 1"
        ).fetchall()]  # fmt: skip
        if table not in known:
            close = difflib.get_close_matches(table, known, n=3)
            hint = f"did you mean {' or '.join(close)}?" if close else f"it has {', '.join(known)}."
            raise ConfigError(f"The mart has no table {table!r}; {hint}")
        frame = connection.execute(f'select * from mart."{table}"').pl()
    files.write(frame, target, name=table)
    return frame.height


def certificates(
    settings: Settings, *, entity: str | None, period: str | None, as_json: bool = False
) -> tuple[bool, str]:
    """Return whether the published certificates are intact, and what they say in words or as JSON lines.

    Raises BuildError where no mart is published.
    """
    mart = published_mart(settings)
    found = certifying.verify(Lake(settings.lake_root), mart, entity=entity, period=period)
    return found.is_intact, certificate_words.lines(found) if as_json else certificate_words.render(found)


def _named_in(query: str) -> list[str] | None:
    """Return the tables of the lake that a query may read; None, for all, where it asks which there are."""
    text = query.lower()
    if any(word in text for word in ("show", "information_schema", "duckdb_", "pg_")):
        return None
    return [name for name in table_schemas() if name in text]


def connect(settings: Settings, *, tables: Collection[str] | None = ()) -> duckdb.DuckDBPyConnection:
    """Open the published mart and, of the lake, the tables named (None: all), for reading only.

    Raises BuildError where there is neither.
    """
    mart = publish.published(settings.mart_folder)
    if mart is None and not has_lake(settings):
        raise BuildError(f"There is neither a mart nor a lake in {settings.lake_root} yet; run `tieout run` first.")
    connection = catalogue.connect(Lake(settings.lake_root), mart, tables=tables)
    # Of files and addresses only the lake's own may be read; the mart is open already.
    connection.execute("set allowed_directories = [?]", [settings.lake_root])
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _answer(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object] = (), *, output: Format
) -> str:
    try:
        result = connection.execute(query, list(parameters))
        names = [column[0] for column in result.description or []]
        rows = result.fetchmany(TABLE_ROWS + 1) if output == "table" else result.fetchall()
    except duckdb.Error as error:
        raise LakeError(_said(error)) from error
    return render(names, rows, output=output)


def render(names: Sequence[str], rows: Sequence[Sequence[object]], *, output: Format) -> str:
    """Return rows as a table (at most 1,000 rows), CSV or JSON (whole, or a line a row), decimals as exact text."""
    if output == "jsonl":
        return "".join(f"{json.dumps(dict(zip(names, row, strict=True)), default=str)}\n" for row in rows)
    if output == "json":
        return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str, indent=1) + "\n"
    text = io.StringIO()
    if output == "csv":
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(["" if value is None else value for value in row] for row in rows)
        return text.getvalue()
    table = Table(*names)
    for row in rows[:TABLE_ROWS]:
        table.add_row(*("–" if value is None else str(value) for value in row))
    Console(file=text, width=200 if len(names) > 6 else 120).print(table)  # noqa: PLR2004 - a readable width
    if len(rows) > TABLE_ROWS:
        text.write(f"The first {TABLE_ROWS:,} rows; --format csv prints all.\n")
    return text.getvalue()


def _said(error: Exception) -> str:
    """Return what DuckDB says, with what it thinks was meant, without the statement."""
    return " ".join(str(error).split("\n\nLINE")[0].split())
