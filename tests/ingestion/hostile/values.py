"""Numbers, dates, words and keys that no contract allows, or that only look dangerous."""

from __future__ import annotations

from tests.ingestion.hostile.case import GOOD, HEADER, Case, bad, cells, csv, kept, one

_GL = (
    "gl_line_id,journal_id,legal_entity_id,period_id,posting_date,posted_at,account_id,amount,currency,"
    "functional_amount"
)

VALUES: tuple[Case, ...] = (
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
)  # fmt: skip
