"""Where the records stand in a sample of JSON or XML that nobody has described yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from ingestion import readers
from ingestion.readers.json_lines import parse
from lake.errors import BatchRefused

_DEEPEST = 4
#: A sample is read so far and no further.
_LARGEST = 64 << 20


def records_of(name: str, path: Path) -> tuple[str | None, tuple[str, ...]]:
    """Return the path of a sample's records, None where the file is a plain list, and those of lists inside of them.

    Raises BatchRefused with one sentence where it has no records that could be told.
    """
    kind = readers.format_of(name)
    if kind not in ("json", "xml"):
        return None, ()
    with readers.Source(path, name, readers.packing_of(name)).open() as raw:
        try:
            text = bytes(raw.read(_LARGEST + 1))
        except (OSError, EOFError) as error:
            raise BatchRefused(f"file {name} cannot be read: {error}") from None
    if len(text) > _LARGEST:
        raise BatchRefused(f"file {name} is larger than {_LARGEST} bytes: draft from a smaller sample")
    return _of_json(name, text) if kind == "json" else _of_xml(name, text)


def _of_json(name: str, text: bytes) -> tuple[str | None, tuple[str, ...]]:
    try:
        value = parse(text.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise BatchRefused(f"file {name} is not JSON: {error}") from None
    if isinstance(value, list):
        return None, tuple(f"[].{path}" for path, _ in _lists(value[0] if value else {}, ""))
    found = sorted(_lists(value, ""), key=lambda one: (one[0].count("."), -len(one[1])))
    if not found:
        raise BatchRefused(f"file {name} has no list of records")
    best, records = found[0]
    return best, tuple(f"{best}.{path}" for path, _ in _lists(records[0], ""))


def _lists(value: object, prefix: str, depth: int = 0) -> Iterator[tuple[str, list[object]]]:
    """Give the lists of objects in an object, and in the objects inside of it, by their paths."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    for name, member in value.items():
        if isinstance(member, list) and member and all(isinstance(one, dict) for one in member) and "." not in name:
            yield f"{prefix}{name}[]", member
        elif isinstance(member, dict):
            yield from _lists(member, f"{prefix}{name}.", depth + 1)


def _of_xml(name: str, text: bytes) -> tuple[str, tuple[str, ...]]:
    """Take the elements that come most often among those that hold others; of as many, the outermost."""
    counted: Counter[str] = Counter()
    holding: set[str] = set()
    open_ones: list[str] = []

    def start(tag: str, _attributes: object) -> None:
        if open_ones:
            holding.add(".".join(open_ones))
        open_ones.append(tag.rsplit(":", 1)[-1])
        counted[".".join(open_ones)] += 1

    def refuse(*_said: object) -> None:
        raise BatchRefused(f"file {name} declares a document type or an entity, which no extract needs")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _tag: open_ones.pop() and None
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise BatchRefused(f"file {name}, line {error.lineno} is not XML: {expat.ErrorString(error.code)}") from None
    several = [path for path in counted if path in holding and counted[path] > 1]
    if not several:
        raise BatchRefused(f"file {name} has no element that comes more than once and holds others")
    first, *others = sorted(several, key=lambda path: (-counted[path], path.count(".")))
    return first, tuple(others)
