"""Named functions that adapters apply to text: what one cannot read it passes on, for the checks to refuse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from ingestion import figures, moments
from lake.errors import ContractError


@dataclass(frozen=True)
class Call:
    """A function as an adapter names it: `month`, or with an argument, `{date: "%d.%m.%Y"}`."""

    name: str
    argument: str | None = None


def trim(text: pl.Expr) -> pl.Expr:
    """Remove white space around the text, where the source is known to pad."""
    return text.str.strip_chars()


def lower(text: pl.Expr) -> pl.Expr:
    """Write the text in lower case, where a source is careless of it."""
    return text.str.to_lowercase()


def prefix(text: pl.Expr, before: str) -> pl.Expr:
    """Put a text before an id, so that ids of two kinds never meet; an empty one stays empty."""
    return pl.when(text.str.len_bytes() > 0).then(before + text)


def without_prefix(text: pl.Expr, before: str) -> pl.Expr:
    """Take a text away before an id, where it is there."""
    return text.str.strip_prefix(before)


def _any_text(argument: str) -> str | None:
    return None if argument else "the argument is empty"


_PLAIN = (
    figures.accounting_sign, moments.date_part, moments.day_after, moments.day_before, figures.decimal_comma,
    moments.epoch_milliseconds, figures.hours, lower, moments.month, figures.negate, figures.plain_number,
    moments.start_of_day, figures.thousands_comma, trim, moments.utc,
)  # fmt: skip

#: Every function an adapter may name without an argument.
FUNCTIONS: dict[str, Callable[[pl.Expr], pl.Expr]] = {f.__name__: f for f in _PLAIN}

_Check = Callable[[str], str | None]
#: Every function that takes an argument, and what says whether one will do.
WITH_ARGUMENT: dict[str, tuple[Callable[[pl.Expr, str], pl.Expr], _Check]] = {
    "date": (moments.date, moments.check_form),
    "date_in": (moments.date_in, moments.check_zone),
    "hours_from": (figures.hours_from, figures.check_unit),
    "in_zone": (moments.in_zone, moments.check_zone),
    "moment": (moments.moment, moments.check_form),
    "per": (figures.per, figures.check_number),
    "prefix": (prefix, _any_text),
    "times": (figures.times, figures.check_number),
    "without_prefix": (without_prefix, _any_text),
}


def calls(said: object, where: str) -> tuple[Call, ...]:
    """Read what an adapter says under `apply`; raises ContractError naming the function that is wrong."""
    return tuple(_call(one, where) for one in (said if isinstance(said, list) else [said]))


def _call(said: object, where: str) -> Call:
    if isinstance(said, str) and said in FUNCTIONS:
        return Call(said)
    if isinstance(said, dict) and len(said) == 1:
        name, argument = next(iter(said.items()))
        if name in WITH_ARGUMENT and isinstance(argument, str):
            wrong = WITH_ARGUMENT[name][1](argument)
            if wrong:
                raise ContractError(f"{where}.apply.{name}: {wrong}")
            return Call(name, argument)
        said = name
    if isinstance(said, str) and said in WITH_ARGUMENT:
        raise ContractError(f"{where}.apply: {said} needs an argument, written {{{said}: …}}")
    if isinstance(said, str) and said in FUNCTIONS:
        raise ContractError(f"{where}.apply: {said} takes no argument")
    known = ", ".join(sorted([*FUNCTIONS, *WITH_ARGUMENT]))
    raise ContractError(f"{where}.apply: there is no function {said!r}: use {known}")


def applied(expression: pl.Expr, steps: Sequence[Call]) -> pl.Expr:
    """Return the expression with the functions applied in their order."""
    for step in steps:
        if step.argument is None:
            expression = FUNCTIONS[step.name](expression)
        else:
            expression = WITH_ARGUMENT[step.name][0](expression, step.argument)
    return expression
