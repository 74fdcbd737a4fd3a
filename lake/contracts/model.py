"""The words in which a canonical entity is declared.

A contract is data: every column of every entity is declared once, in the module of its domain, and
drives validation, Delta schemas, dbt sources and the documentation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The logical type of a column, as an extract must say it."""

    ID = "id"
    TEXT = "text"
    DATE = "date"
    TS = "ts"
    MONEY = "money"
    RATE = "rate"
    FX_RATE = "fx_rate"
    HOURS = "hours"
    SHARE = "share"
    INT = "int"
    BOOL = "bool"
    ENUM = "enum"


class Sensitivity(StrEnum):
    """Who may see a column: `internal` all staff, `personal` a person's data, `pay` only cleared roles."""

    INTERNAL = "internal"
    PERSONAL = "personal"
    PAY = "pay"


#: Precision and scale of the decimal kinds. A value with more decimals is an error, never rounded.
DECIMALS: dict[Kind, tuple[int, int]] = {
    Kind.MONEY: (18, 2),
    Kind.RATE: (18, 6),
    Kind.FX_RATE: (18, 8),
    Kind.HOURS: (9, 2),
    Kind.SHARE: (9, 6),
}


@dataclass(frozen=True)
class Column:
    """One column of an entity.

    `required` columns may not be null; those with `required_unless`, another column and one of its values, only where
    that column holds that value. `default` is the value an absent or empty cell stands for, as
    text. `values` lists an enum's members. `refers_to` names the entity whose id this column holds.
    `owner` defaults to the entity's owner.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    default: str | None = None
    refers_to: str | None = None
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    owner: str | None = None
    required_unless: tuple[str, str] | None = None


@dataclass(frozen=True)
class Entity:
    """One canonical entity: its grain, key and columns.

    `key` leaves out `source_system`, which is part of every key. `event_date` names the column whose
    year partitions the lake table; reference data has none.
    """

    name: str
    domain: str
    owner: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    event_date: str | None = None
    _by_name: dict[str, Column] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the columns by name and check that the declaration holds together."""
        self._by_name.update({c.name: c for c in self.columns})
        if len(self._by_name) != len(self.columns):
            message = f"entity {self.name} declares a column twice"
            raise ValueError(message)
        for name in (*self.key, *([self.event_date] if self.event_date else [])):
            if name not in self._by_name:
                message = f"entity {self.name} names {name}, which it does not declare"
                raise ValueError(message)

    @property
    def interval(self) -> tuple[str, str] | None:
        """The columns between which a version of a history counts, the second exclusive; None where it has none."""
        both = ("valid_from", "valid_to")
        return both if self._by_name.keys() >= set(both) else None

    def column(self, name: str) -> Column:
        """Return the column called `name`; raises KeyError where there is none."""
        return self._by_name[name]
