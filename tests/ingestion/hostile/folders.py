"""What lies in a folder beside good files, manifests and snapshots."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.ingestion.hostile.case import GOOD, TINY, Case, cells, csv


def _odd_name(path: Path) -> None:
    path.mkdir()
    Path(os.fsdecode(os.fsencode(path) + b"/\xffz.csv")).write_bytes(csv(GOOD))


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _socket(path: Path) -> None:
    """A socket's address is short: it is made from within the folder."""
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        listening.bind(path.name)
    finally:
        os.chdir(here)
        listening.close()


def _nested(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(csv(GOOD))


def _manifest(**said: object) -> dict[str, bytes]:
    listed = {"files": [{"name": "time_entry.csv"} | said]}
    return {"time_entry.csv": csv(GOOD), "manifest.json": json.dumps(listed).encode()}


def _tiny(number: int) -> dict[str, bytes]:
    return {f"time_entry/{n:05}.csv": cells(time_entry_id=f"T{n}") for n in range(number)}


FOLDERS: tuple[Case, ...] = (
    # what lies in the folder
    Case("link out of the folder", {"time_entry.csv": _link("/etc/passwd")}),
    Case("link to itself", {"time_entry.csv": _link("time_entry.csv")}),
    Case("link to a folder", {"time_entry": _link("/")}),
    Case("FIFO", {"time_entry.csv": os.mkfifo}),
    Case("socket", {"time_entry.csv": _socket}),
    Case("folder called like a file", {"time_entry.csv": Path.mkdir}),
    Case("six folders deep", {"time_entry/a/b/c/d/e/1.csv": _nested}),
    Case("hidden and half-copied files", {".time_entry.csv": csv(GOOD), "time_entry/_tmp.csv": csv(GOOD)}),
    Case("line end and quotes in a file's name", {"time_entry/a\n'b\"; --.csv": csv(GOOD)}, lands=1),
    Case("file's name that is not UTF-8", {"time_entry": _odd_name}, lands=1),
    Case("file's name of 200 letters", {f"time_entry/{'x' * 200}.csv": csv(GOOD)}, lands=1),
    Case("half of a csv, touched just now", {"time_entry.csv": csv(GOOD)[:-3]}, refusal="breaks off within a line",
         options={"settle_seconds": 300}),
    Case("name of no entity", {"secrets.csv": csv(GOOD)}),
    Case("one content under two names", {"time_entry/a.csv": csv(GOOD), "time_entry/b.csv": csv(GOOD)}, lands=1),
    Case("very many tiny files", _tiny(TINY), lands=TINY),
    # manifests and snapshots
    Case("manifest of more rows", _manifest(row_count=2), refusal="has 1 rows where manifest.json says 2"),
    Case("manifest of another hash", _manifest(sha256="0" * 64), refusal="nothing of the drop is landed"),
    Case("manifest of another total", _manifest(control_totals={"hours": 8}), refusal="hours sums to 7.5 where"),
    Case("manifest of a total of NaN", _manifest(control_totals={"hours": "NaN"}), refusal="NaN is no number of rows"),
    Case("manifest of a billion digits", _manifest(row_count="1e999999999"), refusal="is no number of rows"),
    Case("manifest of a window beyond time", _manifest(window={"to": "9999-12-31T23:59:59-12:00"}),
         refusal="does not make sense: date value out of range"),
    Case("manifest with a file twice", _manifest() | {"manifest.json": json.dumps(
        {"files": [{"name": "time_entry.csv"}, {"name": "time_entry.csv", "row_count": 1}]}).encode()},
         refusal="lists time_entry.csv twice"),
    Case("manifest of an absent column", _manifest(control_totals={"*": 8}), refusal="gives a total of *"),
    Case("manifest of a missing file", _manifest(name="gone.csv"), refusal="lists gone.csv, which is not there"),
    Case("manifest that climbs out", _manifest(name="../../etc/passwd"), refusal="lists ../../etc/passwd, which"),
    Case("manifest that is no JSON", _manifest() | {"manifest.json": b"{"}, refusal="manifest.json is not JSON"),
    Case("manifest nested too deep", _manifest() | {"manifest.json": b"[" * 100_000}, refusal="is not JSON"),
    Case("snapshot of nothing but refused rows", {"time_entry.csv": cells(hours="x")}, quarantine=("number",),
         options={"mode": "snapshot"}),
)  # fmt: skip
