"""What is bought for projects: vendors, orders and the bills that pay for them."""

from __future__ import annotations

from lake.contracts.model import Column, Entity, Kind, Sensitivity

DOMAIN = "procurement"
OWNER = "Procurement and accounts payable"

VENDOR = Entity(
    name="vendor",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a vendor",
    key=("vendor_id",),
    columns=(
        Column("vendor_id", Kind.ID, "The vendor's id.", required=True),
        Column("name", Kind.TEXT, "The vendor's name, shown only; never used to match.", required=True),
        Column("country", Kind.TEXT, "The country the vendor sits in."),
    ),
)

PURCHASE_ORDER_LINE = Entity(
    name="purchase_order_line",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a line of a purchase order",
    key=("po_line_id",),
    columns=(
        Column("po_line_id", Kind.ID, "The order line's id.", required=True),
        Column("purchase_order_id", Kind.ID, "The order it stands on.", required=True),
        Column("vendor_id", Kind.ID, "The vendor ordered from.", required=True, refers_to="vendor"),
        Column("project_id", Kind.ID, "The project it is bought for.", required=True, refers_to="project"),
        Column("legal_entity_id", Kind.ID, "The entity that ordered.", required=True, refers_to="legal_entity"),
        Column("ordered_date", Kind.DATE, "The day the order was placed.", required=True),
        Column("amount", Kind.MONEY, "What was ordered; the open part is a commitment.", required=True),
        Column("received_amount", Kind.MONEY, "What has been received so far, billed or not."),
        Column("currency", Kind.TEXT, "Currency of the amounts.", required=True),
        Column(
            "status",
            Kind.ENUM,
            "Whether more is still expected on the line.",
            required=True,
            values=("open", "closed", "cancelled"),
        ),
    ),
)

VENDOR_BILL_LINE = Entity(
    name="vendor_bill_line",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a line of a vendor's bill",
    key=("bill_line_id",),
    event_date="bill_date",
    columns=(
        Column("bill_line_id", Kind.ID, "The bill line's id.", required=True),
        Column("bill_id", Kind.ID, "The bill it stands on.", required=True),
        Column("po_line_id", Kind.ID, "The order line it bills.", refers_to="purchase_order_line"),
        Column("vendor_id", Kind.ID, "The vendor that billed.", required=True, refers_to="vendor"),
        Column("project_id", Kind.ID, "The project that bears the cost.", refers_to="project"),
        Column("legal_entity_id", Kind.ID, "The entity that was billed.", required=True, refers_to="legal_entity"),
        Column("bill_date", Kind.DATE, "The date on the bill.", required=True),
        Column("amount", Kind.MONEY, "What was billed, with tax.", required=True),
        Column(
            "recoverable_tax",
            Kind.MONEY,
            "Tax in the amount that the firm gets back, and so is no cost.",
            default="0",
        ),
        Column("currency", Kind.TEXT, "Currency of the amount.", required=True),
        Column(
            "contract_line_id",
            Kind.ID,
            "The contract line it serves; where empty, the project's only line that can take it.",
            refers_to="contract_line",
        ),
        Column(
            "status",
            Kind.ENUM,
            "Where the bill line stands; only approved lines are cost.",
            required=True,
            values=("draft", "approved", "void"),
        ),
        Column("approved_at", Kind.TS, "When it was approved for payment."),
    ),
)

VENDOR_BILL_SOURCE = Entity(
    name="vendor_bill_source",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a bill line and contractor's time entry it pays for",
    key=("bill_line_id", "origin_system", "time_entry_id"),
    columns=(
        Column("bill_line_id", Kind.ID, "The bill line that pays.", required=True, refers_to="vendor_bill_line"),
        Column("origin_system", Kind.ID, "The feed instance the time entry comes from.", required=True),
        Column("time_entry_id", Kind.ID, "The time entry paid for.", required=True, refers_to="time_entry"),
        Column(
            "amount",
            Kind.MONEY,
            "The part of the bill line that pays for this entry.",
            required=True,
            sensitivity=Sensitivity.PAY,
        ),
    ),
)

#: The entities of this domain, in the order of the specification.
ENTITIES: tuple[Entity, ...] = (
    VENDOR,
    PURCHASE_ORDER_LINE,
    VENDOR_BILL_LINE,
    VENDOR_BILL_SOURCE,
)
