"""XML is read in a stream, and a document that could do harm is refused before it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.readers import Source, read
from lake.errors import BatchRefused

PATH = "Root.Group.Row"


def rows(tmp_path: Path, text: str | bytes, path: str | None = PATH) -> list[dict[str, str | None]]:
    file = tmp_path / "x.xml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return [r for chunk in read(Source(file, "x.xml", records=path), "xml") for r in chunk.frame.to_dicts()]


def test_a_row_has_its_own_leaves_and_those_that_stood_around_it_before(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        "<Root><Head><Name>n</Name></Head><Group no='7'><Id>g1</Id><Row><A>1</A><B><C>2</C><C>3</C></B></Row>"
        "<Row kind='x'><A/><D>  4 &amp; 5 </D></Row></Group><Group><Id>g2</Id><Row>text</Row></Group></Root>",
    )
    head = {"Root.Head.Name": "n"}
    one, two, three = ({k: v for k, v in r.items() if v is not None} for r in found)
    assert one == head | {"Group.@no": "7", "Group.Id": "g1", "A": "1", "B.C": "2", "B.C_2": "3", "_row": 1}
    assert two == head | {"Group.@no": "7", "Group.Id": "g1", "@kind": "x", "D": "  4 & 5 ", "_row": 2}
    assert three == head | {"Group.Id": "g2", "Row": "text", "_row": 3}


def test_name_spaces_and_encodings_are_no_matter(tmp_path: Path) -> None:
    text = "<n:Root xmlns:n='u'><n:Group><n:Row><n:A>Å</n:A></n:Row></n:Group></n:Root>"
    text = "<?xml version='1.0' encoding='iso-8859-1'?>" + text
    assert rows(tmp_path, text.encode("iso-8859-1")) == [{"A": "Å", "_row": 1}]


def test_a_long_list_beside_the_rows_is_neither_kept_nor_in_the_way(tmp_path: Path) -> None:
    many = "".join(f"<Account><Id>{i}</Id></Account>" for i in range(3000))
    found = rows(tmp_path, f"<Root><Accounts>{many}</Accounts><Group><Row><A>1</A></Row></Group></Root>")
    assert found == [{"A": "1", "_row": 1}]


def test_a_document_without_the_rows_gives_none(tmp_path: Path) -> None:
    assert rows(tmp_path, "<Root><Other><Row>1</Row></Other></Root>") == []


BOMB = '<!DOCTYPE Root [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Root><Group><Row>&b;</Row></Group></Root>'
OUTSIDE = '<!DOCTYPE Root [<!ENTITY x SYSTEM "file:///etc/passwd">]><Root><Group><Row>&x;</Row></Group></Root>'
REMOTE = '<!DOCTYPE Root SYSTEM "http://127.0.0.1:9/x.dtd"><Root/>'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BOMB, "declares a document type"),
        (OUTSIDE, "declares a document type"),
        (REMOTE, "declares a document type"),
        ("<Root><Group>", "is not XML: no element found"),
        ("<Root><Group><Row>1</Group></Root>", "is not XML: mismatched tag"),
        ("<Other/>", "is a document 'Other' where 'Root' is read"),
        ("not xml", "is not XML"),
        ("", "is empty"),
        ("<Root>" + "<a>" * 80 + "</a>" * 80 + "</Root>", "nests more than 64"),
        (f"<Root><Group><Row>{'x' * 3_000_000}</Row></Group></Root>", "is longer than"),
        (
            "<Root><Group>" + "".join(f"<a{i}>1</a{i}>" for i in range(2100)) + "</Group></Root>",
            "more than 2000 values",
        ),
        ("<Root><Group><Row>\x00</Row></Group></Root>", "is not XML"),
    ],
)
def test_a_broken_or_hostile_document_is_one_sentence(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BatchRefused, match=why) as caught:
        rows(tmp_path, text)
    assert "\n" not in str(caught.value)
    assert "root:" not in str(caught.value)


def test_a_source_that_does_not_say_which_elements_are_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BatchRefused, match="say in the adapter with `records`"):
        rows(tmp_path, "<Root/>", None)


def test_a_text_keeps_its_blanks_and_what_only_sets_elements_apart_is_none(tmp_path: Path) -> None:
    text = "<Root>\n <Group>\n  <Row x='1'>\n   <A> 007 </A>\n   <B> <C>\t</C>\n </B>\n  </Row>\n </Group></Root>"
    assert rows(tmp_path, text) == [{"@x": "1", "A": " 007 ", "B.C": "\t", "_row": 1}]
