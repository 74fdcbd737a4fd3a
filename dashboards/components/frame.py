"""What every page has: its question, the filters, the freshness line, and an answer when there is nothing to show."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import streamlit as st

from dashboards.components import filters, formats, text
from dashboards.components.badges import badge
from dashboards.mart import MartUnavailableError, served
from dashboards.queries import reference
from dashboards.scope import Filters, Scope
from dashboards.signin import rights_of_visitor

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Page:
    """What a page's body is given: the scope of its queries, its freshness and the sentence of its filters."""

    scope: Scope
    fresh: reference.Freshness
    sentence: str
    title: str

    @property
    def currency(self) -> str:
        """Return the group currency in which headline money is shown."""
        return self.fresh.group_currency


def show(body: Callable[[Page], None], *, title: str, question: str, bases: tuple[str, ...]) -> None:
    """Draw one page; whatever goes wrong ends as a sentence for the reader and a log line for support."""
    _heading(question, bases)
    try:
        page = _open(title)
        body(page)
    except MartUnavailableError as error:
        st.info(str(error), icon=":material/hourglass_empty:")
    except duckdb.Error as error:  # a table or column that this build does not have
        LOG.exception("page %s could not be drawn", title)
        first = str(error).splitlines()[0]
        st.error(
            f"This page cannot be drawn from the published mart ({first}). "
            "Build the mart again with `tieout build`; the other pages are not affected.",
            icon=":material/error:",
        )
    except Exception:  # whatever else it is, the reader gets a sentence and support the trace
        LOG.exception("page %s failed", title)
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
    run = served()
    rights = rights_of_visitor(run)
    fresh = reference.freshness(run, rights)
    with st.sidebar:
        chosen = filters.choose(run, rights)
        text.note("  \n".join(_freshness(fresh)))
        text.note(text.plain(rights.sentence))
    sentence = filters.sentence(chosen, run)
    text.note(_heads(sentence, chosen))
    if not chosen.periods:
        raise MartUnavailableError(
            "The published mart holds no figures for any period: "
            "check the feeds with `tieout status`, then run `tieout run`."
        )
    return Page(scope=Scope(run=run, rights=rights, filters=chosen), fresh=fresh, sentence=sentence, title=title)


def _freshness(fresh: reference.Freshness) -> tuple[str, ...]:
    return (
        f"Data as of **{formats.moment(fresh.data_as_of)}**",
        f"Run **{text.plain(fresh.run_id)}**",
        f"Last closed period **{text.plain(fresh.last_closed_period or formats.NULL)}**",
        f"Amounts in **{fresh.group_currency}** unless said otherwise",
    )


def _heads(sentence: str, chosen: Filters) -> str:
    shown = text.plain(sentence)
    return f"{shown} · single figures are those of **{text.plain(chosen.periods[-1])}**" if chosen.periods else shown


def nothing(sentence: str) -> None:
    """Say on purpose that there is nothing to show here."""
    text.note(f":material/info: {sentence}")
