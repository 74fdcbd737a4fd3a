"""Files that go wrong in every way we know of, each with what must become of it.

`lands` counts rows, `quarantine` names the rule of each refused row, `refusal` is a part of the sentence; a
file that is no business of the feed's is not read. Cases of one `cell` are ingested together, a file each.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import socket
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from tests.ingestion.conftest import entry

HEADER = "time_entry_id,project_id,employee_id,work_date,hours,is_billable,status"
GOOD = "T1,P1,E1,2026-03-02,7.50,true,approved"
MIB = 1 << 20
#: How many tiny files; `make hostile` takes thousands.
TINY = int(os.environ.get("TIEOUT_TINY_FILES", "200"))


@dataclass(frozen=True)
class Case:
    """One hostile drop: its files by name (bytes, or what makes them in the folder) and its due."""

    kind: str
    files: Mapping[str, bytes | Callable[[Path], None]]
    lands: int = 0
    quarantine: tuple[str, ...] = ()
    refusal: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    cell: bool = False

    @property
    def due(self) -> str:
        """What must become of it, in a few words."""
        if self.refusal is not None:
            return f"refused: {self.refusal}"
        if self.quarantine:
            return f"{self.lands} land, quarantine: {', '.join(self.quarantine)}"
        return f"{self.lands} land" if self.lands else "nothing to land"


def csv(*lines: str, header: str = HEADER) -> bytes:
    """Return lines of time entries under a header."""
    return ("\n".join((header, *lines)) + "\n").encode()


def cells(**said: object) -> bytes:
    """Return one good entry with some cells otherwise."""
    row = entry(1) | said
    quoted = ('"' + str(v).replace('"', '""') + '"' for v in row.values())
    return (",".join(row) + "\n" + ",".join(quoted) + "\n").encode()


def one(kind: str, content: bytes | Callable[[], bytes], name: str = "time_entry.csv", **due: Any) -> Case:
    """Return a case of a single file."""
    if isinstance(content, bytes):
        return Case(kind, {name: content}, **due)
    return Case(kind, {name: lambda path: _written(path, content())}, **due)


def _written(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def bad(kind: str, rule: str, **said: object) -> Case:
    """Return a case of one cell that breaks a rule."""
    return one(kind, cells(**said), quarantine=(rule,), cell=True)


def kept(kind: str, **said: object) -> Case:
    """Return a case of cells that look dangerous and must land exactly as they are."""
    return one(kind, cells(**said), lands=1, values=said, cell=True)


def _zip(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def _xlsx(rows: list[dict[str, object]]) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(rows).write_excel(out)
    return out.getvalue()


def _sheets(*cells: str, hidden: bool = False) -> bytes:
    """Return a workbook with a time entry on its first sheet, and one more sheet for each of the cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        first = book.add_worksheet()
        for number, row in enumerate((HEADER, GOOD)):
            first.write_row(number, 0, row.split(","))
        for cell in cells:
            more = book.add_worksheet()
            more.write(7, 7, cell)
            if hidden:
                more.hide()
    return out.getvalue()


def _odd_name(path: Path) -> None:
    path.mkdir()
    Path(os.fsdecode(os.fsencode(path) + b"/\xffz.csv")).write_bytes(csv(GOOD))


def _xlsx_bomb() -> bytes:
    """Return a small workbook whose sheet unpacks to 34 megabytes of spaces."""
    out, blank = io.BytesIO(_xlsx([entry(1)])), b" " * MIB
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet9.xml", "w") as sheet,
    ):
        for _ in range(34):
            sheet.write(blank)
    return out.getvalue()


