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
    _add_items(found, connection)
    for entity, period, status in _rows(connection, LEDGERS):
        found[entity, period]["ledger"] = status
    return found


def _nothing() -> dict[str, Any]:
    empty: dict[str, Any] = {"totals": {}, "categories": {}, "categories of the bridge": {}, "control_exceptions": {}}
    counts = {f"open_{severity}": 0 for severity in ("critical", "high", "medium", "low")}
    counts |= {"accepted_items": 0, "unclassified_items": 0, "critical_control_exceptions": 0}
    return empty | counts | {"items_hash": None, "ledger": "unproved"}


def _add_items(found: defaultdict[Key, dict[str, Any]], connection: duckdb.DuckDBPyConnection) -> None:
    hashes: dict[Key, Any] = {}
    for entity, period, *item in _rows(connection, ITEMS):
        key, (_, category, severity, status, *_) = (entity, period), item
        text = "|".join(str(part) for part in item if part is not None)
        if key in hashes:
            hashes[key].update(b",")
        hashes.setdefault(key, hashlib.sha256()).update(text.encode())
        found[key][f"open_{severity}"] += status == "open"
        found[key]["accepted_items"] += status == "accepted"
        found[key]["unclassified_items"] += category == "unclassified" and status != "resolved"
    for key, digest in hashes.items():
        found[key]["items_hash"] = digest.hexdigest()


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    cursor = connection.cursor()
    cursor.execute("set TimeZone = 'UTC'")
    cursor.execute(query)
    while rows := cursor.fetchmany(10_000):
        yield from rows
