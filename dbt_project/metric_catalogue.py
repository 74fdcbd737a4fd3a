"""The metric catalogue: every metric is one entry under `catalogue/`, read and checked here.

An entry says what the metric is called, what it means, and which feed its numerator and denominator are sums of;
a percentile names the values and weights that it is taken from instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent
CATALOGUE = ROOT / "catalogue"

DIMENSIONS = (
    "legal_entity_key", "region", "practice", "role", "customer_key", "project_key", "billing_model", "flow",
)  # fmt: skip
BASES = ("operational", "finance_posted", "cross_basis")
UNITS = ("money", "share", "hours", "days", "count", "months", "seconds")
WORDS = {"direction": ("up", "down", "none"), "additivity": ("flow", "balance", "distribution"), "unit": UNITS}
REQUIRED = (
    "id", "label", "formula", "basis", "unit", "direction", "owner", "additivity", "dimensions", "caveats", "elsewhere",
)  # fmt: skip
OPTIONAL = ("numerator", "denominator", "distribution", "quantile", "default_basis", "headline", "worked")
SIDE = ({"from", "sum", "words"}, {"where", "basis"})
SPREAD = ({"from", "value", "weight", "words"}, {"where", "basis"})
#: How the page of metrics works one thing out: the terms that come to its part of the figure, in a table of the mart.
WORKED = ({"from", "of", "terms"}, {"where", "value"})


class CatalogueError(ValueError):
    """An entry of the catalogue breaks a rule; the sentence names file, metric, key and value."""


@dataclass(frozen=True)
class Side:
    """Numerator or denominator: the sum of `expression` over the rows of `feed` that meet `where`.

    `basis` is the basis whose rows of the feed are read, or `any` where the feed has none.
    """

    feed: str
    expression: str
    where: str | None
    basis: str | None
    words: str


@dataclass(frozen=True)
class Distribution:
    """How much weight stands at which value, over the rows of `feed` that meet `where`."""

    feed: str
    value: str
    weight: str
    where: str | None
    basis: str | None
    words: str


@dataclass(frozen=True)
class Metric:
    """One entry of the catalogue."""

    id: str
    label: str
    formula: str
    bases: tuple[str, ...]
    default_basis: str
    unit: str
    direction: str
    owner: str
    additivity: str
    dimensions: tuple[str, ...]
    numerator: tuple[Side, ...]
    denominator: Side | None
    distribution: Distribution | None
    quantile: str | None
    caveats: str
    elsewhere: str
    headline: int | None

    @property
    def feeds(self) -> list[str]:
        """The models that it is taken from, each once."""
        parts = [*self.numerator, self.denominator, self.distribution]
        return list(dict.fromkeys(part.feed for part in parts if part is not None))

    def sides(self, basis: str) -> Iterator[tuple[str, Side, str]]:
        """Yield (side, its definition, the condition of its rows) for one basis of the metric."""
        named = [("numerator", side) for side in self.numerator]
        named += [("denominator", self.denominator)] if self.denominator else []
        for name, side in named:
            yield name, side, condition(side, basis)


def condition(part: Side | Distribution, basis: str) -> str:
    """Return the condition of the feed's rows that count for one basis of the metric."""
    read = part.basis or basis
    conditions = [] if read == "any" else [f"basis = '{read}'"]
    conditions += [f"({part.where})"] if part.where else []
    return " and ".join(conditions)


