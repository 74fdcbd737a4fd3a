"""Whether the quotes of a delimited text stand only where RFC 4180 has them, told from its bytes as they stream by."""

from __future__ import annotations

import numpy as np

_QUOTE = ord('"')
_MARK = b"\xef\xbb\xbf"


class Quotes:
    """Looks at the parts of a file one after the other; `plain` is False from the first quote that is out of place.

    Where all stand as they should, every second one opens a cell, behind a separator or a line end, and the others
    close it, before one; a doubled quote inside of a cell closes and opens at once. No parser is needed to see that.
    """

    def __init__(self, separator: str) -> None:
        self.plain = True
        self._count = 0
        self._last = ord("\n")
        self._beside = np.zeros(256, dtype=np.bool_)
        self._beside[[_QUOTE, *b"\r\n", *separator.encode()]] = True

    def look(self, part: bytes) -> None:
        """Take the next part of the file in."""
        if not self.plain:
            return
        if self._count == 0:
            part = part.removeprefix(_MARK)
        if not part:
            return
        if b'"' in part or self._last == _QUOTE:
            self._judge(bytes([self._last]) + part)
        self._last = part[-1]

    def _judge(self, text: bytes) -> None:
        """Judge a part behind the last byte before it, whose own judgement needed what comes now."""
        data = np.frombuffer(text, dtype=np.uint8)
        places = np.flatnonzero(data == _QUOTE)
        again = int(data[0] == _QUOTE)
        first = self._count - again
        opening, closing = places[first % 2 :: 2], places[1 - first % 2 :: 2]
        self._count += len(places) - again
        opening, closing = opening[opening > 0], closing[closing < len(data) - 1]
        self.plain = bool(self._beside[data[opening - 1]].all() and self._beside[data[closing + 1]].all())
