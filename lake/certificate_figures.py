"""What a close certificate says, computed anew from the tables of the mart that it was published with."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import duckdb

Key = tuple[str, str]

#: From the ledger itself, not from the bridge that the certificate was computed with.
TOTALS = """
select
    legal_entity_key, coalesce(period_id, 'none'), flow,
    coalesce(sum(amount_functional) filter (where basis = 'operational'), 0)::decimal(18, 2)::varchar,
    coalesce(sum(amount_group) filter (where basis = 'operational'), 0)::decimal(18, 2)::varchar,
    coalesce(sum(amount_functional) filter (where basis = 'finance_posted'), 0)::decimal(18, 2)::varchar,
    coalesce(sum(amount_group) filter (where basis = 'finance_posted'), 0)::decimal(18, 2)::varchar,
    count(*) filter (where amount_functional is null or amount_group is null)
from mart.fct_project_ledger group by all
"""
ITEM_CATEGORIES = """
select
    legal_entity_key, period_id, category, coalesce(sum(difference_functional), 0)::decimal(18, 2)::varchar,
    coalesce(sum(difference_group), 0)::decimal(18, 2)::varchar, count(*),
    count(*) filter (where difference_functional is null or difference_group is null)
from mart.recon_item where status <> 'resolved' group by all
"""
BRIDGE_CATEGORIES = """
select
    legal_entity_key, period_id, category, sum(amount_functional)::decimal(18, 2)::varchar,
    sum(amount_group)::decimal(18, 2)::varchar, sum(item_count)::bigint, sum(items_without_rate)::bigint
from mart.recon_bridge group by all
"""
RULES = """
select legal_entity_key, period_id, rule, count(*), count(*) filter (where severity = 'critical')
from mart.control_exception group by all
"""
ITEMS = """
select
    legal_entity_key, period_id, item_id, category, severity, status, difference_transaction::varchar,
    difference_functional::varchar, difference_group::varchar
from mart.recon_item order by item_id
"""
BREACHES = """
select
    legal_entity_key, period_id, exception_id, rule, owner, severity, flow, project_key, subject_type, subject_system,
    subject_id, amount_group::varchar, detail
from mart.control_exception order by exception_id
"""
#: By project, from the ledger itself; then as the closed bridge states both sides, and as its breaks lead to them.
PROJECTS = """
select
    legal_entity_key, coalesce(period_id, 'none'), flow, coalesce(project_key, 'none') as project,
    coalesce(sum(amount_functional) filter (where basis = 'operational'), 0)::decimal(18, 2)::varchar,
    coalesce(sum(amount_group) filter (where basis = 'operational'), 0)::decimal(18, 2)::varchar,
    coalesce(sum(amount_functional) filter (where basis = 'finance_posted'), 0)::decimal(18, 2)::varchar,
    coalesce(sum(amount_group) filter (where basis = 'finance_posted'), 0)::decimal(18, 2)::varchar
from mart.fct_project_ledger group by 1, 2, 3, 4
order by any_value(concat_ws('|', flow, coalesce(project_key, 'none')))
"""
STATED = """
select
    legal_entity_key, period_id, flow, project_key, operational_functional::varchar, operational_group::varchar,
    {posted_functional}::decimal(18, 2)::varchar, {posted_group}::decimal(18, 2)::varchar
from mart.recon_bridge_total order by concat_ws('|', flow, project_key)
"""
BRIDGED = {
    "projects of the bridge": STATED.format(posted_functional="posted_functional", posted_group="posted_group"),
    "breaks of the bridge": STATED.format(
        posted_functional="(operational_functional - breaks_functional)",
        posted_group="(operational_group - breaks_group)",
    ),
}
LEDGERS = "select legal_entity_key, period_id, status from mart.gl_completeness"


def figures(connection: duckdb.DuckDBPyConnection) -> dict[Key, dict[str, Any]]:
    """Return for each (legal entity, period) the figures of its certificate, under the names they have there."""
    found: defaultdict[Key, dict[str, Any]] = defaultdict(_nothing)
    for entity, period, flow, *amounts in _rows(connection, TOTALS):
        names = (
            "operational_functional",
            "operational_group",
            "posted_functional",
            "posted_group",
            "rows_without_rate",
        )
        found[entity, period]["totals"][flow] = dict(zip(names, amounts, strict=True))
    for name, query in (("categories", ITEM_CATEGORIES), ("categories of the bridge", BRIDGE_CATEGORIES)):
        for entity, period, category, functional, group, items, without_rate in _rows(connection, query):
            said = {"functional": functional, "group": group, "items": items, "items_without_rate": without_rate}
            found[entity, period][name][category] = said
    for entity, period, rule, count, critical in _rows(connection, RULES):
        found[entity, period]["control_exceptions"][rule] = count
        found[entity, period]["critical_control_exceptions"] += critical
    _count_items(found, connection)
    hashed = {"items_hash": ITEMS, "control_exceptions_hash": BREACHES, "projects_hash": PROJECTS, **BRIDGED}
    for name, query in hashed.items():
        for key, digest in _hashes(connection, query).items():
            found[key][name] = digest
    for entity, period, status in _rows(connection, LEDGERS):
        found[entity, period]["ledger"] = status
    return found


def _nothing() -> dict[str, Any]:
    empty: dict[str, Any] = {"totals": {}, "categories": {}, "categories of the bridge": {}, "control_exceptions": {}}
    counts = {f"open_{severity}": 0 for severity in ("critical", "high", "medium", "low")}
    counts |= {"accepted_items": 0, "unclassified_items": 0, "critical_control_exceptions": 0}
    hashes = dict.fromkeys(("items_hash", "control_exceptions_hash", "projects_hash", *BRIDGED))
    return empty | counts | hashes | {"ledger": "unproved"}


def _count_items(found: defaultdict[Key, dict[str, Any]], connection: duckdb.DuckDBPyConnection) -> None:
    for entity, period, _, category, severity, status, *_ in _rows(connection, ITEMS):
        key = (entity, period)
        found[key][f"open_{severity}"] += status == "open"
        found[key]["accepted_items"] += status == "accepted"
        found[key]["unclassified_items"] += category == "unclassified" and status != "resolved"


def _hashes(connection: duckdb.DuckDBPyConnection, query: str) -> dict[Key, str]:
    """Return the SHA-256 over the rows of each (legal entity, period): `a|b|c`, with a comma between two."""
    hashes: dict[Key, Any] = {}
    for entity, period, *row in _rows(connection, query):
        key = (entity, period)
        if key in hashes:
            hashes[key].update(b",")
        text = "|".join(str(part) for part in row if part is not None)
        hashes.setdefault(key, hashlib.sha256()).update(text.encode())
    return {key: digest.hexdigest() for key, digest in hashes.items()}


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    cursor = connection.cursor()
    cursor.execute("set TimeZone = 'UTC'")
    cursor.execute(query)
    while rows := cursor.fetchmany(10_000):
        yield from rows
