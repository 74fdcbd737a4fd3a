"""The sidebar's filters: they live in the URL, survive page changes and are printed as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import streamlit as st

from dashboards.components import formats
from dashboards.entitlement import Rights
from dashboards.mart import Run
from dashboards.queries import reference
from dashboards.scope import Filters

PERIODS_AT_FIRST = 12
PAGE = "_page_of_the_filters"  # in the session: for which page they were drawn last


@dataclass(frozen=True)
class Choice:
    """One filter over the members of a dimension: its words, its key in the URL and its column."""

    label: str
    key: str
    everything: str
    column: str


CHOICES = (
    Choice("Legal entity", "entity", "All entities", "legal_entity_key"),
    Choice("Region", "region", "All regions", "region"),
    Choice("Practice", "practice", "All practices", "practice"),
    Choice("Customer", "customer", "All customers", "customer_key"),
    Choice("Billing model", "billing", "All billing models", "billing_model"),
)


def choose(run: Run, rights: Rights, *, page: str) -> Filters:
    """Draw the filters in the sidebar of the page named `page` and return what is chosen."""
    known = reference.periods(run, rights)
    _keep_in_address(page, {"period": default_span(known) if known.height else ()})
    periods = _periods(known)
    chosen = [_members(choice, run, rights) for choice in CHOICES]
    return Filters(periods, *chosen)


def _keep_in_address(page: str, defaults: Mapping[str, tuple[str, ...]]) -> None:
    """Choose again what was chosen on another page and the address lost on the way, so that it is written back.

    Streamlit writes a bound value back by itself only if the browser had drawn its widget before the page was
    left, or if the value is older than one run. A reader who is quicker than that kept the filter, but in an
    address without it.
    """
    left, st.session_state[PAGE] = st.session_state.get(PAGE, page), page
    if left == page:
        return
    for key in ("period", *(choice.key for choice in CHOICES)):
        chosen = st.session_state.get(key)
        if chosen and tuple(chosen) != defaults.get(key) and key not in st.query_params:
            st.session_state[key] = chosen


def sentence(filters: Filters, run: Run) -> str:
    """Say in words what is chosen, for the page, for a phone and for an export."""
    chosen = (filters.entities, filters.regions, filters.practices, filters.customers, filters.billing_models)
    listed = [
        ", ".join(_named(choice, _names(choice, run), key) for key in keys) if keys else choice.everything.lower()
        for choice, keys in zip(CHOICES, chosen, strict=True)
    ]
    return " · ".join([span(filters), *listed])


def default_span(periods: pl.DataFrame) -> tuple[str, str]:
    """Return the first and last period shown at first: the twelve closed last everywhere, else the newest twelve."""
    closed = periods.filter(pl.col("is_closed"))["period_id"].to_list()
    known = closed or periods["period_id"].to_list()
    return known[-PERIODS_AT_FIRST:][0], known[-1]


def _periods(periods: pl.DataFrame) -> tuple[str, ...]:
    known = periods["period_id"].to_list()
    if len(known) < 2:  # noqa: PLR2004 - a slider needs two ends
        return tuple(known)
    first, last = st.select_slider(
        "Period", options=known, value=default_span(periods), key="period", bind="query-params"
    )
    return tuple(known[known.index(first) : known.index(last) + 1])


def _members(choice: Choice, run: Run, rights: Rights) -> tuple[str, ...]:
    names = _names(choice, run)
    return tuple(
        st.multiselect(
            choice.label,
            options=reference.members(run, rights, choice.column),
            format_func=lambda key: _named(choice, names, key),
            placeholder=choice.everything,
            key=choice.key,
            bind="query-params",
        )
    )


def _names(choice: Choice, run: Run) -> dict[str, str]:
    """Read the names once a filter: a firm has thousands of customers."""
    noun = {"legal_entity_key": "legal_entity", "customer_key": "customer"}.get(choice.column)
    return reference.names(run, noun) if noun else {}


def _named(choice: Choice, names: dict[str, str], key: str) -> str:
    plain = formats.words(key) if choice.column == "billing_model" else formats.member(key)
    return names.get(key, plain)


def span(filters: Filters) -> str:
    """Say which periods are chosen."""
    periods = filters.periods
    if not periods:
        return "no period"
    return periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
