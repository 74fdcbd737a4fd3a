"""Billing, cash, revenue and intercompany as the ERP keeps them."""

from __future__ import annotations

from lake.contracts.model import Column, Entity, Kind, Sensitivity

DOMAIN = "billing"
OWNER = "ERP"

#: The kinds of record an invoice line bills.
LINE_ORIGINS = ("time_entry", "expense", "milestone", "billing_event", "summary", "manual")

#: How revenue is earned, in the words of contract_line.
RECOGNITION_METHODS = ("time_and_materials", "percent_complete", "milestone", "straight_line", "ratable")

INVOICE = Entity(
    name="invoice",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row an invoice or credit note",
    key=("invoice_id",),
    event_date="invoice_date",
    columns=(
        Column("invoice_id", Kind.ID, "The document's id.", required=True),
        Column("invoice_no", Kind.TEXT, "The number the customer sees."),
        Column(
            "document_type",
            Kind.ENUM,
            "Whether it charges or credits the customer.",
            values=("invoice", "credit_note"),
        ),
        Column("applies_to_invoice_id", Kind.ID, "The invoice a credit note corrects.", refers_to="invoice"),
        Column("customer_id", Kind.ID, "The customer billed.", required=True, refers_to="customer"),
        Column("legal_entity_id", Kind.ID, "The entity that bills.", required=True, refers_to="legal_entity"),
        Column("invoice_date", Kind.DATE, "The date on the document.", required=True),
        Column("due_date", Kind.DATE, "The day payment is due."),
        Column(
            "status",
            Kind.ENUM,
            "Where the document stands; only issued ones are billed.",
            required=True,
            values=("draft", "on_hold", "issued", "void"),
        ),
        Column("hold_reason", Kind.TEXT, "Why it is held back."),
        Column("issued_at", Kind.TS, "When it went to the customer."),
        Column("voided_at", Kind.TS, "When it was voided."),
        Column("currency", Kind.TEXT, "Currency of the document.", required=True),
    ),
)

INVOICE_LINE = Entity(
    name="invoice_line",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a line of an invoice",
    key=("invoice_line_id",),
    columns=(
        Column("invoice_line_id", Kind.ID, "The line's id.", required=True),
        Column("invoice_id", Kind.ID, "The invoice it stands on.", required=True, refers_to="invoice"),
        Column("project_id", Kind.ID, "The project billed.", refers_to="project"),
        Column("contract_line_id", Kind.ID, "The contract line billed.", refers_to="contract_line"),
        Column("amount", Kind.MONEY, "Amount before tax, in the invoice's currency.", required=True),
        Column("tax_amount", Kind.MONEY, "Tax on it, in the invoice's currency."),
        Column("functional_amount", Kind.MONEY, "Amount before tax in the entity's functional currency."),
        Column("quantity", Kind.HOURS, "Hours billed."),
        Column("unit_price", Kind.RATE, "Price of one unit."),
        Column("origin_type", Kind.ENUM, "The kind of record it bills.", values=LINE_ORIGINS),
        Column("origin_system", Kind.ID, "The feed instance that record comes from."),
        Column("origin_id", Kind.ID, "That record's id there."),
    ),
)

INVOICE_LINE_SOURCE = Entity(
    name="invoice_line_source",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row an invoice line and record it bills",
    key=("invoice_line_id", "origin_type", "origin_system", "origin_id"),
    columns=(
        Column("invoice_line_id", Kind.ID, "The invoice line.", required=True, refers_to="invoice_line"),
        Column("origin_type", Kind.ENUM, "The kind of record billed.", required=True, values=LINE_ORIGINS),
        Column("origin_system", Kind.ID, "The feed instance that record comes from.", required=True),
        Column("origin_id", Kind.ID, "That record's id there.", required=True),
        Column(
            "amount",
            Kind.MONEY,
            "The record's part of the line, before tax, in the invoice's currency.",
            required=True,
        ),
        Column("quantity", Kind.HOURS, "The record's part of the line's hours."),
    ),
)

BILLING_EVENT = Entity(
    name="billing_event",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row an amount to be billed on a day",
    key=("billing_event_id",),
    columns=(
        Column("billing_event_id", Kind.ID, "The event's id.", required=True),
        Column(
            "contract_line_id",
            Kind.ID,
            "The contract line to be billed.",
            required=True,
            refers_to="contract_line",
        ),
        Column("milestone_id", Kind.ID, "The milestone that releases it.", refers_to="milestone"),
        Column(
            "type",
            Kind.ENUM,
            "What kind of amount it is.",
            required=True,
            values=("deposit", "instalment", "milestone", "retainer", "subscription", "final"),
        ),
        Column("due_date", Kind.DATE, "The day it should be billed.", required=True),
        Column("amount", Kind.MONEY, "What is to be billed, before tax.", required=True),
        Column("currency", Kind.TEXT, "Currency of the amount.", required=True),
        Column(
            "status",
            Kind.ENUM,
            "How far billing has come.",
            required=True,
            values=("planned", "released", "invoiced", "on_hold", "cancelled"),
        ),
        Column("hold_reason", Kind.TEXT, "Why it is held back."),
    ),
)

