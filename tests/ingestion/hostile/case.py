"""What a hostile drop is, and what must become of it.

`lands` counts rows, `quarantine` names the rule of each refused row, `refusal` is a part of the sentence; a
file that is no business of the feed's is not read. Cases of one `cell` are ingested together, a file each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ingestion.conftest import entry

HEADER = "time_entry_id,project_id,employee_id,work_date,hours,is_billable,status"
GOOD = "T1,P1,E1,2026-03-02,7.50,true,approved"
MIB = 1 << 20
#: How many tiny files; `make hostile` takes thousands.
TINY = int(os.environ.get("TIEOUT_TINY_FILES", "200"))


@dataclass(frozen=True)
class Case:
    """One hostile drop: its files by name (bytes, or what makes them in the folder) and its due."""

    kind: str
    files: Mapping[str, bytes | Callable[[Path], None]]
    lands: int = 0
    quarantine: tuple[str, ...] = ()
    refusal: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    cell: bool = False

    @property
    def due(self) -> str:
        """What must become of it, in a few words."""
        if self.refusal is not None:
            return f"refused: {self.refusal}"
        if self.quarantine:
            return f"{self.lands} land, quarantine: {', '.join(self.quarantine)}"
        return f"{self.lands} land" if self.lands else "nothing to land"


def csv(*lines: str, header: str = HEADER) -> bytes:
    """Return lines of time entries under a header."""
    return ("\n".join((header, *lines)) + "\n").encode()


def cells(**said: object) -> bytes:
    """Return one good entry with some cells otherwise."""
    row = entry(1) | said
    quoted = ('"' + str(v).replace('"', '""') + '"' for v in row.values())
    return (",".join(row) + "\n" + ",".join(quoted) + "\n").encode()


def one(kind: str, content: bytes | Callable[[], bytes], name: str = "time_entry.csv", **due: Any) -> Case:
    """Return a case of a single file."""
    if isinstance(content, bytes):
        return Case(kind, {name: content}, **due)
    return Case(kind, {name: lambda path: _written(path, content())}, **due)


def _written(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def bad(kind: str, rule: str, **said: object) -> Case:
    """Return a case of one cell that breaks a rule."""
    return one(kind, cells(**said), quarantine=(rule,), cell=True)


def kept(kind: str, **said: object) -> Case:
    """Return a case of cells that look dangerous and must land exactly as they are."""
    return one(kind, cells(**said), lands=1, values=said, cell=True)
