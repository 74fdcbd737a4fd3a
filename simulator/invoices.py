"""Invoices: lines and their sources, heads, receivables and payments."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.firm import ACCOUNT, ENTITIES
from simulator.ledger import Ledger
from simulator.money import divide
from simulator.receivables import write_invoices
from simulator.sales_rows import invoice_run
from simulator.timesheets import HOUR, Firm, month_tag
from simulator.truth import Truth

_HOME = np.array([e.currency for e in ENTITIES])
_LINE = next(i for i, e in enumerate(ENTITIES) if e.posting == "line")
_ON_INVOICE = next(i for i, e in enumerate(ENTITIES) if e.posting == "summary")
#: Sales tax in per cent by entity.
TAX = np.array([19, 0, 20, 21])


def issue(firm: Firm, ledger: Ledger, truth: Truth, rows: pl.DataFrame, month: int) -> None:
    """Issue a month's invoices for billable records, one a project.

    One line a record in the first entity, in foreign currency and for expenses; else a line a worker,
    with its sources.
    """
    world, projects = firm.world, firm.projects
    if rows.is_empty():
        return
    tag, issued = month_tag(world, month), int(invoice_run(firm)[month])
    foreign = pl.Series(_HOME[rows["books"].to_numpy()]) != rows["currency"]
    single = (rows["books"] == _LINE) | foreign | (rows["origin_type"] == "expense")
    day = rows["day"].to_numpy().astype("datetime64[D]")
    own = world.rates.functional(
        rows["p_amount"].to_numpy(), rows["currency"].to_numpy(), _HOME[rows["books"].to_numpy()], day
    )
    rows = rows.with_columns(
        own=pl.Series(own), single=pl.when(single).then("id"), held=(pl.col("code") == "hold").fill_null(value=False)
    ).sort("p_project", "origin_type", "worker", "id")
    keys = ["p_project", "books", "currency", "origin_type", "worker", "single", "held"]
    lines = rows.group_by(keys, maintain_order=True).agg(
        pl.col("p_amount", "p_functional", "own", "p_hours").sum(),
        pl.col("price").first(),
        pl.col("origin_system").first(),
    )
    lines = lines.with_columns(
        invoice_line_id=pl.lit(f"IL{tag}-") + pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(6),
        invoice_id=pl.lit(f"I{tag}-") + projects.ids.gather(lines["p_project"]).alias("p"),
        tax=pl.Series(divide(lines["p_amount"].to_numpy() * TAX[lines["books"].to_numpy()], 100)),
    )
    one, time = pl.col("single").is_not_null(), pl.col("origin_type") == "time_entry"
    stamp = pl.lit(issued, pl.Int64).alias("updated_at")
    world.drop.write(
        "invoice_line",
        lines.select(
            "invoice_line_id",
            "invoice_id",
            stamp,
            project_id=projects.ids.gather(lines["p_project"]),
            contract_line_id=projects.lines.gather(lines["p_project"]),
            amount="p_amount",
            tax_amount="tax",
            functional_amount="p_functional",
            quantity=pl.when(time).then("p_hours"),
            unit_price=pl.when(time & one).then("price"),
            origin_type=pl.when(one).then("origin_type").otherwise(pl.lit("summary")),
            origin_system=pl.when(one).then("origin_system"),
            origin_id="single",
        ),
        part=f"time-{tag}",
    )
    linked = rows.filter(pl.col("single").is_null()).join(
        lines.select(*keys, "invoice_line_id"), on=keys, how="left", nulls_equal=True, maintain_order="left"
    )
    sources = linked.select(
        "invoice_line_id", "origin_type", "origin_system", stamp, origin_id="id", amount="p_amount", quantity="p_hours"
    )
    world.drop.write("invoice_line_source", sources, part=f"time-{tag}")
    heads = lines.group_by("invoice_id", "p_project", "books", "currency", "held", maintain_order=True).agg(
        pl.col("p_amount", "p_functional", "tax").sum()
    )
    heads = heads.with_columns(
        project="p_project", issued=pl.lit(issued, pl.Int64), month=pl.lit(month, pl.Int64)
    ).with_columns(date=pl.lit(world.calendar.last[month]).cast(pl.Date))
    heads = _hurried(firm, truth, heads, rows, month)
    write_invoices(firm, ledger, heads, part=f"time-{tag}")
    _revenue_on_invoice(firm, ledger, lines.filter(pl.col("books") == _ON_INVOICE), (month, issued, tag))
    _odd_invoice(firm, ledger, truth, heads, (month, issued, tag))


def _revenue_on_invoice(firm: Firm, ledger: Ledger, lines: pl.DataFrame, moment: tuple[int, int, str]) -> None:
    month, issued, tag = moment
    for origin, account in (("time_entry", "services_revenue"), ("expense", "reimbursable_revenue")):
        part = lines.filter(pl.col("origin_type") == origin)
        ledger.post(
            part.select(
                entity="books",
                period=pl.lit(month, pl.Int64),
                posted=pl.lit(issued, pl.Int64),
                currency="currency",
                amount=-pl.col("p_amount"),
                functional=-pl.col("own"),
                quantity="p_hours",
                origin_type=pl.lit("invoice"),
                origin_system=pl.lit("erp"),
                origin_id="invoice_line_id",
                project_id=firm.projects.ids.gather(part["p_project"]),
                contract_line_id=firm.projects.lines.gather(part["p_project"]),
            ),
            tag=f"RI{origin[0]}{tag}",
            account=ACCOUNT[account],
            against=ACCOUNT["unbilled_receivable"],
        )


def _hurried(firm: Firm, truth: Truth, heads: pl.DataFrame, rows: pl.DataFrame, month: int) -> pl.DataFrame:
    """Issue the first entity's first invoice of a month before some of what it bills was approved."""
    mine = heads.with_row_index("at").filter((pl.col("books") == _LINE) & ~pl.col("held"))
    if mine.is_empty() or month >= firm.world.calendar.months - 1:
        return heads
    head = mine.row(0, named=True)
    billed = rows.filter(
        (pl.col("p_project") == head["p_project"])
        & (pl.col("books") == _LINE)
        & (pl.col("currency") == head["currency"])
        & ~pl.col("held")
    )
    hurried = int(billed["approved"].max()) - HOUR  # type: ignore[arg-type]
    for name in billed.filter(pl.col("approved") > hurried)["id"].to_list():
        truth.control("posted_before_approval", ENTITIES[_LINE].id, name, "invoice")
    at = int(head["at"])
    return heads.with_columns(
        issued=pl.when(pl.int_range(pl.len()) == at).then(hurried).otherwise("issued").cast(heads.schema["issued"])
    )


