"""XML, streamed: one row for each element at a path, its own leaves and those that stood around it as text.

A document may not declare a type or an entity, so that nothing in it can expand or reach out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from ingestion.readers.chunk import BLOCK_ROWS, Chunk, Source
from ingestion.readers.json_cells import chunk
from lake.errors import BatchRefused

_BLOCK = 1 << 20
_DEEPEST = 64
_WIDEST = 2000
_LONGEST = 1 << 20


@dataclass
class _Open:
    """An element that is not closed yet: the leaves found in it so far, and how often each child came."""

    name: str
    text: list[str] = field(default_factory=list)
    leaves: dict[str, str | None] = field(default_factory=dict)
    children: dict[str, int] = field(default_factory=dict)


def read(source: Source) -> Iterator[Chunk]:
    """Give the elements at the path `records`, with dots from the root, numbered from 1.

    Names are local, without name spaces. A leaf of an inner element is `inner.leaf`, a second element of the
    same name `inner_2.leaf`, an attribute `inner.@name`. The leaves of the elements around a record that stand
    before it, once each, come along under their element's name: `Transaction.TransactionID`. A text is taken as it
    stands, with the blanks and line ends in it.
    """
    if not source.records:
        raise BatchRefused(f"file {source.name} is XML: say in the adapter with `records` which elements are the rows")
    found = _Rows(source.name, source.records.split("."))
    done = 0
    with source.open() as raw:
        while part := _next(raw, source.name):
            found.feed(part, last=False)
            if len(found.rows) >= BLOCK_ROWS:
                yield chunk(list(enumerate(found.rows, start=done + 1)), [])
                done += len(found.rows)
                found.rows.clear()
    found.feed(b"", last=True)
    yield chunk(list(enumerate(found.rows, start=done + 1)), [])


def _next(raw: object, name: str) -> bytes:
    try:
        return bytes(raw.read(_BLOCK))  # type: ignore[attr-defined]
    except (OSError, EOFError) as error:
        raise BatchRefused(f"file {name} cannot be read: {error}") from None


class _Rows:
    """The rows of a document that is fed part by part."""

    def __init__(self, file: str, path: list[str]) -> None:
        self.rows: list[dict[str, str | None]] = []
        self._file, self._path = file, path
        self._open: list[_Open] = []
        self._matched = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def feed(self, part: bytes, *, last: bool) -> None:
        """Parse some more; raises BatchRefused where the document is not XML or not a safe one."""
        try:
            self._parser.Parse(part, last)
        except expat.ExpatError as error:
            where = f"line {error.lineno}"
            said = expat.ErrorString(error.code)
            raise BatchRefused(f"file {self._file}, {where} is not XML: {said}") from None

    def _refuse(self, *_said: object) -> None:
        raise BatchRefused(
            f"file {self._file} declares a document type or an entity, which no extract needs and which can be made "
            "to do harm: send it without"
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rsplit(":", 1)[-1]
        depth = len(self._open)
        if depth >= _DEEPEST:
            raise BatchRefused(f"file {self._file} nests more than {_DEEPEST} elements: it is no extract")
        if depth == 0 and local != self._path[0]:
            raise BatchRefused(f"file {self._file} is a document {local!r} where {self._path[0]!r} is read")
        if depth == self._matched and depth < len(self._path) and local == self._path[depth]:
            self._matched += 1
        element = _Open(local)
        for key, value in attributes.items():
            if not key.startswith(("xmlns", "xsi:")):
                element.leaves[f"@{key.rsplit(':', 1)[-1]}"] = value
        self._open.append(element)

    def _text(self, text: str) -> None:
        if not self._open:
            return
        held = self._open[-1].text
        held.append(text)
        if len(held) > 1 and sum(map(len, held)) > _LONGEST:
            raise BatchRefused(f"file {self._file}: the text of {self._open[-1].name} is longer than {_LONGEST} signs")

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        depth = len(self._open)
        text = "".join(element.text)
        if (element.leaves or element.children) and not text.strip():
            text = ""  # only what sets its inner elements apart
        if depth + 1 == len(self._path) == self._matched:
            self._row(element, text)
        if self._matched > depth:
            # An element on the path itself gives its records; it is no leaf of the one around it.
            self._matched = depth
            return
        outer = self._open[-1]
        outer.children[element.name] = times = outer.children.get(element.name, 0) + 1
        if times > 1 and depth < len(self._path):
            # What repeats beside the path is a list of its own, and says nothing of the records.
            if times == 2:  # noqa: PLR2004
                outer.leaves = {k: v for k, v in outer.leaves.items() if k.split(".")[0] != element.name}
            return
        name = element.name if times == 1 else f"{element.name}_{times}"
        if text or not (element.leaves or element.children):
            outer.leaves[name] = text or None
        outer.leaves |= {f"{name}.{k}": v for k, v in element.leaves.items()}
        if len(outer.leaves) > _WIDEST:
            raise BatchRefused(f"file {self._file}: an element {outer.name} holds more than {_WIDEST} values")

    def _row(self, element: _Open, text: str) -> None:
        row = {f"{outer.name}.{k}": v for outer in self._open for k, v in outer.leaves.items()}
        if text:
            row[element.name] = text
        self.rows.append(row | element.leaves)
