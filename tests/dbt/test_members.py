"""One test a table says of each of its columns what is wrong with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.firm import ROOT

MODELS = {
    "persons": "select * from (values ('ann'), ('bob')) as persons (person)",
    "good": "select * from (values (1, 'paid', 'ann'), (2, 'due', null)) as t (id, state, person)",
    "bad": "select * from (values (null, 'paid', 'ann'), (2, 'off', 'zoe'), (3, null, 'yan')) as t (id, state, person)",
    "gone": "select * from (values (1, 'paid', 'zoe'), (2, 'due', 'ann')) as t (id, state, person)",
}
TESTED = """
  - name: {name}
    data_tests:
      - sound_members:
          name: members_of_{name}
          arguments:
            filled: [id]
            words: {{state: [paid, due]}}
            known: {{person: [ref('persons'), person]}}
          config: {{where: "{where}"}}
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What dbt says of a project whose tables are tested as ours are."""
    folder = tmp_path_factory.mktemp("members")
    for name in ("models", "tests/generic"):
        (folder / name).mkdir(parents=True)
    for name, text in MODELS.items():
        (folder / "models" / f"{name}.sql").write_text(text)
    tests = [TESTED.format(name=name, where="id < 9" if name == "good" else "1 = 1") for name in ("good", "bad")]
    tests.append(TESTED.format(name="gone", where="state <> 'paid'"))
    (folder / "models" / "models.yml").write_text("version: 2\nmodels:" + "".join(tests))
    (folder / "tests" / "generic" / "sound_members.sql").symlink_to(
        ROOT / "dbt_project" / "tests" / "generic" / "sound_members.sql"
    )
    (folder / "dbt_project.yml").write_text("name: lines\nprofile: lines\n")
    (folder / "profiles.yml").write_text(
        f"lines: {{target: d, outputs: {{d: {{type: duckdb, path: {folder}/lines.duckdb}}}}}}\n"
    )
    dbt = Path(sys.executable).parent / "dbt"
    done = subprocess.run(
        [str(dbt), "--no-use-colors", "build", "--profiles-dir", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    return done.stdout


def test_a_sentence_names_each_column_how_many_members_are_wrong_and_one_of_them(said: str) -> None:
    assert (
        "bad: id is empty in 1 rows; person has 2 members that are not in persons, such as yan; "
        "state has 1 other words than are allowed, such as off" in said
    )


def test_what_is_empty_is_nobodys_and_rows_may_be_left_out(said: str) -> None:
    assert "members_of_good" in said
    assert "members_of_gone" in said
    assert "PASS=" in said
    assert "ERROR=1 " in said
