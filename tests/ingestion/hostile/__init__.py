"""Files that go wrong in every way we know of, each with what must become of it, by subject."""

from __future__ import annotations

from tests.ingestion.hostile.case import Case
from tests.ingestion.hostile.folders import FOLDERS
from tests.ingestion.hostile.packed import PACKED
from tests.ingestion.hostile.texts import TEXTS
from tests.ingestion.hostile.values import VALUES

CASES: tuple[Case, ...] = (*TEXTS, *VALUES, *PACKED, *FOLDERS)
