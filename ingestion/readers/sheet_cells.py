"""What a workbook's sheets really hold, read off their XML before anything makes room for it.

The reader of workbooks lays a sheet out as a full rectangle, and gives an error (`#DIV/0!`) or a formula that was
never computed as an empty cell. So the cells are walked through first: how far they reach, and which have no value.
"""

from __future__ import annotations

import functools
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.parsers import expat

from lake.errors import BatchRefused, brief

#: A rectangle of so many cells is laid out whatever is in it; a larger one only where enough of it is filled.
_ROOMY = 4_000_000
_SPARSEST = 16
_LARGEST = 64_000_000
#: A sheet with more cells without a value was not computed at all.
_MOST_VOID = 100_000
_PIECE = 1 << 20
_BOOK, _RELATED = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
#: What tells a binary or an OpenDocument workbook, which would be read by other parts than those walked through.
_OTHER_KINDS = {"xl/workbook.bin", "content.xml"}
_UNCOMPUTED = "a formula without a result"
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


@dataclass
class Cells:
    """The filled cells of one sheet: how many, how far they reach, and by row and column those without a value."""

    count: int = 0
    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0
    void: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def area(self) -> int:
        """How many cells the rectangle around them has."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1) if self.count else 0


def sheets(path: Path, name: str) -> list[Cells]:
    """Walk through every sheet of the workbook `name`, in their order, in memory that does not grow with them.

    Raises BatchRefused where it is no workbook of XML, or where a sheet's cells lie too far apart to be laid out.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            return [_walked(packed.open(part), name, title) for title, part in _parts(packed, name)]
    except expat.ExpatError as error:
        said = expat.ErrorString(error.code)
        raise BatchRefused(f"file {name} is not a readable workbook: its XML is broken, {said}") from None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise BatchRefused(f"file {name} is not a readable workbook: {brief(error)}") from None


def letters(column: int) -> str:
    """Return what a sheet calls its column, counted from 0: A, Z, AA."""
    named = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        named = chr(ord("A") + rest) + named
    return named


def _parts(packed: zipfile.ZipFile, name: str) -> list[tuple[str, zipfile.ZipInfo]]:
    """Return the title and the part of each sheet, as the workbook lists them."""
    members = _members(packed, name)
    targets: dict[str, str] = {}
    listed: list[tuple[str, str]] = []

    def related(tag: str, said: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[said.get("Id", "")] = said.get("Target", "").replace("\\", "/").lower()

    def titled(tag: str, said: dict[str, str]) -> None:
        if tag == "sheet":
            listed.append((said.get("name", ""), next((v for k, v in said.items() if k.endswith(":id")), "")))

    for part, found in ((_RELATED, related), (_BOOK, titled)):
        with packed.open(members[part]) as stream:
            _parse(stream, name, found)
    parts = []
    for title, identity in listed:
        target = targets.get(identity, "").removeprefix("/")
        member = members.get(target if target.startswith("xl/") else f"xl/{target}")
        if member is None:
            raise BatchRefused(f"file {name} is not a readable workbook: sheet {title!r} is not in it")
        parts.append((title, member))
    return parts


def _members(packed: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """Return what the file holds by its path; what is walked through here must be what is read later."""
    members: dict[str, zipfile.ZipInfo] = {}
    for member in packed.infolist():
        key = member.filename.replace("\\", "/").lower()
        if key in members:
            raise BatchRefused(f"file {name} is not a readable workbook: it holds {member.filename} twice")
        members[key] = member
    if not {_BOOK, _RELATED} <= members.keys() or _OTHER_KINDS & members.keys():
        raise BatchRefused(f"file {name} is not a readable workbook: save it as .xlsx")
    return members


def _parse(
    stream: IO[bytes],
    name: str,
    start: Callable[[str, dict[str, str]], None],
    into: expat.XMLParserType | None = None,
) -> None:
    parser = into or expat.ParserCreate()

    def refuse(*_said: object) -> None:
        raise BatchRefused(f"file {name} is not a readable workbook: it declares a document type, as none does")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, said: start(tag.rpartition(":")[2], said)
    while piece := stream.read(_PIECE):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def _walked(stream: IO[bytes], name: str, title: str) -> Cells:
    with stream:
        walk = _Walk(name, title)
        _parse(stream, name, walk.start, walk.parser)
    walk.settle()
    found = walk.found
    if found.area > min(max(_ROOMY, _SPARSEST * found.count), _LARGEST):
        start, end = f"{letters(found.left)}{found.top + 1}", f"{letters(found.right)}{found.bottom + 1}"
        raise BatchRefused(
            f"file {name}: the {found.count:,} cells of sheet {title!r} reach from {start} to {end}, too far "
            "apart to be read: clear what lies beyond the table, "
            "or send it as csv or parquet"
        )
    return found


class _Walk:
    """A sheet's cells as they come; what a cell is shows only once the next one begins."""

    def __init__(self, name: str, title: str) -> None:
        self.found = Cells()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self._where = f"file {name}, sheet {title!r}"
        self._row, self._column = -1, -1
        self._kind = ""
        self._filled = self._formula = False
        self._text = ""

    def start(self, tag: str, said: dict[str, str]) -> None:
        if tag == "c":
            self.settle()
            self._kind = said.get("t", "")
            self._column += 1
            if "r" in said:
                self._row, self._column = self._place(said["r"])
        elif tag in ("v", "is"):
            self._filled = True
            if self._formula or self._kind == "e":
                self.parser.CharacterDataHandler = self._add
        elif tag == "f":
            self._filled = self._formula = True
        elif tag == "row":
            self.settle()
            self._row = int(said["r"]) - 1 if said.get("r", "").isdecimal() else self._row + 1
            self._column = -1

    def settle(self) -> None:
        """Count the cell that has ended."""
        if self._filled:
            found, row, column = self.found, self._row, self._column
            if found.count == 0:
                found.top, found.left = row, column
            found.count += 1
            found.top, found.bottom = min(found.top, row), max(found.bottom, row)
            found.left, found.right = min(found.left, column), max(found.right, column)
            # A formula that gives an empty text says so by its kind.
            if self._kind == "e" or (self._formula and not self._text and self._kind != "str"):
                found.void[row, column] = self._text.strip() or (_UNCOMPUTED if self._formula else "an error")
                if len(found.void) > _MOST_VOID:
                    raise BatchRefused(
                        f"{self._where} has more than {_MOST_VOID:,} cells that are errors or formulas without a "
                        "result: have it computed and saved by a spreadsheet program, and send it again"
                    )
        self._filled = self._formula = False
        self._text = ""
        self.parser.CharacterDataHandler = None

    def _add(self, text: str) -> None:
        if len(self._text) < 100:  # noqa: PLR2004 - an error's name is short
            self._text += text

    def _place(self, reference: str) -> tuple[int, int]:
        known = _REFERENCE.fullmatch(reference)
        if known is None:
            raise BatchRefused(f"{self._where} names a cell {reference[:20]!r}, which no sheet has")
        return int(known[2]) - 1, _number(known[1])


@functools.lru_cache(maxsize=20_000)
def _number(column: str) -> int:
    number = 0
    for letter in column.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
