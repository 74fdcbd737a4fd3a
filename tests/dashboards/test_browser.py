"""The app as a reader sees it, in the real browser; nothing may leave the machine."""

from __future__ import annotations

import re

import pytest
from browsing import PAGES, Visit, watched
from playwright.sync_api import Browser, Route, expect

pytestmark = pytest.mark.browser

WIDE = (
    "", "utilization", "margin", "backlog", "reconciliation", "integration_health", "data_and_definitions",
    "data_and_definitions?data_view=Batches",
)  # fmt: skip
HIDDEN = """one => Math.max(
    ...[...one.querySelectorAll('.dvn-scroller')].map(grid => grid.scrollWidth - grid.clientWidth), 0)"""


CARDED = (
    "", "utilization", "margin", "backlog", "reconciliation", "integration_health",
    "integration_health?integration_view=Finance%3A+what+waits",
)  # fmt: skip
CUT = """() => [...document.querySelectorAll('[data-testid="stMetricLabel"] *')]
    .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow !== 'visible')
    .map(one => one.textContent)"""


@pytest.mark.parametrize("path", CARDED)
def test_a_card_shows_its_name_and_every_badge_whole(shown: Visit, path: str) -> None:
    expect(shown.page.get_by_test_id("stMetricLabel").first, path).to_be_attached()
    assert shown.page.evaluate(CUT) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_drawn_whole_and_says_its_bases(shown: Visit, path: str) -> None:
    title, question = PAGES[path]
    expect(shown.page).to_have_title(f"{title} · Tieout")
    expect(shown.page.get_by_role("heading", name=question)).to_be_visible()
    assert shown.page.locator(".stMarkdownBadge").count() >= 1
    assert shown.page.get_by_test_id("stException").count() == 0
    assert shown.page.get_by_test_id("stAlert").count() == 0
    wider = shown.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0


def test_a_filter_of_the_address_survives_a_change_of_page(visit: Visit) -> None:
    _to_margin_with_a_filter(visit)
    expect(visit.page.get_by_text("all regions · Cloud")).to_be_visible()


def test_a_filter_stands_in_the_address_after_a_change_of_page(visit: Visit) -> None:
    _to_margin_with_a_filter(visit)
    expect(visit.page).to_have_url(re.compile("practice=Cloud"))


def test_a_filter_is_kept_by_a_reader_who_leaves_the_page_before_its_widgets_are_drawn(visit: Visit) -> None:
    held: list[Route] = []
    visit.page.route("**/Multiselect*.js", lambda route: held.append(route))  # noqa: PLW0108 - a built-in is refused
    visit.open("?practice=Cloud")
    expect(visit.page.get_by_text("all regions · Cloud")).to_be_visible()
    assert visit.page.get_by_test_id("stMultiSelect").count() == 0
    visit.page.get_by_role("link", name="Margin").first.click()
    expect(visit.page.get_by_role("heading", name="Which work earns?")).to_be_visible()
    for route in held:
        route.continue_()
    visit.settle()
    expect(visit.page).to_have_url(re.compile(r"/margin\?practice=Cloud$"))
    expect(visit.page.get_by_test_id("stMultiSelect").filter(has_text="Practice")).to_contain_text("Cloud")


def _to_margin_with_a_filter(visit: Visit) -> None:
    visit.open("?practice=Cloud")
    expect(visit.page.get_by_text("all regions · Cloud")).to_be_visible()
    visit.settle()
    visit.page.get_by_role("link", name="Margin").first.click()
    expect(visit.page.get_by_role("heading", name="Which work earns?")).to_be_visible()
    visit.settle()


def test_the_way_down_ends_at_the_file_and_row_that_brought_a_figure(visit: Visit) -> None:
    visit.open("reconciliation?flow=Labor cost")
    for following in ("Overdue: projects", "Overdue: transactions of", "Transaction "):
        table = visit.page.get_by_test_id("stDataFrame").last
        table.scroll_into_view_if_needed()
        table.click(position={"x": 16, "y": 32 + 17})
        expect(visit.page.locator("h3").filter(has_text=following).last).to_be_visible()
        visit.settle()
    expect(visit.page.get_by_text("Every ledger row of this origin on both bases")).to_be_visible()
    rows = visit.page.get_by_test_id("stDataFrame").last
    expect(rows.get_by_text("time_entry/2026-03.csv")).to_have_count(1)


def test_the_dark_theme_is_dark_and_keeps_the_words(browser: Browser, app_url: str) -> None:
    with watched(browser, app_url, color_scheme="dark") as visit:
        visit.open("")
        background = visit.page.get_by_test_id("stApp").evaluate("one => getComputedStyle(one).backgroundColor")
        assert background == "rgb(16, 23, 31)"
        assert visit.page.locator(".stMarkdownBadge", has_text="Posted").count() >= 1


def test_a_phone_shows_the_filters_as_a_sentence_and_nothing_sticks_out(browser: Browser, app_url: str) -> None:
    with watched(browser, app_url, width=390, height=844) as visit:
        visit.open("")
        expect(visit.page.get_by_text("2025-10 to 2026-09 · all entities").first).to_be_visible()
        wider = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0


def test_a_metric_that_is_chosen_in_the_catalogue_is_explained_in_full(visit: Visit) -> None:
    visit.open("data_and_definitions")
    catalogue = visit.page.get_by_test_id("stDataFrame").first
    catalogue.click(position={"x": 16, "y": 32 + 17})
    expect(visit.page.get_by_text("Can be split by")).to_be_visible()


@pytest.mark.parametrize("path", WIDE)
def test_a_table_shows_its_last_column_whole(shown: Visit, path: str) -> None:
    table = shown.page.get_by_test_id("stDataFrame").first
    expect(table, path).to_be_visible()
    hidden = table.evaluate(HIDDEN)
    assert hidden <= 1
