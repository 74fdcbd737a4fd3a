"""The page of the configuration names every key, with its default, and every variable that dbt reads."""

from __future__ import annotations

import re

from tests.firm import ROOT
from tieout.settings import Settings

PAGE = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \|.*\| (.+?) \|$", PAGE, re.MULTILINE)


def test_every_key_is_there_with_its_default() -> None:
    said = {name: default.strip("`") for name, default in ROWS if not name.startswith("TIEOUT_")}
    assert set(said) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        if name not in {"mart_root", "feeds"}:  # these two have no value of their own, which the page says in words
            assert said[name] == str(field.default), name


def test_every_variable_that_dbt_reads_is_there() -> None:
    # dbt itself writes beside them, once it has been run by hand
    written = (file for kind in ("sql", "yml") for file in (ROOT / "dbt_project").rglob(f"*.{kind}"))
    files = [ROOT / "profiles.yml", *(file for file in written if "target" not in file.parts)]
    files.append(ROOT / "lake/dbt_connection.py")
    asked = re.compile(r"(?:env_var|environ\.get)\(\s*.(TIEOUT_\w+)")
    read = {name for file in files for name in asked.findall(file.read_text("utf-8"))}
    assert "TIEOUT_LAKE_ROOT" in read
    assert read == set(re.findall(r"`(TIEOUT_\w+)`", PAGE.split("## Plain dbt")[1]))
