"""A draft of files in another language: header and line apart, references by strings, histories, decimal commas."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.adapter import parse
from ingestion.adapter_check import check
from ingestion.adapter_model import Input
from ingestion.drafting import draft
from ingestion.likeness import tokens
from lake.errors import ContractError

FILES = {
    "Mitarbeiter.csv": "Personalnr;Name;Eintritt;Art\n0007;Weiß, Jürgen;01.04.2019;Intern\n"
    "0012;Österle, Anna;15.01.2024;Intern\n",
    "Zuordnung.csv": "Personalnr;gültig ab;Kostenstelle;Stufe\n0007;01.04.2019;KST-10;Berater\n"
    "0007;25.07.2025;KST-20;Senior\n0012;15.01.2024;KST-10;Berater\n",
    "Zeitblatt_Kopf_2026.csv": "Blatt;Mitarbeiter;Status;Eingereicht am\n"
    "ZB-1;Weiß, Jürgen;freigegeben;31.03.2026 17:05\nZB-2;Österle, Anna;offen;30.03.2026 08:30\n",
    "Zeitblatt_Zeilen_2026.csv": "Blatt;Zeile;Projekt;Tag;Std;fakturierbar\nZB-1;1;AB-1;30.03.2026;7,50;J\n"
    "ZB-1;2;AB-1;31.03.2026;8,00;N\nZB-2;1;AB-2;30.03.2026;1.234,00;J\n",
    "Buchungen.csv": "Belegnr;Pos;Buchungsdatum;Konto;Betrag\nR-1;1;31.03.2026;8400;12.345,67\n"
    "R-1;2;31.03.2026;1400;-12.345,67\n",
}


@pytest.fixture
def drafted(tmp_path: Path) -> str:
    folder = tmp_path / "kontor"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_bytes(text.encode("windows-1252"))
    return draft(folder)


def _inputs(text: str) -> dict[str, Input]:
    return {step.entity: step for step in parse(text, name="x.yml").inputs}


def test_files_in_german_become_their_entities_and_a_header_is_looked_up_by_its_lines(drafted: str) -> None:
    steps = _inputs(drafted)
    assert {e: s.source.name for e, s in steps.items()} == {
        "employee": "mitarbeiter",
        "employee_assignment": "zuordnung",
        "time_entry": "zeitblatt_zeilen",
        "gl_line": "buchungen",
    }
    times = steps["time_entry"]
    assert [(j.source, dict(j.match)) for j in times.joins] == [("zeitblatt_kopf", {'"Blatt"': '"Blatt"'})]
    assert times.columns is not None
    found = {name: (column.sql, [c.name for c in column.apply]) for name, column in times.columns.items()}
    assert found["time_entry_id"] == ('"Blatt" || \'/\' || "Zeile"', [])
    assert found["employee_id"] == ('zeitblatt_kopf."Mitarbeiter"', [])
    assert found["status"] == ('zeitblatt_kopf."Status"', [])
    assert found["work_date"] == ('"Tag"', ["date"])
    assert found["hours"] == ('"Std"', ["decimal_comma"])
    assert times.columns["is_billable"].values == {"J": "true", "N": "false"}
    assert 'its values are "Name" of mitarbeiter: look the id up there' in drafted
    assert "zeitblatt_kopf seems to be the header of zeitblatt_zeilen" in drafted


def test_what_a_history_and_a_ledger_keep_to_themselves_is_asked(drafted: str) -> None:
    steps = _inputs(drafted)
    assert steps["employee_assignment"].columns is not None
    assert steps["employee_assignment"].columns["valid_from"].sql == '"gültig ab"'
    assert "# TODO: if a row holds until the next one begins, add" in drafted
    assert "# TODO: debits must be positive" in drafted


def test_an_open_end_that_is_proposed_can_be_taken_as_it_stands(drafted: str, tmp_path: Path) -> None:
    (join,) = [line.removeprefix("      #   ") for line in drafted.splitlines() if line.startswith("      #   join:")]
    text = drafted.replace("    from: zuordnung\n", f"    from: zuordnung\n    {join}\n")
    (step,) = [s for s in parse(text, name="x.yml").inputs if s.entity == "employee_assignment"]
    assert step.joins[0].name == "next_one"
    assert step.joins[0].after is not None
    assert [c.argument for c in step.joins[0].after.apply] == ["%d.%m.%Y"]
    file = tmp_path / "kontor.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=r"the required columns? .* must be mapped or assumed"):
        check(file)


def test_a_source_that_says_more_of_an_entity_is_not_taken_for_its_lines(tmp_path: Path) -> None:
    (tmp_path / "invoice_line.csv").write_text(
        "invoice_line_id,invoice_id,amount,quantity\nL1,I1,10.00,1\nL2,I1,20.00,2\nL3,I2,5.00,1\n"
    )
    (tmp_path / "invoice_line_tag.csv").write_text("invoice_line_id,tag\nL1,north\nL1,blue\nL2,north\n")
    text = draft(tmp_path)
    lines = [s for s in parse(text, name="x.yml").inputs if s.entity == "invoice_line"]
    assert "invoice_line" in {s.source.name for s in lines}
    assert "seems to be the header" not in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Projektkürzel", ("project", "code")),
        ("BUCHUNGSDATUM", ("posting", "date")),
        ("Währung", ("currency",)),
        ("Wochenstunden", ("week", "hour")),
        ("Montant", ("amount",)),
        ("Order Status", ("order", "status")),
        ("日本", ("日本",)),
    ],
)
def test_words_of_other_tongues_are_said_as_the_contracts_say_them(name: str, words: tuple[str, ...]) -> None:
    assert tokens(name) == words


ERP = {
    "Mandanten.csv": "MandantNr;Bezeichnung;Waehrung\n0010;Nord GmbH;EUR\n0020;Alpen AG;CHF\n",
    "Sachkonten.csv": "MandantNr;KontoNr;Bezeichnung\n0010;1200;Bank\n0010;4400;Erlös\n0020;1200;Bank\n",
    "Projekte.csv": "ProjektNr;Projektname;Ende\nP-0;Neubau;\nP-1;Altbau;\n",
    "Belegkoepfe.csv": "BelegNr;MandantNr;Buchungsdatum;Periode;GeaendertAm\n"
    + "".join(f"RE-{n};00{n % 2 + 1}0;{n + 12}.01.2026;01/2026;{n + 12}.01.2026 18:30:00\n" for n in range(4)),
    "Belegpositionen.csv": "BelegNr;PosNr;KontoNr;BetragHauswaehrung\n"
    + "".join(f"RE-{n};1;1200;-{n},50\nRE-{n};2;4400;{n},50\n" for n in range(4)),
    "Stundenbuchungen.csv": "BuchungsNr;PersonalNr;ProjektNr;Datum;Stunden;Abrechenbar\n"
    + "".join(f"S{n};MA{n % 3};P-{n % 2};{n + 12}.01.2026;7,{n}0;{'JN'[n % 2]}\n" for n in range(6)),
}


def test_an_erp_with_header_and_line_apart_is_drafted_by_its_own_words(tmp_path: Path) -> None:
    for name, text in ERP.items():
        (tmp_path / name).write_text(text, encoding="windows-1252")
    drafted = draft(tmp_path)
    assert "belegkoepfe seems to be the header of belegpositionen" in drafted
    inputs = _inputs(drafted)
    said = {name: {c: m.sql for c, m in (step.columns or {}).items()} for name, step in inputs.items()}
    assert said["legal_entity"]["legal_entity_id"] == '"MandantNr"'
    assert said["account"]["account_no"] == '"KontoNr"'
    lines = said["gl_line"]
    assert (lines["legal_entity_id"], lines["period_id"], lines["posting_date"], lines["functional_amount"]) == (
        'belegkoepfe."MandantNr"', 'belegkoepfe."Periode"', 'belegkoepfe."Buchungsdatum"', '"BetragHauswaehrung"',
    )  # fmt: skip
    assert "TODO: debits must be positive" in drafted
    times = said["time_entry"]
    assert times["time_entry_id"] == '"BuchungsNr"', "a date names no record, and no two rows share this number"
    assert "TODO: taken as the key, as no two rows share it" in drafted
    assert (inputs["time_entry"].columns or {})["is_billable"].values == {"J": "true", "N": "false"}
    assert [tokens(name) for name in ("GeaendertAm", "Projektname")] == [("updated", "at"), ("project", "name")]
