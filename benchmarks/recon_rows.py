"""Ledger rows for the benchmark of the match: a simulated firm's own, as often as it takes, each time under new ids.

All that the match reads is multiplied with the ledger: source records, messages, schedules, invoices. So every rule
has its share of work, and the share of rows that differ is that of the firm.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.reconciliation.compiled import Compiled

LEDGER = "fct_project_ledger"
#: What the benchmark asks for; the ledger's own proof against the trial balance is no part of match and bridge.
WANTED = ("recon_item", "recon_bridge", "recon_bridge_total", "recon_bridge_currency", "int_recon_two_currencies")
GIVEN = ("gl_completeness",)
#: Ids by table: of another copy of the firm they are others. Whatever is not here is the same for all copies.
IDS: dict[str, tuple[str, ...]] = {
    LEDGER: (
        "ledger_id", "origin_id", "source_id", "gl_line_id", "invoice_line_id", "posting_event_id", "reverses_id",
        "reversal_chain_id", "project_key", "contract_line_key", "worker_key",
    ),
    "int_revenue_time_steps": ("origin_id", "project_key", "contract_line_key", "worker_key", "reverses_id"),
    "stg_psa__time_entries": ("time_entry_id",),
    "stg_psa__milestones": ("milestone_id",),
    "stg_expense__expenses": ("expense_id",),
    "stg_procurement__vendor_bill_lines": ("bill_line_id",),
    "stg_billing__billing_events": ("billing_event_id", "milestone_id"),
    "stg_billing__revenue_schedule_lines": ("schedule_line_id", "contract_line_id"),
    "stg_billing__invoices": ("invoice_id", "applies_to_invoice_id"),
    "stg_billing__invoice_lines": ("invoice_line_id", "invoice_id", "origin_id"),
    "stg_billing__invoice_line_sources": ("invoice_line_id", "origin_id"),
    "stg_integration__integration_messages": ("message_id", "correlation_id", "origin_id"),
}  # fmt: skip
#: Contract lines have other ids in each copy, so they are mapped in each.
MAP, MAPPED = "int_id_map", "contract_line"
#: Keys that name nothing stay what they are.
NOTHING = "('none', 'unmapped')"
#: What the peers match on, and the columns that they carry: those that the match reads too, for it names the books,
#: people, places and dates of what it finds.
KEY = ("flow", "origin_type", "origin_system", "origin_id")
COLUMNS = (
    "ledger_id", "component", "origin_level", "source_entity", "source_system", "source_id", "gl_line_id",
    "invoice_line_id", "posting_event_id", "posting_origin_type", "reverses_id", "reversal_chain_id",
    "legal_entity_key", "counterparty_entity_key", "project_key", "contract_line_key", "customer_key", "worker_key",
    "region", "work_period_id", "period_id", "currency", "functional_currency", "amount_transaction",
    "amount_functional", "amount_group", "hours", "source_status", "approved_at", "posted_at", "unmapped_members",
)  # fmt: skip


def write(lake_root: Path, folder: Path, *, rows: int) -> tuple[int, int]:
    """Write the ledger's two sides and what else the match reads as Parquet; return operational and posted rows.

    `rows` is what each side has at the least.
    """
    work = lake_root / "work"
    compiled = Compiled(work, WANTED, given=GIVEN)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"attach '{work / 'build.duckdb'}' as build (read_only)")
        connection.execute(f"attach '{work / 'mart.duckdb'}' as mart (read_only)")
        relation = compiled.relation(LEDGER)
        sides = connection.execute(f"select basis, count(*) from {relation} group by basis").fetchall()
        copies = -(-rows // min(count for _, count in sides))
        for basis, _ in sides:
            picked = f"(select * from {relation} where basis = '{basis}')"
            _copy(connection, folder / f"{basis}.parquet", _copied(picked, IDS[LEDGER], copies))
        for name in compiled.given:
            if name == LEDGER:
                continue
            source = compiled.relation(name)
            if name == MAP:
                ours, others = (f"(select * from {source} where entity_type {sign} '{MAPPED}')" for sign in ("=", "<>"))
                query = f"{_copied(ours, ('source_id', 'key'), copies)} union all from {others}"
            else:
                query = _copied(source, IDS[name], copies) if name in IDS else f"from {source}"
            _copy(connection, folder / f"{name}.parquet", query)
    found = {basis: count * copies for basis, count in sides}
    return found["operational"], found["finance_posted"]


def _copied(source: str, ids: tuple[str, ...], copies: int) -> str:
    renamed = ", ".join(
        f"case when {name} in {NOTHING} then {name} else {name} || '~' || copy end as {name}" for name in ids
    )
    return f"select source.* replace ({renamed}) from range({copies}) as copies (copy), {source} as source"


def _copy(connection: duckdb.DuckDBPyConnection, file: Path, query: str) -> None:
    connection.execute(f"copy ({query}) to '{file}' (format parquet)")
