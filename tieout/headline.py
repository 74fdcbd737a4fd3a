"""The headline figures after a build: both bases side by side, and the bridge that joins them."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from lake import figures as rolled
from lake.errors import BuildError

#: The headline metrics on every basis that they have, in their order on the first page.
HEADLINES = """
select dim_metric.label, dim_metric.metric_id, dim_metric.basis
from mart.dim_metric as dim_metric
inner join (
    select metric_id, min(headline_order) as place from mart.dim_metric where is_headline group by metric_id
) as headline using (metric_id)
order by headline.place, dim_metric.basis desc
"""

BRIDGE = """
select flow, sum(operational_group), sum(breaks_group), sum(posted_group)
from recon_bridge_total
group by flow
order by flow
"""

#: Ledgers that do not add up: every posted figure of theirs is incomplete, and so is a total that holds one.
INCOMPLETE = """
select legal_entity_key, period_id, reason from gl_completeness
where status = 'incomplete'
order by period_id, legal_entity_key
"""

#: Ledger rows that no total holds, since a rate to price or translate them is missing.
WITHOUT_RATE = """
select flow, sum(rows_without_rate) from recon_bridge_total
group by flow
having sum(rows_without_rate) > 0
order by flow
"""

CATEGORIES = """
select flow, category, count(*), sum(difference_group)
from recon_item
where status <> 'resolved'
group by flow, category
order by flow, abs(sum(difference_group)) desc nulls last, category
"""


def render(mart: Path, *, currency: str) -> str:
    """Return the headline tables of a published mart as text; amounts in group currency.

    Raises BuildError where the bridge does not close: such a mart must not be announced.
    """
    with duckdb.connect(str(mart), read_only=True) as connection:
        figures = [
            (label, rolled.metric(connection, metric_id, basis))
            for label, metric_id, basis in connection.execute(HEADLINES).fetchall()
        ]
        values = [(label, wanted, *rolled.roll_up(connection, wanted)) for label, wanted in figures]
        bridge = connection.execute(BRIDGE).fetchall()
        categories = connection.execute(CATEGORIES).fetchall()
        incomplete = connection.execute(INCOMPLETE).fetchall()
        unpriced = connection.execute(WITHOUT_RATE).fetchall()
    open_flows = [flow for flow, operational, breaks, posted in bridge if operational - breaks != posted]
    if open_flows:
        raise BuildError(f"The bridge of {open_flows[0]} does not close; the mart was built but cannot be trusted.")
    out = io.StringIO()
    console = Console(file=out, width=110)
    console.print(_figures(values, currency, mark=" (incomplete)" if incomplete else ""))
    for entity, period, reason in incomplete:
        console.print(f"Incomplete: the ledger of {entity} in {period} ({reason}).", markup=False)
    for flow, count in unpriced:
        console.print(
            f"Left out of every total: {count:,} ledger row{'s' if count > 1 else ''} of {flow} without a cost, "
            "bill or exchange rate (amount_group empty in fct_project_ledger).",
            markup=False,
        )
    console.print(_bridge(bridge, categories, currency))
    return out.getvalue()


def _figures(rows: list[tuple[Any, ...]], currency: str, *, mark: str) -> Table:
    table = Table(
        "Figure", "Operational", f"Finance posted{mark}", f"Both{mark}", title=f"Headline figures ({currency})"
    )
    cells: dict[str, dict[str, str]] = {}
    for label, wanted, *figures in rows:
        value = figures[0].value if figures else None
        cells.setdefault(label, {})[wanted.basis] = _value(value, wanted.unit)
    for label, by_basis in cells.items():
        table.add_row(label, *(by_basis.get(b, "–") for b in ("operational", "finance_posted", "cross_basis")))
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _bridge(
    rows: list[tuple[str, Decimal, Decimal, Decimal]],
    categories: list[tuple[str, str, int, Decimal]],
    currency: str,
) -> Table:
    table = Table("Flow", "Step", "Items", currency, title="From operational to finance posted, all periods")
    for flow, operational, _, posted in rows:
        table.add_row(flow, "operational", "", f"{operational:,.2f}")
        for of_flow, category, items, amount in categories:
            if of_flow == flow:
                table.add_row("", f"less {category}", f"{items:,}", f"{amount or 0:,.2f}")
        table.add_row("", "finance posted", "", f"{posted:,.2f}", end_section=True)
    table.columns[2].justify = table.columns[3].justify = "right"
    return table


def _value(value: Decimal | float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "share":
        return f"{value * 100:,.1f} %"
    return f"{value:,.1f}" if unit in {"days", "hours", "months"} else f"{value:,.0f}"
