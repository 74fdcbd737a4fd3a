"""Rows of a lake as their source would send them again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from lake.catalogue import connect
from lake.store import Lake
from tests.firm import Firm

Row = dict[str, Any]


def rows(firm: Firm, sql: str) -> list[Row]:
    """What the lake says, one dictionary a row."""
    with connect(Lake(str(firm.lake_root)), mart=None) as connection:
        answer = connection.sql(sql)
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]


def contract_only(row: Row) -> Row:
    """A landed row without what ingestion added."""
    return {k: v for k, v in row.items() if not k.startswith("_") and k != "source_system"}


def newest(firm: Firm, entity: str, key: str, where: str, count: int) -> list[Row]:
    """Newest versions of some rows of an entity, as they would be sent again."""
    versions = f"row_number() over (partition by source_system, {key} order by updated_at desc, _batch_id desc)"
    sql = f"select * from lake.{entity} qualify {versions} = 1 order by hash({key})"
    found = [contract_only(r) for r in rows(firm, f"select * from ({sql}) where {where} limit {count}")]
    assert len(found) == count, f"{entity} where {where}: {len(found)} of {count}"
    return found


def land(
    firm: Firm, feed: str, entity: str, changed: Iterable[Mapping[str, object]], *, name: str = "zz-later"
) -> None:
    """Put rows into a feed's folder as one more file of the entity."""
    folder = firm.extracts / feed / entity
    folder.mkdir(exist_ok=True)
    lines = [json.dumps({k: v for k, v in row.items() if v is not None}, default=str) for row in changed]
    (folder / f"{name}.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
