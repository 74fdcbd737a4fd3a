"""Whether everyone can read the app: axe-core over every page and view, in both themes and on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import PAGES, Visit, watched
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

GRAVE = {"critical", "serious"}
# Rule → the markup of the library that breaks it and cannot be mended here. Anything else of that rule counts.
UPSTREAM = {"svg-img-alt": "metric_chart_"}  # the points of a card's sparkline; the card says the figure in words
VIEWS = (
    *PAGES,
    "integration_health?integration_view=Finance: what waits",
    "data_and_definitions?data_view=Quarantine",
    "data_and_definitions?data_view=Conservation",
    "data_and_definitions?data_view=SQL console",
)


def graves(visit: Visit) -> list[str]:
    """What axe-core finds that keeps a reader out: rule and place."""
    return [
        f"{rule['impact']} {rule['id']}: {node['html'][:200]}"
        for rule in Axe().run(visit.page).response["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
        if not (rule["id"] in UPSTREAM and UPSTREAM[rule["id"]] in node["html"])
    ]


@pytest.mark.parametrize("path", VIEWS)
def test_axe_finds_nothing_grave_on_a_page(shown: Visit, path: str) -> None:
    assert not graves(shown), path


@pytest.mark.parametrize("path", ["", "reconciliation", "data_and_definitions"])
def test_axe_finds_nothing_grave_in_the_dark_theme(browser: Browser, app_url: str, path: str) -> None:
    with watched(browser, app_url, color_scheme="dark") as visit:
        visit.open(path)
        assert not graves(visit)


@pytest.mark.parametrize("path", ["", "utilization"])
def test_axe_finds_nothing_grave_on_a_phone(browser: Browser, app_url: str, path: str) -> None:
    with watched(browser, app_url, width=390, height=844) as visit:
        visit.open(path)
        assert not graves(visit)


def test_axe_would_see_text_that_is_too_faint(visit: Visit) -> None:
    visit.open("")
    visit.page.evaluate("document.querySelector('h2').style.color = '#dddddd'")
    assert any("color-contrast" in one for one in graves(visit))
