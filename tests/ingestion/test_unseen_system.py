"""A system that nobody has seen before lands with its YAML alone, from flat files or any other.

Its tables refer to each other by strings, keep header and line apart, count credits as positive, write dates and
numbers as people in its country do, call columns in their language, and know only since when a thing holds.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.adapter import load
from ingestion.adapter_check import check
from ingestion.adapter_trial import attempt
from lake.errors import ContractError
from tests.ingestion.conftest import CONSERVED, Drop

ADAPTER = """
system: kontor
about: A bookkeeping of its own kind, exported by hand to semicolon files.
sources:
  heads: {files: "Buchungskopf*.csv", separator: ";", encoding: windows-1252, names: {date: [Belegdatum, Datum]}}
  lines: {files: "Buchungszeile*.csv", separator: ";", encoding: windows-1252, names: {"sum": ["Betrag (EUR)"]}}
  jobs: {files: "Auftrag*.csv", separator: ";", encoding: windows-1252}
  staff: {files: "Personal*.csv", separator: ";", encoding: windows-1252}
  times: {files: "Zeiten*.csv", separator: ";", encoding: windows-1252}
entities:
  gl_line:
    from: lines
    join:
      - {source: heads, match: {"upper(trim(Beleg))": "upper(trim(Beleg))"}}
      - {source: jobs, match: {"lower(Auftrag)": "lower(Bezeichnung)"}}
    exclude: {cancelled: "heads.Storno = 'ja'"}
    columns:
      gl_line_id: "Beleg || '/' || Pos"
      journal_id: Beleg
      period_id: {sql: heads.date, apply: [{date: "%d.%m.%Y"}, month]}
      posting_date: {sql: heads.date, apply: {date: "%d.%m.%Y"}}
      posted_at: {sql: heads.Erfasst, apply: [{moment: "%d.%m.%Y %H:%M"}, {in_zone: Europe/Berlin}]}
      account_id: {sql: Konto, apply: {prefix: "SKR-"}}
      project_id: jobs.Nr
      # Credits are positive in this system.
      amount: {sql: '"sum"', apply: [decimal_comma, negate]}
      functional_amount: {sql: '"sum"', apply: [decimal_comma, negate]}
      description: Text
    assume: {legal_entity_id: kontor, currency: EUR, origin_type: manual}
  employee_assignment:
    from: staff
    join:
      - {source: staff, as: next_one, match: {Name: Name}, after: {Seit: Seit, apply: {date: "%d.%m.%Y"}}}
    columns:
      employee_id: Name
      valid_from: {sql: Seit, apply: {date: "%d.%m.%Y"}}
      valid_to: {sql: next_one.Seit, apply: {date: "%d.%m.%Y"}}
      grade: {sql: Stufe, map: {J: junior, S: senior}, otherwise: other}
    assume: {legal_entity_id: kontor, fte: "1", weekly_hours: "40"}
  time_entry:
    from: times
    join:
      - {source: jobs, match: {"lower(Auftrag)": "lower(Bezeichnung)"}}
      - {source: staff, as: then, match: {Wer: Name}, upto: {Tag: Seit, apply: {date: "%d.%m.%Y"}}}
    columns:
      time_entry_id: Lfd
      project_id: "coalesce(jobs.Nr, 'unknown job ' || Auftrag)"
      employee_id: Wer
      work_date: {sql: Tag, apply: {date: "%d.%m.%Y"}}
      hours: {sql: Dauer, apply: hours}
      is_billable: {sql: Fakt, map: {ja: "true", nein: "false"}}
      note: then.Stufe
    assume: {status: approved}
