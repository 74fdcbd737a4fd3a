"""Adapters: how one system's files become canonical entities, as data in one YAML file.

    system: <name>                      the file's own name
    about: <what the files are>
    maps: {<name>: {from: to}}          translations of values that several columns share
    ignored: [patterns]                 columns of any source that are known and not wanted: no drift
    sources:                            which files there are
      <source>:
        files: <pattern> or [patterns]
        format, records, sheet, separator, encoding      how to read them, where the name does not say
        names: {<column>: [other names]}                 a column's names in other languages or versions
        optional: [columns]                              columns that a file may lack
        ignored: [patterns]                              the same, of this source
        where: <SQL>                                     what counts of it when others look it up
        table, cursor | request                          where a connector finds it (docs/connect-a-source.md)
    entities:
      <entity>:                         one input, or a list of them
        from: <source>
        join: [{source, as: <name>, match: {<SQL here>: <SQL there>}, after | upto: {<SQL here>: <SQL there>}}]
        others: {<name>: <SQL>}         rows of something else, left out whatever their ids are
        exclude: {<name>: <SQL>}        rows left out, by a filter that has a name; a record that has landed is deleted
        assume: {<column>: <constant>}  what the source does not say, as a named assumption
        columns: {<column>: <SQL> or {sql, apply: [function], less: <SQL>, map: {from: to}, otherwise: to}}

SQL is written over the source's columns, all of them text; a joined source's are `<source>.<column>`.
The shipped ones lie in `adapters/<system>.yml`; a feed may name a file of its own instead.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import yaml

from ingestion.adapter_entities import entity_input, sql, strict
from ingestion.adapter_model import MANIFEST, Adapter, ColumnMap, Input, Join, Ordered, SourceFiles
from ingestion.readers import ENCODINGS, FORMATS
from ingestion.unmapped import with_known
from lake.contracts import ENTITIES
from lake.errors import ContractError

_LARGEST = 1 << 20


def available() -> list[str]:
    """Return the names of the adapters that the project ships."""
    folder = resources.files("ingestion") / "adapters"
    return sorted(f.name.removesuffix(".yml") for f in folder.iterdir() if f.name.endswith(".yml"))


def load(system: str) -> Adapter:
    """Return the adapter of a system, or the one in a YAML file of the user's own.

    Raises ContractError where there is none or it does not hold together.
    """
    if is_file(system):
        return parse(read_text(Path(system)), name=Path(system).name)
    if system not in available():
        raise ContractError(f"there is no adapter {system!r}: use one of {', '.join(available())}, or name a YAML file")
    text = (resources.files("ingestion") / "adapters" / f"{system}.yml").read_text("utf-8")
    return parse(text, name=f"{system}.yml")


def is_file(system: str) -> bool:
    """Whether a feed's `system` names an adapter file and not one that ships."""
    return system.endswith((".yml", ".yaml"))


def read_text(file: Path) -> str:
    """Return an adapter file's text; raises ContractError where there is none that can be read."""
    try:
        if file.stat().st_size > _LARGEST:
            raise ContractError(f"adapter {file} is larger than {_LARGEST} bytes, so it is no adapter")
        return file.read_text("utf-8")
    except OSError as error:
        raise ContractError(f"adapter {file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ContractError(f"adapter {file} is not UTF-8 text: save it as UTF-8") from None


def parse(text: str, *, name: str) -> Adapter:
    """Read an adapter's YAML; raises ContractError naming the file and the key that is wrong."""
    try:
        # Every scalar stays the text it is: `no` is a name, 1.50 is no double.
        said = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds nothing but texts, lists, mappings
    except yaml.YAMLError as error:
        raise ContractError(f"adapter {name} is not YAML: {str(error).splitlines()[0]}") from None
    _require_unicode(said, name)
    if not isinstance(said, dict) or not {"system", "entities"} <= said.keys():
        raise ContractError(f"adapter {name} must name its `system` and its `entities`")
    if said["entities"] == "*":
        inputs = tuple(_canonical(entity) for entity in ENTITIES)
        return Adapter(said["system"], said.get("about", ""), {i.source.name: i.source for i in inputs}, inputs)
    unknown = sorted(set(said) - {"system", "about", "maps", "ignored", "sources", "entities"})
    if unknown:
        raise ContractError(f"adapter {name} has the unknown key {unknown[0]!r}")
    maps = said.get("maps", {})
    nowhere = _listed(said.get("ignored", []))
    sources = {key: _source(key, value, name, nowhere) for key, value in said.get("sources", {}).items()}
    found: list[Input] = []
    for entity, value in said["entities"].items():
        parts = value if isinstance(value, list) else [value]
        found += [entity_input(entity, part, sources, maps, name) for part in parts]
    return Adapter(said["system"], said.get("about", ""), sources, with_known(found, sources))


def _require_unicode(said: object, name: str) -> None:
    """Raise where an escape gives half of a surrogate pair, which can be neither compared nor shown."""
    try:
        json.dumps(said, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ContractError(f"adapter {name} is not Unicode text: an escape in it is half of a pair") from None
    except (ValueError, TypeError, RecursionError):
        return  # built as no adapter is: what reads it says so


def _canonical(entity: str) -> Input:
    return Input(entity, SourceFiles(entity, (f"{entity}.*", f"{entity}/*")))


_SOURCE = frozenset({
    "files", "format", "records", "sheet", "where", "optional", "ignored", "names", "separator", "encoding",
    "table", "cursor", "request",
})  # fmt: skip


def _source(key: str, value: object, name: str, ignored: tuple[str, ...]) -> SourceFiles:
    where = f"adapter {name}, sources.{key}"
    said = strict(value, set(_SOURCE), where)
    patterns = said.get("files")
    if not patterns:
        if not (said.get("table") or said.get("request")):
            raise ContractError(f"{where} must say which `files` it has")
        patterns = [f"{key}.*", f"{key}/*"]
    if said.get("format") is not None and said["format"] not in FORMATS:
        raise ContractError(f"{where}.format {said['format']!r} is not one of {', '.join(FORMATS)}")
    if said.get("where"):
        sql(said["where"], where)
    separator, encoding = said.get("separator", ","), said.get("encoding", "utf-8")
    if len(separator) != 1 or separator in '"\r\n' or not separator.isascii():
        raise ContractError(f"{where}.separator must be one sign, such as ';' or a tab; found {separator!r}")
    if encoding not in ENCODINGS:
        raise ContractError(f"{where}.encoding {encoding!r} is not one of {', '.join(ENCODINGS)}")
    if said.get("request") is not None and not isinstance(said["request"], dict):
        raise ContractError(f"{where}.request must be a mapping")
    rest = {k: said.get(k) for k in ("format", "records", "sheet", "where", "table", "cursor", "request")}
    names = {str(k): _listed(v) for k, v in strict(said.get("names", {}), None, f"{where}.names").items()}
    return SourceFiles(
        key,
        _listed(patterns),
        **rest,
        optional=tuple(said.get("optional", ())),
        ignored=(*ignored, *_listed(said.get("ignored", []))),
        names=names,
        separator=separator,
        encoding=encoding,
    )


def _listed(value: object) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list) else (str(value),)


__all__ = [
    "MANIFEST", "Adapter", "ColumnMap", "Input", "Join", "Ordered", "SourceFiles", "available", "is_file", "load",
    "parse", "read_text", "sql",
]  # fmt: skip
