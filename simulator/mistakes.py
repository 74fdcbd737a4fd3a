"""What each planted mistake changes in the row it is planted into."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from simulator.money import times
from simulator.timesheets import DELETED, DRAFT, HOUR, REJECTED, Firm

#: What is done to records of time whose posting is otherwise in order, each once a closed month.
LABOUR = (
    "reversed",
    "hours",
    "rate",
    "round",
    "project",
    "entity",
    "cutoff",
    "partial",
    "duplicate",
    "undone",
    "dead",
    "stuck",
    "unmapped",
    "early",
    "late",
    "own",
    "reversal",
    "ambiguous",
)

#: What is done to expenses, as far as a closed month has enough of them.
EXPENSES = (
    "amount",
    "duplicate",
    "stuck",
    "dead",
    "project",
    "cutoff",
    "partial",
    "undone",
    "reversed",
    "unmapped",
    "entity",
    "round",
    "reversal",
)

#: Columns that planting may change.
CHANGED = (
    "status",
    "updated",
    "hours",
    "rate",
    "cost",
    "posted",
    "approved",
    "p_entity",
    "p_project",
    "p_period",
    "p_amount",
    "p_functional",
    "p_hours",
    "x_amount",
    "project",
    "billable",
)


def spoil(
    firm: Firm, table: dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]], at: int, code: str, month: int
) -> None:
    """Change one row as its mistake has it; a mistake without a rule here shows elsewhere."""
    value = {name: int(column[at]) for name, column in table.items()}
    closed = int(firm.world.calendar.closed[0, month])
    if code in {"hours", "hour"}:
        hours = value["hours"] + (50 if code == "hours" else 100)
        cost = int(times(np.array([hours]), np.array([value["rate"]]))[0])
        # Every other month the figures change only after the close.
        edited = closed + 20 * HOUR if month % 2 == 1 else value["posted"] + 30 * HOUR
        change = {"hours": hours, "cost": cost, "updated": edited}
    elif code == "project":
        # Another internal project of the same entity.
        turn = value["p_project"] % 4
        other = firm.projects.sold + turn
        change = {"p_project": other if other != value["p_project"] else firm.projects.sold + (turn + 1) % 4}
    elif code == "ambiguous":
        change = {"project": firm.projects.doubtful, "p_project": firm.projects.doubtful, "billable": 1}
    elif code in _WRONG_BY:
        wrong = value["p_amount"] + _WRONG_BY[code]
        if code == "rate":
            wrong += int(times(np.array([value["p_hours"]]), np.array([350]))[0])
        change = {"p_amount": wrong, "p_functional": wrong}
    else:
        change = _MOVES[code](value, month, closed) if code in _MOVES else {}
    for name, new in change.items():
        if name in table:
            table[name][at] = new


#: Cents by which the posted amount is off.
_WRONG_BY = {"amount": 725, "round": -1, "rate": 0}

_Change: TypeAlias = Callable[[dict[str, int], int, int], dict[str, int]]
#: What else a mistake changes, from the row's values, its month and when that closed.
_MOVES: dict[str, _Change] = {
    "reversed": lambda value, month, _: {
        "status": (DELETED, REJECTED, DRAFT)[month % 3],
        "updated": value["posted"] + 30 * HOUR,
    },
    "entity": lambda _value, _month, _closed: {"p_entity": 1},
    "cutoff": lambda _value, month, _closed: {"p_period": month + 1},
    "partial": lambda value, _month, _closed: {
        "p_amount": value["p_amount"] // 2,
        "p_functional": value["p_amount"] // 2,
        "p_hours": value.get("p_hours", 0) // 2,
        "x_amount": value["p_amount"] // 5,
    },
    # Posted while it waited for approval, and then refused.
    "refused": lambda value, _month, _closed: {"status": REJECTED, "updated": value["posted"] + 30 * HOUR},
    "early": lambda value, _month, _closed: {
        "approved": value["posted"] + 3 * HOUR,
        "updated": value["posted"] + 3 * HOUR,
    },
    "late": lambda _value, _month, closed: {"posted": closed + 3 * HOUR},
    "dead": lambda _value, _month, _closed: {"posted": 0},
    "stuck": lambda _value, _month, _closed: {"posted": 0},
    "unmapped": lambda _value, _month, _closed: {"posted": 0},
}
