from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

sys.path.insert(0, str(Path(__file__).parent))

import mart_fixture
from browsing import app_url, browser, shown, visit, windows

__all__ = ["app_url", "browser", "shown", "visit", "windows"]


@pytest.fixture(scope="session")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pointer of a small published mart."""
    return mart_fixture.write(tmp_path_factory.mktemp("mart"))


@pytest.fixture
def served_mart(mart: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The small mart, as the app of this process finds it; caches are emptied around it."""
    monkeypatch.setenv("TIEOUT_MART", str(mart))
    st.cache_data.clear()
    st.cache_resource.clear()
    yield mart
    st.cache_data.clear()
    st.cache_resource.clear()