"""
FILES = {
    "Buchungskopf 2026.csv": "Beleg;Belegdatum;Erfasst;Storno\nB-1;31.03.2026;29.03.2026 01:30;nein\n"
    "B-2;01.04.2026;25.10.2026 02:30;nein\nB-3;02.04.2026;29.03.2026 02:30;nein\nB-4;03.04.2026;03.04.2026 09:00;ja\n",
    "Buchungszeile 2026.csv": "Beleg;Pos;Konto;Auftrag;Betrag (EUR);Text\nB-1;1;1400;;-1.234,50;Größe\n"
    "b-1 ;2;8400;ALTBAU;1.234,50;\nB-2;1;8400;Altbau;10,00;\nB-3;1;8400;;5,00;\nB-4;1;8400;;7,00;\n",
    "Auftrag.csv": "Nr;Bezeichnung\n4711;Altbau\n",
    "Personal.csv": "Name;Seit;Stufe\nMüller, Eva;01.10.2025;J\nMüller, Eva;01.03.2026;S\nKurz, Al;01.01.2020;X\n",
    "Zeiten.csv": "Lfd;Wer;Auftrag;Tag;Dauer;Fakt\n1;Müller, Eva;altbau;27.02.2026;7:45;ja\n"
    "2;Müller, Eva;Altbau;01.03.2026;PT30M;nein\n3;Müller, Eva;Neubau;02.03.2026;1:00;nein\n",
}


@pytest.fixture
def kontor(drop: Drop, tmp_path: Path) -> Drop:
    for name, text in FILES.items():
        drop.write(name, text.encode("windows-1252"))
    file = tmp_path / "kontor.yml"
    file.write_text(ADAPTER, encoding="utf-8")
    drop.options = {"system": str(file), "time_zone": "Europe/Berlin"}
    return drop


def test_a_ledger_with_header_and_line_apart_lands_with_its_signs_turned(kontor: Drop) -> None:
    kontor.ingest()
    assert kontor.ingest().status == "unchanged"
    assert kontor.rows(CONSERVED) == [(0,)]
    found = kontor.rows(
        "select gl_line_id, account_id, project_id, functional_amount, period_id, posted_at::varchar, description "
        "from lake.gl_line order by _row"
    )
    assert found == [
        ("B-1/1", "SKR-1400", None, Decimal("1234.50"), "2026-03", "2026-03-29 00:30:00+00", "Größe"),
        ("b-1 /2", "SKR-8400", "4711", Decimal("-1234.50"), "2026-03", "2026-03-29 00:30:00+00", None),
        # The hour that the clocks repeat is the earlier instant.
        ("B-2/1", "SKR-8400", "4711", Decimal("-10.00"), "2026-04", "2026-10-25 00:30:00+00", None),
    ]
    # The hour that they skip is an error, not another hour; a cancelled journal is left out by name.
    assert kontor.rows("select value from lake.quarantine") == [("2026-03-29T02:30:00.000000 Europe/Berlin",)]
    left_out = kontor.rows("select excluded_by from lake.batch_files where entity = 'gl_line'")
    assert left_out == [('{"cancelled": 1}',)]


def test_history_rows_end_where_the_next_begins(kontor: Drop) -> None:
    kontor.ingest()
    found = kontor.rows(
        "select employee_id, valid_from::varchar, valid_to::varchar, grade from lake.employee_assignment order by _row"
    )
    assert found == [
        ("Müller, Eva", "2025-10-01", "2026-03-01", "junior"),
        ("Müller, Eva", "2026-03-01", None, "senior"),
        ("Kurz, Al", "2020-01-01", None, "other"),
    ]


def test_durations_and_references_by_strings_are_read_and_what_is_not_found_says_so(kontor: Drop) -> None:
    kontor.ingest()
    found = kontor.rows("select time_entry_id, project_id, hours, note from lake.time_entry order by _row")
    assert found == [
        ("1", "4711", Decimal("7.75"), "J"),
        ("2", "4711", Decimal("0.50"), "S"),
        ("3", "unknown job Neubau", Decimal("1.00"), "S"),
    ]


def test_a_new_row_of_a_history_closes_the_one_before(kontor: Drop) -> None:
    kontor.ingest()
    kontor.write("Personal 2.csv", b"Name;Seit;Stufe\nKurz, Al;01.06.2026;S\n")
    kontor.ingest()
    ends = "select max_by(valid_to, _batch_id)::varchar from lake.employee_assignment where valid_from = '2020-01-01'"
    assert kontor.rows(ends) == [("2026-06-01",)]


def test_a_history_put_in_order_as_text_is_reported_where_it_runs_backwards(kontor: Drop, tmp_path: Path) -> None:
    adapter = tmp_path / "kontor.yml"
    by_day, as_text = 'after: {Seit: Seit, apply: {date: "%d.%m.%Y"}}', "after: {Seit: Seit}"
    assert by_day in adapter.read_text("utf-8")
    adapter.write_text(adapter.read_text("utf-8").replace(by_day, as_text), encoding="utf-8")
    kontor.write("Personal 3.csv", b"Name;Seit;Stufe\nLang, Bo;15.03.2021;J\nLang, Bo;20.01.2020;S\n")
    tried = attempt(load(str(adapter)), kontor.folder)
    why = "2 rows end on or before the day of their valid_from, and so count on no day (first: file Personal"
    assert any(m.startswith(f"employee_assignment from staff: {why}") for m in tried.described)
    assert [note for note in kontor.ingest().notes if why in note]
    assert kontor.rows("select count(*) from lake.quarantine where file = 'Personal 3.csv'") == [(0,)]


def test_the_check_says_what_the_samples_show_to_be_missing(kontor: Drop, tmp_path: Path) -> None:
    tried = attempt(load(str(tmp_path / "kontor.yml")), kontor.folder)
    assert any("gl_line from lines: 1 of 5 rows would be quarantined for posted_at" in m for m in tried.missing)
    assert any("journals do not balance (first: B-1, off by 1234.50)" in m for m in tried.missing)
    kontor.write("Fremd.csv", "a,b\n1,2\n")
    again = attempt(load(str(tmp_path / "kontor.yml")), kontor.folder)
    assert any(m.startswith("file Fremd.csv is read by no source") for m in again.missing)
    (kontor.folder / "Auftrag.csv").unlink()
    alone = attempt(load(str(tmp_path / "kontor.yml")), kontor.folder)
    assert any("looks up jobs, of which there is no sample" in m for m in alone.missing)


def test_the_check_says_where_a_lookup_is_ambiguous_or_finds_nothing(kontor: Drop, tmp_path: Path) -> None:
    adapter = load(str(tmp_path / "kontor.yml"))
    before = attempt(adapter, kontor.folder)
    assert "time_entry from times: 1 of 3 rows find nothing in jobs" in before.described
    assert not [m for m in before.described if "stand several times" in m], "versions of a history are none"
    kontor.write("Auftrag 2.csv", b"Nr;Bezeichnung\n4712;ALTBAU\n")
    after = attempt(adapter, kontor.folder).described
    assert "time_entry from times: 1 keys stand several times in jobs, of which the last row is taken" in after


@pytest.mark.parametrize(
    ("change", "to", "why"),
    [
        ('separator: ";"', 'separator: ";;"', "separator must be one sign"),
        ("encoding: windows-1252", "encoding: klingon", "encoding 'klingon' is not one of"),
        ("in_zone: Europe/Berlin", "in_zone: Europe/Berlyn", "'Europe/Berlyn' is no time zone"),
        ('{date: "%d.%m.%Y"}', "date", "date needs an argument"),
        ('{date: "%d.%m.%Y"}', "{date: soon}", "'soon' is no form of dates"),
        ("apply: hours", "apply: {hours: x}", "hours takes no argument"),
        ("after: {Seit: Seit", "after: {Seit: Seit, Tag: Seit", "must name one pair"),
        (
            'match: {"lower(Auftrag)": "lower(Bezeichnung)"}}',
            "as: heads, match: {Auftrag: Nr}}",
            "two of its rows alike",
        ),
        ("otherwise: other", "otherwise: other, less: 'x +'", "cannot be understood"),
        ("map: {J: junior, S: senior}, otherwise", "otherwise", "`otherwise` without a `map`"),
    ],
)
def test_what_an_adapter_gets_wrong_is_one_sentence(tmp_path: Path, change: str, to: str, why: str) -> None:
    assert change in ADAPTER
    file = tmp_path / "kontor.yml"
    file.write_text(ADAPTER.replace(change, to, 1), encoding="utf-8")
    with pytest.raises(ContractError, match=r"kontor\.yml") as caught:
        check(file)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
