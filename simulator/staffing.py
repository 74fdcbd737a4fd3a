"""Who is on which project: each month, workers without a running project join one of their practice."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simulator.calendar import Ints
from simulator.engagements import Projects
from simulator.firm import ENTITIES, PRACTICES
from simulator.people import People
from simulator.world import World

#: Chance that a worker joins a project of another legal entity (contractors never do).
LENT = 0.04


@dataclass
class Staffing:
    """Main and second project of every worker; keeps people on a project until it ends."""

    world: World
    people: People
    projects: Projects
    main: Ints = field(init=False)
    second: Ints = field(init=False)
    group: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Start with nobody assigned."""
        self.main = np.full(self.people.count, -1)
        self.second = np.full(self.people.count, -1)
        self.group = np.full(self.people.count, -1)

    def assign(self, month: int) -> None:
        """Fill the gaps of a month; a mover joins projects of the new team from the move's month on."""
        rng = self.world.rng(4, month)
        people, projects = self.people, self.projects
        everyone = np.arange(people.count)
        day = np.full(people.count, self.world.calendar.first[month])
        entity, practice = people.entity_on(everyone, day), people.practice_on(everyone, day)
        group = entity * len(PRACTICES) + practice
        active = (projects.start <= month) & (projects.end >= month)
        active[projects.delivered :] = False
        lent = (rng.random(people.count) < LENT) & ~people.contractor
        host = np.where(lent, (entity + 1) % len(ENTITIES), entity) * len(PRACTICES) + practice
        owner = projects.entity * len(PRACTICES) + projects.practice
        pick = rng.random((2, people.count))
        for row, (name, where) in enumerate((("main", host), ("second", group))):
            held: Ints = getattr(self, name)
            gone = (held < 0) | ~active[held] | (group != self.group)
            for team in range(len(ENTITIES) * len(PRACTICES)):
                choices = np.nonzero(active & (owner == team))[0]
                need = np.nonzero(gone & (where == team))[0]
                held[need] = choices[(pick[row, need] * len(choices)).astype(np.int64)]
        self.group = group
