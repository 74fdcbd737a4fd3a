"""The shared stage: what every part of the simulation may read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.calendar import Calendar
from simulator.drop import Drop
from simulator.money import Rates


@dataclass(frozen=True)
class World:
    """Clock, exchange rates, output and seed; `rng(*tags)` gives independent, repeatable draws."""

    calendar: Calendar
    rates: Rates
    drop: Drop
    seed: int
    consultants: int

    def rng(self, *tags: int) -> np.random.Generator:
        """Return a generator of its own for a purpose, so that a change in one place moves no other."""
        return np.random.default_rng([self.seed, *tags])
