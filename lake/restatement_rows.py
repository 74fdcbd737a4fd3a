"""The source rows that arrived between two builds, each with everything it bears upon, as SQL."""

from __future__ import annotations

from collections.abc import Iterator

from lake.catalogue import quoted
from lake.contracts import ENTITIES
from lake.contracts.model import Entity

#: What a row of these entities is called as an origin.
_ORIGIN_NAMES = {
    "time_entry": "time_entry", "expense": "expense", "milestone": "milestone", "billing_event": "billing_event",
    "vendor_bill_line": "vendor_bill",
}  # fmt: skip
#: Columns that point at another record: column → what it bears upon.
_POINTERS = {
    "gl_line_id": "line", "invoice_line_id": "line", "reverses_gl_line_id": "line", "invoice_id": "invoice",
    "applies_to_invoice_id": "invoice", "journal_id": "event", "posting_event_id": "event",
    "contract_line_id": "contract_line", "project_id": "project", "employee_id": "worker",
}  # fmt: skip
_PERIOD = "'period:' || legal_entity_id || '|' || period_id"
_KIND = "case entity_type when 'employee' then 'worker' else entity_type end"


def bare(key: str) -> str:
    """Return the SQL of the id within the conformed key `key`, `system:id`; an id may hold colons of its own."""
    return f"substr({key}, strpos({key}, ':') + 1)"


def pair(kind: str, one: str, other: str) -> str:
    """Return the SQL of what two parties share, whichever of them is named first."""
    return f"'{kind}:' || least({one}, {other}) || '|' || greatest({one}, {other})"


#: What only rows of one entity bear upon.
_OF_ITS_OWN: dict[str, tuple[str, ...]] = {
    "vendor_bill_source": ("'origin:time_entry|' || time_entry_id", "'origin:vendor_bill|' || bill_line_id"),
    "billing_event": ("'origin:milestone|' || milestone_id",),
    "accounting_period": (_PERIOD,),
    "period_event": (_PERIOD,),
    "fx_rate": (pair("rate", "from_currency", "to_currency"),),
    "intercompany_rule": (pair("parties", "provider_entity_id", "receiver_entity_id"),),
    "account": ("'account:' || account_id",),
    "contract": ("'contract:' || contract_id",),
    "legal_entity": ("'books:' || legal_entity_id",),
    "xref": (f"{_KIND} || ':' || source_id", f"{_KIND} || ':' || {bare('canonical_id')}"),
}


def arrived(*, by_time: bool) -> str:
    """Return the query of all rows that the later mart was built on and the earlier was not.

    With `by_time` an as-of build knows rows by their own time of change, else by their batch alone. Columns:
    entity, source_system, source_id, version, batch_id, file, file_row, bears_on (a list of texts `kind:id`).
    """
    return "\nunion all\n".join(_of_entity(e, by_time=by_time) for e in ENTITIES.values())


def _of_entity(entity: Entity, *, by_time: bool) -> str:
    keys = entity.key
    known = {
        mart: f"_batch_id in (select batch_id from {mart}_batches)"
        + (f" and updated_at <= (select known_until from {mart}_build)" if by_time else "")
        for mart in ("before", "after")
    }
    identity = ", ".join(f"cast({quoted(k)} as varchar)" for k in keys)
    references = ", ".join(bears_on(entity))
    return f"""
        select
            '{entity.name}' as entity, source_system, concat_ws('|', {identity}) as source_id, updated_at as version,
            _batch_id as batch_id, _file as file, _row as file_row,
            list_filter([{references}], ref -> ref is not null) as bears_on
        from lake.{quoted(entity.name)}
        where ({known["after"]}) and not ({known["before"]})
    """


def bears_on(entity: Entity) -> Iterator[str]:
    """Yield the SQL of everything that a row of the entity bears upon, each a text `kind:id` or null."""
    key, columns = entity.key[0], {c.name for c in entity.columns}
    yield f"'record:{entity.name}|' || source_system || '|' || {quoted(key)}"
    if entity.name in _ORIGIN_NAMES:
        yield f"'origin:{_ORIGIN_NAMES[entity.name]}|' || {quoted(key)}"
        if "reverses_id" in columns:
            yield f"'origin:{_ORIGIN_NAMES[entity.name]}|' || reverses_id"
    if {"origin_type", "origin_id"} <= columns:
        yield "'origin:' || origin_type || '|' || origin_id"
    for column, kind in _POINTERS.items():
        if column in columns:
            yield f"'{kind}:' || {quoted(column)}"
    yield from _OF_ITS_OWN.get(entity.name, ())
