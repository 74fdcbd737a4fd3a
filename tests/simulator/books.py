"""A second opinion: both sides of each cost flow worked out again from the written files alone."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from lake.contracts import ENTITIES
from lake.contracts.model import DECIMALS, Kind
from simulator.drop import FEED_OF

MONEY = pl.Decimal(38, 2)
KEY = ["legal_entity", "project", "period_id"]


def read(root: Path, name: str) -> pl.DataFrame:
    """Newest versions of an entity as its contract types them."""
    folder = root / FEED_OF[name]
    files = sorted([*folder.glob(f"{name}.csv"), *folder.glob(f"{name}/*.csv")])
    raw = pl.concat([pl.read_csv(f, infer_schema=False) for f in files], how="diagonal")
    entity = ENTITIES[name]
    casts = [_cast(c.name, c.kind) for c in entity.columns if c.name in raw.columns]
    casts.append(_cast("updated_at", Kind.TS))
    if "is_deleted" in raw.columns:
        casts.append(pl.col("is_deleted") == "true")
    else:
        casts.append(pl.lit(value=False).alias("is_deleted"))
    return raw.select(casts).sort("updated_at").unique(entity.key, keep="last", maintain_order=True)


def _cast(name: str, kind: Kind) -> pl.Expr:
    column = pl.col(name)
    if kind is Kind.TS:
        return column.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us")
    if kind is Kind.DATE:
        return column.str.to_date()
    if kind is Kind.BOOL:
        return column == "true"
    if kind is Kind.INT:
        return column.cast(pl.Int64)
    if kind in DECIMALS:
        return column.cast(pl.Decimal(38, DECIMALS[kind][1]))
    return column


def rounded(value: pl.Expr) -> pl.Expr:
    """Half away from zero at two decimals, exactly, for decimals of up to 10 places."""
    size = (value.abs() * 100 + pl.lit("0.5").cast(pl.Decimal(38, 1))).cast(pl.Decimal(38, 10))
    whole = size.cast(pl.Float64).floor().cast(pl.Int64)
    return (pl.when(value < 0).then(-whole).otherwise(whole)).alias("cents")


class Books:
    """The written firm, read back."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.periods = self("accounting_period").rename({"legal_entity_id": "legal_entity"})
        home = self("legal_entity").select(legal_entity="legal_entity_id", home="functional_currency")
        self.home = home
        self.fx = self("fx_rate")

    def __call__(self, name: str) -> pl.DataFrame:
        return read(self.root, name)

    def truth(self, flow: str) -> pl.DataFrame:
        """Items of a flow by key, in cents."""
        rows = pl.read_csv(self.root / "_truth/recon_item.csv", infer_schema=False).filter(pl.col("flow") == flow)
        cents = [
            pl.col(c).str.replace(".", "", literal=True).cast(pl.Int64).alias(n)
            for c, n in (("amount_functional", "functional"), ("amount_group", "group"))
        ]
        return rows.with_columns(cents)

    def average(self) -> pl.DataFrame:
        """Average rate to the group's currency by entity and period, in 1e-8."""
        listed = self.fx.filter((pl.col("rate_type") == "average") & (pl.col("to_currency") == "EUR"))
        ends = listed.select(home="from_currency", end_date="rate_date", rate="rate")
        daily = self.fx.filter((pl.col("rate_type") == "daily") & (pl.col("to_currency") == "EUR"))
        running = daily.filter(pl.col("rate_date") >= self.periods["start_date"].max())
        mean = running.group_by(home="from_currency").agg(
            (pl.col("rate") * 100_000_000).cast(pl.Int64).mean().round(0).cast(pl.Int64).alias("mean")
        )
        frame = self.periods.join(self.home, on="legal_entity").join(ends, on=["home", "end_date"], how="left")
        frame = frame.join(mean, on="home", how="left")
        units = (pl.col("rate") * 100_000_000).cast(pl.Int64)
        return frame.select(
            "legal_entity",
            "period_id",
            units=pl.when(pl.col("home") == "EUR").then(100_000_000).otherwise(pl.coalesce(units, "mean")),
        )

    def in_group(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Add `group` cents to rows with `functional` cents, by row."""
        rows = rows.join(self.average(), on=["legal_entity", "period_id"], how="left")
        size = (pl.col("functional").abs() * pl.col("units") + 50_000_000) // 100_000_000
        return rows.with_columns(group=pl.col("functional").sign() * size).drop("units")

    def period_of(self, rows: pl.DataFrame, *, day: str, known: str) -> pl.DataFrame:
        """Add the `period_id` of rows by `day`, moved on where `known` is after the close."""
        work = rows.with_columns(month=pl.col(day).dt.strftime("%Y-%m")).with_row_index("row_number")
        later = work.join(
            self.periods.select("legal_entity", "period_id", "closed_at"), on="legal_entity", how="left"
        ).filter(
            (pl.col("period_id") >= pl.col("month"))
            & (pl.col("closed_at").is_null() | (pl.col("closed_at") > pl.col(known)))
        )
        first = later.group_by("row_number").agg(pl.col("period_id").min())
        return work.join(first, on="row_number", how="left").drop("row_number", "month")

    def posted(self, account_class: str, *, sign: int = 1) -> pl.DataFrame:
        """Posted rows of a class, links in place of their lines; labour with what payroll carries to projects."""
        classes = self("account").select("account_id", "account_class")
        actual = self("legal_entity").filter(pl.col("labor_costing") == "actual")["legal_entity_id"].to_list()
        at_actual = pl.col("legal_entity_id").is_in(actual) & pl.col("project_id").is_not_null()
        payroll = (pl.col("account_class") == "payroll_cost") & at_actual & pl.lit(account_class == "labor_cost")
        lines = (
            self("gl_line").join(classes, on="account_id").filter((pl.col("account_class") == account_class) | payroll)
        )
        links = self("posting_link").rename({"functional_amount": "part"})
        parts = lines.join(links.select("gl_line_id", "part"), on="gl_line_id", how="inner")
        whole = lines.join(links, on="gl_line_id", how="anti")
        names = {
            "legal_entity": pl.col("legal_entity_id"),
            "project": pl.col("project_id"),
            "period_id": pl.col("period_id"),
        }
        frames = [
            parts.select(functional=cents("part") * sign, **names),
            whole.select(functional=cents("functional_amount") * sign, **names),
        ]
        return self.in_group(pl.concat(frames))

    def labour(self) -> pl.DataFrame:
        """Operational labour by row."""
        time = self("time_entry").filter(~pl.col("is_deleted") & pl.col("status").is_in(["submitted", "approved"]))
        staff = self("employee").filter(pl.col("worker_type") == "employee").select("employee_id")
        time = time.join(staff, on="employee_id")
        rates = self("employee_cost_rate").select("employee_id", "valid_from", "valid_to", "hourly_cost")
        places = self("employee_assignment").select(
            "employee_id", since="valid_from", until="valid_to", legal_entity="legal_entity_id"
        )
        time = _in_force(time, rates, "valid_from", "valid_to")
        time = _in_force(time, places, "since", "until")
        cost = (cents("hours") * cents("hourly_cost")).alias("product")
        time = time.with_columns(cost).with_columns(
            functional=pl.col("product").sign() * ((pl.col("product").abs() + 50) // 100)
        )
        time = self.period_of(time, day="work_date", known="submitted_at")
        return self.in_group(_known(self, time))

    def expenses(self) -> pl.DataFrame:
        """Operational expenses by row."""
        rows = self("expense").filter(~pl.col("is_deleted") & pl.col("status").is_in(["submitted", "approved"]))
        names = self("xref").filter(pl.col("entity_type") == "employee").select("source_id", "canonical_id")
        rows = rows.join(names, left_on="employee_id", right_on="source_id").drop("employee_id")
        rows = rows.rename({"canonical_id": "employee_id"})
        places = self("employee_assignment").select(
            "employee_id", since="valid_from", until="valid_to", legal_entity="legal_entity_id"
        )
        rows = _in_force(rows.rename({"expense_date": "work_date"}), places, "since", "until")
        rows = rows.join(self.home, on="legal_entity")
        daily = self.fx.filter(pl.col("rate_type") == "daily").select(
            currency="from_currency", home="to_currency", work_date="rate_date", units=cents("rate", 8)
        )
        turned = daily.select(
            "work_date", currency="home", home="currency", back=(10**16 + pl.col("units") // 2) // pl.col("units")
        )
        keys = ["currency", "home", "work_date"]
        rows = rows.join(daily, on=keys, how="left").join(turned, on=keys, how="left")
        rate = pl.when(pl.col("currency") == pl.col("home")).then(10**8).otherwise(pl.coalesce("units", "back"))
        net = (cents("amount") - cents("recoverable_tax")).alias("net")
        rows = rows.with_columns(net, rate.alias("rate"))
        rows = rows.with_columns(
            functional=pl.col("net").sign() * ((pl.col("net").abs() * pl.col("rate") + 50_000_000) // 10**8)
        ).drop("units")
        return self.in_group(_known(self, self.period_of(rows, day="work_date", known="submitted_at")))

    def vendors(self) -> pl.DataFrame:
        """Operational vendor cost by row: approved bill lines, and what they leave of contractors' time."""
        bills = self("vendor_bill_line").filter(pl.col("status") == "approved")
        bills = bills.with_columns(functional=cents("amount") - 0, legal_entity=pl.col("legal_entity_id"))
        bills = self.period_of(bills, day="bill_date", known="approved_at")
        named = self("vendor_bill_source").join(bills.select("bill_line_id"), on="bill_line_id")
        paid = named.group_by("time_entry_id").agg(paid=cents("amount").sum())
        time = self("time_entry").filter(pl.col("status").is_in(["submitted", "approved"]))
        staff = self("employee").filter(pl.col("worker_type") == "contractor").select("employee_id")
        time = _in_force(
            time.join(staff, on="employee_id"),
            self("employee_cost_rate").select("employee_id", "valid_from", "valid_to", "hourly_cost"),
            "valid_from",
            "valid_to",
        )
        time = time.join(self("project").select("project_id", "legal_entity_id"), on="project_id")
        time = time.join(paid, on="time_entry_id", how="left").with_columns(
            legal_entity=pl.col("legal_entity_id"), product=cents("hours") * cents("hourly_cost")
        )
        cost = pl.col("product").sign() * ((pl.col("product").abs() + 50) // 100)
        time = time.with_columns(functional=cost - pl.col("paid").fill_null(0))
        time = self.period_of(time, day="work_date", known="submitted_at")
        columns = ["legal_entity", "project_id", "period_id", "functional"]
        rows = pl.concat([bills.select(columns), time.select(columns)])
        return self.in_group(_known(self, rows))

    def intercompany(self) -> pl.DataFrame:
        """Operational intercompany by row: both legs, at cost plus 12 %."""
        time = self.labour().rename({"legal_entity": "provider", "functional": "cost"}).drop("period_id", "group")
        places = self("project").select("project_id", receiver="legal_entity_id")
        time = time.join(places, on="project_id").filter(pl.col("provider") != pl.col("receiver"))
        size = (pl.col("cost").abs() * 112 + 50) // 100
        time = time.with_columns(charge=pl.col("cost").sign() * size)
        give = self.period_of(time.with_columns(legal_entity="provider"), day="work_date", known="submitted_at")
        take = self.period_of(time.with_columns(legal_entity="receiver"), day="work_date", known="submitted_at")
        homes = self.home
        take = take.join(homes.rename({"legal_entity": "provider", "home": "source"}), on="provider")
        take = take.join(homes.rename({"legal_entity": "receiver", "home": "target"}), on="receiver")
        ends = self.periods.select("legal_entity", "period_id", "end_date")
        take = take.join(ends, on=["legal_entity", "period_id"])
        daily = self.fx.filter(pl.col("rate_type") == "daily").select(
            source="from_currency", target="to_currency", end_date="rate_date", units=cents("rate", 8)
        )
        turned = daily.select(
            "end_date", source="target", target="source", units=(10**16 + pl.col("units") // 2) // pl.col("units")
        )
        listed = daily.select("source", "target").unique()
        turned = turned.join(listed, on=["source", "target"], how="anti")
        rates = pl.concat([daily, turned.select(daily.columns)]).sort("end_date")
        take = take.sort("end_date").join_asof(rates, on="end_date", by=["source", "target"], check_sortedness=False)
        moved = (pl.col("charge").abs() * pl.col("units") + 50_000_000) // 10**8
        take = take.with_columns(functional=-pl.col("charge").sign() * moved).drop("units")
        give = give.with_columns(functional="charge")
        columns = ["legal_entity", "project", "period_id", "functional"]
        return self.in_group(pl.concat([give.select(columns), take.select(columns)]))


def cents(name: str, places: int = 2) -> pl.Expr:
    """A decimal column as whole units of its last place."""
    return (pl.col(name).cast(pl.Decimal(38, places)) * 10**places).cast(pl.Int64)


def _known(books: Books, rows: pl.DataFrame) -> pl.DataFrame:
    known = books("project")["project_id"].to_list()
    return rows.with_columns(
        project=pl.when(pl.col("project_id").is_in(known)).then("project_id").otherwise(pl.lit("unmapped"))
    )


def _in_force(rows: pl.DataFrame, terms: pl.DataFrame, since: str, until: str) -> pl.DataFrame:
    rows = rows.join(terms, on="employee_id", how="left")
    day = pl.col("work_date")
    return rows.filter((pl.col(since) <= day) & (pl.col(until).is_null() | (day < pl.col(until))))


def open_gaps(operational: pl.DataFrame, items: pl.DataFrame, posted: pl.DataFrame) -> pl.DataFrame:
    """Keys whose operational amount less the truth's items is not what is posted."""
    amounts = ["functional", "group"]
    pieces = [
        operational.select(*KEY, *amounts),
        items.select(*KEY, *(-pl.col(a) for a in amounts)),
        posted.select(*KEY, *(-pl.col(a) for a in amounts)),
    ]
    total = pl.concat(pieces).group_by(KEY).agg(pl.col(amounts).sum()).sort(KEY)
    return total.filter((pl.col("functional") != 0) | (pl.col("group") != 0))
