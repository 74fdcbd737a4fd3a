"""What must result: every difference between delivery and books, by category, as the simulator made it.

The product never reads this. An item's amount is its share of `operational - sum of breaks = posted`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from simulator import overlaps
from simulator.firm import ENTITIES
from simulator.world import World

#: Category of a difference between the two sides of one record, by how it was made.
DIFFERENCES = {
    "hours": "hours_difference",
    "rate": "rate_difference",
    "round": "rounding",
    "cheap": "rate_difference",
    "short": "hours_difference",
    "partial": "partially_posted",
    "fx": "fx_difference",
    "amount": "amount_difference",
    "written": "written_down",
    "cap": "cap_exceeded",
    "estimate": "estimate_difference",
    **overlaps.names(),
}
#: Category of a record that nothing posts, by how that came about; else by its flow.
UNPOSTED = {"unmapped": "unmapped", "hold": "on_hold"}
WAITING = {"revenue": "not_recognized", "loss_provision": "not_recognized", "billing": "not_billed"}
#: Hours from approval to posting that are promised, by flow.
SLA = {"labor_cost": 48, "expense_cost": 72, "vendor_cost": 72}

_KEY = ("flow", "entity", "project", "period")
_ORIGIN = ("origin_type", "origin_system", "id", "code", "note")
ITEM = (
    *_KEY,
    "category",
    "origin_type",
    "origin_system",
    "id",
    "currency",
    "amount",
    "functional",
    "group",
    "code",
    "note",
)


@dataclass
class Truth:
    """Collects items, amounts as cents, entities, projects and periods as numbers."""

    world: World
    items: list[pl.DataFrame] = field(default_factory=list)
    pools: list[pl.DataFrame] = field(default_factory=list)
    controls: list[dict[str, str | None]] = field(default_factory=list)
    landings: list[dict[str, str]] = field(default_factory=list)

    def add(self, rows: pl.DataFrame) -> None:
        """Add finished items; columns of `ITEM` that are missing are empty."""
        if rows.is_empty():
            return
        texts = {c: pl.lit(None, pl.String) for c in ("currency", *_ORIGIN) if c not in rows.columns}
        if "currency" in texts:
            texts["currency"] = pl.lit(None, pl.Int64)
        rows = rows.with_columns(**texts).select(ITEM)
        numbers = ("entity", "project", "period", "currency", "amount", "functional", "group")
        self.items.append(rows.with_columns(pl.col(numbers).cast(pl.Int64)))

    def control(self, rule: str, entity: str, subject: str, note: str) -> None:
        """Add a control exception that must result."""
        self.controls.append({"rule": rule, "legal_entity": entity, "subject": subject, "note": note})

    def landing(self, rule: str, entity: str, period: str, subject: str) -> None:
        """Add a control exception that must result where the period is certified before the late drop lands."""
        self.landings.append({"rule": rule, "legal_entity": entity, "period_id": period, "subject": subject})

    def group(self, functional: pl.Series, entity: pl.Series, period: pl.Series) -> pl.Series:
        """Functional amounts in group currency at their period's average rate."""
        home = np.array([e.currency for e in ENTITIES])[entity.to_numpy()]
        return pl.Series(self.world.rates.group(functional.to_numpy(), home, period.to_numpy()))

    def pair(self, rows: pl.DataFrame) -> None:
        """Find what each record leaves between its two sides.

        Columns: those of `ITEM` for the operational side, `submitted` (still), `approved`, `failed`,
        `gone` (taken back at the source), `posted` (null: never) and the posted side as `p_entity`,
        `p_project`, `p_period`, `p_amount`, `p_functional`, with `x_amount` of a second line.
        """
        done = rows.filter(pl.col("posted").is_not_null())
        first = self.group(done["p_functional"], done["p_entity"], done["p_period"])
        second = self.group(done["x_amount"], done["p_entity"], done["p_period"])
        done = done.with_columns(
            pl.col("p_amount") + pl.col("x_amount"),
            pl.col("p_functional") + pl.col("x_amount"),
            p_group=first + second,
        )
        self._unposted(self._netted(rows.filter(pl.col("posted").is_null() & ~pl.col("gone"))))
        self._taken_back(done.filter("gone"))
        done = done.filter(~pl.col("gone"))
        moved = (
            (pl.col("entity") != pl.col("p_entity"))
            | (pl.col("project") != pl.col("p_project"))
            | (pl.col("period") != pl.col("p_period"))
        )
        self._moved(done.filter(moved))
        same = done.filter(~moved).with_columns(
            pl.col("amount") - pl.col("p_amount"),
            pl.col("functional") - pl.col("p_functional"),
            pl.col("group") - pl.col("p_group"),
            category=pl.col("code").replace_strict(DIFFERENCES, default="unclassified", return_dtype=pl.String),
        )
        self.add(same.filter((pl.col("amount") != 0) | (pl.col("functional") != 0) | (pl.col("group") != 0)))

    def _netted(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Take out records and their reversals that are both still to be posted; they leave a cut-off pair."""
        if "reverses_id" not in rows.columns:
            return rows
        live = rows.filter(~pl.col("submitted"))
        undone = live.filter(pl.col("reverses_id").is_not_null()).select("id", "reverses_id", "period", "group")
        pairs = live.select("id", "period", "group").join(undone, left_on="id", right_on="reverses_id", suffix="_undo")
        if pairs.is_empty():
            return rows
        apart = pairs.filter(pl.col("period") != pl.col("period_undo"))
        first = rows.filter(pl.col("id").is_in(apart["id"].to_list()))
        self.add(first.with_columns(category=pl.lit("cutoff")))
        # The later leg carries the first one's group amount; what its own period's rate adds is translation.
        second = rows.join(apart.select(id="id_undo", undone="id", earlier="group"), on="id")
        second = second.with_columns(id="undone")
        self.add(second.with_columns(category=pl.lit("cutoff"), group=-pl.col("earlier")))
        rest = second.with_columns(
            category=pl.lit("translation_difference"),
            amount=pl.lit(0),
            functional=pl.lit(0),
            group=pl.col("group") + pl.col("earlier"),
        )
        self.add(rest.filter(pl.col("group") != 0))
        return rows.filter(~pl.col("id").is_in([*pairs["id"], *pairs["id_undo"]]))

    def _unposted(self, rows: pl.DataFrame) -> None:
        due = pl.col("approved") + pl.col("flow").replace_strict(SLA, default=72, return_dtype=pl.Int64) * 3600
        past = due < self.world.calendar.now
        if "at_actual" in rows.columns:
            # What payroll posts is due when its period is.
            shut = pl.Series(self.world.calendar.close_due).gather(rows["period"])
            past = pl.when("at_actual").then(shut < self.world.calendar.now).otherwise(past)
        late = pl.when(past).then(pl.lit("overdue")).otherwise(pl.lit("awaiting_posting"))
        waiting = pl.col("flow").replace_strict(WAITING, default=None, return_dtype=pl.String)
        made = pl.col("code").replace_strict(UNPOSTED, default=None, return_dtype=pl.String)
        undoes = pl.col("undoes") if "undoes" in rows.columns else pl.lit(value=False)
        self.add(
            rows.with_columns(
                category=pl.when(undoes & past & ~pl.col("submitted"))
                .then(pl.lit("reversal_not_posted"))
                .when("submitted")
                .then(pl.lit("unapproved"))
                .when(made == "unmapped")
                .then(made)
                .when("failed")
                .then(pl.lit("integration_failed"))
                .otherwise(pl.coalesce(made, waiting, late))
            ).filter((pl.col("amount") != 0) | (pl.col("functional") != 0) | pl.col("amount").is_null())
        )

    def _taken_back(self, rows: pl.DataFrame) -> None:
        self.add(
            rows.with_columns(
                category=pl.lit("reversed_at_source"),
                entity="p_entity",
                project="p_project",
                period="p_period",
                amount=-pl.col("p_amount"),
                functional=-pl.col("p_functional"),
                group=-pl.col("p_group"),
            )
        )

    def _moved(self, rows: pl.DataFrame) -> None:
        name = (
            pl.when(pl.col("entity") != pl.col("p_entity"))
            .then(pl.lit("wrong_entity"))
            .when(pl.col("project") != pl.col("p_project"))
            .then(pl.lit("wrong_project"))
            .otherwise(pl.lit("cutoff"))
        )
        even = pl.col("amount") == pl.col("p_amount")
        # What is moved is what was posted; where the record itself differs, the rest stays at home.
        # Other books keep another currency: here it is the amount itself, as what is planted stands at home in its own.
        apart = pl.col("entity") != pl.col("p_entity")
        own = pl.when(apart).then("p_amount").otherwise("p_functional")
        rows = rows.with_columns(category=name, moved=pl.when(even).then("functional").otherwise(own))
        home = self.group(rows["moved"], rows["entity"], rows["period"])
        rows = rows.with_columns(moved_group=pl.when(even).then("group").otherwise(home))
        self.add(rows.with_columns(amount="p_amount", functional="moved", group="moved_group"))
        left = rows.filter(~even).with_columns(
            pl.col("amount") - pl.col("p_amount"),
            pl.col("functional") - pl.col("moved"),
            pl.col("group") - pl.col("moved_group"),
            category=pl.col("code").replace_strict(DIFFERENCES, default="unclassified", return_dtype=pl.String),
        )
        self.add(left)
        there = {"entity": pl.col("p_entity"), "project": pl.col("p_project"), "period": pl.col("p_period")}
        self.add(
            rows.with_columns(
                amount=-pl.col("p_amount"),
                functional=-pl.col("p_functional"),
                group=-pl.col("moved_group"),
                **there,
            )
        )
        rest = rows.with_columns(
            category=pl.lit("translation_difference"),
            amount=pl.lit(0),
            functional=pl.lit(0),
            group=pl.col("moved_group") - pl.col("p_group"),
            **there,
        )
        self.add(rest.filter(pl.col("group") != 0))

    def pool(self, rows: pl.DataFrame, lines: pl.DataFrame) -> None:
        """Remember both sides of summarised lines without links: only translation may differ."""
        for frame, sign in ((rows, 1), (lines, -1)):
            self.pools.append(
                frame.group_by(_KEY, maintain_order=True).agg(pl.col("group").sum() * sign)
                if frame.height
                else frame.select(*_KEY, "group")
            )

    def settle_pools(self) -> None:
        """Turn what the translation of summarised lines leaves into items."""
        if not self.pools:
            return
        total = pl.concat(self.pools).group_by(_KEY).agg(pl.col("group").sum()).sort(_KEY)
        self.add(
            total.filter(pl.col("group") != 0).with_columns(
                category=pl.lit("rounding"),
                amount=pl.lit(0),
                functional=pl.lit(0),
                note=pl.lit("pool in group currency"),
            )
        )
