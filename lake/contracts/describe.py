"""Contracts in words: Markdown tables made from the declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lake.contracts import ENTITIES
from lake.contracts.model import DECIMALS, Column, Entity, Kind, Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def describe(entity: Entity) -> str:
    """Return one contract as Markdown: grain, key and a table of its columns in order."""
    key = ", ".join(("source_system", *entity.key))
    lines = [
        f"# {entity.name}",
        "",
        f"{entity.grain[:1].upper()}{entity.grain[1:]}.",
        "",
        f"- Domain: {entity.domain}",
        f"- Owner: {entity.owner}",
        f"- Key: {key}",
        f"- Event date: {entity.event_date or 'none'}",
        "",
    ]
    header = ("column", "type", "required", "default", "refers to", "seen by", "meaning")
    rows = [_row(column, is_key=column.name in entity.key) for column in entity.columns]
    return "\n".join((*lines, *_table(header, rows)))


def index() -> str:
    """Return a Markdown table of all entities with their domain, owner and grain."""
    rows = [(e.name, e.domain, e.owner, e.grain) for e in ENTITIES.values()]
    return "\n".join(_table(("entity", "domain", "owner", "grain"), rows))


def entities() -> list[dict[str, str]]:
    """Return the entities as records: what the index shows."""
    return [{"entity": e.name, "domain": e.domain, "owner": e.owner, "grain": e.grain} for e in ENTITIES.values()]


def columns(entity: Entity) -> list[dict[str, str | bool | None]]:
    """Return the columns of one contract as records: what its table shows."""
    return [
        {
            "entity": entity.name,
            "column": column.name,
            "is_key": column.name in entity.key,
            "type": _type(column),
            "is_required": column.required,
            "default": column.default,
            "refers_to": column.refers_to,
            "sensitivity": str(column.sensitivity),
            "meaning": column.meaning,
        }
        for column in entity.columns
    ]


def _row(column: Column, *, is_key: bool) -> tuple[str, ...]:
    """Return the cells that describe one column."""
    return (
        f"**{column.name}**" if is_key else column.name,
        _type(column),
        _required(column),
        column.default or "",
        column.refers_to or "",
        "all staff" if column.sensitivity is Sensitivity.INTERNAL else f"{column.sensitivity} only",
        column.meaning,
    )


def _required(column: Column) -> str:
    if column.required_unless is not None:
        return "unless {} is {}".format(*column.required_unless)
    return "yes" if column.required else ""


def _type(column: Column) -> str:
    """Return the column's type as the specification writes it."""
    if column.kind is Kind.ENUM:
        return f"enum({'|'.join(column.values)})"
    if column.kind in DECIMALS:
        precision, scale = DECIMALS[column.kind]
        return f"{column.kind} decimal({precision},{scale})"
    return str(column.kind)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table."""
    cells = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells]
