"""The one place that rolls figures up: from `fct_metric` and its distribution to a value, at any level.

A flow adds up, a ratio is Σ numerator ÷ Σ denominator, a balance counts the last period of each legal entity, a
percentile is taken anew from values and weights, and rows of different basis are never added. What a figure cannot
be is refused with a sentence: a Figure can be shown, and added only where adding means something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from lake.errors import MisuseError

PERIOD = "period_id"
#: What a ledger may be worth: a figure is worth what the worst of its ledgers is.
WORST_FIRST = ("incomplete", "unproved", "complete")
#: Figures of these stand on no ledger.
WITHOUT_LEDGER = "operational"


@dataclass(frozen=True)
class Metric:
    """One metric on one basis, as `dim_metric` says it; `dimensions` are those that it may be split by."""

    metric_id: str
    basis: str
    unit: str
    is_ratio: bool
    additivity: str
    quantile: Decimal | None
    dimensions: tuple[str, ...]

    @property
    def adds_up(self) -> bool:
        """Whether two values of it may be added at all."""
        return not self.is_ratio and self.additivity != "distribution"


@dataclass(frozen=True)
class Figure:
    """One value of a metric: its members, periods and sums. It refuses arithmetic that means nothing.

    `gl_status` says what the ledgers are worth that it stands on: complete, unproved or incomplete, the worst of them;
    nothing where the figure stands on no ledger. `is_provisional`: it has a period in it that was still running.
    """

    metric: Metric
    members: tuple[tuple[str, str | None], ...]
    periods: tuple[str, ...]
    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    gl_status: str | None = None
    is_provisional: bool = False

    def __add__(self, other: Figure) -> Figure:
        """Return both together. Raises MisuseError for ratios, percentiles, two bases, or a balance over time."""
        if isinstance(other, int) and other == 0:  # where sum() begins
            return self
        self._refuse(other)
        total = [value for value in (self.value, other.value) if value is not None]
        periods = tuple(sorted({*self.periods, *other.periods}))
        stated = [status for status in WORST_FIRST if status in {self.gl_status, other.gl_status}]
        value_of_both = sum(total, Decimal(0)) if total else None
        return Figure(
            self.metric, (), periods, value_of_both, gl_status=stated[0] if stated else None,
            is_provisional=self.is_provisional or other.is_provisional,
        )  # fmt: skip

    __radd__ = __add__

    def _refuse(self, other: object) -> None:
        name = self.metric.metric_id
        if not isinstance(other, Figure):
            raise MisuseError(f"{name} can only be added to figures of the same metric and basis.")
        if other.metric.metric_id != name:
            raise MisuseError(f"{name} and {other.metric.metric_id} are two metrics; they are never added.")
        if other.metric.basis != self.metric.basis:
            raise MisuseError(
                f"{name} on the basis {self.metric.basis} and on {other.metric.basis} must not be added or averaged; "
                "the bridge explains the distance between them."
            )
        if not self.metric.adds_up:
            kind = "a ratio" if self.metric.is_ratio else "a percentile"
            raise MisuseError(f"{name} is {kind}; values of it are neither added nor averaged: roll it up anew.")
        if self.metric.additivity == "balance" and self.periods != other.periods:
            raise MisuseError(f"{name} is a balance; over time its last period counts and nothing is added.")


def metric(connection: duckdb.DuckDBPyConnection, metric_id: str, basis: str | None = None) -> Metric:
    """Return a metric of the mart; `basis` may be left out where there is only one. Raises MisuseError."""
    rows = _rows(
        connection,
        "select basis, unit, is_ratio, additivity, quantile, dimensions from mart.dim_metric where metric_id = ?"
        " order by basis",
        [metric_id],
    )
    if not rows:
        raise MisuseError(f"There is no metric {metric_id!r}; `tieout metric` lists them.")
    bases = [row["basis"] for row in rows]
    if basis is None and len(rows) > 1:
        raise MisuseError(
            f"{metric_id} is given on {' and '.join(bases)}, which are never added; name one with --basis."
        )
    if basis is not None and basis not in bases:
        raise MisuseError(f"{metric_id} is not given on the basis {basis!r}; it is on {' and '.join(bases)}.")
    row = rows[0] if basis is None else rows[bases.index(basis)]
    return Metric(
        metric_id=metric_id,
        basis=row["basis"],
        unit=row["unit"],
        is_ratio=row["is_ratio"],
        additivity=row["additivity"],
        quantile=row["quantile"],
        dimensions=tuple(name.strip() for name in row["dimensions"].split(",")),
    )


def roll_up(
    connection: duckdb.DuckDBPyConnection,
    wanted: Metric,
    *,
    by: Sequence[str] = (),
    periods: Sequence[str] = (),
    only: Mapping[str, str] | None = None,
) -> list[Figure]:
    """Return one Figure for each combination of `by`, over `periods` (all where empty) and the members in `only`.

    `by` and `only` name dimensions of the metric, or period_id. Raises MisuseError for any other name.
    """
    only = only or {}
    for name in (*by, *only):
        if name != PERIOD and name not in wanted.dimensions:
            raise MisuseError(
                f"{wanted.metric_id} cannot be split by {name!r}; it is by {PERIOD}, {', '.join(wanted.dimensions)}."
            )
    conditions, parameters = ["figures.metric_id = ?", "figures.basis = ?"], [wanted.metric_id, wanted.basis]
    for name, member in only.items():
        conditions.append(f"figures.{name} = ?")
        parameters.append(member)
    if periods:
        conditions.append(f"figures.{PERIOD} in ({', '.join('?' for _ in periods)})")
        parameters += periods
    last = wanted.additivity == "balance" and PERIOD not in by
    source = f"figures {_last_periods(periods) if last else ''} where {' and '.join(conditions)}"
    query = _percentile(by, source) if wanted.additivity == "distribution" else _sums(by, source)
    parameters = [*(periods if last else ()), *parameters]
    if wanted.additivity == "distribution":
        parameters.append(str(wanted.quantile))
    return [
        Figure(
            wanted,
            tuple((name, row[name]) for name in by),
            tuple(sorted(row["periods"])),
            value(row["numerator"], row["denominator"], is_ratio=wanted.is_ratio),
            row["numerator"],
            row["denominator"],
            WORST_FIRST[row["worst"]] if wanted.basis != WITHOUT_LEDGER else None,
            row["is_provisional"],
        )
        for row in _rows(connection, query, parameters)
    ]


#: Position in WORST_FIRST; a ledger that nobody proved anything of is unproved.
WORST = "min(case {} when 'incomplete' then 0 when 'complete' then 2 else 1 end) as worst"
PROVISIONAL = "bool_or(figures.is_provisional) as is_provisional"


def _sums(by: Sequence[str], source: str) -> str:
    names = "".join(f"figures.{name}, " for name in by)
    return f"""
        select {names}sum(figures.numerator) as numerator, sum(figures.denominator) as denominator,
               list(distinct figures.period_id) as periods,
               {WORST.format("figures.gl_status")}, {PROVISIONAL}
        from mart.fct_metric as {source}
        {_grouped(by, "figures.")}
    """


def _percentile(by: Sequence[str], source: str) -> str:
    names = "".join(f"figures.{name}, " for name in by)
    plain = "".join(f"{name}, " for name in by)
    weighed = f"""
        select {names}figures.value, sum(figures.weight) as weight, list(distinct figures.period_id) as periods,
               {WORST.format("figures.status")}, {PROVISIONAL}
        from (
            select distribution.*, ledgers.status from mart.fct_metric_distribution as distribution
            left join mart.gl_completeness as ledgers using (legal_entity_key, period_id)
        ) as {source}
        group by {names}figures.value
    """
    return f"""
        with ranked as ({ranked(by, weighed)})
        select {plain}min(value) filter (where reached >= whole * cast(? as decimal(4, 3))) as numerator,
               null as denominator, list_distinct(flatten(list(periods))) as periods, min(worst) as worst,
               bool_or(is_provisional) as is_provisional
        from ranked
        {_grouped(by, "")}
    """


def ranked(by: Sequence[str], weighed: str) -> str:
    """Return the query that says of each value and weight in `weighed` how much of the whole it and all below it are.

    The percentile q of each combination of `by` is the least value with reached >= whole * q.
    """
    part = f"partition by {', '.join(by)}" if by else ""
    return f"""
        select *, sum(weight) over ({part} order by value) as reached, sum(weight) over ({part}) as whole
        from ({weighed})
    """


def _grouped(by: Sequence[str], prefix: str) -> str:
    names = ", ".join(f"{prefix}{name}" for name in by)
    return f"group by {names} order by {names}" if by else "having count(*) > 0"


def _last_periods(periods: Sequence[str]) -> str:
    """Join the last ended or running period of each legal entity, among those asked for."""
    chosen = f"and period.period_id in ({', '.join('?' for _ in periods)})" if periods else ""
    return f"""
        inner join (
            select period.legal_entity_key, max_by(period.period_id, period.end_date) as period_id
            from mart.dim_period as period
            where period.has_begun {chosen}
            group by period.legal_entity_key
        ) as last_periods
            on figures.legal_entity_key = last_periods.legal_entity_key and figures.period_id = last_periods.period_id
    """


def value(numerator: Decimal | None, denominator: Decimal | None, *, is_ratio: bool) -> Decimal | None:
    """Return what two sums say: the one, or the one divided by the other; None where there is nothing to divide by."""
    if numerator is None or not is_ratio:
        return numerator
    return numerator / denominator if denominator else None


def _rows(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object]) -> list[dict[str, Any]]:
    result = connection.execute(query, list(parameters))
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
