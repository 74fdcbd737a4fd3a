"""Customers, pipeline and what was sold: the contract lines that billing and revenue rest on."""

from __future__ import annotations

from lake.contracts.model import Column, Entity, Kind

DOMAIN = "crm"
OWNER = "CRM until the order is booked"

#: How a contract line is billed.
BILLING_MODELS = ("time_and_materials", "fixed_fee", "milestone", "retainer", "subscription")

#: How revenue is earned.
RECOGNITION_METHODS = ("time_and_materials", "percent_complete", "milestone", "straight_line", "ratable")

CUSTOMER = Entity(
    name="customer",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a customer",
    key=("customer_id",),
    columns=(
        Column("customer_id", Kind.ID, "The customer's id.", required=True),
        Column("name", Kind.TEXT, "The customer's name, shown only; never used to match.", required=True),
        Column("parent_customer_id", Kind.ID, "The customer's parent in its group.", refers_to="customer"),
        Column("industry", Kind.TEXT, "The customer's industry."),
        Column("country", Kind.TEXT, "The country the customer sits in."),
        Column("segment", Kind.TEXT, "The market segment sales puts the customer in."),
    ),
)

OPPORTUNITY = Entity(
    name="opportunity",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a deal pursued",
    key=("opportunity_id",),
    columns=(
        Column("opportunity_id", Kind.ID, "The opportunity's id.", required=True),
        Column("customer_id", Kind.ID, "The customer it is pursued with.", required=True, refers_to="customer"),
        Column("name", Kind.TEXT, "What sales calls the deal."),
        Column("stage", Kind.TEXT, "The pipeline stage, in the CRM's own words.", required=True),
        Column("probability", Kind.SHARE, "Likelihood of winning, from 0 to 1."),
        Column("amount", Kind.MONEY, "Expected value of the deal, unweighted."),
        Column("currency", Kind.TEXT, "Currency of the amount."),
        Column("expected_close_date", Kind.DATE, "The day sales expects a decision."),
        Column("closed_at", Kind.TS, "When the deal was won or lost."),
        Column("is_closed", Kind.BOOL, "Whether it has been decided.", required=True),
        Column("is_won", Kind.BOOL, "Whether it was won.", required=True),
        Column("practice", Kind.TEXT, "The practice that would deliver it."),
        Column("legal_entity_id", Kind.ID, "The entity that would sign it.", refers_to="legal_entity"),
    ),
)

QUOTE = Entity(
    name="quote",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a version of a quote",
    key=("quote_id", "version"),
    columns=(
        Column("quote_id", Kind.ID, "The quote's id, the same in every version.", required=True),
        Column("version", Kind.INT, "Number of the version; the highest is the latest.", required=True),
        Column("opportunity_id", Kind.ID, "The deal it prices.", required=True, refers_to="opportunity"),
        Column(
            "status",
            Kind.ENUM,
            "How far this version has come with the customer.",
            required=True,
            values=("draft", "sent", "accepted", "rejected"),
        ),
        Column("amount", Kind.MONEY, "Price quoted.", required=True),
        Column("estimated_hours", Kind.HOURS, "Hours the price was built on."),
        Column("estimated_cost", Kind.MONEY, "Cost the price was built on."),
        Column("currency", Kind.TEXT, "Currency of price and cost.", required=True),
    ),
)

CONTRACT = Entity(
    name="contract",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a contract with a customer",
    key=("contract_id",),
    columns=(
        Column("contract_id", Kind.ID, "The contract's id.", required=True),
        Column("customer_id", Kind.ID, "The customer that signed.", required=True, refers_to="customer"),
        Column("opportunity_id", Kind.ID, "The deal it came from.", refers_to="opportunity"),
        Column(
            "legal_entity_id",
            Kind.ID,
            "The entity that signed and invoices.",
            required=True,
            refers_to="legal_entity",
        ),
        Column("name", Kind.TEXT, "What the contract is called."),
        Column("currency", Kind.TEXT, "Currency the contract is priced in.", required=True),
        Column("quote_id", Kind.ID, "The quote that was accepted.", refers_to="quote"),
        Column("quote_version", Kind.INT, "The version of that quote that was accepted."),
        Column("signed_date", Kind.DATE, "The day it was signed; bookings count from it.", required=True),
        Column("start_date", Kind.DATE, "First day of the term."),
        Column("end_date", Kind.DATE, "Last day of the term."),
        Column(
            "status",
            Kind.ENUM,
            "Where the contract stands.",
            required=True,
            values=("draft", "active", "completed", "terminated"),
        ),
    ),
)

CONTRACT_LINE = Entity(
    name="contract_line",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row an amendment of a contract line; the highest amendment in force on a date counts",
    key=("contract_line_id", "amendment_no"),
    columns=(
        Column("contract_line_id", Kind.ID, "The line's id, the same in every amendment.", required=True),
        Column(
            "amendment_no",
            Kind.INT,
            "Number of the amendment; the highest in force on a date counts.",
            required=True,
        ),
        Column("contract_id", Kind.ID, "The contract it belongs to.", required=True, refers_to="contract"),
        Column("project_id", Kind.ID, "The project that delivers it.", refers_to="project"),
        Column(
            "billing_model",
            Kind.ENUM,
            "How it is billed; subscription is recurring revenue, never project services.",
            required=True,
            values=BILLING_MODELS,
        ),
        Column(
            "amount",
            Kind.MONEY,
            "Total for the term after this amendment; for time and materials the not-to-exceed cap, empty if none.",
            required_unless=("billing_model", "time_and_materials"),
        ),
        Column("start_date", Kind.DATE, "First day of the line's term.", required=True),
        Column("end_date", Kind.DATE, "Last day of the line's term."),
        Column("signed_date", Kind.DATE, "The day the amendment was signed.", required=True),
        Column("effective_date", Kind.DATE, "The day the amendment takes force; signed_date where empty."),
        Column(
            "modification_type",
            Kind.ENUM,
            "How the amendment changes revenue already recognized.",
            values=("separate", "prospective", "cumulative_catch_up"),
        ),
        Column("cap_includes_expenses", Kind.BOOL, "Whether billable expenses use up the cap."),
        Column("bundle_id", Kind.ID, "Lines sold together, whose price is allocated by standalone price."),
        Column("standalone_price", Kind.MONEY, "What the line would sell for on its own."),
        Column(
            "recognition_method",
            Kind.ENUM,
            "How revenue is earned; where empty it follows billing_model: fixed_fee "
            "percent_complete, retainer straight_line, subscription ratable, others as named.",
            values=RECOGNITION_METHODS,
        ),
    ),
)

#: The entities of this domain, in the order of the specification.
ENTITIES: tuple[Entity, ...] = (
    CUSTOMER,
    OPPORTUNITY,
    QUOTE,
    CONTRACT,
    CONTRACT_LINE,
)
