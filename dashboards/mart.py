"""The published mart as the app sees it: which run is served, one read-only connection, one cursor a query."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import duckdb
import polars as pl
import streamlit as st

from dashboards.entitlement import Rights
from dashboards.launch import MART_VARIABLE
from lake import misuse
from lake.errors import MisuseError
from lake.publish import RUN_FILE

DEFAULT_POINTER = Path("lake/data/mart/mart.duckdb")
CACHED_RESULTS = 512
CACHED_RUNS = 3
CONSOLE_SECONDS = 10.0
CONSOLE_ROWS = 1_000

Parameter: TypeAlias = str | int | float | tuple[str, ...] | None


class MartUnavailableError(Exception):
    """No published mart can be read; the message is one sentence for the person at the screen."""


class ConsoleError(Exception):
    """A statement typed by a person cannot be run; the message says why."""


@dataclass(frozen=True)
class Run:
    """One published run: its file and its id."""

    path: str
    run_id: str


def served() -> Run:
    """Return the run that the pointer names now. Raises MartUnavailableError before the first build."""
    pointer = Path(os.environ.get(MART_VARIABLE) or DEFAULT_POINTER)
    if not pointer.exists():
        raise MartUnavailableError(f"No mart is published yet at {pointer}: run `tieout run`, then reload this page.")
    file = pointer.resolve()
    named = RUN_FILE.match(file.name)
    return Run(path=str(file), run_id=named["run"] if named else file.stem)


@st.cache_resource(max_entries=CACHED_RUNS, show_spinner=False)
def _connection(run: Run, purpose: str) -> duckdb.DuckDBPyConnection:
    """Open `run` read-only with no way to the file system; `purpose` keeps the console apart from the pages."""
    try:
        connection = duckdb.connect(":memory:")
        path = run.path.replace("'", "''")
        connection.execute(f"attach '{path}' as {_name(purpose)} (read_only)")
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set threads = 2")
        if purpose == "console":
            connection.execute("set memory_limit = '1GB'")
            connection.execute("set temp_directory = ''")
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute("set autoload_known_extensions = false")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
    except duckdb.Error as error:
        raise MartUnavailableError(
            f"The published mart {run.path} cannot be opened ({_first_line(error)}): "
            "build it again with `tieout build`."
        ) from error
    return connection


def _name(purpose: str) -> str:
    """Return what the file is attached as: a person may say `mart.<table>`, which is a schema of the file as well."""
    return "published" if purpose == "console" else "mart"


@st.cache_data(max_entries=CACHED_RESULTS, show_spinner=False)
def fetch(run: Run, rights: Rights, sql: str, parameters: tuple[Parameter, ...] = ()) -> pl.DataFrame:
    """Run one query of ours and return its rows; decimals stay decimals, moments are in UTC.

    The run and the rights are part of the cache key, so nobody sees another's rows. Raises duckdb.Error.
    """
    del rights  # already written into the SQL; here it only keeps cached results apart
    values = [list(value) if isinstance(value, tuple) else value for value in parameters]
    return _connection(run, "pages").cursor().execute(sql, values).pl()


@st.cache_data(max_entries=CACHED_RUNS, show_spinner=False)
def tables(run: Run) -> frozenset[str]:
    """Return the names of the tables and views that this run holds."""
    rows = (
        _connection(run, "pages")
        .cursor()
        .execute("select table_name from information_schema.tables where table_catalog = 'mart'")
        .fetchall()
    )
    return frozenset(name for (name,) in rows)


@st.cache_data(max_entries=256, show_spinner=False)
def columns(run: Run, table: str) -> tuple[str, ...]:
    """Return the column names of one table of this run, in order."""
    rows = (
        _connection(run, "pages")
        .cursor()
        .execute(
            "select column_name from information_schema.columns where table_catalog = 'mart' and table_name = ?"
            " order by ordinal_position",
            [table],
        )
        .fetchall()
    )
    return tuple(name for (name,) in rows)


def console(run: Run, statement: str) -> tuple[pl.DataFrame, bool]:
    """Run one reading statement typed by a person; return at most CONSOLE_ROWS rows and whether there were more.

    Raises ConsoleError for anything that is not one query, for sums of figures that do not add up, for an SQL error and
    after CONSOLE_SECONDS.
    """
    try:
        parts = duckdb.extract_statements(statement)
    except duckdb.Error as error:
        raise ConsoleError(_first_line(error)) from error
    if len(parts) != 1:
        raise ConsoleError("Write exactly one statement.")
    if parts[0].type not in {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}:
        raise ConsoleError("The console only reads: write a select, describe, show or explain statement.")
    cursor = _connection(run, "console").cursor()
    cursor.execute(f"use {_name('console')}")
    timer = threading.Timer(CONSOLE_SECONDS, cursor.interrupt)
    timer.start()
    try:
        query = parts[0].query.strip().rstrip(";")
        misuse.refuse(cursor, query)
        relation = cursor.sql(query)
        if relation is None:
            return pl.DataFrame(), False
        frame = relation.limit(CONSOLE_ROWS + 1).pl()
    except duckdb.InterruptException as error:
        raise ConsoleError(f"Stopped after {CONSOLE_SECONDS:.0f} seconds: filter earlier or aggregate.") from error
    except (duckdb.Error, pl.exceptions.PolarsError, MisuseError) as error:
        raise ConsoleError(_first_line(error)) from error
    finally:
        timer.cancel()
    return frame.head(CONSOLE_ROWS), frame.height > CONSOLE_ROWS


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0]
