"""The ledger, the book of record: its postings, what they stand for, and its balances."""

from __future__ import annotations

from lake.contracts.erp import DOMAIN, OWNER
from lake.contracts.model import Column, Entity, Kind

#: The kinds of record a ledger line is posted from.
ORIGIN_TYPES = (
    "time_entry",
    "expense",
    "vendor_bill",
    "milestone",
    "invoice",
    "revenue_schedule",
    "intercompany",
    "payroll",
    "accrual",
    "summary",
    "manual",
)

GL_LINE = Entity(
    name="gl_line",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a line of a posted journal",
    key=("gl_line_id",),
    event_date="posting_date",
    columns=(
        Column("gl_line_id", Kind.ID, "The line's id.", required=True),
        Column(
            "journal_id",
            Kind.ID,
            "The journal it stands on; its functional amounts sum to zero in the entity.",
            required=True,
        ),
        Column(
            "legal_entity_id",
            Kind.ID,
            "The entity whose books it is in.",
            required=True,
            refers_to="legal_entity",
        ),
        Column("period_id", Kind.ID, "The period it is posted to.", required=True, refers_to="accounting_period"),
        Column("posting_date", Kind.DATE, "The date it counts from in the ledger.", required=True),
        Column("posted_at", Kind.TS, "When it was posted.", required=True),
        Column("account_id", Kind.ID, "The account posted to.", required=True, refers_to="account"),
        Column("project_id", Kind.ID, "The project it bears on.", refers_to="project"),
        Column("employee_id", Kind.ID, "The person it bears on.", refers_to="employee"),
        Column("customer_id", Kind.ID, "The customer it bears on.", refers_to="customer"),
        Column("cost_center_id", Kind.ID, "The cost center it bears on.", refers_to="cost_center"),
        Column(
            "contract_line_id",
            Kind.ID,
            "The contract line it bears on; where empty, the project's only line that can take it.",
            refers_to="contract_line",
        ),
        Column(
            "counterparty_entity_id",
            Kind.ID,
            "The other entity of an intercompany posting.",
            refers_to="legal_entity",
        ),
        Column("ledger_id", Kind.ID, "The ledger it is in, where an entity keeps several.", default="primary"),
        Column("posting_event_id", Kind.ID, "The business event posted; the journal where empty."),
        Column("amount", Kind.MONEY, "Transaction amount; debit positive.", required=True),
        Column("currency", Kind.TEXT, "Currency of the transaction amount.", required=True),
        Column(
            "functional_amount",
            Kind.MONEY,
            "The same in the entity's functional currency; debit positive.",
            required=True,
        ),
        Column("quantity", Kind.HOURS, "Hours the amount stands for."),
        Column("origin_type", Kind.ENUM, "The kind of record it was posted from.", values=ORIGIN_TYPES),
        Column("origin_system", Kind.ID, "The feed instance that record comes from."),
        Column("origin_id", Kind.ID, "That record's id there."),
        Column("correlation_id", Kind.ID, "The thread that ties it to the integration messages that carried it."),
        Column("reverses_gl_line_id", Kind.ID, "The line that this one reverses.", refers_to="gl_line"),
        Column("description", Kind.TEXT, "What the journal says about the line."),
    ),
)

POSTING_LINK = Entity(
    name="posting_link",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a summarised ledger line and record in it",
    key=("gl_line_id", "origin_type", "origin_system", "origin_id"),
    columns=(
        Column("gl_line_id", Kind.ID, "The summarised ledger line.", required=True, refers_to="gl_line"),
        Column("origin_type", Kind.ENUM, "The kind of record that is in it.", required=True, values=ORIGIN_TYPES),
        Column("origin_system", Kind.ID, "The feed instance that record comes from.", required=True),
        Column("origin_id", Kind.ID, "That record's id there.", required=True),
        Column(
            "amount",
            Kind.MONEY,
            "The record's part of the line, in the line's transaction currency.",
            required=True,
        ),
        Column("functional_amount", Kind.MONEY, "The same in functional currency."),
        Column("quantity", Kind.HOURS, "The record's part of the line's hours."),
    ),
)

GL_BALANCE = Entity(
    name="gl_balance",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a legal entity, period and account of the trial balance",
    key=("legal_entity_id", "period_id", "account_id"),
    columns=(
        Column(
            "legal_entity_id",
            Kind.ID,
            "The entity whose trial balance it is.",
            required=True,
            refers_to="legal_entity",
        ),
        Column("period_id", Kind.ID, "The period it covers.", required=True, refers_to="accounting_period"),
        Column("account_id", Kind.ID, "The account balanced.", required=True, refers_to="account"),
        Column(
            "opening",
            Kind.MONEY,
            "Balance before the period, in functional currency; debit positive.",
            required=True,
        ),
        Column("debit", Kind.MONEY, "Debits of the period, in functional currency.", required=True),
        Column("credit", Kind.MONEY, "Credits of the period, in functional currency.", required=True),
        Column(
            "closing",
            Kind.MONEY,
            "Balance after the period, in functional currency; debit positive.",
            required=True,
        ),
    ),
)

#: The entities of this part of the domain, in the order of the specification.
ENTITIES: tuple[Entity, ...] = (GL_LINE, POSTING_LINK, GL_BALANCE)
