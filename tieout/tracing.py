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
    "bill": "through the vendor's bill, by which the time counts",
    "pool": "as part of a summarised posting, which names no record",
    "contract_line_period": "by contract line and period",
    "intercompany": "by the two entities, the project and the period",
    "none": "nothing stands behind it",
}
PATHS = """
select
    level, flow, coalesce('GL line ' || gl_line_id, 'invoice line ' || invoice_line_id) as posted, posted_system,
    gl_line_id,
    posted_group, posted_batch_id, posted_file, posted_row, origin_type, origin_system, origin_id,
    source_entity, operational_system, source_id, operational_group, operational_batch_id, operational_file,
    operational_row
from mart.lineage
where {condition}
order by flow, posted_system, posted, source_entity, source_id
limit $limit
"""
FROM_POSTED = "gl_line_id = $given or invoice_line_id = $given"
FROM_SOURCE = "source_id = $given or origin_id = $given"
#: What a posting may name as its origin, with the entity and the column that hold it.
ORIGINS = {
    "time_entry": ("time_entry", "time_entry_id"), "expense": ("expense", "expense_id"),
    "vendor_bill": ("vendor_bill_line", "bill_line_id"), "milestone": ("milestone", "milestone_id"),
    "billing_event": ("billing_event", "billing_event_id"), "invoice_line": ("invoice_line", "invoice_line_id"),
    "revenue_schedule": ("revenue_schedule_line", "schedule_line_id"),
}  # fmt: skip
NAMED = """
select origin_type, origin_system, origin_id from lake.gl_line where gl_line_id = ? and source_system = ?
order by updated_at desc, _batch_id desc limit 1
"""
#: A line that no flow holds: of no project, or kept out of the books whole with its journal.
NOT_OF_A_PROJECT = """
select lines.gl_line_id, lines.source_system, lines._batch_id, lines._file, lines._row,
    breaches.subject_id as unbalanced_journal, breaches.detail as imbalance
from lake.gl_line as lines
left join mart.control_exception as breaches
    on breaches.rule = 'unbalanced_journal' and breaches.subject_system = lines.source_system
    and breaches.subject_id = lines.journal_id
where lines.gl_line_id = ? order by lines.updated_at desc, lines._batch_id desc limit 1
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
        found = _rows(connection, FROM_POSTED, given, limit) or _rows(connection, FROM_SOURCE, given, limit)
        paths = [path | between(connection, path) for path in found]
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
            return _outside(*other)
        for kind in ORIGINS:
            if landed := _landed(connection, kind, None, given):
                return (
                    f"{ORIGINS[kind][0]} {landed[0]}:{given} ({_place(*landed[1:])}) has landed; no posting names it,"
                    " and no operational figure counts it by itself."
                )
    raise ConfigError(f"{given!r} is neither a posted line nor a record of the project ledger.")


def between(connection: duckdb.DuckDBPyConnection, path: dict[str, Any]) -> dict[str, Any]:
    """Return where the origin landed, and the record that a GL line names on the way to it: its invoice line."""
    found = {"origin": (path["origin_type"], path["origin_system"], path["origin_id"])}
    if path["gl_line_id"]:
        named = connection.execute(NAMED, [path["gl_line_id"], path["posted_system"]]).fetchone()
        if named and named[0] in ORIGINS and named != found["origin"]:
            found["through"] = named
    told: dict[str, Any] = {}
    for part, (kind, system, of) in found.items():
        landed = _landed(connection, kind, system, of)
        place = dict(zip(("batch_id", "file", "row"), landed[1:] if landed else (None,) * 3, strict=True))
        told |= {f"{part}_{name}": value for name, value in place.items()}
        told |= {"through_type": kind, "through_system": system, "through_id": of} if part == "through" else {}
    return told


def _landed(
    connection: duckdb.DuckDBPyConnection, kind: str | None, system: str | None, of: str | None
) -> tuple[str, int, str, int] | None:
    """Return system, batch, file and row of the newest version of an origin's record, if it has landed."""
    if kind not in ORIGINS or of is None:
        return None
    entity, key = ORIGINS[kind]
    row: tuple[str, int, str, int] | None = connection.execute(
        f"select source_system, _batch_id, _file, _row from lake.{catalogue.quoted(entity)}"
        f" where {catalogue.quoted(key)} = ? and coalesce(source_system = ?, true)"
        " order by updated_at desc, _batch_id desc limit 1",
        [of, system],
    ).fetchone()
    return row


def _outside(line: str, system: str, *place_and_breach: Any) -> str:  # noqa: ANN401 - a row as it was read
    """Say why no flow holds a line."""
    *place, journal, imbalance = place_and_breach
    named = f"GL line {system}:{line} ({_place(*place)})"
    if journal:
        return f"{named} is kept out of the ledger: journal {journal} does not balance, {imbalance}."
    return f"{named} is no project line: no flow of the ledger holds it."


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
    for part, words in (("through", "through"), ("origin", "origin")):
        if path.get(f"{part}_id"):
            where = (
                f", {_place(*place)}"
                if (place := [path[f"{part}_{n}"] for n in ("batch_id", "file", "row")])[1]
                else ""
            )
            lines.append(f"  {words:<13}{path[f'{part}_type']} {path[f'{part}_system']}:{path[f'{part}_id']}{where}")
    if path["source_id"]:
        amount = path["operational_group"]
        counted = "in no operational figure now" if amount is None else f"{amount} in group currency"
        counted = "counted through that bill" if level == "bill" else counted
        lines.append(
            f"  operational  {path['source_entity']} {path['operational_system']}:{path['source_id']}, {counted}, "
            f"{_place(path['operational_batch_id'], path['operational_file'], path['operational_row'])}"
        )
    return "\n".join(lines)


def _place(batch: int | None, file: str | None, row: int | None) -> str:
    return f"batch {batch}, {file} row {row}" if file else "computed from several rows"
