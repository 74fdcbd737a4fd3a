"""A firm made by hand: three entities with their own weeks, periods, zones and currencies, and people who move.

It is the first third of a leap year: 29 February counts, and the clocks change in New York on 12 March and in Berlin
on 26 March. Berlin keeps calendar months and works Monday to Friday; Riyadh and New York keep periods of four, four
and five weeks, Riyadh from Sunday to Thursday. Everything is drawn with one seed and written as extracts.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.metrics.calendars import Calendar, Terms, four_four_five, months
from tests.metrics.twin import Amendment

BUILT = datetime(2028, 4, 29, 12, tzinfo=UTC)
FOREVER = date(9999, 12, 31)
LEAP_DAY = date(2028, 2, 29)
FIRST, LAST = date(2028, 1, 3), date(2028, 4, 27)


@dataclass(frozen=True)
class Entity:
    """A legal entity; `rates` are euros for one unit of its currency, the average of each period in turn."""

    currency: str
    region: str
    zone: str
    calendar: Calendar
    rates: tuple[Decimal, ...]

    def period(self, day: date) -> str:
        """Return the period that contains a day."""
        return next(name for name, first, last in self.calendar.periods if first <= day <= last)

    def rate(self, period: str) -> Decimal:
        """Return the average rate of a period."""
        names = [name for name, _, _ in self.calendar.periods]
        return self.rates[names.index(period)]


ENTITIES = {
    "BER": Entity(
        "EUR", "EMEA", "Europe/Berlin",
        Calendar("mon-fri", frozenset({date(2028, 1, 6), date(2028, 4, 14), date(2028, 4, 17)}), months(2028, 6)),
        (Decimal(1),) * 6,
    ),
    "RUH": Entity(
        "SAR", "MENA", "Asia/Riyadh",
        Calendar("sun-thu", frozenset({date(2028, 2, 22)}), four_four_five(date(2028, 1, 2), 2)),
        tuple(Decimal(one) for one in ("0.2451", "0.2448", "0.2463", "0.2439", "0.2444", "0.2440")),
    ),
    "NYC": Entity(
        "USD", "AMER", "America/New_York",
        Calendar("mon-fri", frozenset({date(2028, 2, 21)}), four_four_five(date(2028, 1, 3), 2)),
        tuple(Decimal(one) for one in ("0.9117", "0.9203", "0.9188", "0.9251", "0.9249", "0.9250")),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Post:
    """A person's terms with where they count from: `system` is the HR system that says so, `id` the person's there."""

    terms: Terms
    practice: str
    role: str
    cost: Decimal
    system: str = "hcm"
    worker_type: str = "employee"

    @property
    def id(self) -> str:
        return self.terms.key


def _post(
    key: str, entity: str, practice: str, role: str, *, cost: str, since: date = date(2020, 1, 1),
    until: date = FOREVER, fte: str = "1", weekly: str = "40", target: str | None = "0.8",
    hired: date = date(2020, 1, 1), left: date | None = None, system: str = "hcm", worker_type: str = "employee",
) -> Post:  # fmt: skip
    goal = None if target is None else Decimal(target)
    terms = Terms(key, entity, since, until, Decimal(fte), Decimal(weekly), goal, hired, left)
    return Post(terms, practice, role, Decimal(cost), system, worker_type)


MOVES, ACQUIRED = date(2028, 2, 15), date(2028, 3, 1)
POSTS = (
    _post("ana", "BER", "Cloud", "Analyst", cost="60.10"),
    _post("bo", "BER", "Cloud", "Consultant", cost="71.25", fte="0.6", target="0.75"),
    _post("cai", "BER", "Data", "Analyst", cost="55.40", since=date(2028, 2, 14), hired=date(2028, 2, 14)),
    _post("dee", "BER", "Data", "Consultant", cost="80.00", left=date(2028, 3, 15), weekly="37.5"),
    _post("eli", "BER", "Data", "Consultant", cost="82.15", until=MOVES),
    _post("eli", "RUH", "Advisory", "Manager", cost="390.33", since=MOVES),
    # Fay's old HR system never ended her terms; the one of the acquired entity knows her as X6, part time from March
    _post("fay", "BER", "Cloud", "Consultant", cost="75.00", until=ACQUIRED),
    _post("fay", "RUH", "Advisory", "Consultant", cost="301.07", since=ACQUIRED, fte="0.5", target=None, system="hcm2"),
    _post("gus", "NYC", "Data", "Analyst", cost="88.88"),
    _post("hal", "NYC", "Data", "Analyst", cost="0", worker_type="contractor"),
    # Ivy is employed twice at once, in an HR system each: two days a week in Berlin, half of the week in New York
    _post("ivy", "BER", "Cloud", "Analyst", cost="58.00", fte="0.4"),
    _post("ivy", "NYC", "Data", "Consultant", cost="91.40", fte="0.5", system="hcm2"),
)
NAMED_ELSEWHERE = {"fay": "X6", "ivy": "X9"}  # in the HR and project systems of the acquired entity
#: (person, day, hours, status): on the leap day, on a Sunday that counts in Riyadh only, and longer than a day.
ABSENCES = (
    ("ana", LEAP_DAY, Decimal(8), "approved"), ("bo", LEAP_DAY, Decimal(3), "requested"),
    ("eli", date(2028, 2, 13), Decimal(8), "approved"), ("eli", date(2028, 2, 20), Decimal(8), "approved"),
    ("fay", date(2028, 3, 6), Decimal(10), "approved"), ("gus", date(2028, 3, 13), Decimal("2.5"), "approved"),
)  # fmt: skip


@dataclass(frozen=True)
class Project:
    """A project with its only contract line; `method` is None where it has none."""

    entity: str
    billing_model: str
    method: str | None
    practice: str
    lines: tuple[Amendment, ...] = ()
    caps: tuple[tuple[date, Decimal | None], ...] = ()


PROJECTS = {
    "tm": Project("BER", "time_and_materials", "time_and_materials", "Cloud",
                  caps=((date(2028, 1, 1), Decimal(35_000)), (ACQUIRED, Decimal(66_000)))),
    "tn": Project("NYC", "time_and_materials", "time_and_materials", "Data", caps=((date(2028, 1, 1), None),)),
    "re": Project("RUH", "retainer", "straight_line", "Advisory", (
        Amendment(1, date(2028, 1, 20), Decimal("91000.01"), date(2028, 2, 1), date(2028, 4, 10)),
        Amendment(2, date(2028, 3, 10), Decimal(100000), date(2028, 2, 1), date(2028, 4, 10)))),
    "mi": Project("NYC", "milestone", "milestone", "Data"),
    "pc": Project("BER", "fixed_fee", "percent_complete", "Data", (
        Amendment(1, date(2028, 1, 1), Decimal(150000), date(2028, 1, 1), date(2028, 5, 31)),)),
    "su": Project("BER", "subscription", "ratable", "Cloud", (
        Amendment(1, date(2027, 12, 15), Decimal(36600), date(2028, 1, 1), date(2028, 12, 31)),)),
    "be": Project("BER", "non_billable", None, "Cloud"),
}  # fmt: skip
#: Moments that are another day, and another period, where the books are kept than in UTC or without summer time.
MILESTONES = {
    "m1": (datetime(2028, 1, 31, 4, 30, tzinfo=UTC), Decimal("10000.00")),  # 30 January, the last day of P01
    "m2": (datetime(2028, 3, 12, 6, 59, tzinfo=UTC), Decimal("20000.50")),  # a minute before the clocks change
    "m3": (datetime(2028, 4, 3, 4, 15, tzinfo=UTC), Decimal("7000.25")),  # 00:15 in summer time: P04, not P03
}
#: Who is booked for the last week of May and into June, a week of 4-4-5 periods in New York: 40 h firmly, 40 h softly.
BOOKED = {"tm": "ana", "tn": "gus"}
FORECASTS = {date(2028, 1, 31): Decimal(90_000), LEAP_DAY: Decimal(61_000), date(2028, 3, 31): Decimal("30500.40")}
#: (person or None, role or None, from, price): the person's beats the role's, the role's the project's.
CARDS: Mapping[str, tuple[tuple[str | None, str | None, date, Decimal], ...]] = {
    "tm": ((None, None, date(2027, 1, 1), Decimal(100)), (None, "Consultant", date(2027, 1, 1), Decimal("120.5")),
           ("ana", None, date(2028, 2, 1), Decimal(150))),
    "tn": ((None, None, date(2027, 1, 1), Decimal("210.333333")),),
}  # fmt: skip
BOOKABLE = {
    "ana": ("tm", "tm", "pc", "be"), "bo": ("tm", "pc", "be"), "cai": ("pc", "tm"), "dee": ("tm", "pc"),
    "eli": ("pc", "re", "tm"), "fay": ("tm", "re"), "gus": ("tn", "tn", "mi", "be"), "hal": ("tn",),
    "ivy": ("tm", "pc", "tn", "mi"),
}  # fmt: skip


@dataclass(frozen=True)
class Work:
    """An entry of time; `rate` is its own, `system` the project tool it was entered in."""

    id: str
    post: Post
    project: str
    day: date
    hours: Decimal
    billable: Decimal
    status: str
    approved_at: datetime | None
    rate: Decimal | None
    system: str


def work() -> list[Work]:
    """Return every entry of the firm, the same each time."""
    draw = random.Random(20280229)
    found: list[Work] = []
    for post in POSTS:
        terms = post.terms
        day = max(FIRST, terms.since, terms.hired)
        while day <= min(LAST, terms.until - timedelta(days=1), terms.left or LAST):
            if ENTITIES[terms.entity].calendar.works(day) and draw.random() < 0.85:
                found.append(_entry(draw, len(found), post, day))
            day += timedelta(days=1)
    return found


def _entry(draw: random.Random, number: int, post: Post, day: date) -> Work:
    bookable = BOOKABLE[post.id]
    if post.id == "ivy":  # who works for two entities works for each on its own projects
        bookable = tuple(one for one in bookable if PROJECTS[one].entity == post.terms.entity)
    project = draw.choice(bookable)
    hours = Decimal(draw.randrange(4, 37)) / 4
    billable = Decimal(0) if project == "be" else draw.choice([hours, hours, hours - Decimal("0.25")])
    status = draw.choice(["approved"] * 8 + ["submitted", "rejected"])
    # half past eleven at night in UTC is the next day in Berlin, and the cap of March is approved of on the leap day
    evening = datetime.combine(day + timedelta(days=draw.randrange(1, 6)), time(23, 30), UTC)
    approved = evening + timedelta(seconds=number) if status == "approved" else None
    rate = Decimal("99.9") if project == "tm" and draw.random() < 0.1 else None
    system = "psa2" if post.system == "hcm2" else "psa"
    return Work(f"T{number:04}", post, project, day, hours, billable, status, approved, rate, system)


def local(moment: datetime, entity: str) -> datetime:
    """Return a moment as the clock on the wall of an entity shows it."""
    return moment.astimezone(ZoneInfo(ENTITIES[entity].zone))


def write(folder: Path, files: Mapping[str, Iterable[Mapping[str, object]]]) -> tuple[str, ...]:
    """Write the extracts as CSV and return the feeds."""
    for name, content in files.items():
        lines = [{**line, "updated_at": BUILT.isoformat()} for line in content]
        file = folder / f"{name}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, lines[0].keys())
            writer.writeheader()
            writer.writerows(lines)
    return tuple(sorted({name.split("/")[0] for name in files}))
