"""Reads of a workbook what a person sees of it: each cell of the first sheet with its number format."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree as ET

SPACE = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
BUILT_IN = {"0": "General", "1": "0", "4": "#,##0.00"}


def formats_of(workbook: bytes) -> dict[str, str]:
    """Return the number format of every cell that holds a number, by its place (`B2`)."""
    book = zipfile.ZipFile(io.BytesIO(workbook))
    styles = ET.fromstring(book.read("xl/styles.xml"))  # noqa: S314 - written by ourselves a moment ago
    named = BUILT_IN | {
        one.attrib["numFmtId"]: one.attrib["formatCode"] for one in styles.iterfind(".//s:numFmt", SPACE)
    }
    forms = [named[one.attrib["numFmtId"]] for one in styles.iterfind("./s:cellXfs/s:xf", SPACE)]
    sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314
    cells = [
        one
        for one in sheet.iterfind(".//s:c", SPACE)
        if one.get("t", "n") == "n" and one.find("s:v", SPACE) is not None
    ]
    return {cell.attrib["r"]: forms[int(cell.get("s", "0"))] for cell in cells}


def numbers_of(workbook: bytes) -> dict[str, str]:
    """Return the number that each such cell holds, as the file says it."""
    text = zipfile.ZipFile(io.BytesIO(workbook)).read("xl/worksheets/sheet1.xml").decode()
    return dict(re.findall(r'<c r="([A-Z]+\d+)"(?: s="\d+")?><v>([^<]+)</v>', text))
