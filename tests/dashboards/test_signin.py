"""A person signs in with an identity provider, sees what is granted, and signs out."""

from __future__ import annotations

import tomllib
import urllib.request
from pathlib import Path

import pytest
from browsing import READY
from playwright.sync_api import Browser, expect

from dashboards.launch import command, environment
from tests.firm import ROOT
from tests.servers.identity import CLIENT, SECRET, identity
from tests.servers.process import HOST, accepts, free_port, running

GUIDE = (ROOT / "docs/sign-in.md").read_text(encoding="utf-8")


def secrets(provider: str, port: int) -> str:
    """The secrets file as the guide has it, for this provider and app."""
    text = GUIDE.split("```toml\n")[1].split("```")[0]
    for given, ours in (
        ("https://tieout.example.com", f"http://{HOST}:{port}"),
        ("https://login.example.com", provider),
        ("the id that the provider gave", CLIENT),
        ("the secret that the provider gave", SECRET),
    ):
        assert given in text
        text = text.replace(given, ours)
    assert set(tomllib.loads(text)["auth"]) == {
        "redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url",
    }  # fmt: skip
    return text


@pytest.mark.browser
def test_a_person_signs_in_as_the_guide_says_and_sees_what_is_granted(
    mart: Path, browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://{HOST}:{port}"
    (tmp_path / ".streamlit").mkdir()

    def ready() -> bool:
        return accepts(port) and urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).status == 200  # noqa: S310

    with identity({"email": "US@example.com", "email_verified": True}) as provider:
        (tmp_path / ".streamlit" / "secrets.toml").write_text(secrets(provider.address, port), encoding="utf-8")
        with running(
            command(mart=mart, port=port), ready=ready, log=tmp_path / "app.log", environment=environment(mart=mart)
        ):
            page = browser.new_page()
            page.goto(url)
            page.wait_for_selector(READY, timeout=60_000)
            expect(page.get_by_text("Sign in to see the figures that are granted to you.")).to_be_visible()
            assert page.get_by_test_id("stMetric").count() == 0
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_text("Signed in as US@example.com: only the legal entities")).to_be_visible()
            expect(page.get_by_test_id("stMetric").first).to_be_visible()
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_text("Sign in to see the figures that are granted to you.")).to_be_visible()
            page.close()
