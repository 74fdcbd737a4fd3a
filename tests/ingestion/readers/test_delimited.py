"""Quotes in comma-separated files: what they mean is never a guess."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.readers import Source, read
from ingestion.readers.quotes import Quotes
from lake.errors import BatchRefused


def rows(path: Path, content: str) -> list[tuple[object, ...]]:
    path.write_bytes(content.encode())
    return [row for chunk in read(Source(path, "a.csv"), "csv") for row in chunk.frame.drop("_row").rows()]


@pytest.mark.parametrize("cell", ['"7".5', '"1"2', '"a" ', '""x"', '"a""b"c'])
def test_text_behind_a_closing_quote_is_refused_with_its_row(tmp_path: Path, cell: str) -> None:
    with pytest.raises(BatchRefused, match=r"file a.csv, row 2: there is text behind a closing quote"):
        rows(tmp_path / "a.csv", f"id,note\n1,x\n2,{cell}\n3,\n")


def test_a_stray_quote_that_swallows_the_next_row_is_refused_at_the_row_where_it_stands(tmp_path: Path) -> None:
    with pytest.raises(BatchRefused, match=r"row 1: there is text behind a closing quote"):
        rows(tmp_path / "a.csv", 'id,note\n1,"5 inch\n2,"x"\n3,\n')


def test_a_stray_quote_far_down_is_refused_though_blocks_before_it_were_read(tmp_path: Path) -> None:
    many = "".join(f'{n},"{"x" * 90}"\n' for n in range(200_000))
    with pytest.raises(BatchRefused, match=r"row 200001: there is text behind a closing quote"):
        rows(tmp_path / "a.csv", f'id,note\n{many}1,"5 inch\n2,"x"\n3,\n')


def test_a_quote_that_is_never_closed_names_its_row_behind_a_bare_one(tmp_path: Path) -> None:
    with pytest.raises(BatchRefused, match=r"the quote opened in row 2 is never closed"):
        rows(tmp_path / "a.csv", 'id,note\n1,5" pipe\n2,"x\n3,y\n')


def test_quotes_in_bare_cells_stay_as_they_are(tmp_path: Path) -> None:
    found = rows(tmp_path / "a.csv", 'id,note\n1,5" pipe\n2,"say ""hi"", you"\n3,a "b" c\n')
    assert found == [("1", '5" pipe'), ("2", 'say "hi", you'), ("3", 'a "b" c')]


@given(st.lists(st.lists(st.text('a",\r\n ', max_size=6), min_size=1, max_size=3), max_size=4), st.integers(1, 9))
def test_what_a_writer_quotes_is_plain_however_it_is_cut_in_parts(cells: list[list[str]], size: int) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(cells)
    quotes, text = Quotes(","), out.getvalue().encode()
    for start in range(0, len(text), size):
        quotes.look(text[start : start + size])
    assert quotes.plain


@given(st.text('a",\n', max_size=14), st.integers(1, 5))
def test_quotes_that_are_called_plain_read_the_same_by_the_strictest_parser(text: str, size: int) -> None:
    quotes = Quotes(",")
    for start in range(0, len(text), size):
        quotes.look(text[start : start + size].encode())
    if quotes.plain and text.count('"') % 2 == 0:
        out = io.StringIO()
        read_back = [record for record in csv.reader(io.StringIO(text, newline=""), strict=True) if record]
        csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(read_back)
        assert list(csv.reader(io.StringIO(out.getvalue(), newline=""), strict=True)) == read_back
