"""Cut a stream of rows into parts of a fixed number of rows, however it came in chunks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import polars as pl


def cut(frames: Iterable[pl.DataFrame], size: int) -> Iterator[Iterator[pl.DataFrame]]:
    """Give parts of `size` rows, the last one shorter; each must be read to its end before the next.

    There is always a first part, and no other is empty. The same rows are cut at the same places again, so
    that a run that was interrupted between two parts is finished by writing the others.
    """
    source = iter(frames)
    waiting: deque[pl.DataFrame] = deque()

    def part() -> Iterator[pl.DataFrame]:
        room = size
        while room and (frame := waiting.popleft() if waiting else next(source, None)) is not None:
            if frame.height > room:
                waiting.append(frame[room:])
                frame = frame[:room]
            room -= frame.height
            yield frame

    def more() -> bool:
        while not waiting:
            following = next(source, None)
            if following is None:
                return False
            if following.height:
                waiting.append(following)
        return True

    yield part()
    while more():
        yield part()