def _odd_invoice(firm: Firm, ledger: Ledger, truth: Truth, heads: pl.DataFrame, moment: tuple[int, int, str]) -> None:
    """Issue an invoice a month with a line for a record that never was, and a line written by hand."""
    month, issued, tag = moment
    home = heads.filter((pl.col("books") == _LINE) & (pl.col("currency") == int(_HOME[_LINE])))
    if home.is_empty():
        return
    head = home[:1]
    project = head["project"]
    amounts = [31_250 + 1_700 * month, 18_400 + 900 * month]
    lines = pl.DataFrame(
        {
            "invoice_line_id": [f"ILX{tag}-1", f"ILX{tag}-2"],
            "amount": amounts,
            "origin_type": ["time_entry", "manual"],
            "origin_system": ["psa", None],
            "origin_id": [f"T{tag}-X900001", None],
        }
    ).with_columns(
        invoice_id=pl.lit(f"IX{tag}"),
        project_id=pl.lit(firm.projects.ids[project[0]]),
        contract_line_id=pl.lit(firm.projects.lines[project[0]]),
        tax_amount=pl.col("amount") * int(TAX[_LINE]) // 100,
        functional_amount="amount",
        updated_at=pl.lit(issued, pl.Int64),
    )
    firm.world.drop.write("invoice_line", lines, part=f"odd-{tag}")
    total, tax = sum(amounts), int(lines["tax_amount"].sum())
    head = head.with_columns(
        invoice_id=pl.lit(f"IX{tag}"),
        p_amount=pl.lit(total, pl.Int64),
        p_functional=pl.lit(total, pl.Int64),
        tax=pl.lit(tax, pl.Int64),
    )
    write_invoices(firm, ledger, head, part=f"odd-{tag}")
    items = lines.select("amount", "origin_type", "origin_system", id="origin_id").with_columns(
        entity=pl.lit(_LINE, pl.Int64),
        project=pl.lit(project[0], pl.Int64),
        period=pl.lit(month, pl.Int64),
        flow=pl.lit("billing"),
        category=pl.Series(["orphan_posting", "manual_journal"]),
        currency=pl.lit(int(_HOME[_LINE]), pl.Int64),
        code=pl.Series(["orphan", "manual"]),
        functional=-pl.col("amount"),
    )
    items = items.with_columns(
        -pl.col("amount"), group=-truth.group(-items["functional"], items["entity"], items["period"])
    )
    truth.add(items)
