"""Expenses that people incur on projects."""

from __future__ import annotations

from lake.contracts.model import Column, Entity, Kind, Sensitivity

DOMAIN = "expense"
OWNER = "Expense tool"

#: The approval of an expense, in the words of time_entry.
APPROVAL_STATUSES = ("draft", "submitted", "approved", "rejected")

EXPENSE = Entity(
    name="expense",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row an expense item",
    key=("expense_id",),
    event_date="expense_date",
    columns=(
        Column("expense_id", Kind.ID, "The expense item's id.", required=True),
        Column("expense_report_id", Kind.ID, "The report it was claimed on."),
        Column("project_id", Kind.ID, "The project it was incurred for.", required=True, refers_to="project"),
        Column("employee_id", Kind.ID, "The person who incurred it.", required=True, refers_to="employee"),
        Column("expense_date", Kind.DATE, "The day it was incurred.", required=True),
        Column("category", Kind.TEXT, "The kind of expense, such as travel or lodging.", required=True),
        Column("amount", Kind.MONEY, "What was spent, with tax.", required=True),
        Column(
            "recoverable_tax",
            Kind.MONEY,
            "Tax in the amount that the firm gets back, and so is no cost.",
            default="0",
        ),
        Column("currency", Kind.TEXT, "Currency of the amount.", required=True),
        Column("is_billable", Kind.BOOL, "Whether it may be charged to the customer.", required=True),
        Column(
            "contract_line_id",
            Kind.ID,
            "The contract line it is charged to; where empty, the project's only line that can take it.",
            refers_to="contract_line",
        ),
        Column(
            "status",
            Kind.ENUM,
            "How far approval has come, in the words of time_entry.",
            required=True,
            values=APPROVAL_STATUSES,
        ),
        Column("submitted_at", Kind.TS, "When it was submitted for approval."),
        Column("submitted_by", Kind.TEXT, "Who submitted it.", sensitivity=Sensitivity.PERSONAL),
        Column("approved_at", Kind.TS, "When it was approved."),
        Column("approved_by", Kind.TEXT, "Who approved it.", sensitivity=Sensitivity.PERSONAL),
        Column("rejected_at", Kind.TS, "When it was last rejected."),
        Column("rejection_reason", Kind.TEXT, "Why it was rejected."),
        Column("reverses_id", Kind.ID, "The expense that this one corrects.", refers_to="expense"),
    ),
)

#: The entities of this domain, in the order of the specification.
ENTITIES: tuple[Entity, ...] = (EXPENSE,)
