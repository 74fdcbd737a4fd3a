"""What is decided about the firm before anything happens: entities, practices, roles, accounts, prices."""

from __future__ import annotations

from dataclasses import dataclass

#: Currencies by index; EUR is the group's.
CURRENCIES = ("EUR", "USD", "GBP")


@dataclass(frozen=True)
class LegalEntity:
    """One company of the group; `utc_hours` is its winter offset, `cost_level` scales pay and price.

    `posting` says how its ERP posts time and expenses: one line a record (`line`), summarised lines with
    posting links (`link`) or summarised lines without (`summary`). `costing` says at what its labour reaches projects:
    a `standard` rate with each record, or what payroll paid (`actual`), once a period.
    """

    id: str
    name: str
    currency: int
    region: str
    time_zone: str
    utc_hours: int
    country: str
    share: float
    cost_level: float
    weekly_hours: int
    posting: str
    costing: str = "standard"


ENTITIES = (
    LegalEntity("DE01", "Northmark Consulting GmbH", 0, "EMEA", "Europe/Berlin", 1, "DE", 0.43, 1.0, 4000, "line"),
    LegalEntity("US01", "Northmark Consulting Inc.", 1, "AMER", "America/New_York", -5, "US", 0.34, 1.25, 4000, "link"),
    LegalEntity("UK01", "Northmark Consulting Ltd.", 2, "EMEA", "Europe/London", 0, "GB", 0.18, 0.86, 3750, "summary"),
    LegalEntity(
        "NL01", "Northmark Consulting B.V.", 0, "EMEA", "Europe/Amsterdam", 1, "NL", 0.05, 0.97, 4000, "line", "actual"
    ),
)

PRACTICES = ("Advisory", "Applications", "Cloud", "Data and AI")
PRACTICE_SHARES = (0.2, 0.3, 0.25, 0.25)


@dataclass(frozen=True)
class Role:
    """One role: its share of the staff, hourly burdened cost and list price in EUR cents, target in percent."""

    name: str
    grade: str
    share: float
    cost: int
    price: int
    target: int


ROLES = (
    Role("Analyst", "G1", 0.22, 4100, 9900, 80),
    Role("Consultant", "G2", 0.34, 5300, 12900, 80),
    Role("Senior Consultant", "G3", 0.25, 6700, 16300, 76),
    Role("Manager", "G4", 0.14, 8700, 20900, 66),
    Role("Principal", "G5", 0.05, 11800, 28200, 50),
)

BILLING_MODELS = (
    "time_and_materials",
    "fixed_fee",
    "milestone",
    "retainer",
    "subscription",
    "non_billable",
)
#: Numbers of the billing models, in the order above.
TIME, FIXED, MILESTONE, RETAINER, SUBSCRIPTION, INTERNAL = range(6)
METHODS = ("time_and_materials", "percent_complete", "milestone", "straight_line", "ratable")

#: account id, number, name, class; the same chart in every entity.
ACCOUNTS = (
    ("A1000", "1000", "Bank", "cash"),
    ("A1200", "1200", "Trade receivables", "accounts_receivable"),
    ("A1250", "1250", "Unbilled receivables", "unbilled_receivable"),
    ("A1900", "1900", "Project clearing", "clearing"),
    ("A2000", "2000", "Trade payables", "accounts_payable"),
    ("A2100", "2100", "Tax payable", "tax"),
    ("A2300", "2300", "Deferred revenue", "deferred_revenue"),
    ("A2400", "2400", "Provision for onerous contracts", "other"),
    ("A4000", "4000", "Consulting revenue", "services_revenue"),
    ("A4100", "4100", "Subscription revenue", "recurring_revenue"),
    ("A4200", "4200", "Reimbursed expenses", "reimbursable_revenue"),
    ("A4800", "4800", "Intercompany revenue", "intercompany_revenue"),
    ("A5000", "5000", "Project labour", "labor_cost"),
    ("A5100", "5100", "Project expenses", "expense_cost"),
    ("A5200", "5200", "Subcontractors", "subcontractor_cost"),
    ("A5300", "5300", "Onerous contracts", "loss_provision"),
    ("A5800", "5800", "Intercompany cost", "intercompany_cost"),
    ("A6000", "6000", "Salaries", "payroll_cost"),
    ("A6900", "6900", "Labour absorbed by projects", "labor_absorption"),
    ("A7000", "7000", "Rent and administration", "overhead"),
    ("A9000", "9000", "Hours booked (statistical)", "other"),
)
ACCOUNT = {cls: account for account, _, _, cls in ACCOUNTS if account not in ("A2400", "A9000")}
PROVISION = "A2400"

INDUSTRIES = ("Automotive", "Banking", "Energy", "Health", "Insurance", "Public sector", "Retail", "Telecoms")
HOLIDAYS = {
    "DE01": ("01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-24", "12-25", "12-26", "12-31"),
    "US01": ("01-01", "01-19", "05-25", "06-19", "07-03", "09-07", "11-27", "11-28", "12-24", "12-25"),
    "UK01": ("01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"),
    "NL01": ("01-01", "04-03", "04-06", "04-27", "05-14", "05-25", "12-25", "12-26"),
}
