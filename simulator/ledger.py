"""The simulated ERP's general ledger: lines, posting links, balanced journals and the trial balance."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from simulator.firm import ACCOUNTS, CURRENCIES, ENTITIES
from simulator.world import World

_ACCOUNT_IDS = [a[0] for a in ACCOUNTS]
ENTITY_IDS = pl.Series([e.id for e in ENTITIES])
CURRENCY_IDS = pl.Series(CURRENCIES)

#: What a caller may leave out of the rows it posts.
OPTIONAL: dict[str, pl.Expr] = {
    "project_id": pl.lit(None, pl.String),
    "employee_id": pl.lit(None, pl.String),
    "customer_id": pl.lit(None, pl.String),
    "contract_line_id": pl.lit(None, pl.String),
    "counterparty_entity_id": pl.lit(None, pl.String),
    "posting_event_id": pl.lit(None, pl.String),
    "quantity": pl.lit(None, pl.Int64),
    "correlation_id": pl.lit(None, pl.String),
    "reverses_gl_line_id": pl.lit(None, pl.String),
    "description": pl.lit(None, pl.String),
}
_KEPT = [
    "entity",
    "period",
    "posted",
    "currency",
    "amount",
    "functional",
    "origin_type",
    "origin_system",
    "origin_id",
    *OPTIONAL,
]
_TEXTS = tuple(c for c in ("origin_type", "origin_system", "origin_id", *OPTIONAL) if c != "quantity")


@dataclass
class Ledger:
    """Posts rows and keeps what the trial balance needs.

    Rows carry entity, period, currency (numbers), posted (seconds), amount and functional (cents, debit
    positive), origin_type, origin_system, origin_id and any of `OPTIONAL`.
    """

    world: World
    moves: list[pl.DataFrame] = field(default_factory=list)

    def post(
        self,
        rows: pl.DataFrame,
        *,
        tag: str,
        account: str,
        against: str,
        how: str = "line",
        per: tuple[str, ...] = (),
        kind: str = "summary",
    ) -> pl.DataFrame:
        """Post rows on `account` against another: each in its own `line`, or summed (`link`, `summary`).

        `per` names further columns that keep summed lines apart; `kind` is the origin type of those.
        Returns the lines on `account`.
        """
        missing = {k: v for k, v in OPTIONAL.items() if k not in rows.columns}
        rows = rows.with_columns(pl.col("period").cast(pl.Int64), **missing)
        rows = rows.select(_KEPT).with_columns(pl.col(c).cast(pl.String) for c in _TEXTS)
        rows = rows.sort("entity", "posted", "origin_id")
        if rows.is_empty():
            return rows.with_columns(gl_line_id=pl.lit(None, pl.String))
        if how != "line":
            rows = _summed(rows, tag=tag, how=how, per=per, kind=kind, world=self.world)
        rows = rows.with_columns(
            gl_line_id=pl.lit(f"G{tag}-") + pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(7)
            if how == "line"
            else pl.col("gl_line_id"),
            account_id=pl.lit(account),
            journal_id=self._journal(tag),
        )
        counter = (
            rows.group_by("journal_id", "entity", "period", "currency", maintain_order=True)
            .agg(pl.col("amount", "functional").sum(), pl.col("posted").max())
            .with_columns(
                -pl.col("amount"),
                -pl.col("functional"),
                gl_line_id=pl.col("journal_id") + "-" + _name(CURRENCY_IDS, "currency"),
                account_id=pl.lit(against),
                origin_type=pl.lit(None, pl.String),
                origin_system=pl.lit(None, pl.String),
                origin_id=pl.lit(None, pl.String),
                **OPTIONAL,
            )
        )
        self.write(pl.concat([rows, counter.select(rows.columns)]), part=tag)
        return rows

    def _journal(self, tag: str) -> pl.Expr:
        return (
            pl.lit(f"J{tag}-")
            + _name(ENTITY_IDS, "entity")
            + "-"
            + pl.from_epoch("posted", time_unit="s").dt.strftime("%y%m%d")
            + "-"
            + pl.col("period").cast(pl.String)
        )

    def write(self, lines: pl.DataFrame, *, part: str, keep: bool = True) -> None:
        """Count finished lines towards the trial balance, and write them unless the extract loses them."""
        calendar = self.world.calendar
        posting_date = pl.from_epoch("posted", time_unit="s").dt.date()
        first, last = pl.Series(calendar.first), pl.Series(calendar.last)
        self.moves.append(
            lines.group_by("entity", "period", "account_id", (pl.col("posted") >= self.boundary).alias("late"))
            .agg(
                debit=pl.col("functional").clip(lower_bound=0).sum(),
                credit=-pl.col("functional").clip(upper_bound=0).sum(),
                posted=pl.col("posted").max(),
            )
            .sort("entity", "period", "account_id", "late")
        )
        if not keep:
            return
        frame = lines.with_columns(
            legal_entity_id=_name(ENTITY_IDS, "entity"),
            period_id=_name(pl.Series(calendar.period_ids()), "period"),
            posting_date=posting_date.clip(
                first.gather(lines["period"]).cast(pl.Date), last.gather(lines["period"]).cast(pl.Date)
            ),
            posted_at=pl.col("posted"),
            updated_at=pl.col("posted"),
            currency=_name(CURRENCY_IDS, "currency"),
            functional_amount=pl.col("functional"),
        )
        self.world.drop.write("gl_line", frame.drop("entity", "period", "posted", "functional"), part=part)

    @property
    def boundary(self) -> int:
        """The start of the last day, in seconds."""
        return self.world.calendar.last_day_starts

    def write_balances(self) -> None:
        """Write the trial balance: every account of every entity and period, moved or not."""
        calendar = self.world.calendar
        moves = pl.concat(self.moves)
        now = self._balance(moves)
        before = self._balance(moves.filter(~pl.col("late")))
        changed = now.join(before, on=now.columns[:-1], how="anti", nulls_equal=True)
        same = now.join(changed, on=["entity", "period", "account_id"], how="anti")
        earlier = before.join(changed, on=["entity", "period", "account_id"], how="semi")
        stamp = np.minimum(calendar.closed.min(axis=0), self.boundary - 3600)
        parts = (
            same.with_columns(updated_at=pl.Series(stamp).gather(same["period"])),
            changed.with_columns(updated_at=pl.lit(calendar.now, pl.Int64)),
            earlier.with_columns(updated_at=pl.lit(self.boundary - 3600, pl.Int64)),
        )
        shown = [self._shown(p) for p in parts]
        self.world.drop.write("gl_balance", pl.concat(shown[:2]), before=shown[2])

    def _shown(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            legal_entity_id=_name(ENTITY_IDS, "entity"),
            period_id=_name(pl.Series(self.world.calendar.period_ids()), "period"),
        ).drop("entity", "period")

    def _balance(self, moves: pl.DataFrame) -> pl.DataFrame:
        months = self.world.calendar.months
        grid = (
            pl.DataFrame({"entity": range(len(ENTITIES))})
            .join(pl.DataFrame({"account_id": _ACCOUNT_IDS}), how="cross")
            .join(pl.DataFrame({"period": range(months)}), how="cross")
        )
        total = moves.group_by("entity", "period", "account_id").agg(pl.col("debit", "credit").sum())
        return (
            grid.join(total, on=["entity", "period", "account_id"], how="left", maintain_order="left")
            .with_columns(pl.col("debit", "credit").fill_null(0))
            .with_columns(closing=(pl.col("debit") - pl.col("credit")).cum_sum().over("entity", "account_id"))
            .with_columns(opening=pl.col("closing") - pl.col("debit") + pl.col("credit"))
            .select("entity", "period", "account_id", "opening", "debit", "credit", "closing")
        )


def _name(names: pl.Series, column: str) -> pl.Expr:
    return pl.col(column).replace_strict(list(range(len(names))), names, return_dtype=pl.String)


def _summed(rows: pl.DataFrame, *, tag: str, how: str, per: tuple[str, ...], kind: str, world: World) -> pl.DataFrame:
    keys = ["entity", "period", "posted", "project_id", "currency", *per]
    sums = (
        rows.group_by(keys, maintain_order=True)
        .agg(pl.col("amount", "functional", "quantity").sum())
        .with_columns(gl_line_id=pl.lit(f"G{tag}-") + pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(7))
    )
    if how == "link":
        links = rows.join(sums.select(*keys, "gl_line_id"), on=keys, how="left", nulls_equal=True)
        world.drop.write(
            "posting_link",
            links.select(
                "gl_line_id",
                "origin_type",
                "origin_system",
                "origin_id",
                "amount",
                pl.col("functional").alias("functional_amount"),
                "quantity",
                pl.col("posted").alias("updated_at"),
            ),
            part=tag,
        )
    rest = [c for c in rows.columns if c not in sums.columns]
    blanks = {c: pl.lit(None, rows.schema[c]) for c in rest}
    return sums.with_columns(**(blanks | {"origin_type": pl.lit(kind)})).select(*rows.columns, "gl_line_id")
