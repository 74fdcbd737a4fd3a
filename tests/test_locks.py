"""What is installed is named by version and hash, and never by where it lies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LOCKS = sorted((Path(__file__).parents[1] / "requirements").glob("*.txt"))
HASHES = r"( \\\n    --hash=sha256:[0-9a-f]{64})+"
PINNED = re.compile(rf"^[a-z0-9][a-z0-9._-]*(\[[a-z0-9,_-]+\])?==[^\s;*]+( ; .+)?{HASHES}$")


def test_the_locks_are_found() -> None:
    assert {"bench.txt", "lock.txt", "peers.txt"} <= {lock.name for lock in LOCKS}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_of_a_lock_has_its_version_and_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert not re.findall(r"^(?!#)-{1,2}[a-z].*$", text, re.MULTILINE), "no option stands in a lock"
    said = re.sub(r"\n? *#.*", "", text)
    requirements = re.findall(r"^\S.*(?:\n .*)*", said, re.MULTILINE)
    assert requirements
    wrong = [one for one in requirements if not PINNED.match(one.rstrip())]
    assert not wrong, wrong[0]
