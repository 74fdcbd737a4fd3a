"""Delivery: projects, their plans and forecasts, the hours booked and worked, and what was completed."""

from __future__ import annotations

from lake.contracts.model import Column, Entity, Kind, Sensitivity

DOMAIN = "psa"
OWNER = "PSA"

#: How a project is billed: a contract line's billing models, or not at all.
BILLING_MODELS = ("time_and_materials", "fixed_fee", "milestone", "retainer", "subscription", "non_billable")

#: The approval of an entry of time.
APPROVAL_STATUSES = ("draft", "submitted", "approved", "rejected")

PROJECT = Entity(
    name="project",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a project",
    key=("project_id",),
    columns=(
        Column("project_id", Kind.ID, "The project's id.", required=True),
        Column("parent_project_id", Kind.ID, "The programme or project it is part of.", refers_to="project"),
        Column("project_code", Kind.TEXT, "The code people book to.", required=True),
        Column("name", Kind.TEXT, "What the project is called.", required=True),
        Column(
            "customer_id",
            Kind.ID,
            "The customer it is delivered to; empty for internal work.",
            refers_to="customer",
        ),
        Column("contract_id", Kind.ID, "The contract it delivers.", refers_to="contract"),
        Column(
            "legal_entity_id",
            Kind.ID,
            "The entity that runs it and reports its result.",
            required=True,
            refers_to="legal_entity",
        ),
        Column("project_manager_id", Kind.ID, "The person answerable for it.", refers_to="employee"),
        Column(
            "billing_model",
            Kind.ENUM,
            "How its work is billed, or non_billable.",
            required=True,
            values=BILLING_MODELS,
        ),
        Column(
            "status",
            Kind.ENUM,
            "Where the project stands.",
            required=True,
            values=("planned", "active", "on_hold", "completed", "cancelled"),
        ),
        Column("start_date", Kind.DATE, "First day of the project."),
        Column("end_date", Kind.DATE, "Last day of the project."),
        Column("currency", Kind.TEXT, "Currency the project is managed in.", required=True),
        Column("practice", Kind.TEXT, "The practice that delivers it."),
        Column("provisioned_at", Kind.TS, "When the project was ready for booking time."),
    ),
)

TASK = Entity(
    name="task",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a task of a project",
    key=("task_id",),
    columns=(
        Column("task_id", Kind.ID, "The task's id.", required=True),
        Column("project_id", Kind.ID, "The project it belongs to.", required=True, refers_to="project"),
        Column("parent_task_id", Kind.ID, "The task it is part of.", refers_to="task"),
        Column("name", Kind.TEXT, "What the task is called.", required=True),
        Column("phase", Kind.TEXT, "The phase of the project it falls in."),
        Column("is_billable", Kind.BOOL, "Whether time on it is billable unless the entry says otherwise."),
    ),
)

PROJECT_BASELINE = Entity(
    name="project_baseline",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row an approved baseline of a project",
    key=("project_id", "baseline_no"),
    columns=(
        Column("project_id", Kind.ID, "The project budgeted.", required=True, refers_to="project"),
        Column("baseline_no", Kind.INT, "Number of the baseline; the first is the original plan.", required=True),
        Column("approved_at", Kind.TS, "When it was approved and took force.", required=True),
        Column("budget_hours", Kind.HOURS, "Hours planned for the whole project."),
        Column("budget_cost", Kind.MONEY, "Cost planned for the whole project."),
        Column("budget_revenue", Kind.MONEY, "Revenue planned for the whole project."),
        Column("currency", Kind.TEXT, "Currency of the budget.", required=True),
        Column("reason", Kind.TEXT, "Why the plan was changed."),
    ),
)

PROJECT_FORECAST = Entity(
    name="project_forecast",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a project and forecast date",
    key=("project_id", "as_of_date"),
    columns=(
        Column("project_id", Kind.ID, "The project forecast.", required=True, refers_to="project"),
        Column("as_of_date", Kind.DATE, "The day the forecast looks from.", required=True),
        Column("remaining_hours", Kind.HOURS, "Hours still to be worked after that day.", required=True),
        Column("remaining_cost", Kind.MONEY, "Cost still to be incurred after that day.", required=True),
        Column("currency", Kind.TEXT, "Currency of the remaining cost.", required=True),
        Column("reported_percent_complete", Kind.SHARE, "Share of the work done in the manager's judgement."),
        Column("health", Kind.ENUM, "The manager's traffic light.", values=("green", "amber", "red")),
    ),
)

RESOURCE_ALLOCATION = Entity(
    name="resource_allocation",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a booking of a person or role on a project",
    key=("allocation_id",),
    event_date="start_date",
    columns=(
        Column("allocation_id", Kind.ID, "The booking's id.", required=True),
        Column("project_id", Kind.ID, "The project booked for.", required=True, refers_to="project"),
        Column("employee_id", Kind.ID, "The person booked; empty for a role not yet named.", refers_to="employee"),
        Column("role", Kind.TEXT, "The role booked."),
        Column("start_date", Kind.DATE, "First day of the booking.", required=True),
        Column("end_date", Kind.DATE, "Last day of the booking.", required=True),
        Column("hours", Kind.HOURS, "Total hours, spread evenly over the working days.", required=True),
        Column(
            "booking_type",
            Kind.ENUM,
            "Whether the booking is tentative or firm.",
            required=True,
            values=("soft", "hard"),
        ),
    ),
)

