"""Records in lists inside of a JSON document: `QueryResponse.Invoice[].Line[]` is a row for each line.

Members of nested objects are named with dots (`SalesItemLineDetail.ItemRef.value`); what stands around a
record comes along under the name of the list that it stands in (`Invoice.Id`), or under its own where that
list has none. `[].dates{}` is a row with `key` and `value` for each member of the object `dates`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingestion.readers.chunk import BLOCK_ROWS, Chunk, Unreadable
from ingestion.readers.json_cells import cell, chunk
from lake.errors import BatchRefused

#: What marks a step of a path as a list, and as an object whose members are the records, each {key, value}.
LISTS = "[]"
MEMBERS = "{}"

Record = dict[str, str | None]


def each(value: object, path: str, *, file: str) -> Iterator[Record | Unreadable]:
    """Give the records at the end of a path through lists; an element that is no object is unreadable.

    Raises BatchRefused where the path leads nowhere: where the first list is absent from an object that is
    not empty, or is no list.
    """
    steps = path.split(".")
    yield from _walk(value, steps, {}, "", file=file, path=path, outermost=True)


def _walk(
    value: object, steps: Sequence[str], around: Record, prefix: str, *, file: str, path: str, outermost: bool
) -> Iterator[Record | Unreadable]:
    if not steps:
        if isinstance(value, dict):
            own = dict(flattened(value))
            yield {k: v for k, v in around.items() if k not in own} | own
        else:
            yield Unreadable(0, cell(value) or "", "is not an object")
        return
    step, rest = steps[0], steps[1:]
    name = step.removesuffix(LISTS).removesuffix(MEMBERS)
    outer = dict(around)
    if isinstance(value, dict):
        outer |= {f"{prefix}{k}": v for k, v in flattened({k: v for k, v in value.items() if k != name})}
    inner = _member(value, name, file=file, path=path, outermost=outermost)
    if step.endswith(MEMBERS) and isinstance(inner, dict):
        inner = [{"key": k, "value": v} for k, v in inner.items()]
    if not step.endswith((LISTS, MEMBERS)):
        yield from _walk(inner, rest, outer, f"{name}.", file=file, path=path, outermost=outermost)
        return
    if not isinstance(inner, list):
        raise BatchRefused(f"file {file} has no list of records at {path}: {name or 'the document'} is none")
    for element in inner:
        yield from _walk(element, rest, outer, f"{name}." if name else "", file=file, path=path, outermost=False)


def _member(value: object, name: str, *, file: str, path: str, outermost: bool) -> object:
    if not name:
        return value
    if isinstance(value, dict) and value.get(name) is not None:
        return value[name]
    # An answer without any record may leave the list out; so may a header without lines.
    if not outermost or value == {} or (isinstance(value, dict) and name in value):
        return []
    raise BatchRefused(f"file {file} has no list of records at {path}: there is no {name}")


def flattened(value: dict[str, object], prefix: str = "") -> Iterator[tuple[str, str | None]]:
    """Give the members of an object as text cells, those of nested objects named with dots."""
    for name, member in value.items():
        if isinstance(member, dict) and member:
            yield from flattened(member, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", cell(member)


def exploded(found: Sequence[Record | Unreadable], *, start: int = 0) -> Iterator[Chunk]:
    """Make chunks of records, numbered in their order from `start` + 1."""
    for at in range(0, max(len(found), 1), BLOCK_ROWS):
        rows: list[tuple[int, Record]] = []
        unreadable = []
        for number, one in enumerate(found[at : at + BLOCK_ROWS], start=start + at + 1):
            if isinstance(one, Unreadable):
                unreadable.append(Unreadable(number, one.raw, one.why))
            else:
                rows.append((number, one))
        yield chunk(rows, unreadable)
