"""People lent between the group's entities: what the provider charges, posted once a month on both sides."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.calendar import Ints, seconds, workday
from simulator.firm import ACCOUNT, ENTITIES
from simulator.ledger import ENTITY_IDS, Ledger
from simulator.money import divide
from simulator.timesheets import APPROVED, HOUR, SUBMITTED, Firm
from simulator.truth import Truth

_HOME = np.array([e.currency for e in ENTITIES])
#: Mark-up on labour cost between any two entities, in per cent.
MARKUP = 12
#: Mark-up that a few months are charged at by mistake.
WRONG_MARKUP = 9
_GROUP = ("leg", "provider", "receiver", "project", "period")


def lent_time(firm: Firm, entries: pl.DataFrame) -> pl.DataFrame:
    """Both legs of each entry of an employee on another entity's project; the receiver's is negative."""
    rows = entries.filter(
        ~pl.col("contractor")
        & (pl.col("entity") != pl.col("books"))
        & pl.col("status").is_in([SUBMITTED, APPROVED])
        & (pl.col("code") != "unmapped").fill_null(value=True)
    )
    provider, receiver = rows["entity"].to_numpy(), rows["books"].to_numpy()
    legs = []
    for leg, period in ((0, "period"), (1, "sale_period")):
        month = rows[period].to_numpy()
        frame = rows.select("project", "status", provider="entity", receiver="books", period=period)
        for name, percent in (("", MARKUP), ("_wrong", WRONG_MARKUP)):
            charge = divide(rows["cost"].to_numpy() * (100 + percent), 100)
            own = charge if leg == 0 else _translated(firm, charge, provider, receiver, month)
            home = _HOME[provider if leg == 0 else receiver]
            sign = 1 if leg == 0 else -1
            frame = frame.with_columns(
                pl.Series(f"amount{name}", sign * charge),
                pl.Series(f"functional{name}", sign * own),
                pl.Series(f"group{name}", sign * firm.world.rates.group(own, home, month)),
            )
        legs.append(frame.with_columns(leg=pl.lit(leg, pl.Int64)))
    return pl.concat(legs)


def _translated(firm: Firm, charge: Ints, provider: Ints, receiver: Ints, month: Ints) -> np.ndarray:
    last = firm.world.calendar.last[month]
    return firm.world.rates.functional(charge, _HOME[provider], _HOME[receiver], last)


def settle(firm: Firm, ledger: Ledger, truth: Truth, legs: pl.DataFrame) -> None:
    """Post both legs of every ended month, some wrongly, and say what is left."""
    calendar = firm.world.calendar
    moment = seconds(workday(calendar.last + 1, 4)) + 12 * HOUR
    amounts = [c for c in legs.columns if c.startswith(("amount", "functional", "group"))]
    books = pl.when(pl.col("leg") == 0).then("provider").otherwise("receiver")
    groups = legs.with_columns(entity=books).group_by(*_GROUP, "entity").agg(pl.col(amounts).sum()).sort(_GROUP)
    groups = groups.with_columns(when=pl.Series(moment).gather(groups["period"]))
    ended = groups.filter(pl.col("when") <= calendar.now)
    ended = ended.with_columns(code=_codes(firm, ended))
    wrong = pl.col("code") == "markup"
    posted = ended.filter((pl.col("code") != "one_sided").fill_null(value=True)).with_columns(
        p_amount=pl.when(wrong).then("amount_wrong").otherwise("amount"),
        p_functional=pl.when(wrong).then("functional_wrong").otherwise("functional"),
    )
    for leg, account in ((0, "intercompany_revenue"), (1, "intercompany_cost")):
        rows = posted.filter(pl.col("leg") == leg)
        other = rows["receiver"] if leg == 0 else rows["provider"]
        ledger.post(
            rows.select(
                "entity",
                "period",
                posted="when",
                currency=pl.Series(_HOME[rows["provider"].to_numpy()]),
                amount=-pl.col("p_amount"),
                functional=-pl.col("p_functional"),
                origin_type=pl.lit("intercompany"),
                origin_system=pl.lit(None, pl.String),
                origin_id=pl.lit(None, pl.String),
                project_id=firm.projects.ids.gather(rows["project"]),
                counterparty_entity_id=ENTITY_IDS.gather(other),
                description=pl.lit("Staff lent between entities"),
            ),
            tag=f"IC{leg}",
            account=ACCOUNT[account],
            against=ACCOUNT["clearing"],
        )
    _judge(truth, legs.with_columns(entity=books), ended, posted, moment)


def _codes(firm: Firm, ended: pl.DataFrame) -> pl.Series:
    made: list[str | None] = [None] * ended.height
    # Only of two legs can one be missing: closes on different days may leave a period with one.
    pairs = (
        ended.group_by("provider", "receiver", "project", "period", maintain_order=True)
        .len()
        .filter(pl.col("len") == 2)
    )
    old = pairs.drop("len").filter(pl.col("period") < firm.world.calendar.months - 1)
    chosen = firm.world.rng(31).permutation(old.height)[:6]
    table = {tuple(old.row(int(at))): ("markup" if n % 2 else "one_sided") for n, at in enumerate(chosen)}
    for at, row in enumerate(ended.select("provider", "receiver", "project", "period", "leg").iter_rows()):
        code = table.get(row[:4])
        # The provider's leg of a one-sided pair is posted.
        made[at] = None if code == "one_sided" and row[4] == 0 else code
    return pl.Series(made, dtype=pl.String)


def _judge(truth: Truth, legs: pl.DataFrame, ended: pl.DataFrame, posted: pl.DataFrame, moment: Ints) -> None:
    note = (
        pl.lit("provider ")
        + pl.col("provider").cast(pl.String)
        + pl.lit(" receiver ")
        + pl.col("receiver").cast(pl.String)
    )
    currency = pl.Series(_HOME)
    names = {"flow": pl.lit("intercompany"), "origin_type": pl.lit("intercompany")}
    both = posted.with_columns(p_group=truth.group(posted["p_functional"], posted["entity"], posted["period"]))
    left = both.with_columns(
        pl.col("amount") - pl.col("p_amount"),
        pl.col("functional") - pl.col("p_functional"),
        pl.col("group") - pl.col("p_group"),
        category=pl.when(pl.col("code") == "markup").then(pl.lit("ic_markup_difference")).otherwise(pl.lit("rounding")),
        currency=currency.gather(both["provider"]),
        note=note,
        **names,
    )
    truth.add(left.filter((pl.col("functional") != 0) | (pl.col("group") != 0)))
    missing = ended.filter(pl.col("code") == "one_sided")
    truth.add(
        missing.with_columns(
            category=pl.lit("ic_one_sided"), currency=currency.gather(missing["provider"]), note=note, **names
        )
    )
    waiting = legs.filter(pl.Series(moment).gather(legs["period"]) > truth.world.calendar.now)
    state = pl.when(pl.col("status") == SUBMITTED).then(pl.lit("unapproved")).otherwise(pl.lit("awaiting_posting"))
    waiting = (
        waiting.with_columns(category=state)
        .group_by(*_GROUP, "entity", "category")
        .agg(pl.col("amount", "functional", "group").sum())
        .sort(*_GROUP, "category")
    )
    truth.add(waiting.with_columns(currency=currency.gather(waiting["provider"]), note=note, **names))