def load(folder: Path = CATALOGUE) -> tuple[Metric, ...]:
    """Return every metric of the catalogue, in the order of files and entries; raises CatalogueError."""
    metrics: list[Metric] = []
    for file in sorted(folder.glob("*.yml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        metrics += [_metric(file.name, entry) for entry in content["metrics"]]
    seen: set[str] = set()
    for metric in metrics:
        if metric.id in seen:
            raise CatalogueError(f"metric {metric.id} is declared twice in the catalogue; remove one")
        seen.add(metric.id)
    return tuple(metrics)


def _check(where: str, entry: dict[str, Any]) -> None:
    """Raise CatalogueError for the first key of an entry that is missing, unknown or holds another word."""
    for key in REQUIRED:
        if key not in entry:
            raise CatalogueError(f"{where} lacks the key {key}")
    for key in entry:
        if key not in REQUIRED + OPTIONAL:
            raise CatalogueError(f"{where} has the unknown key {key}")
    if not entry["elsewhere"]:
        raise CatalogueError(f"{where}, elsewhere: says nothing; name where sources disagree, or that they agree")
    words = [(key, entry[key], allowed) for key, allowed in WORDS.items()]
    words += [("basis", value, BASES) for value in entry["basis"]]
    words += [("dimensions", value, DIMENSIONS) for value in entry["dimensions"]]
    for key, value, allowed in words:
        if value not in allowed:
            raise CatalogueError(f"{where}, {key}: {value!r} is none of {', '.join(allowed)}")


def _metric(file: str, entry: dict[str, Any]) -> Metric:
    """Return one entry checked, or raise CatalogueError."""
    where = f"{file}: metric {entry.get('id', '?')}"
    _check(where, entry)
    _check_parts(where, entry)
    if "worked" in entry:
        _check_keys(f"{where}, worked", entry["worked"], WORKED)
    default = entry.get("default_basis", entry["basis"][0])
    if default not in entry["basis"]:
        raise CatalogueError(f"{where}, default_basis: {default!r} is none of its own bases")
    return Metric(
        id=entry["id"],
        label=entry["label"],
        formula=entry["formula"],
        bases=tuple(entry["basis"]),
        default_basis=default,
        unit=entry["unit"],
        direction=entry["direction"],
        owner=entry["owner"],
        additivity=entry["additivity"],
        dimensions=tuple(entry["dimensions"]),
        numerator=_sides(f"{where}, numerator", entry.get("numerator", [])),
        denominator=_side(f"{where}, denominator", entry["denominator"]) if "denominator" in entry else None,
        distribution=_spread(f"{where}, distribution", entry["distribution"]) if "distribution" in entry else None,
        quantile=str(entry["quantile"]) if "quantile" in entry else None,
        caveats=" ".join(entry["caveats"].split()),
        elsewhere=" ".join(entry["elsewhere"].split()),
        headline=entry.get("headline"),
    )


def _sides(where: str, entry: dict[str, str] | list[dict[str, str]]) -> tuple[Side, ...]:
    """Return a side that may be the sum of several."""
    return tuple(_side(where, part) for part in (entry if isinstance(entry, list) else [entry]))


def _check_parts(where: str, entry: dict[str, Any]) -> None:
    """Raise CatalogueError unless the entry has sums, or values and a quantile where it is a distribution."""
    needed = {"distribution", "quantile"} if entry["additivity"] == "distribution" else {"numerator"}
    barred = {"numerator", "denominator", "distribution", "quantile"} - needed - {"denominator"}
    barred |= {"denominator"} if "distribution" in needed else set()
    for key in sorted(needed):
        if key not in entry:
            raise CatalogueError(f"{where} lacks the key {key}, which a {entry['additivity']} needs")
    for key in sorted(barred):
        if key in entry:
            raise CatalogueError(f"{where} has the key {key}, which a {entry['additivity']} has not")


def _side(where: str, entry: dict[str, str]) -> Side:
    """Return one side checked, or raise CatalogueError."""
    _check_keys(where, entry, SIDE)
    return Side(entry["from"], entry["sum"], entry.get("where"), entry.get("basis"), entry["words"])


def _spread(where: str, entry: dict[str, str]) -> Distribution:
    """Return a distribution checked, or raise CatalogueError."""
    _check_keys(where, entry, SPREAD)
    return Distribution(
        entry["from"], entry["value"], entry["weight"], entry.get("where"), entry.get("basis"), entry["words"]
    )


def _check_keys(where: str, entry: dict[str, Any], keys: tuple[set[str], set[str]]) -> None:
    """Raise CatalogueError for the first key of a part that is missing or unknown."""
    required, optional = keys
    for key in sorted(required - entry.keys()):
        raise CatalogueError(f"{where} lacks the key {key}")
    for key in sorted(entry.keys() - required - optional):
        raise CatalogueError(f"{where} has the unknown key {key}")
