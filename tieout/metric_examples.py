"""The examples of the page of metrics, read from a published mart and held against the figures that they belong to.

A plain sum is told by legal entity, a percentile by what lies at or below it, and a metric whose entry in the catalogue
says how it is `worked` by the terms of one thing: one contract line, project, contract or person. The parts of all
things must come to the figure itself, so what the page works out is the definition and no second one.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from lake import figures
from lake.catalogue import literal, quoted
from lake.errors import MisuseError
from tieout.metric_page import entries

BOOKS = "legal_entity_key"


def read(mart: Path) -> dict[str, Any]:
    """Return the firm in words and, by metric and basis, the sums, parts and value of one period of a published mart.

    The period is the newest that every legal entity has closed; where a metric knows nothing of it (what is known of
    the present only), the running one. Raises MisuseError where the parts of a worked metric do not come to it.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(mart.resolve()))} as mart (read_only)")
        people, first, last, currency = _one(
            connection,
            "select (select count(distinct worker_key) from mart.dim_worker"
            " where worker_key not in ('none', 'unmapped')), min(period_id), max(period_id),"
            " (select group_currency from mart.build_info)"
            " from mart.fct_project_period",
        )
        (closed,) = _one(
            connection,
            "select max(period_id) from (select period_id from mart.dim_period where not is_generated"
            " group by period_id having count(*) = count(*) filter (where status = 'closed'))",
        )
        found = {}
        for entry in entries():
            for basis in entry["basis"]:
                if (told := _example(connection, entry, basis, (closed, last))) is not None:
                    found[f"{entry['id']}.{basis}"] = told
    firm = f"a simulated firm of {people} people from {first} to {last}, amounts in {currency}"
    return {"firm": firm, "currency": currency, "figures": found}


def _example(
    connection: duckdb.DuckDBPyConnection, entry: dict[str, Any], basis: str, periods: tuple[str, ...]
) -> dict[str, Any] | None:
    """Return the example of the first of the periods that has the figure."""
    wanted = figures.metric(connection, entry["id"], basis)
    for period in periods:
        figure = next(iter(figures.roll_up(connection, wanted, periods=[period])), None)
        if figure is None or figure.value is None:
            continue
        sums = {"value": figure.value, "numerator": figure.numerator, "denominator": figure.denominator}
        told: dict[str, Any] = {"period": period, **{k: None if v is None else str(v) for k, v in sums.items()}}
        if "distribution" in entry:
            told["spread"] = _spread(connection, figure, period)
        elif not wanted.is_ratio:
            told["terms"] = _by_books(connection, wanted, period)
            if "worked" in entry:
                told["one"] = _worked(connection, entry, figure, period)
        return told
    return None


def _by_books(connection: duckdb.DuckDBPyConnection, wanted: figures.Metric, period: str) -> list[list[str]]:
    """Return (legal entity, its part) of a sum."""
    parts = figures.roll_up(connection, wanted, by=[BOOKS], periods=[period]) if BOOKS in wanted.dimensions else []
    told = [(str(part.members[0][1]).split(":", 1)[-1], part.value) for part in parts if part.value]
    return sorted([name, str(value)] for name, value in told)


def _spread(connection: duckdb.DuckDBPyConnection, figure: figures.Figure, period: str) -> dict[str, str]:
    """Return how much weight a percentile is taken from, and how much of it lies at or below it."""
    weight, within = _one(
        connection,
        "select sum(weight), sum(weight) filter (where value <= ?) from mart.fct_metric_distribution"
        " where metric_id = ? and basis = ? and period_id = ?",
        [figure.value, figure.metric.metric_id, figure.metric.basis, period],
    )
    return {"weight": str(weight), "within": str(within)}


def _worked(
    connection: duckdb.DuckDBPyConnection, entry: dict[str, Any], figure: figures.Figure, period: str
) -> dict[str, Any] | None:
    """Return the thing that takes most terms to work out, and of those the largest, whose terms come to its value."""
    worked = entry["worked"]
    terms = list(worked["terms"].items())
    value = worked.get("value") or " + ".join(f"sum({expression})" for _, expression in terms)
    table = f"mart.{quoted(worked['from'])}"
    columns = {name for name, *_ in connection.execute(f"describe {table}").fetchall()}
    rows = connection.execute(
        f"select {quoted(worked['of'])}, cast({value} as decimal(18, 2)),"
        f" {', '.join(f'coalesce(cast(sum({expression}) as decimal(18, 2)), 0)' for _, expression in terms)}"
        f" from {table} where period_id = ? and ({worked.get('where', 'true')})"
        f"{' and basis = ?' if 'basis' in columns else ''} group by 1",
        [period, figure.metric.basis] if "basis" in columns else [period],
    ).fetchall()
    total = sum((row[1] for row in rows if row[1] is not None), Decimal(0))
    if total != figure.value:
        raise MisuseError(
            f"metric {entry['id']}, worked: all parts come to {total}, the figure of {period} is {figure.value};"
            " complete where, terms or value of its entry in the catalogue."
        )
    fit = [row for row in rows if row[1] and sum(row[2:]) == row[1] and sum(map(bool, row[2:])) > 1]
    if not fit:
        return None
    of, amount, *parts = max(fit, key=lambda row: (sum(map(bool, row[2:])), abs(row[1]), row[0]))
    told = [[words, str(part)] for (words, _), part in zip(terms, parts, strict=True) if part]
    return {"of": f"{_kind(worked['of'])} {of}", "value": str(amount), "terms": told}


def _kind(column: str) -> str:
    """Return what a key is of, in words: `contract_line_key` → contract line."""
    return column.removesuffix("_key").replace("_", " ")


def _one(connection: duckdb.DuckDBPyConnection, query: str, values: list[Any] | None = None) -> tuple[Any, ...]:
    row = connection.execute(query, values or []).fetchone()
    return row if row is not None else ()
