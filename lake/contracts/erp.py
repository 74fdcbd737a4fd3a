"""The books: whose they are, their accounts, periods and exchange rates."""

from __future__ import annotations

from lake.contracts.model import Column, Entity, Kind, Sensitivity

DOMAIN = "erp"
OWNER = "ERP"

#: What an account is to the measures of the ledger.
ACCOUNT_CLASSES = (
    "services_revenue",
    "recurring_revenue",
    "reimbursable_revenue",
    "labor_cost",
    "payroll_cost",
    "labor_absorption",
    "expense_cost",
    "subcontractor_cost",
    "intercompany_revenue",
    "intercompany_cost",
    "unbilled_receivable",
    "deferred_revenue",
    "accounts_receivable",
    "accounts_payable",
    "clearing",
    "cash",
    "tax",
    "overhead",
    "loss_provision",
    "other",
)

LEGAL_ENTITY = Entity(
    name="legal_entity",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a legal entity of the firm",
    key=("legal_entity_id",),
    columns=(
        Column("legal_entity_id", Kind.ID, "The entity's id.", required=True),
        Column("name", Kind.TEXT, "The entity's name.", required=True),
        Column("functional_currency", Kind.TEXT, "Currency the entity keeps its books in.", required=True),
        Column("region", Kind.TEXT, "The region it reports to.", required=True),
        Column("time_zone", Kind.TEXT, "IANA time zone in which its timestamps become dates.", required=True),
        Column(
            "work_week",
            Kind.TEXT,
            "First and last working day of the week, such as sun-thu.",
            default="mon-fri",
        ),
        Column(
            "labor_costing",
            Kind.ENUM,
            "Whether labor reaches projects at a standard rate or at actual pay.",
            values=("standard", "actual"),
        ),
    ),
)

COST_CENTER = Entity(
    name="cost_center",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a cost center",
    key=("cost_center_id",),
    columns=(
        Column("cost_center_id", Kind.ID, "The cost center's id.", required=True),
        Column("name", Kind.TEXT, "What the cost center is called.", required=True),
        Column("legal_entity_id", Kind.ID, "The entity it belongs to.", refers_to="legal_entity"),
    ),
)

ACCOUNT = Entity(
    name="account",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row an account of the chart",
    key=("account_id",),
    columns=(
        Column("account_id", Kind.ID, "The account's id.", required=True),
        Column("account_no", Kind.TEXT, "The number in the chart of accounts."),
        Column("name", Kind.TEXT, "What the account is called.", required=True),
        Column(
            "account_class",
            Kind.ENUM,
            "What the account is to this lakehouse; every measure of the ledger is defined on it.",
            required=True,
            values=ACCOUNT_CLASSES,
        ),
        Column("is_statistical", Kind.BOOL, "Whether it carries statistics only and stays out of the money."),
    ),
)

ACCOUNTING_PERIOD = Entity(
    name="accounting_period",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a legal entity and accounting period",
    key=("legal_entity_id", "period_id"),
    columns=(
        Column(
            "legal_entity_id",
            Kind.ID,
            "The entity whose period it is.",
            required=True,
            refers_to="legal_entity",
        ),
        Column("period_id", Kind.ID, "The period's name, such as 2026-03.", required=True),
        Column("start_date", Kind.DATE, "First day of the period.", required=True),
        Column("end_date", Kind.DATE, "Last day of the period.", required=True),
        Column("close_due_at", Kind.TS, "When the close is due."),
        Column("closed_at", Kind.TS, "When it was closed."),
        Column(
            "status",
            Kind.ENUM,
            "Whether postings are still let in.",
            required=True,
            values=("open", "soft_closed", "closed"),
        ),
        Column("timesheet_cutoff_at", Kind.TS, "When time for the period must be in; close_due_at where empty."),
        Column("fiscal_year", Kind.INT, "The fiscal year it belongs to."),
    ),
)

PERIOD_EVENT = Entity(
    name="period_event",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a change of state of an accounting period",
    key=("legal_entity_id", "period_id", "event_at"),
    columns=(
        Column(
            "legal_entity_id",
            Kind.ID,
            "The entity whose period it is.",
            required=True,
            refers_to="legal_entity",
        ),
        Column("period_id", Kind.ID, "The period opened or closed.", required=True, refers_to="accounting_period"),
        Column("event_at", Kind.TS, "When it happened.", required=True),
        Column(
            "event",
            Kind.ENUM,
            "What happened.",
            required=True,
            values=("opened", "soft_closed", "closed", "reopened"),
        ),
        Column("actor", Kind.TEXT, "Who did it.", sensitivity=Sensitivity.PERSONAL),
        Column("reason", Kind.TEXT, "Why, above all for a reopening."),
    ),
)

FX_RATE = Entity(
    name="fx_rate",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a currency pair, day and type of rate",
    key=("from_currency", "to_currency", "rate_date", "rate_type"),
    event_date="rate_date",
    columns=(
        Column("from_currency", Kind.TEXT, "The currency converted from.", required=True),
        Column("to_currency", Kind.TEXT, "The currency converted to.", required=True),
        Column(
            "rate_date",
            Kind.DATE,
            "The day it is for; an average or closing rate carries its period's last day.",
            required=True,
        ),
        Column(
            "rate_type",
            Kind.ENUM,
            "Whether it is a day's rate, a period's average or its closing rate.",
            required=True,
            values=("daily", "average", "closing"),
        ),
        Column("rate", Kind.FX_RATE, "Units of to_currency for one unit of from_currency.", required=True),
    ),
)

#: The entities of this domain, in the order of the specification.
ENTITIES: tuple[Entity, ...] = (
    LEGAL_ENTITY,
    COST_CENTER,
    ACCOUNT,
    ACCOUNTING_PERIOD,
    PERIOD_EVENT,
    FX_RATE,
)
