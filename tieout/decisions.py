"""Decisions about reconciliation items, written down with what was published when they were taken."""

from __future__ import annotations

from lake import actions, catalogue
from lake.actions import Action
from lake.errors import ConfigError
from lake.store import Lake
from tieout.settings import Settings
from tieout.stores import published_mart

ITEM = """
select
    item_id, status, category, flow, legal_entity_key, period_id, assigned_to, correlation_id,
    difference_transaction::varchar as difference_transaction, difference_functional::varchar as difference_functional,
    difference_group::varchar as difference_group, difference_hours::varchar as difference_hours, functional_currency
from mart.recon_item where starts_with(item_id, ?) order by item_id limit 2
"""
STATE = (
    "status", "category", "difference_transaction", "difference_functional", "difference_group", "difference_hours",
)  # fmt: skip
COUNTS_NEXT = "It counts from the next build on."


def accept(settings: Settings, item: str, *, reason: str, actor: str, approver: str | None = None) -> str:
    """Record that an open item may stand at its published amount; return what was recorded.

    Raises ConfigError where no such item is open, LakeError where the decision lacks its reason.
    """
    found = _item(settings, item)
    if found["status"] != "open":
        raise ConfigError(f"Item {found['item_id']} is {found['status']} already; only an open one can be accepted.")
    before = {name: found[name] for name in STATE}
    decision = Action(
        action_type="accept", item_id=_id(found), actor=actor, reason=reason, approver=approver,
        before=before, after=before | {"status": "accepted"}, correlation_id=found["correlation_id"],
    )  # fmt: skip
    actions.append(Lake(settings.lake_root), [decision])
    return f"{_named(found)} is accepted by {actor}: {reason}. {COUNTS_NEXT}"


def withdraw(settings: Settings, item: str, *, reason: str, actor: str) -> str:
    """Record that an acceptance no longer holds; return what was recorded. Raises ConfigError where there is none."""
    found = _item(settings, item)
    lake = Lake(settings.lake_root)
    lake.ensure()
    taken = [t for t in actions.of_item(lake, _id(found))["action_type"] if t in {"accept", "withdraw_acceptance"}]
    if not taken or taken[-1] != "accept":
        raise ConfigError(f"Nobody has accepted item {found['item_id']}; there is nothing to withdraw.")
    before = {name: found[name] for name in STATE}
    decision = Action(
        action_type="withdraw_acceptance", item_id=_id(found), actor=actor, reason=reason,
        before=before, after=before | {"status": "open"}, correlation_id=found["correlation_id"],
    )  # fmt: skip
    actions.append(lake, [decision])
    return f"The acceptance of {_named(found)} is withdrawn by {actor}: {reason}. {COUNTS_NEXT}"


def assign(settings: Settings, item: str, *, to: str, actor: str, reason: str | None = None) -> str:
    """Record who is to see to an item; return what was recorded. Raises ConfigError where there is none."""
    found = _item(settings, item)
    decision = Action(
        action_type="assign", item_id=_id(found), actor=actor, reason=reason,
        before={"assigned_to": found["assigned_to"]}, after={"assigned_to": to}, correlation_id=found["correlation_id"],
    )  # fmt: skip
    actions.append(Lake(settings.lake_root), [decision])
    return f"{_named(found)} is assigned to {to} by {actor}. {COUNTS_NEXT}"


def _item(settings: Settings, item: str) -> dict[str, str | None]:
    mart = published_mart(settings)
    with catalogue.connect(Lake(settings.lake_root), mart, tables=()) as connection:
        result = connection.execute(ITEM, [item])
        names = [column[0] for column in result.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    if not item.strip() or not rows:
        raise ConfigError(f"The published mart has no item {item!r}; `tieout exceptions` lists the open ones.")
    if len(rows) > 1 and rows[0]["item_id"] != item:
        raise ConfigError(f"More than one item begins with {item!r}; give more of its id.")
    return rows[0]


def _id(found: dict[str, str | None]) -> str:
    return str(found["item_id"])


def _named(found: dict[str, str | None]) -> str:
    amount = f"{found['difference_functional']} {found['functional_currency']}"
    amount = amount if found["difference_functional"] else "an amount without a rate"
    where = f"{found['legal_entity_key']} {found['period_id']}"
    return f"Item {found['item_id']} ({found['category']}, {found['flow']}, {where}, {amount})"
