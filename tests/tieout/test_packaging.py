"""What an installed package needs beside its modules goes with it."""

from __future__ import annotations

import tomllib

from tests.firm import ROOT


def test_every_file_that_a_package_reads_is_packed() -> None:
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    for name in (one.rstrip("*") for one in said["packages"]["find"]["include"]):
        packed = {file for pattern in said["package-data"].get(name, ()) for file in (ROOT / name).glob(pattern)}
        beside = {
            file for file in (ROOT / name).rglob("*")
            if file.is_file() and file.suffix not in {".py", ".pyc"} and "data" not in file.relative_to(ROOT).parts
        }  # fmt: skip
        assert beside == packed, name
