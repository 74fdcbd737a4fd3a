"""The lake: where its tables, received bytes and published marts lie."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deltalake import DeltaTable, Field
from deltalake.schema import Schema

from lake.contracts import ENTITIES
from lake.delta import arrow_schema
from lake.errors import LakeError
from lake.schemas import APPEND_ONLY, SYSTEM_TABLES, entity_schema, partition_columns, table_schemas

#: Lakes on object stores whose tables this process has seen to: looking at each again costs a second.
_ENSURED: set[str] = set()


@dataclass(frozen=True)
class Lake:
    """A lake root: a local folder, or the URI of an object store with its `storage_options`."""

    root: str
    storage_options: Mapping[str, str] | None = None

    @property
    def is_local(self) -> bool:
        """Whether the root is a folder of this machine."""
        return "://" not in self.root

    def options(self) -> dict[str, str] | None:
        """Return the storage options as the Delta library wants them."""
        return dict(self.storage_options) if self.storage_options else None

    def uri(self, *parts: str) -> str:
        """Return the address of something under the root; absolute where the root is local."""
        base = str(Path(self.root).absolute()) if self.is_local else self.root.rstrip("/")
        return "/".join((base, *parts))

    def table_uri(self, name: str) -> str:
        """Return the address of an entity's table (tables/<name>) or a system table (<name>)."""
        if name in ENTITIES:
            return self.uri("tables", name)
        if name in SYSTEM_TABLES:
            return self.uri(name)
        raise LakeError(f"the lake has no table called {name!r}")

    def gold_uri(self, model: str) -> str:
        """Return the address of the gold Delta table of a mart model."""
        return self.uri("gold", model)

    def path(self, *parts: str) -> Path:
        """Return a local path under the root; raises LakeError on an object store."""
        if not self.is_local:
            raise LakeError(f"lake root {self.root!r} is not a local folder, and this step needs one")
        return Path(self.uri(*parts))

    def ensure(self) -> None:
        """Create every table that is missing and add columns that the contracts have gained since."""
        if self.is_local:
            try:
                Path(self.root).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise LakeError(f"lake_root {self.root!r} cannot be created: {error.strerror}") from error
        if self.root in _ENSURED:
            return
        marker = self._marker()
        if marker is not None and marker.exists() and self._has_every_table():
            return
        for name in table_schemas():
            self._ensure_table(name)
        if marker is not None:
            marker.parent.mkdir(exist_ok=True)
            marker.touch()
        else:
            _ENSURED.add(self.root)

    def _marker(self) -> Path | None:
        """Return the file whose presence says that the tables have today's columns; looking at each costs time."""
        if not self.is_local:
            return None
        columns = repr([(name, list(schema.items())) for name, schema in table_schemas().items()])
        return self.path("work", f"schema-{hashlib.sha256(columns.encode()).hexdigest()[:16]}")

    def _has_every_table(self) -> bool:
        return all(Path(self.table_uri(name), "_delta_log").is_dir() for name in table_schemas())

    def _ensure_table(self, name: str) -> None:
        uri, options = self.table_uri(name), self.options()
        wanted = Schema.from_arrow(arrow_schema(table_schemas()[name]))
        if not DeltaTable.is_deltatable(uri, storage_options=options):
            entity = ENTITIES.get(name)
            DeltaTable.create(
                uri,
                schema=wanted,
                mode="ignore",
                partition_by=partition_columns(entity) if entity else None,
                storage_options=options,
                configuration={"delta.checkpointInterval": "50"}
                | ({"delta.appendOnly": "true"} if name in APPEND_ONLY else {}),
            )
            return
        table = DeltaTable(uri, storage_options=options)
        have = {f.name for f in table.schema().fields}
        gained: list[Field] = [f for f in wanted.fields if f.name not in have]
        if gained:
            table.alter.add_columns(gained)


__all__ = ["Lake", "entity_schema"]
