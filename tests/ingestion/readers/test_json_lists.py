"""Records in lists inside of a JSON document: one row each, with what stands around them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingestion.readers import Source, read
from lake.errors import BatchRefused

ANSWER = {
    "Answer": {"Bill": [
        {"Id": "1", "To": {"Ref": {"value": "9"}}, "Line": [{"No": 1, "Amount": 10.50}, {"No": 2, "To": None}]},
        {"Id": "2"},
        {"Id": "3", "Line": [7]},
    ]},
    "time": "now",
}  # fmt: skip


def test_a_line_brings_its_header_and_one_that_is_no_object_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps(ANSWER))
    (chunk,) = read(Source(file, "x.json", records="Answer.Bill[].Line[]"), "json")
    found = chunk.frame.select("time", "Bill.Id", "Bill.To.Ref.value", "No", "Amount", "_row").rows()
    assert found == [("now", "1", "9", "1", "10.5", 1), ("now", "1", "9", "2", None, 2)]
    assert [(u.row, u.raw, u.why) for u in chunk.unreadable] == [(3, "7", "is not an object")]


def test_pages_one_a_line_are_numbered_on(tmp_path: Path) -> None:
    file = tmp_path / "x.ndjson"
    file.write_text('{"a": [{"i": 1}, {"i": 2}]}\n{"a": []}\n{"a": [{"i": 3}]}\n')
    found = [r for c in read(Source(file, "x.ndjson", records="a[]"), "ndjson") for r in c.frame.rows()]
    assert found == [("1", 1), ("2", 2), ("3", 3)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"Fault": {"message": "no"}}', "has no list of records at Answer.Bill"),
        ('{"Answer": {"Other": []}}', "there is no Bill"),
        ('{"Answer": {"Bill": 5}}', "Bill is none"),
        ("[]", "there is no Answer"),
    ],
)
def test_an_answer_without_the_list_is_refused_and_not_taken_for_empty(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(BatchRefused, match=why):
        list(read(Source(file, "x.json", records="Answer.Bill[]"), "json"))


@pytest.mark.parametrize("text", ['{"Answer": {}}', '{"Answer": {"Bill": []}}', '{"Answer": {"Bill": null}}'])
def test_an_answer_without_records_has_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    assert sum(c.frame.height for c in read(Source(file, "x.json", records="Answer.Bill[]"), "json")) == 0
