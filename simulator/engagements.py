"""What is sold: customers, deals, contracts and projects, one chain of engagements a team of a practice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.calendar import Ints
from simulator.firm import BILLING_MODELS, CURRENCIES, ENTITIES, INTERNAL, PRACTICES, SUBSCRIPTION, TIME
from simulator.people import People, numbered
from simulator.world import World

#: Every so many delivery projects belong under another.
PARENTED = 9
#: Draw of the billing model of a delivery project (subscriptions come beside).
MODEL_SHARES = (0.46, 0.24, 0.15, 0.15)


@dataclass(frozen=True)
class Projects:
    """Projects as columns; client projects first, then subscriptions, then internal ones and a doubtful one.

    Months are numbers of the simulation; `end` may lie beyond it. Client projects and subscriptions have
    one contract and one contract line each, with the project's number.
    """

    ids: pl.Series
    lines: pl.Series
    contracts: pl.Series
    entity: Ints
    practice: Ints
    model: Ints
    currency: Ints
    customer: Ints
    parent: Ints
    start: Ints
    end: Ints
    delivered: int
    sold: int
    customers: int

    @property
    def doubtful(self) -> int:
        """The project with two contract lines that could take the same time."""
        return self.count - 1

    @property
    def count(self) -> int:
        """Number of projects."""
        return len(self.entity)

    def internal(self, entity: Ints, practice: Ints) -> Ints:
        """Return the internal project of an entity and practice."""
        return np.asarray(self.sold + entity * len(PRACTICES) + practice)


def customer_count(world: World) -> int:
    """How many customers the firm has."""
    return max(8, world.consultants // 4)


def make_projects(world: World, people: People) -> Projects:
    """Sell a year's work."""
    rng, months = world.rng(3), world.calendar.months
    chains = []
    for entity in range(len(ENTITIES)):
        for practice in range(len(PRACTICES)):
            staff = int(((people.entity[:, 0] == entity) & (people.practice[:, 0] == practice)).sum())
            for _ in range(max(min(staff, 2), round(staff / 3.2))):
                start = 0
                length = int(rng.integers(2, 9))
                while start < months:
                    chains.append((entity, practice, start, start + length - 1))
                    start += length
                    length = int(rng.integers(3, 10))
    grid = np.array(chains, dtype=np.int64)
    delivered = len(grid)
    model = rng.choice(4, delivered, p=MODEL_SHARES)
    subscriptions = max(6, world.consultants // 8)
    entity_s = rng.choice(len(ENTITIES), subscriptions, p=[e.share for e in ENTITIES])
    start_s = rng.integers(0, max(1, months - 1), subscriptions)
    internal = len(ENTITIES) * len(PRACTICES)
    index = np.arange(internal)
    home_of = np.concatenate([grid[:, 0], entity_s, index // len(PRACTICES), [0]])
    home = np.array([e.currency for e in ENTITIES])[home_of]
    foreign = (rng.random(len(home_of)) < 0.1) & (np.arange(len(home_of)) < delivered)
    sold = delivered + subscriptions
    customers = customer_count(world)
    count = sold + internal + 1
    customer = rng.integers(0, customers, count)
    # Some engagements stand under the one before them, for the same customer.
    number = np.arange(count)
    under = (number % PARENTED == PARENTED - 1) & (number < delivered)
    parent = np.where(under, number - 1, -1)
    customer = np.where(under, customer[number - 1], customer)
    return Projects(
        ids=numbered("P", count),
        lines=numbered("CL", count),
        contracts=numbered("C", count),
        entity=home_of,
        practice=np.concatenate(
            [grid[:, 1], rng.integers(0, len(PRACTICES), subscriptions), index % len(PRACTICES), [0]]
        ),
        model=np.concatenate([model, np.full(subscriptions, SUBSCRIPTION), np.full(internal, INTERNAL), [TIME]]),
        currency=np.where(foreign, (home + 1) % len(CURRENCIES), home),
        customer=customer,
        parent=parent,
        start=np.concatenate([grid[:, 2], start_s, np.zeros(internal + 1, dtype=np.int64)]),
        end=np.concatenate([grid[:, 3], start_s + 11, np.full(internal + 1, months + 11)]),
        delivered=delivered,
        sold=sold,
        customers=customers,
    )


def model_names(projects: Projects) -> pl.Series:
    """Billing model of each project in the words of the contract."""
    return pl.Series(BILLING_MODELS).gather(projects.model)
