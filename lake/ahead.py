"""Produce ahead of a consumer, in a thread of one's own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")

#: How many items wait for the consumer: enough to keep both sides busy, few enough to bound memory.
_WAITING = 2
_PATIENCE = 0.2


class Ahead(Generic[T]):
    """Iterate over items that a thread produces while the consumer works on those before.

    The Delta writer consumes inside its own event loop, where a producer may not use Delta tables again,
    and where it would stand still whenever the writer works. An error of the producer is raised to the
    consumer and kept in `failure`.
    """

    def __init__(self, items: Iterable[T]) -> None:
        """Take the items, without starting to produce them."""
        self.failure: BaseException | None = None
        self._items = items
        self._queue: queue.Queue[T | None] = queue.Queue(_WAITING)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._produce, daemon=True)

    def __enter__(self) -> Self:
        """Start producing."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop producing, whether or not the items were all consumed."""
        self._stop.set()
        self._thread.join()

    def __iter__(self) -> Iterator[T]:
        """Give the items in order."""
        while (item := self._queue.get()) is not None:
            yield item
        if self.failure is not None:
            raise self.failure

    def _produce(self) -> None:
        try:
            for item in self._items:
                if not self._hand_over(item):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again in the consumer's thread
            self.failure = error
        self._hand_over(None)

    def _hand_over(self, item: T | None) -> bool:
        """Wait until there is room; False where the consumer has gone."""
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=_PATIENCE)
            except queue.Full:
                continue
            return True
        return False