BILLING_ADJUSTMENT = Entity(
    name="billing_adjustment",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a change to what an entry of time or expense is billed at",
    key=("adjustment_id",),
    columns=(
        Column("adjustment_id", Kind.ID, "The adjustment's id.", required=True),
        Column(
            "origin_type",
            Kind.ENUM,
            "The kind of entry adjusted.",
            required=True,
            values=("time_entry", "expense"),
        ),
        Column("origin_system", Kind.ID, "The feed instance the entry comes from."),
        Column("origin_id", Kind.ID, "The entry's id there.", required=True),
        Column(
            "type",
            Kind.ENUM,
            "What is done; write_up adds, write_down and write_off subtract.",
            required=True,
            values=("write_down", "write_up", "write_off", "reclassify"),
        ),
        Column("hours", Kind.HOURS, "Hours adjusted."),
        Column(
            "amount",
            Kind.MONEY,
            "Size of the change, positive, 0 for reclassify; the entry becomes net in its own period.",
            required=True,
        ),
        Column("currency", Kind.TEXT, "Currency of the amount.", required=True),
        Column("effective_date", Kind.DATE, "The day the adjustment takes force.", required=True),
        Column("reason", Kind.TEXT, "Why it was made."),
        Column("approved_by", Kind.TEXT, "Who approved it.", sensitivity=Sensitivity.PERSONAL),
    ),
)

CASH_RECEIPT = Entity(
    name="cash_receipt",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a payment, or part of one, received for an invoice",
    key=("receipt_id",),
    event_date="received_date",
    columns=(
        Column("receipt_id", Kind.ID, "The receipt's id.", required=True),
        Column("invoice_id", Kind.ID, "The invoice paid; empty while unapplied.", refers_to="invoice"),
        Column("received_date", Kind.DATE, "The day the money arrived.", required=True),
        Column("amount", Kind.MONEY, "What was received.", required=True),
        Column("currency", Kind.TEXT, "Currency of the amount.", required=True),
    ),
)

REVENUE_SCHEDULE_LINE = Entity(
    name="revenue_schedule_line",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a contract line's revenue planned or recognized in a period",
    key=("schedule_line_id",),
    columns=(
        Column("schedule_line_id", Kind.ID, "The schedule line's id.", required=True),
        Column(
            "contract_line_id",
            Kind.ID,
            "The contract line whose revenue it is.",
            required=True,
            refers_to="contract_line",
        ),
        Column("project_id", Kind.ID, "The project that earns it.", refers_to="project"),
        Column(
            "legal_entity_id",
            Kind.ID,
            "The entity that recognizes it.",
            required=True,
            refers_to="legal_entity",
        ),
        Column("period_id", Kind.ID, "The period it falls in.", required=True, refers_to="accounting_period"),
        Column("amount", Kind.MONEY, "Revenue of the line in the period.", required=True),
        Column("currency", Kind.TEXT, "Currency of the amount.", required=True),
        Column(
            "method",
            Kind.ENUM,
            "How the revenue is earned, in the words of contract_line.",
            required=True,
            values=RECOGNITION_METHODS,
        ),
        Column(
            "status",
            Kind.ENUM,
            "Whether it is in the ledger yet.",
            required=True,
            values=("planned", "on_hold", "recognized"),
        ),
        Column("hold_reason", Kind.TEXT, "Why recognition is held back."),
        Column("recognized_at", Kind.TS, "When it was recognized."),
    ),
)

INTERCOMPANY_RULE = Entity(
    name="intercompany_rule",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a provider, receiver and period of agreed transfer pricing",
    key=("provider_entity_id", "receiver_entity_id", "valid_from"),
    columns=(
        Column(
            "provider_entity_id",
            Kind.ID,
            "The entity that lends its people.",
            required=True,
            refers_to="legal_entity",
        ),
        Column(
            "receiver_entity_id",
            Kind.ID,
            "The entity that uses them.",
            required=True,
            refers_to="legal_entity",
        ),
        Column("valid_from", Kind.DATE, "First day the rule counts.", required=True),
        Column("valid_to", Kind.DATE, "First day the rule no longer counts; empty means open."),
        Column(
            "method",
            Kind.ENUM,
            "How the transfer price is set.",
            required=True,
            values=("cost_plus", "rate_card", "revenue_share"),
        ),
        Column(
            "value",
            Kind.RATE,
            "The mark-up, the hourly rate in the provider's currency, or the share of revenue.",
            required=True,
        ),
    ),
)

#: The entities of this domain, in the order of the specification.
ENTITIES: tuple[Entity, ...] = (
    INVOICE,
    INVOICE_LINE,
    INVOICE_LINE_SOURCE,
    BILLING_EVENT,
    BILLING_ADJUSTMENT,
    CASH_RECEIPT,
    REVENUE_SCHEDULE_LINE,
    INTERCOMPANY_RULE,
)
