"""Write canonical extracts: columns in the contract's order, the last day apart where asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from lake.contracts import ENTITIES
from lake.contracts.model import Kind

#: Which feed of the firm brings which entity.
FEEDS = {
    "psa": (
        "project",
        "task",
        "project_baseline",
        "project_forecast",
        "resource_allocation",
        "bill_rate",
        "time_entry",
        "milestone",
    ),
    "crm": ("customer", "opportunity", "quote", "contract", "contract_line"),
    "hcm": ("employee", "employee_assignment", "employee_cost_rate", "holiday", "absence"),
    "expense": ("expense",),
    "procurement": ("vendor", "purchase_order_line", "vendor_bill_line", "vendor_bill_source"),
    "erp": (
        "legal_entity",
        "cost_center",
        "account",
        "accounting_period",
        "period_event",
        "fx_rate",
        "gl_line",
        "posting_link",
        "gl_balance",
        "invoice",
        "invoice_line",
        "invoice_line_source",
        "billing_event",
        "billing_adjustment",
        "cash_receipt",
        "revenue_schedule_line",
        "intercompany_rule",
    ),
    "middleware": ("integration_message",),
    "governance": ("xref", "access_grant"),
}
FEED_OF = {entity: feed for feed, entities in FEEDS.items() for entity in entities}
#: Entities that are written in several parts, and so always as a folder.
IN_PARTS = ("project", "contract", "contract_line", "bill_rate")
#: Kinds that frames carry as whole hundredths.
HUNDREDTHS = (Kind.MONEY, Kind.HOURS, Kind.RATE, Kind.SHARE)


@dataclass
class Drop:
    """A folder of extracts; rows changed from `boundary` (seconds) on go to `last_day` where it is given.

    Time entries named in `held` go to `late` instead, whatever day they bear.
    """

    out: Path
    last_day: Path | None
    boundary: int
    rows: dict[str, int] = field(default_factory=dict)
    late: Path | None = None
    held: set[str] = field(default_factory=set)

    def write(
        self, entity: str, frame: pl.DataFrame, *, part: str | None = None, before: pl.DataFrame | None = None
    ) -> None:
        """Write one entity, or one `part` of it.

        Money, hours, rates and shares are whole hundredths, instants seconds in UTC, `updated_at` among them.
        `before` holds the earlier versions of rows that changed on the last day.
        """
        self.rows[entity] = self.rows.get(entity, 0) + frame.height
        if self.late is not None and entity == "time_entry":
            is_held = pl.col("time_entry_id").is_in(sorted(self.held))
            held, frame = frame.filter(is_held), frame.filter(~is_held)
            if held.height:
                _write(self.late, entity, held, part)
        if self.last_day is None:
            _write(self.out, entity, frame, part)
            return
        late = pl.col("updated_at") >= self.boundary
        first = frame.filter(~late)
        if before is not None and before.height:
            first = pl.concat([first, before.select(first.columns)])
        _write(self.out, entity, first, part)
        rest = frame.filter(late)
        if rest.height:
            _write(self.last_day, entity, rest, part)


def _write(root: Path, entity: str, frame: pl.DataFrame, part: str | None) -> None:
    contract = ENTITIES[entity]
    given = set(frame.columns)
    known = [c for c in contract.columns if c.name in given]
    surplus = given - {c.name for c in known} - {"updated_at", "is_deleted"}
    if surplus:
        message = f"{entity} has no column {sorted(surplus)}"
        raise ValueError(message)
    shown = []
    for column in known:
        expression = pl.col(column.name)
        if column.kind in HUNDREDTHS:
            expression = expression.cast(pl.Decimal(38, 2)) / 100
        elif column.kind is Kind.TS:
            expression = _instant(column.name)
        elif column.kind is Kind.DATE:
            expression = expression.cast(pl.Date)
        shown.append(expression)
    shown.append(_instant("updated_at"))
    if "is_deleted" in given:
        shown.append(pl.col("is_deleted"))
    part = part or ("main" if entity in IN_PARTS else None)
    path = root / FEED_OF[entity] / (f"{entity}/{part}.csv" if part else f"{entity}.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.select(shown).write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%SZ")


def _instant(name: str) -> pl.Expr:
    return pl.from_epoch(pl.col(name), time_unit="s").alias(name)
