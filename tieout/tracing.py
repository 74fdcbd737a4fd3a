"""`tieout lineage`: from a posted line to the records behind it, each with batch, file and row; and back."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from lake import catalogue
from lake.errors import ConfigError
from lake.store import Lake
from tieout.settings import Settings
from tieout.stores import published_mart

#: What a path is worth, in words.
LEVELS = {
    "line": "one to one",
    "link": "through the links of the posting",
    "pool": "as part of a summarised posting, which names no record",
    "contract_line_period": "by contract line and period",
    "intercompany": "by the two entities, the project and the period",
    "none": "nothing stands behind it",
}
PATHS = """
select
    level, flow, coalesce('GL line ' || gl_line_id, 'invoice line ' || invoice_line_id) as posted, posted_system,
    posted_group, posted_batch_id, posted_file, posted_row, origin_type, origin_system, origin_id,
    source_entity, operational_system, source_id, operational_group, operational_batch_id, operational_file,
    operational_row
from mart.lineage
where {condition}
order by flow, posted_system, posted, source_entity, source_id
limit $limit
"""
FROM_POSTED = "gl_line_id = $given or invoice_line_id = $given"
FROM_SOURCE = "source_id = $given"
NOT_OF_A_PROJECT = """
select gl_line_id, source_system, _batch_id, _file, _row from lake.gl_line where gl_line_id = ?
order by updated_at desc, _batch_id desc limit 1
"""
NOT_POSTED = """
select flow, source_entity, source_system, source_id, amount_group, _batch_id, _file, _row
from mart.fct_project_ledger where basis = 'operational' and source_id = ? order by flow
"""


def trace(settings: Settings, given: str, *, limit: int, as_json: bool = False) -> str:
    """Return every path from or to the posted line or source record `given`, one block each, or one JSON line each.

    Raises ConfigError where neither the mart nor the ledger knows such an id.
    """
    mart = published_mart(settings)
    with catalogue.connect(Lake(settings.lake_root), mart) as connection:
        paths = _rows(connection, FROM_POSTED, given, limit) or _rows(connection, FROM_SOURCE, given, limit)
        if paths and as_json:
            return "\n".join(json.dumps(path, default=str) for path in paths)
        if paths:
            more = "\n(more; raise --limit)" if len(paths) == limit else ""
            return "\n".join(_path(path) for path in paths) + more
        if as_json and (alone := _alone(connection, given)):
            return "\n".join(json.dumps(one, default=str) for one in alone)
        unposted = connection.execute(NOT_POSTED, [given]).fetchall()
        if unposted:
            return "\n".join(
                f"{flow}: {entity} {system}:{of} ({amount} in group currency, {_place(batch, file, row)})"
                " is in the operational figures and nothing is posted for it."
                for flow, entity, system, of, amount, batch, file, row in unposted
            )
        other = connection.execute(NOT_OF_A_PROJECT, [given]).fetchone()
        if other:
            line, system, *place = other
            return f"GL line {system}:{line} ({_place(*place)}) is no project line: no flow of the ledger holds it."
    raise ConfigError(f"{given!r} is neither a posted line nor a record of the project ledger.")


def _alone(connection: duckdb.DuckDBPyConnection, given: str) -> list[dict[str, Any]]:
    """Return what is known of a record or line that no path leads to: level and its own columns."""
    for level, query in (("not_posted", NOT_POSTED), ("not_of_a_project", NOT_OF_A_PROJECT)):
        result = connection.execute(query, [given])
        names = [column[0] for column in result.description or []]
        if rows := result.fetchall():
            return [{"level": level} | dict(zip(names, row, strict=True)) for row in rows]
    return []


def _rows(connection: duckdb.DuckDBPyConnection, condition: str, given: str, limit: int) -> list[dict[str, Any]]:
    result = connection.execute(PATHS.format(condition=condition), {"given": given, "limit": limit})
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _path(path: dict[str, Any]) -> str:
    level = path["level"]
    lines = [
        f"{path['flow']} · {level}: {LEVELS.get(level, level)}",
        (
            f"  posted       {path['posted']} of {path['posted_system']}, {path['posted_group']} in group currency, "
            f"{_place(path['posted_batch_id'], path['posted_file'], path['posted_row'])}"
        ),
    ]
    if path["origin_id"]:
        lines.append(f"  origin       {path['origin_type']} {path['origin_system']}:{path['origin_id']}")
    if path["source_id"]:
        amount = path["operational_group"]
        counted = "in no operational figure now" if amount is None else f"{amount} in group currency"
        lines.append(
            f"  operational  {path['source_entity']} {path['operational_system']}:{path['source_id']}, {counted}, "
            f"{_place(path['operational_batch_id'], path['operational_file'], path['operational_row'])}"
        )
    return "\n".join(lines)


def _place(batch: int | None, file: str | None, row: int | None) -> str:
    return f"batch {batch}, {file} row {row}" if file else "computed from several rows"