def _parquet(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


def _parquet_bomb() -> bytes:
    """Return a small file of one enormous cell."""
    row = {name: [str(value)] for name, value in entry(1).items()} | {"note": ["x" * (34 * MIB)]}
    return _parquet(pa.table(row), compression="zstd", use_dictionary=False, write_statistics=False)


def _entries(number: int = 1, **said: object) -> pa.Table:
    return pa.Table.from_pylist([entry(n, **said) for n in range(number)])


def _gz_bomb() -> bytes:
    return gzip.compress(csv(GOOD) + b"\n" * (34 * MIB), compresslevel=6)


def _zst_bomb() -> bytes:
    return _zst(csv(GOOD) + b"\n" * (34 * MIB))


def _zst(content: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(content))


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


def _ndjson(*records: object) -> bytes:
    return "\n".join(r if isinstance(r, str) else json.dumps(r) for r in records).encode()


_GL = (
    "gl_line_id,journal_id,legal_entity_id,period_id,posting_date,posted_at,account_id,amount,currency,"
    "functional_amount"
)

CASES: tuple[Case, ...] = (
    # encodings and line ends
    one("byte order mark", b"\xef\xbb\xbf" + csv(GOOD), lands=1),
    one("UTF-16", csv(GOOD).decode().encode("utf-16"), refusal="is not UTF-8 text: save it as UTF-8"),
    one("Latin-1 cell", csv(GOOD.replace("P1", "M\xfcller")).decode().encode("latin-1"), refusal="not UTF-8 text"),
    one("Latin-1 header", csv(GOOD + ",x", header=HEADER + ",m\xfc").decode().encode("latin-1"), refusal="not UTF-8"),
    one("NUL in a cell", csv(GOOD.replace("P1", "P\0001")), lands=1, values={"project_id": "P\0001"}),
    one("CRLF line ends", csv(GOOD).replace(b"\n", b"\r\n"), lands=1, values={"status": "approved"}),
    one("CR line ends", csv(GOOD).replace(b"\n", b"\r"), lands=1, values={"status": "approved"}),
    one("no line end at the end", csv(GOOD).rstrip(b"\n"), lands=1),
    one("blank lines", csv("", GOOD, "", "", GOOD.replace("T1", "T2"), ""), lands=2),
    kept("composed and decomposed letters", note="caf\u00e9 cafe\u0301", project_id="\u212b\u00c5"),
    kept("zero-width and right-to-left marks in an id", project_id="P\u200b1\u202e"),
    # quotes and delimiters
    kept("quotes, commas and line ends in a cell", note='a "b", c\nd'),
    one("quote never closed", csv(GOOD, GOOD.replace("T1", '"T2')), refusal="never closed"),
    one("quote within a bare cell", csv(GOOD.replace("P1", 'P"1')), lands=1, values={"project_id": 'P"1'}),
    one("text behind a closing quote", csv(GOOD.replace("P1", '"P"1')), refusal="row 1: there is text behind a"),
    one("quote that swallows a row", csv(GOOD + ',"5 inch', GOOD.replace("T1", "T2") + ',"x"', GOOD + ",",
        header=HEADER + ",note"), refusal="row 1: there is text behind a closing quote"),
    one("semicolons", csv(GOOD).replace(b",", b";"), refusal="lacks the required columns time_entry_id"),
    one("tabs", csv(GOOD).replace(b",", b"\t"), refusal="lacks the required columns time_entry_id"),
    # rows and headers
    one("short row", csv(GOOD, "T2,P1,E1"), lands=1, quarantine=("unreadable",)),
    one("long row", csv(GOOD + ",x", GOOD), lands=1, quarantine=("unreadable",)),
    one("header twice the same", csv(GOOD + ",1", header=HEADER + ",hours"), refusal="names column 'hours' twice"),
    one("header without a name", csv(GOOD + ",1", header=HEADER + ","), refusal="column 8 of the header has no name"),
    one("missing required column", csv(GOOD[3:], header=HEADER[14:]), refusal="the required column time_entry_id"),
    one("header in capitals", csv(GOOD, header=HEADER.upper()), refusal="lacks the required columns time_entry_id"),
    one("header padded", csv(GOOD, header=HEADER.replace("hours", " hours")), refusal="the required column hours"),
    one("header alone", csv()),
    one("header again below", csv(GOOD, HEADER), lands=1, quarantine=("date",)),
    one("empty file", b"", refusal="is empty: not even a header; send it again"),
    one("nothing but line ends", b"\n\n\n", refusal="is empty: not even a header; send it again"),
    one("columns in another order", csv("7.50,T1,P1,E1,2026-03-02,true,approved",
        header="hours," + HEADER.replace("hours,", "")), lands=1),
    one("our own audit columns", csv(GOOD + ",99,evil", header=HEADER + ",_batch_id,_file"), lands=1),
    one("two thousand columns", csv(GOOD + ",x" * 2000, header=HEADER + "," + ",".join(f"c{n}" for n in range(2000))),
        lands=1),
    # numbers
    bad("decimal comma", "number", hours="7,50"),
    bad("thousands separator", "number", hours="1,234.50"),
    bad("scale overflow", "scale", hours="7.505"),
    bad("precision overflow", "precision", hours="12345678.00"),
    bad("NaN", "number", hours="NaN"),
    bad("infinity", "number", hours="-Infinity"),
    bad("exponent", "number", hours="1e3"),
    bad("hexadecimal", "number", hours="0x10"),
    bad("padded number", "number", hours=" 7.50"),
    bad("the word null", "number", hours="NULL"),
    bad("digits of another script", "number", hours="\u0667.\u0665"),
    bad("typographic minus", "number", hours="\u22127.50"),
    bad("currency sign", "number", hours="\u20ac7.50"),
    bad("a million digits", "precision", hours="9" * 1_000_000),
    one("trailing zeros", cells(hours="7.5000"), lands=1),
    kept("leading zeros of an id", project_id="00042", employee_id="007"),
    # dates and times
    bad("impossible date", "date", work_date="2026-02-30"),
    bad("zero date", "date", work_date="0000-00-00"),
    bad("day before month", "date", work_date="02/03/2026"),
    bad("spreadsheet's day number", "date", work_date="46083"),
    bad("year before 1900", "date", work_date="1899-12-31"),
    bad("five-digit year", "date", work_date="20260-03-02"),
    Case("hour that the clocks skip", {"time_entry.csv": cells(submitted_at="2026-03-29T02:30:00")},
         quarantine=("ts_skipped_hour",), options={"time_zone": "Europe/Berlin"}),
    Case("hour that the clocks repeat", {"time_entry.csv": cells(submitted_at="2026-10-25T02:30:00")}, lands=1,
         values={"submitted_at": "2026-10-25T00:30:00"}, options={"time_zone": "Europe/Berlin"}),
    bad("leap second", "ts", submitted_at="2026-06-30T23:59:60Z"),
    bad("hour 25", "ts", submitted_at="2026-06-30T25:00:00Z"),
    bad("unknown zone name", "ts", submitted_at="2026-06-30T23:00:00 CEST"),
    one("offset", cells(submitted_at="2026-06-30T01:00:00+05:30"), lands=1,
        values={"submitted_at": "2026-06-29T19:30:00"}),
    # words
    bad("unknown enum value", "enum", status="done"),
    bad("enum in capitals", "enum", status="Approved"),
    bad("boolean of another tongue", "bool", is_billable="ja"),
    bad("empty key", "required", time_entry_id=""),
    bad("empty required cell", "required", employee_id=""),
    kept("formula injection", note="=cmd|' /C calc'!A0", project_id="@SUM(1)"),
    kept("SQL injection", note="'; drop table lake.time_entry; --", project_id='P" or 1=1'),
    kept("script and template injection", note="<script>alert(1)</script>{{7*7}}${jndi:ldap://x}"),
    # keys and journals
    one("duplicate keys", csv(GOOD, GOOD.replace("7.50", "8.00")), lands=2),
    one("older version that comes late", csv(GOOD + ",2026-03-09T00:00:00Z", GOOD + ",2026-03-01T00:00:00Z",
        header=HEADER + ",updated_at"), lands=2),
    one("unbalanced journal", csv("G1,J1,L1,2026-03,2026-03-31,2026-03-31T10:00:00Z,A1,10.00,EUR,10.00", header=_GL),
        name="gl_line.csv", lands=1),
    one("deletion of an unknown record", csv("T9,true", header="time_entry_id,is_deleted"),
        quarantine=("unknown_record",)),
    # giants
    one("cell of two megabytes", cells(note="x" * (2 * MIB)), lands=1),
    one("row of twenty megabytes", csv(GOOD, GOOD + "x" * (20 * MIB)), refusal="a row is longer than 8388608 bytes"),
    one("header of nine megabytes", b"x" * (9 * MIB), refusal="field larger than field limit"),
    one("line of seventeen megabytes", b'{"a": "' + b"x" * (17 * MIB) + b'"}', "time_entry.ndjson",
        refusal="line 1 is longer than 16777216 bytes"),
    # JSON
    one("line that is no JSON", _ndjson(entry(1), "{oops"), "time_entry.ndjson", lands=1, quarantine=("unreadable",)),
    one("line that is no object", _ndjson(entry(1), "[1]"), "time_entry.ndjson", lands=1, quarantine=("unreadable",)),
    one("member named twice", b'{"a": 1, "a": 2}', "time_entry.ndjson", quarantine=("unreadable",)),
    one("nesting of a hundred thousand", b"[" * 100_000, "time_entry.ndjson", quarantine=("unreadable",)),
    one("half of a surrogate pair", _ndjson(entry(1), '{"time_entry_id": "\\ud800"}'), "time_entry.ndjson", lands=1,
        quarantine=("unreadable",)),
    one("NaN in JSON", _ndjson(entry(1)).replace(b'"7.50"', b"NaN"), "time_entry.ndjson", quarantine=("number",)),
    one("number of four hundred digits", _ndjson(entry(1)).replace(b'"7.50"', b"9" * 400), "time_entry.ndjson",
        quarantine=("precision",)),
    one("JSON document cut short", b'[{"time_entry_id": "T1"', "time_entry.json", refusal="is not JSON"),
    one("JSON that is no list", b'{"time_entry_id": "T1"}', "time_entry.json", refusal="is not a list of records"),
    one("JSON nested too deep", b"[" * 100_000, "time_entry.json", refusal="is not JSON"),
    # archives
    one("gzip cut short", gzip.compress(csv(GOOD) * 50)[:-20], "time_entry.csv.gz", refusal="cannot be unpacked"),
    one("gzip with a flipped bit", gzip.compress(csv(GOOD))[:-6] + b"\0" * 6, "time_entry.csv.gz",
        refusal="cannot be unpacked"),
    one("zstd cut short", _zst(csv(GOOD) * 50)[:-9], "time_entry.csv.zst", refusal="cannot be unpacked"),
    one("gzip bomb", _gz_bomb, "time_entry.csv.gz", refusal="unpacks to more than"),
    one("zstd bomb", _zst_bomb, "time_entry.csv.zst", refusal="unpacks to more than"),
    one("workbook bomb", _xlsx_bomb, "time_entry.xlsx", refusal="unpacks to more than"),
    one("Parquet bomb", _parquet_bomb, "time_entry.parquet", refusal="unpacks to more than"),
    one("archive within an archive", gzip.compress(gzip.compress(csv(GOOD))), "time_entry.csv.gz",
        refusal="not UTF-8 text"),
    # lying extensions
    one("CSV called gz", csv(GOOD), "time_entry.csv.gz", refusal="cannot be unpacked"),
    one("gzip called CSV", gzip.compress(csv(GOOD)), refusal="not UTF-8 text"),
    one("CSV called Parquet", csv(GOOD), "time_entry.parquet", refusal="is not readable Parquet"),
    one("Parquet called CSV", _parquet(_entries()), refusal="not UTF-8 text"),
    one("CSV called XLSX", csv(GOOD), "time_entry.xlsx", refusal="is not a readable workbook"),
    one("any zip called XLSX", _zip({"a.txt": b"a"}), "time_entry.xlsx", refusal="is not a readable workbook"),
    one("Parquet cut short", _parquet(_entries())[:-30], "time_entry.parquet", refusal="is not readable Parquet"),
    one("Parquet with a broken page", _parquet(_entries(50), compression=None).replace(b"T17", b"\xff\xff\xff"),
        "time_entry.parquet", refusal="Parquet"),
    one("Parquet of binary cells", _parquet(pa.table({k: [str(v).encode()] for k, v in entry(1).items()})),
        "time_entry.parquet", lands=1),
    one("workbook of two sheets", _sheets("lost?"), "time_entry.xlsx", refusal="cells on more than its first"),
    one("workbook with an empty and a hidden sheet", _sheets("", "x", hidden=True), "time_entry.xlsx", lands=1),
    one("workbook with a formula", _xlsx([entry(1, note="=1+1")]), "time_entry.xlsx", lands=1),
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
