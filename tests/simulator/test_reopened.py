"""A change after the close is made while the books are closed, not on the Saturday on which they were opened again."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import numpy as np

from simulator.oddities import once_closed, reopenings
from simulator.world import World


def at(day: int, hour: int) -> int:
    return int(datetime(2026, 10, day, hour, tzinfo=UTC).timestamp())


def test_a_change_waits_until_the_reopened_month_is_closed_again() -> None:
    # The last month of the second entity closed on Thursday, 8 October, and is open on Saturday from 9 to 13 o'clock.
    calendar = SimpleNamespace(months=2, closed=np.full((3, 2), at(8, 15)), now=at(30, 0))
    world = cast("World", SimpleNamespace(calendar=calendar))
    assert (1, 0, at(10, 9), "reopened") in reopenings(world)
    entity, month = np.array([1, 1, 1, 1, 0, 1]), np.array([0, 0, 0, 0, 0, 1])
    found = np.array([at(10, 8), at(10, 9), at(10, 12), at(10, 13), at(10, 10), at(10, 10)])
    told = [at(10, 8), at(10, 14), at(10, 14), at(10, 13), at(10, 10), at(10, 10)]
    assert once_closed(world, entity, month, found).tolist() == told
