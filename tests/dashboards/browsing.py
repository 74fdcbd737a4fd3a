"""A server of the app and a browser before it, for the tests that look at it as a reader does."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from dashboards.launch import command, environment

DEADLINE = 60.0  # seconds for whatever is waited for: other processes may be testing beside the browser
expect.set_options(timeout=DEADLINE * 1000)

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
]  # fmt: skip
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
PAGES = {
    "": ("Overview", "Are we making money, and can we trust the number?"),
    "utilization": ("Utilization", "Is capacity used and sold?"),
    "margin": ("Margin", "Which work earns?"),
    "backlog": ("Backlog", "What is sold and not yet done?"),
    "reconciliation": ("Reconciliation", "Where do the two bases disagree, and why?"),
    "integration_health": ("Integration health", "Are the interfaces well, and what waits because of them?"),
    "data_and_definitions": ("Data and definitions", "What does this figure mean, and how fresh is it?"),
}
PROBE = "/_stcore/"  # below a page's own path the library asks for its endpoints first, and gets a 404


@dataclass
class Visit:
    """One open page and what went wrong on it."""

    page: Page
    url: str
    away: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}/{path}")
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_selector(READY, timeout=DEADLINE * 1000)
        expect(self.page.locator("[data-stale=true]")).to_have_count(0)

    def blame(self) -> None:
        """Fail where a request left the machine or an error stands in the console."""
        assert not self.away, f"requests left the machine: {self.away}"
        assert not self.errors, f"the browser's console holds errors: {self.errors}"


@pytest.fixture(scope="session")
def app_url(mart: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        command(mart=mart, port=port), env=environment(mart=mart), stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _await_server(server, f"{url}/_stcore/health")
        yield url
    finally:
        server.terminate()
        server.wait(timeout=DEADLINE)


def _await_server(server: subprocess.Popen[bytes], health: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        assert server.poll() is None, "the app ended while it was starting"
        try:
            with urllib.request.urlopen(health, timeout=2) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except (URLError, OSError):
            server_is_up = False
        assert not server_is_up
        _pause()
    pytest.fail("the app did not answer within a minute")


def _pause() -> None:
    with socket.socket() as nobody:
        nobody.settimeout(0.2)
        nobody.connect_ex(("127.0.0.1", 9))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: install Chromium with `apt-get install chromium`")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, app_url: str) -> Iterator[Visit]:
    with watched(browser, app_url) as found:
        yield found


@pytest.fixture(scope="module")
def windows(browser: Browser, app_url: str) -> Iterator[Callable[[str], Visit]]:
    """Open a page once and show it to every test of a file that only looks at it; left open, windows cost CPU."""
    with ExitStack() as at_the_end:
        opened: dict[str, Visit] = {}

        def window(path: str) -> Visit:
            if path not in opened:
                opened[path] = at_the_end.enter_context(watched(browser, app_url))
                opened[path].open(path)
            return opened[path]

        yield window


@pytest.fixture
def shown(windows: Callable[[str], Visit], path: str) -> Iterator[Visit]:
    """The page at the test's path, as it stands after it was opened: whoever clicks takes a `visit` of its own."""
    found = windows(path)
    yield found
    found.blame()


@contextmanager
def watched(
    browser: Browser,
    app_url: str,
    *,
    width: int = 1440,
    height: int = 1000,
    color_scheme: Literal["light", "dark"] = "light",
) -> Iterator[Visit]:
    """Open a window; at its end no request may have left the machine and no error may stand in the console."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=color_scheme)
    found = Visit(context.new_page(), app_url)
    _watch(found)
    yield found
    context.close()
    found.blame()


def _watch(visit: Visit) -> None:
    def asked(request: Request) -> None:
        if urlsplit(request.url).scheme not in {"data", "blob"} and urlsplit(request.url).hostname != "127.0.0.1":
            visit.away.append(request.url)

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and PROBE not in message.location.get("url", ""):
            visit.errors.append(message.text)

    visit.page.on("request", asked)
    visit.page.on("console", said)
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