BILL_RATE = Entity(
    name="bill_rate",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a rate agreed for a project, person or role and period",
    key=("rate_id",),
    columns=(
        Column("rate_id", Kind.ID, "The rate's id.", required=True),
        Column("project_id", Kind.ID, "The project it is agreed for.", required=True, refers_to="project"),
        Column(
            "employee_id",
            Kind.ID,
            "The person it is for; a person's rate beats a role's, a role's the project's.",
            refers_to="employee",
        ),
        Column("role", Kind.TEXT, "The role it is for; empty with employee_id empty means the whole project."),
        Column("valid_from", Kind.DATE, "First day the rate counts.", required=True),
        Column("valid_to", Kind.DATE, "First day the rate no longer counts; empty means open."),
        Column("hourly_rate", Kind.RATE, "Price of an hour to the customer.", required=True),
        Column("currency", Kind.TEXT, "Currency of the rate.", required=True),
    ),
)

TIME_ENTRY = Entity(
    name="time_entry",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row an entry of time by a person on a project and day",
    key=("time_entry_id",),
    event_date="work_date",
    columns=(
        Column("time_entry_id", Kind.ID, "The entry's id.", required=True),
        Column("project_id", Kind.ID, "The project worked on.", required=True, refers_to="project"),
        Column("task_id", Kind.ID, "The task worked on.", refers_to="task"),
        Column("employee_id", Kind.ID, "The person who worked.", required=True, refers_to="employee"),
        Column("work_date", Kind.DATE, "The day the work was done.", required=True),
        Column("hours", Kind.HOURS, "Hours worked; negative on a correction.", required=True),
        Column("is_billable", Kind.BOOL, "Whether the work may be charged to the customer.", required=True),
        Column(
            "billable_hours",
            Kind.HOURS,
            "Hours approved for charging; where empty, hours if billable, else 0.",
        ),
        Column(
            "contract_line_id",
            Kind.ID,
            "The contract line it is charged to; where empty, the project's only line that can take it.",
            refers_to="contract_line",
        ),
        Column(
            "po_line_id",
            Kind.ID,
            "The purchase order line a contractor's time draws on.",
            refers_to="purchase_order_line",
        ),
        Column(
            "status",
            Kind.ENUM,
            "How far approval has come; only approved time is a fact for finance.",
            required=True,
            values=APPROVAL_STATUSES,
        ),
        Column("submitted_at", Kind.TS, "When it was submitted for approval."),
        Column("submitted_by", Kind.TEXT, "Who submitted it.", sensitivity=Sensitivity.PERSONAL),
        Column("approved_at", Kind.TS, "When it was approved."),
        Column("approved_by", Kind.TEXT, "Who approved it.", sensitivity=Sensitivity.PERSONAL),
        Column("rejected_at", Kind.TS, "When it was last rejected."),
        Column("rejection_reason", Kind.TEXT, "Why it was rejected."),
        Column("bill_rate", Kind.RATE, "Price of an hour as the PSA stamped it on the entry."),
        Column("currency", Kind.TEXT, "Currency of the bill rate."),
        Column("reverses_id", Kind.ID, "The entry that this one corrects.", refers_to="time_entry"),
        Column("note", Kind.TEXT, "What the person wrote about the work.", sensitivity=Sensitivity.PERSONAL),
    ),
)

MILESTONE = Entity(
    name="milestone",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a milestone of a project",
    key=("milestone_id",),
    columns=(
        Column("milestone_id", Kind.ID, "The milestone's id.", required=True),
        Column("project_id", Kind.ID, "The project it belongs to.", required=True, refers_to="project"),
        Column("contract_line_id", Kind.ID, "The contract line it earns.", refers_to="contract_line"),
        Column("name", Kind.TEXT, "What is to be achieved.", required=True),
        Column("planned_date", Kind.DATE, "The day it is planned for."),
        Column("completed_at", Kind.TS, "When delivery called it complete."),
        Column("accepted_at", Kind.TS, "When the customer accepted it."),
        Column("amount", Kind.MONEY, "What it is worth to the customer.", required=True),
        Column("currency", Kind.TEXT, "Currency of the amount.", required=True),
        Column(
            "status",
            Kind.ENUM,
            "Where the milestone stands.",
            required=True,
            values=("planned", "completed", "cancelled"),
        ),
    ),
)

#: The entities of this domain, in the order of the specification.
ENTITIES: tuple[Entity, ...] = (
    PROJECT,
    TASK,
    PROJECT_BASELINE,
    PROJECT_FORECAST,
    RESOURCE_ALLOCATION,
    BILL_RATE,
    TIME_ENTRY,
    MILESTONE,
)
