"""The page on adapters is true: its example lands, and it names every function and key that there is."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.adapter_model import SourceFiles
from ingestion.functions import FUNCTIONS, WITH_ARGUMENT, calls
from tests.ingestion.conftest import CONSERVED, Drop

PAGE = (Path(__file__).parents[2] / "docs" / "write-an-adapter.md").read_text("utf-8")
_AT = datetime(2026, 4, 1, 7, 30)  # noqa: DTZ001 - in UTC, as asked for
HEADS = (
    "BelegNr;MandantNr;Buchungsdatum;Erfasst;Status;Belegart\n"
    "RE-1;0010;31.03.2026;01.04.2026 09:30;gebucht;RE\nRE-2;0010;31.03.2026;01.04.2026 09:30;Entwurf;RE\n"
)
LINES = (
    "BelegNr;PosNr;KontoNr;Betrag;Text der Buchung\n"
    "RE-1;1;1400;-1.190,00;Größe\nRE-1;2;4400;1.190,00;\nRE-2;1;1400;-5,00;\n"
)


@pytest.fixture
def ours(drop: Drop, tmp_path: Path) -> Drop:
    (said,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "ours.yml"
    file.write_text(said, encoding="utf-8")
    drop.write("Belegkoepfe_03.csv", HEADS.encode("windows-1252"))
    drop.write("Belegpositionen_03.csv", LINES.encode("windows-1252"))
    drop.options = {"system": str(file), "time_zone": "Europe/Berlin"}
    return drop


def test_the_example_lands_with_debits_positive_and_drafts_left_out(ours: Drop) -> None:
    done = ours.ingest()
    assert (done.counts.landed, done.counts.quarantined, done.counts.excluded) == (2, 0, 1)
    assert ours.rows(CONSERVED) == [(0,)]
    assert ours.rows(
        "select gl_line_id, legal_entity_id, period_id, posted_at::timestamptz at time zone 'UTC', account_id, amount, "
        "description from lake.gl_line order by 1"
    ) == [
        ("RE-1/1", "NORD", "2026-03", _AT, "SKR-1400", Decimal("1190.00"), "Größe"),
        ("RE-1/2", "NORD", "2026-03", _AT, "SKR-4400", Decimal("-1190.00"), None),
    ]
    assert ours.rows("select drift from lake.batch_files") == [("[]",)]


def _first_cells(title: str) -> str:
    """Return the first column of the table of that title, without the title."""
    table = PAGE[PAGE.index(f"| {title} |") :].split("\n\n")[0]
    return "\n".join(row.split("|")[1] for row in table.splitlines()[2:])


def test_every_function_stands_on_the_page_and_takes_the_argument_that_it_shows() -> None:
    shown = re.findall(r"`([a-z_]+)`|`\{([a-z_]+): \"?([^\"`}]+)\"?\}`", _first_cells("function under `apply`"))
    said = [plain or {name: argument} for plain, name, argument in shown]
    assert {c.name for c in calls(said, "page")} == {*FUNCTIONS, *WITH_ARGUMENT}


def test_every_key_of_a_source_stands_on_the_page() -> None:
    keys = set(SourceFiles.__dataclass_fields__) - {"name", "patterns"} | {"files"}
    assert set(re.findall(r"`([a-z]+)`", _first_cells("key of a source"))) == keys
