"""Writes the SQL of fct_metric and dim_metric from the metric catalogue.

Every metric is one entry under `catalogue/`: what it is called, what it means, and which feed its numerator
and denominator are sums of. `python dbt_project/generate.py` writes the models, `--check` compares them with
what is there and exits 1 with one sentence for each file that differs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent
CATALOGUE = ROOT / "catalogue"
TARGET = ROOT / "models" / "metrics"

DIMENSIONS = (
    "legal_entity_key", "region", "practice", "role", "customer_key", "project_key", "billing_model",
)  # fmt: skip
BASES = ("operational", "finance_posted", "cross_basis")
UNITS = ("money", "share", "hours", "days", "count", "months")
WORDS = {"direction": ("up", "down", "none"), "additivity": ("flow", "balance"), "unit": UNITS}
REQUIRED = (
    "id", "label", "formula", "basis", "unit", "direction", "owner", "additivity", "dimensions", "numerator", "caveats",
)  # fmt: skip
OPTIONAL = ("denominator", "default_basis", "headline")


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
    caveats: str
    headline: int | None

    def sides(self, basis: str) -> Iterator[tuple[str, Side, str]]:
        """Yield (side, its definition, the condition of its rows) for one basis of the metric."""
        named = [("numerator", side) for side in self.numerator]
        named += [("denominator", self.denominator)] if self.denominator else []
        for name, side in named:
            read = side.basis or basis
            conditions = [] if read == "any" else [f"basis = '{read}'"]
            conditions += [f"({side.where})"] if side.where else []
            yield name, side, " and ".join(conditions)


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
        numerator=_sides(f"{where}, numerator", entry["numerator"]),
        denominator=_side(f"{where}, denominator", entry["denominator"]) if "denominator" in entry else None,
        caveats=entry["caveats"].strip(),
        headline=entry.get("headline"),
    )


def _sides(where: str, entry: dict[str, str] | list[dict[str, str]]) -> tuple[Side, ...]:
    """Return a side that may be the sum of several."""
    return tuple(_side(where, part) for part in (entry if isinstance(entry, list) else [entry]))


def _side(where: str, entry: dict[str, str]) -> Side:
    """Return one side checked, or raise CatalogueError."""
    for key in ("from", "sum", "words"):
        if key not in entry:
            raise CatalogueError(f"{where} lacks the key {key}")
    for key in entry:
        if key not in {"from", "sum", "where", "basis", "words"}:
            raise CatalogueError(f"{where} has the unknown key {key}")
    return Side(entry["from"], entry["sum"], entry.get("where"), entry.get("basis"), entry["words"])


def fct_metric(metrics: Sequence[Metric]) -> str:
    """Return the SQL of fct_metric: the sides of all metrics stacked, then summed to its grain."""
    parts = []
    for metric in metrics:
        other = "'0'" if metric.denominator else "none"
        dimensions = ", ".join(f"'{d}'" for d in DIMENSIONS if d in metric.dimensions)
        for basis in metric.bases:
            for name, side, condition in metric.sides(basis):
                where = f', where="{condition}"' if condition else ""
                parts.append(
                    f"    {{{{ metric_side('{metric.id}', '{basis}', '{name}', '{side.feed}',\n"
                    f'        "{side.expression}",\n'
                    f"        [{dimensions}], all{where}, other={other}) }}}}"
                )
    stacked = "\n    union all\n".join(parts)
    everything = ", ".join(f"'{d}'" for d in DIMENSIONS)
    return (
        "-- generated by dbt_project/generate.py from dbt_project/catalogue: change the entry, not this file\n"
        f"{{%- set all = [{everything}] %}}\n"
        f"with sides as (\n{stacked}\n)\n{{{{ metric_rows('sides', all) }}}}\n"
    )


def dim_metric(metrics: Sequence[Metric]) -> str:
    """Return the SQL of dim_metric: one row a metric and basis."""
    rows = [
        "    select " + ", ".join(f"{value} as {name}" for name, value in _described(metric, basis))
        for metric in metrics
        for basis in metric.bases
    ]
    stacked = "\n    union all\n".join(rows)
    columns = ",\n".join(f"    {name}" for name, _ in _described(metrics[0], metrics[0].bases[0]))
    return (
        "-- generated by dbt_project/generate.py from dbt_project/catalogue: change the entry, not this file\n"
        f"with described as (\n{stacked}\n)\n\nselect\n{columns}\nfrom described\n"
    )


def _described(metric: Metric, basis: str) -> list[tuple[str, str]]:
    """Return the columns of a metric's row in dim_metric with their values as SQL."""
    denominator = metric.denominator.words if metric.denominator else None
    feeds = [side.feed for side in (*metric.numerator, *([metric.denominator] if metric.denominator else []))]
    return [
        ("metric_id", _text(metric.id)),
        ("basis", _text(basis)),
        ("label", _text(metric.label)),
        ("description", _text(f"{metric.label}: {metric.formula}. {metric.caveats}")),
        ("formula", _text(metric.formula)),
        ("numerator_text", _text(" ".join(side.words for side in metric.numerator))),
        ("denominator_text", _text(denominator)),
        ("unit", _text(metric.unit)),
        ("direction", _text(metric.direction)),
        ("owner", _text(metric.owner)),
        ("source", _text(", ".join(dict.fromkeys(feeds)))),
        ("is_ratio", "true" if metric.denominator else "false"),
        ("additivity", _text(metric.additivity)),
        ("dimensions", _text(", ".join(metric.dimensions))),
        ("caveats", _text(metric.caveats)),
        ("is_default_basis", "true" if basis == metric.default_basis else "false"),
        ("is_headline", "true" if metric.headline is not None and basis == metric.default_basis else "false"),
        ("headline_order", f"cast({metric.headline if metric.headline is not None else 'null'} as integer)"),
    ]


def _text(value: str | None) -> str:
    """Return a string as an SQL literal; the Jinja of the model must not see braces in it."""
    if value is None:
        return "cast(null as varchar)"
    return "'" + " ".join(value.split()).replace("'", "''") + "'"


def main(arguments: Sequence[str]) -> int:
    """Write the models, or with --check compare them; return the exit code."""
    metrics = load()
    outputs = {"fct_metric.sql": fct_metric(metrics), "dim_metric.sql": dim_metric(metrics)}
    stale = 0
    for name, text in outputs.items():
        file = TARGET / name
        if "--check" not in arguments:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{file} differs from the catalogue; run python dbt_project/generate.py\n")
            stale = 1
    return stale


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CatalogueError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
