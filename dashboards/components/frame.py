"""What every page has: its question, the filters, the freshness line, and an answer when there is nothing to show."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import streamlit as st

from dashboards.components import filters, formats, text
from dashboards.components.badges import INCOMPLETE, PROVISIONAL, TO_DATE, badge
from dashboards.mart import MartUnavailableError, served
from dashboards.queries import reconciliation, reference
from dashboards.scope import Scope
from dashboards.signin import offer, rights_of_visitor

LOG = logging.getLogger(__name__)
PREPARED = "_prepared"
SIGN_IN = "Sign in to see the figures that are granted to you."


class NotSignedInError(Exception):
    """Sign-in is set up, and the visitor has not signed in."""


NO_PERIOD = (
    "The published mart holds no figures in a period of any legal entity: land `legal_entity` and the people, projects "
    "and contracts that your records name, then run `tieout run`. Data and definitions shows what has landed so far."
)


@dataclass(frozen=True)
class Page:
    """What a page's body is given: the scope of its queries, its freshness and the sentence of its filters."""

    scope: Scope
    fresh: reference.Freshness
    sentence: str
    title: str
    incomplete: tuple[str, ...] = ()
    incomplete_before: tuple[str, ...] = ()
    provisional: tuple[str, ...] = ()
    rows_without_rate: int = 0

    @property
    def currency(self) -> str:
        """Return the group currency in which headline money is shown."""
        return self.fresh.group_currency


def prepare(title: str) -> None:
    """Draw the sidebar that all pages share and keep what it says for the page `title`.

    It is drawn by the navigation, not by the pages, so that a choice survives a change of page.
    """
    st.session_state[INCOMPLETE] = st.session_state[TO_DATE] = st.session_state[PROVISIONAL] = False
    try:
        st.session_state[PREPARED] = page = _open(title)
        st.session_state[INCOMPLETE] = bool(page.incomplete)
        st.session_state[TO_DATE] = bool(page.incomplete or page.incomplete_before)
        st.session_state[PROVISIONAL] = bool(page.provisional)
    except (MartUnavailableError, NotSignedInError, duckdb.Error) as error:
        st.session_state[PREPARED] = error


def show(body: Callable[[Page], None], *, question: str, bases: tuple[str, ...], needs_periods: bool = True) -> None:
    """Draw one page; whatever goes wrong ends as a sentence for the reader and a log line for support.

    A page that shows what has landed needs no period with figures, and is wanted most where there is none.
    """
    _heading(question, bases)
    try:
        page = _prepared()
        _say_what_is_shown(page, needs_periods=needs_periods)
        body(page)
    except NotSignedInError:
        st.info(SIGN_IN, icon=":material/lock:")
    except MartUnavailableError as error:
        st.info(str(error), icon=":material/hourglass_empty:")
    except duckdb.Error as error:  # a table or column that this build does not have
        LOG.exception("the page that asks %r could not be drawn", question)
        first = str(error).splitlines()[0]
        st.error(
            f"This page cannot be drawn from the published mart ({first}). "
            "Build the mart again with `tieout build`; the other pages are not affected.",
            icon=":material/error:",
        )
    except Exception:  # whatever else it is, the reader gets a sentence and support the trace
        LOG.exception("the page that asks %r failed", question)
        st.error(
            "This page failed for a reason that we did not foresee. It is written to the app's log; "
            "the other pages are not affected.",
            icon=":material/error:",
        )


def _heading(question: str, bases: tuple[str, ...]) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.header(question, anchor=False)
        st.markdown(badge(*bases), width="content")


def _open(title: str) -> Page:
    with st.sidebar:
        must_sign_in = offer()
    if must_sign_in:
        raise NotSignedInError
    run = served()
    rights = rights_of_visitor(run)
    fresh = reference.freshness(run, rights)
    with st.sidebar:
        chosen = filters.choose(run, rights, page=title)
        text.note("  \n".join(_freshness(fresh)))
        text.note(text.plain(rights.sentence))
    scope = Scope(run=run, rights=rights, filters=chosen)
    return Page(
        scope=scope,
        fresh=fresh,
        sentence=filters.sentence(chosen, run),
        title=title,
        incomplete=reference.incomplete(scope),
        incomplete_before=reference.incomplete_before(scope),
        provisional=reference.provisional(scope),
        rows_without_rate=reconciliation.rows_without_rate(scope),
    )


def _freshness(fresh: reference.Freshness) -> tuple[str, ...]:
    return (
        f"Data as of **{formats.moment(fresh.data_as_of)}**",
        f"Run **{text.plain(fresh.run_id)}**",
        f"Last closed period **{text.plain(fresh.last_closed_period or formats.NULL)}**",
        f"Amounts in **{fresh.group_currency}** unless said otherwise",
    )


def _prepared() -> Page:
    """Return what the sidebar says; raise what went wrong while it was drawn."""
    prepared: Page | Exception = st.session_state[PREPARED]
    if isinstance(prepared, Exception):
        raise prepared
    return prepared


def _say_what_is_shown(page: Page, *, needs_periods: bool) -> None:
    if not page.scope.filters.periods:
        if needs_periods:
            raise MartUnavailableError(NO_PERIOD)
        return
    last = page.scope.filters.periods[-1]
    text.note(f"{text.plain(page.sentence)} · single figures are those of **{text.plain(last)}**")
    if page.incomplete:
        ledgers = "; ".join(text.plain(one) for one in page.incomplete)
        text.note(f":material/warning: Posted figures stand on a ledger that is **incomplete**: {ledgers}")
    if page.incomplete_before:
        ledgers = "; ".join(text.plain(one) for one in page.incomplete_before)
        text.note(f":material/warning: Posted balances also stand on earlier **incomplete** ledgers: {ledgers}")
    if page.provisional:
        periods = ", ".join(text.plain(one) for one in page.provisional)
        text.note(f":material/hourglass_empty: Figures with **{periods}** are **provisional**: it was still running")
    if page.rows_without_rate:
        text.note(
            f":material/warning: **{page.rows_without_rate:,}** ledger row{'s' if page.rows_without_rate > 1 else ''} "
            "without a cost, bill or exchange rate in no total (`amount_group` empty in `fct_project_ledger`)."
        )


def nothing(sentence: str) -> None:
    """Say on purpose that there is nothing to show here."""
    text.note(f":material/info: {sentence}")
