"""How the columns of a draft are written: what is applied and translated, and what a person must still decide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ingestion.likeness import tokens
from ingestion.profiling import Profile
from ingestion.quoting import identifier, scalar, shown
from lake.contracts.model import DECIMALS, Column, Entity, Kind


def open_ends(entity: Entity, mapped: Mapping[str, Profile], source: str, names: Sequence[str]) -> Iterator[str]:
    """Ask what histories and ledgers keep to themselves: where validity ends, and which sign is positive."""
    start = mapped.get("valid_from")
    if start is not None and "valid_to" in {c.name for c in entity.columns} and "valid_to" not in mapped:
        others = [mapped[k] for k in entity.key if k in mapped and k != "valid_from"]
        same = ", ".join(f"{_sql(p, names)}: {_sql(p, names)}" for p in others)
        how = f", apply: {{date: {scalar(start.form)}}}" if start.form else ""
        after = f"after: {{{_sql(start, names)}: {_sql(start, names)}{how}}}"
        yield "      # TODO: if a row holds until the next one begins, add"
        yield f"      #   join: [{{source: {source}, as: next_one, match: {{{same}}}, {after}}}]"
        yield f"      # and map valid_to as next_one.{shown(start.name)}, written as valid_from is."
    if entity.name in {"gl_line", "gl_balance"} and not mapped.keys().isdisjoint(("amount", "functional_amount")):
        yield "      # TODO: debits must be positive: add `negate` to what is applied to amounts where credits are."


def _sql(found: Profile, names: Sequence[str]) -> str:
    return scalar(identifier(found.name, names) or found.name)


def _functions(column: Column, found: Profile) -> list[str]:
    """Return what must be applied to a column's texts to make them what the contract asks for."""
    more: list[str] = []
    if column.kind is Kind.DATE and found.guess == "ts":
        more.append("apply: date_part")
    if column.kind is Kind.TS and found.guess in {"date", "epoch"}:
        more.append(f"apply: {'start_of_day' if found.guess == 'date' else 'epoch_milliseconds'}")
    if column.kind in {Kind.DATE, Kind.TS} and found.form:
        how = "date" if column.kind is Kind.DATE else "moment"
        more.append(f"apply: {{{how}: {scalar(found.form)}}}")
    if column.kind in DECIMALS and found.guess == "comma_decimal":
        more.append("apply: decimal_comma")
    if column.kind is Kind.HOURS and found.guess == "duration":
        more.append("apply: hours")
    return more


def mapping_of(column: Column, found: Profile, text: str) -> Iterator[str]:
    """Give the lines that map a column, with a TODO for whatever only a person can tell."""
    more = _functions(column, found)
    translated, unknown = _translations(column, found)
    if translated:
        more.append("map: {" + ", ".join(f"{scalar(k)}: {v}" for k, v in translated.items()) + "}")
    value = "{sql: " + ", ".join([scalar(text), *more]) + "}" if more else scalar(text)
    yield f"      {column.name}: {value}  # {found.describe()}"
    if column.kind is Kind.ID and tokens(column.name)[-1] == "id" and tokens(found.words)[-1:] in {("no",), ("code",)}:
        yield "      # TODO: check that other sources name it by this number or code, too."
    if unknown:
        named = ", ".join(shown(v) for v in unknown)
        yield f"      # TODO: say with `map` which of {', '.join(column.values)} these are: {named}"
    if not found.fits(column.kind):
        yield f"      # TODO: {column.name} must be {wanted(column)}; this column seems to be otherwise."
    if column.kind in {Kind.DATE, Kind.TS} and found.guess in {"other_date", "other_ts"} and not found.form:
        yield "      # TODO: say with `apply: {date: ...}`, or `moment`, how these are written: day or month first."
    if column.kind in DECIMALS and found.scale > DECIMALS[column.kind][1]:
        yield f"      # TODO: {found.scale} decimals are more than {DECIMALS[column.kind][1]}; nothing is rounded."


def _translations(column: Column, found: Profile) -> tuple[dict[str, str], list[str]]:
    """Return which values of a column are an enum's under another spelling, and which are none of them."""
    if column.kind is Kind.BOOL and found.guess == "other_bool":
        return {v: "true" if v.lower()[0] in "josx" else "false" for v in found.values}, []
    if column.kind is not Kind.ENUM:
        return {}, []
    known = {re.sub(r"[^a-z]", "", v): v for v in column.values}
    spelt = {v: known.get(re.sub(r"[^a-z]", "", v.lower())) for v in found.values}
    return {k: v for k, v in spelt.items() if v and v != k}, [k for k, v in spelt.items() if v is None]


def wanted(column: Column) -> str:
    """Return what a column must hold, in a few words."""
    return f"one of {', '.join(column.values)}" if column.values else str(column.kind.value)
