"""The canonical data contracts: what an extract must say, whatever system it came from."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from lake.contracts import billing, crm, erp, expense, governance, hcm, integration, ledger, procurement, psa

if TYPE_CHECKING:
    from lake.contracts.model import Entity

__all__ = ["ENTITIES", "entity"]

_DOMAINS = (hcm, crm, psa, expense, procurement, erp, ledger, billing, integration, governance)

#: Every canonical entity by name, in the order of the specification.
ENTITIES: dict[str, Entity] = {e.name: e for e in chain.from_iterable(d.ENTITIES for d in _DOMAINS)}


def entity(name: str) -> Entity:
    """Return the entity called `name`; raises KeyError, naming it, where there is none."""
    try:
        return ENTITIES[name]
    except KeyError:
        message = f"no canonical entity is called {name!r}"
        raise KeyError(message) from None
