"""The canonical adapter's samples: of every entity of the contracts one row that says everything, and one the least.

Run it as a program to write them anew; a test says where they are not what they would be.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from lake.contracts import ENTITIES
from lake.contracts.model import Column, Entity, Kind

FOLDER = Path(__file__).parent / "fixtures/canonical"
_VALUES = {
    Kind.DATE: ("2026-03-02", "2026-03-03"),
    Kind.TS: ("2026-03-02T08:30:00Z", "2026-03-03T08:30:00Z"),
    Kind.MONEY: ("1250.40", "-1250.40"),
    Kind.RATE: ("110.123456", "95"),
    Kind.FX_RATE: ("1.08123456", "0.92"),
    Kind.HOURS: ("7.50", "0.25"),
    Kind.SHARE: ("0.750000", "1"),
    Kind.INT: ("1", "2"),
    Kind.BOOL: ("true", "false"),
}
#: Both lines are of one journal, which balances.
_ALIKE = {("gl_line", "journal_id"), ("gl_line", "legal_entity_id")}


def samples() -> dict[str, str]:
    """Return each file by its name."""
    return {f"{name}.csv": _file(entity) for name, entity in ENTITIES.items()}


def _file(entity: Entity) -> str:
    columns = [*entity.columns]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(c.name for c in columns), "updated_at"])
    writer.writerow([*(_value(c, 0) for c in columns), "2026-03-04T09:00:00Z"])
    least = (_value(c, 0 if (entity.name, c.name) in _ALIKE else 1) if _is_asked(c, entity) else "" for c in columns)
    writer.writerow([*least, "2026-03-04T10:00:00Z"])
    return out.getvalue()


def _is_asked(column: Column, entity: Entity) -> bool:
    return column.required or column.required_unless is not None or column.name in entity.key


def _value(column: Column, number: int) -> str:
    if column.kind is Kind.ENUM:
        return column.values[number % len(column.values)]
    if "currency" in column.name:
        return ("EUR", "USD")[number if column.name != "to_currency" else 1 - number]
    if column.kind in _VALUES:
        return _VALUES[column.kind][number]
    return f"{column.name.removesuffix('_id')} {number + 1}"


if __name__ == "__main__":
    for name, content in samples().items():
        (FOLDER / name).write_text(content, "utf-8")
