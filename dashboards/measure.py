"""Figures from sums: a ratio is always sum of numerators over sum of denominators, a balance its last period."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import polars as pl

from lake import figures

Unit = Literal["money", "share", "seconds", "hours", "days", "months", "count"]
Basis = Literal["operational", "finance_posted", "cross_basis"]


@dataclass(frozen=True)
class Definition:
    """What a metric means, as the catalogue says it."""

    metric_id: str
    basis: str
    label: str
    unit: str
    is_ratio: bool
    is_balance: bool
    direction: str
    formula: str
    owner: str
    source: str
    dimensions: tuple[str, ...] | None = None
    caveats: str = ""
    is_distribution: bool = False

    @property
    def help(self) -> str:
        """Return the help text: formula, what to mind, owner and source."""
        caveats = f"\n\n{self.caveats}" if self.caveats else ""
        return (
            f"{self.formula}{caveats}\n\n**Owner:** {self.owner}  \n**Source:** `{self.source}`  \n"
            f"**Metric:** `{self.metric_id}`"
        )


@dataclass(frozen=True)
class Point:
    """The two sums of one period, and whether it was still running when the mart was built."""

    period_id: str
    numerator: Decimal | None
    denominator: Decimal | None
    is_provisional: bool = False


@dataclass(frozen=True)
class Series:
    """One metric on one basis over the periods asked for, oldest first; a period without rows has empty sums.

    `standing` is how a balance stands: each legal entity's last period, which need not be one of the same name.
    """

    definition: Definition
    points: tuple[Point, ...]
    standing: Point | None = None

    def at(self, index: int) -> Decimal | None:
        """Return the value of one period; negative indexes count from the end."""
        if not -len(self.points) <= index < len(self.points):
            return None
        return value(self.points[index : index + 1 or None], self.definition)

    @property
    def latest(self) -> Decimal | None:
        """Return the value of the last period; of a balance, how it stands."""
        return self.at(-1) if self.standing is None else value((self.standing,), self.definition)

    @property
    def change(self) -> Decimal | None:
        """Return the last period's value less the one before it; None where either is missing.

        None too where a balance stands in periods of several calendars, which have no period before in common.
        """
        now, before = self.at(-1), self.at(-2)
        return None if now is None or before is None or now != self.latest else now - before

    @property
    def total(self) -> Decimal | None:
        """Return the value over all periods: sums for a flow, the last period for a balance."""
        return self.latest if self.standing is not None else value(self.points, self.definition)

    @property
    def is_provisional(self) -> bool:
        """Whether the latest value stands on a period that was still running, so that more will come."""
        last = self.standing or (self.points[-1] if self.points else None)
        return last is not None and last.is_provisional

    def values(self) -> list[Decimal | None]:
        """Return the value of each period."""
        return [value((point,), self.definition) for point in self.points]


def value(points: tuple[Point, ...], definition: Definition) -> Decimal | None:
    """Roll points up into one value; None where there is nothing to show or to divide by.

    None too for the percentiles of several periods: those of all their values are asked of the distribution.
    """
    if definition.is_distribution and len(points) > 1:
        return None
    used = points[-1:] if definition.is_balance else points
    numerators = [point.numerator for point in used if point.numerator is not None]
    if not numerators:
        return None
    base = sum((point.denominator for point in used if point.denominator is not None), Decimal(0))
    return figures.value(sum(numerators, Decimal(0)), base, is_ratio=definition.is_ratio)


def definitions_of(frame: pl.DataFrame) -> dict[tuple[str, str], Definition]:
    """Return the catalogue by metric id and basis."""
    found = {}
    for row in frame.iter_rows(named=True):
        definition = Definition(
            metric_id=row["metric_id"],
            basis=row["basis"],
            label=row["label"],
            unit=row["unit"],
            is_ratio=bool(row["is_ratio"]),
            is_balance=row["additivity"] == "balance",
            direction=str(row.get("direction") or "none"),
            formula=str(row.get("formula") or "–"),
            owner=str(row.get("owner") or "–"),
            source=str(row.get("source") or "–"),
            dimensions=_listed(row.get("dimensions")),
            caveats=str(row.get("caveats") or ""),
            is_distribution=row["additivity"] == "distribution",
        )
        found[definition.metric_id, definition.basis] = definition
    return found


def series_of(frame: pl.DataFrame, definition: Definition, periods: tuple[str, ...]) -> Series:
    """Return one metric's series out of a frame of sums by period, with a point for every period asked for."""
    rows = frame.filter((pl.col("metric_id") == definition.metric_id) & (pl.col("basis") == definition.basis))
    known = {
        row["period_id"]: Point(
            row["period_id"], _decimal(row["numerator"]), _decimal(row["denominator"]), bool(row.get("is_provisional"))
        )
        for row in rows.iter_rows(named=True)
    }
    points = tuple(known.get(period, Point(period, None, None)) for period in periods)
    return Series(definition, points, _standing(rows, periods) if definition.is_balance else None)


def _standing(rows: pl.DataFrame, periods: tuple[str, ...]) -> Point | None:
    """Return the sums over each legal entity's last period, where the frame has them."""
    if "last_numerator" not in rows.columns:
        return None
    above, below = (
        sum(known, Decimal(0)) if (known := [_decimal(one) or Decimal(0) for one in rows[side].drop_nulls()]) else None
        for side in ("last_numerator", "last_denominator")
    )
    provisional = bool(rows["last_is_provisional"].any()) if "last_is_provisional" in rows.columns else False
    return Point(periods[-1] if periods else "", above, below, provisional)


def members_of(frame: pl.DataFrame, definition: Definition, periods: tuple[str, ...]) -> dict[str, Series]:
    """Return one series a member out of a frame of sums by member and period; the missing member is `none`."""
    named = frame.with_columns(pl.col("member").fill_null("none"))
    mine = named.filter((pl.col("metric_id") == definition.metric_id) & (pl.col("basis") == definition.basis))
    return {
        str(member[0]): series_of(part, definition, periods)
        for member, part in sorted(mine.partition_by("member", as_dict=True).items(), key=lambda pair: str(pair[0]))
    }


def _listed(names: str | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(name.strip() for name in names.split(",") if name.strip())


def _decimal(raw: Decimal | float | None) -> Decimal | None:
    if raw is None or isinstance(raw, Decimal):
        return raw
    return Decimal(str(raw))
