from __future__ import annotations

from pathlib import Path

import pytest

from simulator import simulate

from .books import Books


@pytest.fixture(scope="session")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("firm")
    simulate(root, consultants=80, months=12)
    return root


@pytest.fixture(scope="session")
def books(drop: Path) -> Books:
    return Books(drop)
