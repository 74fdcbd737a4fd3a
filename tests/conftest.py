"""What many tests share: one small firm, landed, built and published once a session, in a temporary folder."""

from __future__ import annotations

import pytest

from tests.firm import Firm, configure, tieout
from tieout.settings import forget_environment

forget_environment()  # of every test and of every command that one runs: a lake that is exported is somebody's own


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of slow tests: last, one of them would keep one core busy while the other waits."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Firm:
    """A firm of 40 consultants over 4 months, through every command from simulate to publish."""
    small = Firm(folder=tmp_path_factory.mktemp("firm"))
    configure(small.folder)
    done = tieout("simulate", str(small.extracts), "--consultants", "40", "--months", "4", "--seed", "11")
    assert done.returncode == 0, done.stderr
    small.run("run")
    return small
