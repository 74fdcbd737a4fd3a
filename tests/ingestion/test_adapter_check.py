"""`tieout adapter check` says what an adapter maps, or in one sentence what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.adapter import available, parse
from ingestion.adapter_check import check
from ingestion.adapter_trial import Trial, attempt
from lake.errors import ContractError

SHIPPED = Path(__file__).parents[2] / "ingestion/adapters"
GOOD = """
system: shop
about: a made-up system
sources:
  people: {files: ["people*.csv", "staff/*"]}
  teams: {files: "teams.csv"}
  other: {files: "other.csv"}
entities:
  employee:
    from: people
    join: [{source: teams, match: {team: id}}]
    exclude: {test_users: "name = 'Test'"}
    columns:
      employee_id: id
      full_name: "first || ' ' || last"
      email: teams.email
      worker_type: {sql: kind, map: {perm: employee}}
      hire_date: {sql: joined, apply: date_part}
      vendor_id: "'V1'"
    assume: {is_deleted: "false"}
"""


def said(tmp_path: Path, text: str, name: str = "shop.yml") -> list[str]:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return check(file)


def test_a_sound_adapter_is_described_with_every_assumption(tmp_path: Path) -> None:
    text = "\n".join(said(tmp_path, GOOD))
    assert "shop: feeds 1 entity." in text
    assert "employee: files people*.csv or staff/*; maps 6 columns." in text
    assert "looks up teams" in text
    assert "leaves out test_users: name = 'Test'" in text
    assert "assumes is_deleted = 'false'" in text
    assert "assumes vendor_id = 'V1' (a constant" in text
    assert "leaves empty: employee_no, termination_date" in text
    assert "takes the file's own time as updated_at" in text
    assert "Note: source other is read by no entity." in text


@pytest.mark.parametrize("system", available())
def test_every_adapter_that_ships_holds_together(system: str) -> None:
    lines = check(SHIPPED / f"{system}.yml")
    assert lines[0].startswith(f"{system}: feeds ")
    assert not [line for line in lines if line.startswith("Note:")]


def test_another_name_than_the_files_is_noted(tmp_path: Path) -> None:
    assert any("'shop'" in line and "'store'" in line for line in said(tmp_path, GOOD, "store.yml"))


@pytest.mark.parametrize(
    ("change", "to", "why"),
    [
        ("      employee_id: id\n", "", "required column employee_id must be mapped or assumed"),
        ("      employee_id: id\n", "      emplyee_id: id\n", "emplyee_id"),
        ("      employee_id: id\n", "      employee_id: id\n      employee_id: no\n", "'employee_id' is named twice"),
        ("  employee:", "  employe:", "no such entity"),
        ("\"first || ' ' || last\"", '"first ||"', "cannot be understood"),
        ("\"first || ' ' || last\"", "\"read_text('/etc/passwd')\"", "cannot be understood"),
        ("\"first || ' ' || last\"", '"(select 1)"', "full_name"),
        ("\"first || ' ' || last\"", '""', "full_name"),
        ("name = 'Test'", "upper(name)", "is no condition"),
        ("perm: employee", "perm: worker", "translates to 'worker', which is not one of employee, contractor"),
        ('is_deleted: "false"', 'is_deleted: "never"', "assumes 'never', which is neither true nor false"),
        ('is_deleted: "false"', 'termination_date: "31.12.2026"', "is not a calendar date"),
        ("apply: date_part", "apply: eval", "no function 'eval'"),
        ('{files: "teams.csv"}', "{}", "must say which `files`"),
        ("source: teams", "source: absent", "absent"),
        ("from: people", "from: [people]", "adapter shop.yml"),
        ("    columns:", "    colums:", "colums"),
        ("sources:\n", "sources: [1]\nsauces:\n", "adapter shop.yml"),
        ("about:", "about: [", "is not YAML"),
    ],
)
def test_each_fault_is_one_sentence_that_names_it(tmp_path: Path, change: str, to: str, why: str) -> None:
    assert GOOD.count(change) == 1
    with pytest.raises(ContractError) as caught:
        said(tmp_path, GOOD.replace(change, to))
    assert why in str(caught.value)
    assert "shop.yml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "must name its `system`"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"- a\n- b\n", "must name its `system`"),
        (b"system: x\nentities: {}\n", "feeds no entity"),
        (b"&a [*a]", "adapter"),
        (b"? [a, b]\n: c\n", "plain word"),
        (b"[" * 3000, "is not YAML"),
        (b"system: !!python/object/apply:os.system ['true']\nentities: {}\n", "adapter"),
    ],
)
def test_a_file_that_is_no_adapter_is_one_sentence(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "x.yml"
    file.write_bytes(content)
    with pytest.raises(ContractError, match=why):
        check(file)


def test_an_absent_file_or_a_folder_is_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.yml", tmp_path):
        with pytest.raises(ContractError, match="cannot be read"):
            check(path)


SAMPLED = """
system: shop
sources:
  people: {files: "people*", records: "items[]", format: json, ignored: [hue]}
entities:
  customer:
    from: people
    columns: {customer_id: id, name: name, is_deleted: gone}
"""


def _tried(tmp_path: Path, *items: str) -> Trial:
    (tmp_path / "samples").mkdir(exist_ok=True)
    (tmp_path / "samples/people.json").write_text('{"items": [' + ", ".join(items) + "]}", encoding="utf-8")
    return attempt(parse(SAMPLED, name="shop.yml"), tmp_path / "samples")


ONE = '{"id": "1", "name": "One", "gone": null, "hue": "red"}'


def test_rows_that_only_delete_are_counted_and_those_of_unknown_records_are_missing(tmp_path: Path) -> None:
    found = _tried(tmp_path, ONE, '{"id": "1", "gone": true}', '{"id": "9", "gone": true}')
    assert "customer from people: 3 rows of 1 files, 1 would land, 1 be quarantined, 0 left out, 1 only delete" in (
        found.described
    )
    assert any("1 of 3 rows would be quarantined for deleting a record that the samples" in m for m in found.missing)


def test_columns_that_are_neither_mapped_nor_ignored_are_named(tmp_path: Path) -> None:
    found = _tried(tmp_path, ONE.replace("}", ', "size": 3}'))
    assert any("unknown columns 'size', reported as drift; map them or name them under" in d for d in found.described)
    assert not [d for d in _tried(tmp_path, ONE).described if "unknown columns" in d]


def test_half_of_a_surrogate_pair_is_one_sentence_in_an_adapter_and_one_row_in_a_sample(tmp_path: Path) -> None:
    found = _tried(tmp_path, ONE, '{"id": "2", "name": "\\ud800", "gone": null}')
    assert any("1 of 2 rows would be quarantined for a record that cannot be read" in m for m in found.missing)
    with pytest.raises(ContractError, match=r"adapter x\.yml is not Unicode text: an escape in it is half of a pair"):
        said(tmp_path, 'system: "\\ud800"\nentities: {}\n', "x.yml")


@pytest.mark.parametrize("document", ['["\\ud800"]', '[{"id": {"a": "\\udfff"}}]'])
def test_a_sample_that_is_no_unicode_never_ends_the_command(tmp_path: Path, document: str) -> None:
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples/people.json").write_text(document, encoding="utf-8")
    adapter = parse(SAMPLED.replace(', records: "items[]"', ""), name="shop.yml")
    assert attempt(adapter, tmp_path / "samples").missing
