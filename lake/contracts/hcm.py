"""People and payroll: who works for the firm, on what terms and at what cost."""

from __future__ import annotations

from lake.contracts.model import Column, Entity, Kind, Sensitivity

DOMAIN = "hcm"
OWNER = "HCM"

EMPLOYEE = Entity(
    name="employee",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a person, employed or contracted",
    key=("employee_id",),
    columns=(
        Column("employee_id", Kind.ID, "The person's id in the HR system.", required=True),
        Column("employee_no", Kind.TEXT, "The number on the person's badge or payslip."),
        Column(
            "full_name",
            Kind.TEXT,
            "The person's name, shown only; never used to match.",
            sensitivity=Sensitivity.PERSONAL,
        ),
        Column("email", Kind.TEXT, "The person's work e-mail address.", sensitivity=Sensitivity.PERSONAL),
        Column(
            "worker_type",
            Kind.ENUM,
            "Whether the person is on the payroll or paid through a vendor.",
            required=True,
            values=("employee", "contractor"),
        ),
        Column("vendor_id", Kind.ID, "The vendor that bills for a contractor.", refers_to="vendor"),
        Column("hire_date", Kind.DATE, "First day of work.", required=True, sensitivity=Sensitivity.PERSONAL),
        Column(
            "termination_date",
            Kind.DATE,
            "Last day worked; empty while the person is with the firm.",
            sensitivity=Sensitivity.PERSONAL,
        ),
    ),
)

EMPLOYEE_ASSIGNMENT = Entity(
    name="employee_assignment",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a person and period of unchanged terms",
    key=("employee_id", "valid_from"),
    columns=(
        Column("employee_id", Kind.ID, "The person assigned.", required=True, refers_to="employee"),
        Column("valid_from", Kind.DATE, "First day these terms count.", required=True),
        Column("valid_to", Kind.DATE, "First day these terms no longer count; empty means open."),
        Column(
            "legal_entity_id",
            Kind.ID,
            "The entity that employs the person and bears the cost.",
            required=True,
            refers_to="legal_entity",
        ),
        Column("cost_center_id", Kind.ID, "The cost center the person belongs to.", refers_to="cost_center"),
        Column("practice", Kind.TEXT, "The practice the person works in."),
        Column("role", Kind.TEXT, "The role, as staffing and role bill rates name it."),
        Column("grade", Kind.TEXT, "The career level."),
        Column("manager_id", Kind.ID, "The person's line manager.", refers_to="employee"),
        Column("location", Kind.TEXT, "Where the person is based."),
        Column("fte", Kind.SHARE, "Share of a full-time post; 1 is full time.", required=True),
        Column(
            "weekly_hours",
            Kind.HOURS,
            "Hours of the full-time week; capacity multiplies them by fte.",
            required=True,
        ),
        Column("billable_target", Kind.SHARE, "Share of capacity the person should spend on billable work."),
    ),
)

EMPLOYEE_COST_RATE = Entity(
    name="employee_cost_rate",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a person, period and rate basis",
    key=("employee_id", "valid_from", "rate_basis"),
    columns=(
        Column("employee_id", Kind.ID, "The person costed.", required=True, refers_to="employee"),
        Column("valid_from", Kind.DATE, "First day the rate counts.", required=True),
        Column(
            "rate_basis",
            Kind.ENUM,
            "Pay alone, or pay with its on-costs; cost uses burdened where in force, else base.",
            required=True,
            values=("base", "burdened"),
            default="burdened",
        ),
        Column("valid_to", Kind.DATE, "First day the rate no longer counts; empty means open."),
        Column(
            "hourly_cost",
            Kind.RATE,
            "What an hour of the person costs the firm.",
            required=True,
            sensitivity=Sensitivity.PAY,
        ),
        Column("currency", Kind.TEXT, "Currency of the hourly cost.", required=True),
    ),
)

HOLIDAY = Entity(
    name="holiday",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a legal entity and public holiday",
    key=("legal_entity_id", "holiday_date"),
    columns=(
        Column(
            "legal_entity_id",
            Kind.ID,
            "The entity whose calendar it is.",
            required=True,
            refers_to="legal_entity",
        ),
        Column("holiday_date", Kind.DATE, "The day that carries no capacity.", required=True),
        Column("name", Kind.TEXT, "What the holiday is called."),
    ),
)

ABSENCE = Entity(
    name="absence",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row an absence of a person on a day",
    key=("absence_id",),
    event_date="absence_date",
    columns=(
        Column("absence_id", Kind.ID, "The absence's id.", required=True),
        Column("employee_id", Kind.ID, "The person absent.", required=True, refers_to="employee"),
        Column("absence_date", Kind.DATE, "The day of absence.", required=True),
        Column("hours", Kind.HOURS, "Hours absent on that day.", required=True),
        Column(
            "absence_type",
            Kind.TEXT,
            "Why the person is absent, such as leave or sickness.",
            sensitivity=Sensitivity.PERSONAL,
        ),
        Column(
            "status",
            Kind.ENUM,
            "How far the request has come; only approved absence reduces capacity.",
            required=True,
            values=("requested", "approved", "rejected", "cancelled"),
        ),
    ),
)

#: The entities of this domain, in the order of the specification.
ENTITIES: tuple[Entity, ...] = (
    EMPLOYEE,
    EMPLOYEE_ASSIGNMENT,
    EMPLOYEE_COST_RATE,
    HOLIDAY,
    ABSENCE,
)
