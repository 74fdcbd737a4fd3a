"""Encodings, quotes, rows, headers, giants and JSON."""

from __future__ import annotations

import json

from tests.ingestion.conftest import entry
from tests.ingestion.hostile.case import GOOD, HEADER, MIB, Case, cells, csv, kept, one


def _ndjson(*records: object) -> bytes:
    return "\n".join(r if isinstance(r, str) else json.dumps(r) for r in records).encode()


TEXTS: tuple[Case, ...] = (
    # encodings and line ends
    one("byte order mark", b"\xef\xbb\xbf" + csv(GOOD), lands=1),
    one("UTF-16", csv(GOOD).decode().encode("utf-16"), refusal="is not UTF-8 text: save it as UTF-8"),
    one("Latin-1 cell", csv(GOOD.replace("P1", "M\xfcller")).decode().encode("latin-1"), refusal="not UTF-8 text"),
    one("Latin-1 header", csv(GOOD + ",x", header=HEADER + ",m\xfc").decode().encode("latin-1"), refusal="not UTF-8"),
    one("NUL in an id", csv(GOOD.replace("P1", "P\0001")), quarantine=("nul",)),
    one("NUL in a note", csv(GOOD + ",a\0b", header=HEADER + ",note"), lands=1, values={"note": "a\0b"}),
    one("line end in an id", csv(GOOD.replace("P1", '"P\n1"')), lands=1, values={"project_id": "P\n1"}),
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
    one("semicolons", csv(GOOD).replace(b",", b";"), lands=1),
    one("tabs", csv(GOOD).replace(b",", b"\t"), lands=1),
    one("colons", csv(GOOD).replace(b",", b":"), refusal="the file has 1 column: 'time_entry_id:project_id"),
    one("line that names the separator", b"sep=;\n" + csv(GOOD).replace(b",", b";"), lands=1),
    one("blank lines above the header", b"\n\r\n" + csv(GOOD), lands=1),
    # rows and headers
    one("short row", csv(GOOD, "T2,P1,E1"), lands=1, quarantine=("unreadable",)),
    one("long row", csv(GOOD + ",x", GOOD), lands=1, quarantine=("unreadable",)),
    one("header twice the same", csv(GOOD + ",1", header=HEADER + ",hours"), refusal="names column 'hours' twice"),
    one("header without a name", csv(GOOD + ",1", header=HEADER + ","), refusal="column 8 of the header has no name"),
    one("missing required column", csv(GOOD[3:], header=HEADER[14:]), refusal="the required column time_entry_id"),
    one("header in capitals", csv(GOOD, header=HEADER.upper()), lands=1),
    one("header in capitals and not", csv(GOOD + ",x", header=HEADER.upper() + ",Hours"),
        refusal="lacks the required column hours"),
    one("header padded", csv(GOOD, header=HEADER.replace("hours", " hours")), lands=1),
    one("header alone", csv()),
    one("header again below", csv(GOOD, HEADER), lands=1, quarantine=("repeated_header",)),
    one("empty file", b"", refusal="is empty: not even a header; send it again"),
    one("nothing but line ends", b"\n\n\n", refusal="is empty: not even a header; send it again"),
    one("columns in another order", csv("7.50,T1,P1,E1,2026-03-02,true,approved",
        header="hours," + HEADER.replace("hours,", "")), lands=1),
    one("our own audit columns", csv(GOOD + ",99,evil", header=HEADER + ",_batch_id,_file"), lands=1),
    one("two thousand columns", csv(GOOD + ",x" * 2000, header=HEADER + "," + ",".join(f"c{n}" for n in range(2000))),
        lands=1),
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
    one("half of a surrogate pair in a document", b'[{"time_entry_id": "\\ud800"}]', "time_entry.json",
        quarantine=("unreadable",)),
    one("NaN in JSON", _ndjson(entry(1)).replace(b'"7.50"', b"NaN"), "time_entry.ndjson", quarantine=("number",)),
    one("number of four hundred digits", _ndjson(entry(1)).replace(b'"7.50"', b"9" * 400), "time_entry.ndjson",
        quarantine=("precision",)),
    one("JSON document cut short", b'[{"time_entry_id": "T1"', "time_entry.json", refusal="is not JSON"),
    one("JSON that is no list", b'{"time_entry_id": "T1"}', "time_entry.json", refusal="is not a list of records"),
    one("JSON nested too deep", b"[" * 100_000, "time_entry.json", refusal="is not JSON"),
)  # fmt: skip
