"""The worked page of the reconciliation guide: figures of a published mart, kept as data and written as Markdown."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, EXAMPLE = DOCS / "reconciliation.md", DOCS / "reconciliation_example.json"
BEGIN, END = "<!-- figures: written by `make docs`, not typed -->\n", "<!-- end of figures -->\n"

#: The cell with most reasons among the periods that have ended: the one that shows most.
CELL = """
select item.flow, item.legal_entity_key, item.period_id
from recon_item as item inner join close_certificate as certificate using (legal_entity_key, period_id)
where item.flow = 'labor_cost' and item.status <> 'resolved' and coalesce(reason, '') not like '%has not ended%'
group by all order by count(distinct category) desc, legal_entity_key, period_id limit 1
"""
PEOPLE = """
select count(distinct worker_key), count(distinct work_period_id), count(*) from fct_project_ledger
where basis = 'operational' and flow in ('labor_cost', 'vendor_cost') and worker_key not in ('none', 'unmapped')
"""
BRIDGE = """
select sum(operational_functional), sum(breaks_functional), sum(posted_functional), min(gl_status)
from recon_bridge_total where flow = ? and legal_entity_key = ? and period_id = ?
"""
CATEGORIES = """
select bridge.category, any_value(item.owner), sum(bridge.item_count)::bigint, sum(amount_functional)
from recon_bridge as bridge
left join (select category, any_value(owner) as owner from recon_item group by category) as item using (category)
where flow = ? and legal_entity_key = ? and period_id = ?
group by bridge.category order by abs(sum(amount_functional)) desc, bridge.category
"""
ITEM = """
select item_id, origin_type, origin_id, operational_hours, posted_hours, operational_transaction, posted_transaction,
    difference_transaction, currency, gl_line_ids
from recon_item
where flow = ? and legal_entity_key = ? and period_id = ? and category = 'hours_difference' and status <> 'resolved'
order by abs(difference_group) desc, item_id limit 1
"""
PLACES = """
select basis, source_entity, source_id, _file, _row from fct_project_ledger
where flow = ? and origin_type = ? and origin_id = ? order by basis desc, source_id
"""
CERTIFICATE = """
select is_certified, reason, functional_currency from close_certificate
inner join dim_legal_entity using (legal_entity_key) where legal_entity_key = ? and period_id = ?
"""


def read_example(mart: Path) -> dict[str, Any]:
    """Take one cell's bridge, one of its items with its rows, and its certificate from a published mart."""
    with duckdb.connect(str(mart), read_only=True) as connection:
        cell = connection.execute(CELL).fetchall()[0]
        item = connection.execute(ITEM, cell).fetchone()
        example = {
            "built": connection.execute("select cast(build_time as date) from build_info").fetchone(),
            "people": connection.execute(PEOPLE).fetchone(),
            "cell": cell,
            "bridge": connection.execute(BRIDGE, cell).fetchone(),
            "categories": connection.execute(CATEGORIES, cell).fetchall(),
            "item": item,
            "places": connection.execute(PLACES, [cell[0], item[1], item[2]]).fetchall() if item else [],
            "certificate": connection.execute(CERTIFICATE, cell[1:]).fetchone(),
        }
    plain: dict[str, Any] = json.loads(json.dumps(example, default=str))
    return plain


def write_example(mart: Path) -> None:
    """Keep the figures of a published mart for the page."""
    EXAMPLE.write_text(json.dumps(read_example(mart), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def page() -> str:
    """Return the guide with its block of figures written from the kept example."""
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}{_figures(json.loads(EXAMPLE.read_text(encoding='utf-8')))}{END}{tail}"


def _figures(example: dict[str, Any]) -> str:
    flow, entity, period = example["cell"]
    operational, breaks, posted, ledger = example["bridge"]
    people, months, rows = example["people"]
    built = example["built"]
    is_certified, reason, currency = example["certificate"]
    lines = [
        (
            f"`{flow}` of {entity} in {period}, in {currency}; the ledger is {ledger}. The firm is `make demo`'s: "
            f"{people} people, {months} months, {rows:,} ledger rows of time, as known on {built[0]}."
        ),
        "",
        "| step | owner | items | amount |",
        "|---|---|---:|---:|",
        f"| **operational** | | | **{_money(operational)}** |",
    ]
    for category, owner, items, amount in example["categories"]:
        lines.append(f"| less `{category}` | {owner or '–'} | {items} | {_money(amount)} |")
    lines += [f"| **finance posted** | | | **{_money(posted)}** |", ""]
    lines += [f"{_money(operational)} less {_money(breaks)} is {_money(posted)}.", ""]
    if example["item"]:
        lines += _item(example)
    verdict = "is certified" if is_certified else f"is not certified: {reason}"
    return "\n".join([*lines, f"The certificate says: {entity} {period} {verdict}.", ""])


def _item(example: dict[str, Any]) -> list[str]:
    item, kind, record, hours, posted_hours, amount, posted, difference, currency, _ = example["item"]
    places = "; ".join(f"{entity} {of}: {file} row {row}" for _, entity, of, file, row in example["places"])
    return [
        (
            f"One of the `hours_difference` items, {item}: {kind} {record} stands at {hours} hours and "
            f"{_money(amount)} {currency}, posted were {posted_hours} hours and {_money(posted)} {currency}; "
            f"the difference is {_money(difference)} {currency}. It comes from {places}."
        ),
        "",
    ]


def _money(text: str) -> str:
    return f"{Decimal(text):,.2f}"
