"""What a page is asked to show: the run, the filters and the rights, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboards.entitlement import Rights
from dashboards.mart import Run


@dataclass(frozen=True)
class Filters:
    """The choices of the sidebar; an empty tuple means all.

    `periods` are the accounting periods chosen, oldest first; the other fields hold keys.
    """

    periods: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    practices: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    billing_models: tuple[str, ...] = ()

    @property
    def narrowed(self) -> tuple[tuple[str, str], ...]:
        """Return the dimensions that are narrowed: column and the word for it."""
        known = (
            ("legal_entity_key", "legal entity", self.entities),
            ("region", "region", self.regions),
            ("practice", "practice", self.practices),
            ("customer_key", "customer", self.customers),
            ("billing_model", "billing model", self.billing_models),
        )
        return tuple((column, word) for column, word, chosen in known if chosen)


@dataclass(frozen=True)
class Scope:
    """Everything that decides what a query returns; hashable, so it is a cache key."""

    run: Run
    rights: Rights
    filters: Filters = field(default_factory=Filters)
