"""Revenue and billing of time and materials: postings, invoices, caps and what they leave between the sides."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from simulator.firm import ACCOUNT, ENTITIES
from simulator.labour import post_by_style
from simulator.late_changes import late_adjustment
from simulator.ledger import CURRENCY_IDS, Ledger
from simulator.misposts import post_second_lines, post_strays
from simulator.sales_rows import (
    billing_side,
    capped,
    revenue_rows,
    revenue_side,
    sales_of,
    with_mistakes,
)
from simulator.timesheets import HOUR, SUBMITTED, Firm, month_tag
from simulator.truth import Truth

_HOME = np.array([e.currency for e in ENTITIES])
_ON_INVOICE = next(i for i, e in enumerate(ENTITIES) if e.posting == "summary")


@dataclass
class Sales:
    """Carries billable records from their month to their invoice, and those under a cap to the year's end."""

    firm: Firm
    ledger: Ledger
    truth: Truth
    pending: list[pl.DataFrame] = field(default_factory=list)
    under_cap: list[tuple[str, pl.DataFrame]] = field(default_factory=list)

    def month(self, entries: pl.DataFrame, costs: pl.DataFrame, month: int) -> pl.DataFrame:
        """Post a month's revenue, and return the records to be invoiced for it."""
        firm, ledger, truth = self.firm, self.ledger, self.truth
        tag = month_tag(firm.world, month)
        rows = with_mistakes(firm, sales_of(firm, entries, costs), month)
        self._adjustments(rows, month)
        earned = named(revenue_side(firm, rows), "r_code")
        done = earned.filter(pl.col("posted").is_not_null() & (pl.col("books") != _ON_INVOICE))
        lines = []
        for origin, account in (("time_entry", "services_revenue"), ("expense", "reimbursable_revenue")):
            part = revenue_rows(firm, done.filter(pl.col("origin_type") == origin))
            accounts = {"account": ACCOUNT[account], "against": ACCOUNT["unbilled_receivable"]}
            lines.append(post_by_style(ledger, part, tag=f"R{origin[0]}{tag}", **accounts))
        post_second_lines(firm, ledger, truth, earned, lines[0], flow="revenue", tag=tag)
        post_strays(firm, ledger, truth, month, flow="revenue")
        self._judge(earned, "revenue")
        billed = named(billing_side(firm, rows), "b_code")
        self._judge(billed, "billing")
        again = self._doubled(billed)
        self.pending.append(billed.filter(pl.col("invoice_month") < firm.world.calendar.months))
        self.pending.append(again)
        everything = pl.concat(self.pending)
        self.pending = [everything.filter(pl.col("invoice_month") > month)]
        return everything.filter(
            (pl.col("invoice_month") == month) & (pl.col("code") != "left_out").fill_null(value=True)
        )

    def _judge(self, rows: pl.DataFrame, flow: str) -> None:
        under = pl.Series(capped(self.firm)).gather(rows["project"])
        self.under_cap.append((flow, rows.filter(under)))
        judge(self.truth, rows.filter(~under), flow)

    def settle_caps(self, amount: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
        """Set the caps a little below what was worked, and find what lies beyond them."""
        for flow in ("revenue", "billing"):
            rows = pl.concat([r for f, r in self.under_cap if f == flow])
            rows = rows.sort("approved", "day", "origin_system", "id")
            for project in rows["project"].unique().sort().to_list():
                part = rows.filter(pl.col("project") == project)
                time = part.filter(pl.col("origin_type") == "time_entry")
                total = int(time["net"].sum())
                # Round thousands, but not to nothing: a line without an amount has no cap.
                unit = 100_000 if total > 200_000 else 100
                amount[project] = cap = total * 97 // 100 // unit * unit
                to_date = pl.min_horizontal(pl.col("net").cum_sum(), pl.lit(cap))
                time = time.with_columns(step=to_date - to_date.shift(1, fill_value=0))
                home = time.with_columns(
                    code=pl.when(pl.col("step") != pl.col("net")).then(pl.lit("cap")).otherwise("code"),
                    net="step",
                    functional="step",
                ).drop("step")
                judge(self.truth, home, flow)
                judge(self.truth, part.filter(pl.col("origin_type") != "time_entry"), flow)

    def _doubled(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the records that the next invoice charges again."""
        last = self.firm.world.calendar.months - 2
        again = rows.filter((pl.col("code") == "double") & (pl.col("invoice_month") < last))
        again = again.with_columns(pl.col("invoice_month") + 1)
        self.truth.add(
            again.select(
                "project",
                "origin_type",
                "origin_system",
                "id",
                "currency",
                "code",
                entity="books",
                period="invoice_month",
                flow=pl.lit("billing"),
                category=pl.lit("duplicate_posting"),
                amount=-pl.col("p_amount"),
                functional=-pl.col("p_functional"),
                group=-self.truth.group(again["p_functional"], again["books"], again["invoice_month"]),
            )
        )
        return again

    def _adjustments(self, rows: pl.DataFrame, month: int) -> None:
        rows = rows.filter(pl.col("adjustment") > 0).with_columns(stamp=pl.col("approved") + 30 * HOUR)
        rows = rows.with_columns(stamp=late_adjustment(self.firm, self.truth, rows, month))
        kinds = pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("write_down")).otherwise(pl.lit("write_off"))
        self.firm.world.drop.write(
            "billing_adjustment",
            rows.select(
                "origin_type",
                "origin_system",
                adjustment_id=pl.lit("AD-") + pl.col("id"),
                origin_id="id",
                type=kinds,
                amount="adjustment",
                currency=CURRENCY_IDS.gather(rows["currency"]),
                effective_date=pl.from_epoch("stamp", time_unit="s").dt.date(),
                reason=pl.lit("Agreed with the customer"),
                approved_by=pl.lit("M-DE01"),
                updated_at="stamp",
            ),
            part=month_tag(self.firm.world, month),
        )


def named(rows: pl.DataFrame, code: str) -> pl.DataFrame:
    """Keep the columns that both flows share, with the flow's own mistakes as `code`."""
    return rows.drop("r_code", "b_code", strict=False).with_columns(
        rows[code].alias("code"), entity="books", period="sale_period"
    )


def judge(truth: Truth, rows: pl.DataFrame, flow: str) -> None:
    """Pair records with their revenue or invoices."""
    rows = rows.with_columns(
        flow=pl.lit(flow),
        amount="net",
        gone=pl.lit(value=False),
        undoes=pl.col("reverses_id").is_not_null() & pl.lit(flow == "revenue"),
        submitted=pl.col("status") == SUBMITTED,
        note=pl.lit(None, pl.String),
    )
    rows = rows.with_columns(group=truth.group(rows["functional"], rows["entity"], rows["period"]))
    truth.pair(rows)
