"""Milestones: what is earned, by which line and on which day, against a loop over milestones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.conftest import Run
from tests.metrics.drawn import CAREFUL

FOREVER = date(9999, 12, 31)
ZONES = {"BER": "Europe/Berlin", "NYC": "America/New_York", "SYD": "Australia/Sydney"}
PROJECTS = {"p1": ("BER", "milestone"), "p2": ("NYC", "fixed_fee"), "p3": ("SYD", "time_and_materials")}
MILESTONES = (
    "source_system text, milestone_id text, project_id text, contract_line_id text, completed_at timestamptz,"
    " first_completed_at timestamptz, amount decimal(18, 2), currency text, status text, is_deleted boolean,"
    " _batch_id bigint, _file text, _row bigint"
)
#: A line of a contract that is only drafted: it is no line of the books, and what names it earns nothing.
DRAFTED = "drafted"
LINES = (
    "contract_line_key text, project_key text, legal_entity_key text, customer_key text, practice text,"
    " billing_model text, recognition_method text"
)


@dataclass(frozen=True)
class Line:
    """A contract line of a project; `method` is how it earns."""

    key: str
    project: str
    method: str


@dataclass(frozen=True)
class Milestone:
    """A milestone as the project tool tells it; `line` is the one it names, if any."""

    id: str
    project: str
    line: str | None
    completed_at: datetime | None
    amount: Decimal
    status: str
    is_deleted: bool


def line_of(milestone: Milestone, lines: list[Line]) -> str:
    """Return the line that it earns: the one it names, else the project's only one that milestones can earn."""
    if milestone.line is not None:
        return milestone.line if milestone.line in {DRAFTED, *(one.key for one in lines)} else "unmapped"
    able = [one.key for one in lines if one.project == milestone.project and one.method == "milestone"]
    return able[0] if len(able) == 1 else ("unmapped" if able else "none")


def earned(milestones: list[Milestone], lines: list[Line]) -> dict[tuple[str, str], tuple[str, date, bool, Decimal]]:
    """Return of each completed milestone its line, its day where the project's books are kept, and what it earns."""
    found = {}
    for one in milestones:
        if one.is_deleted or one.status != "completed" or one.completed_at is None:
            continue
        line = line_of(one, lines)
        method = next((each.method for each in lines if each.key == line), PROJECTS[one.project][1])
        zone = ZoneInfo(ZONES[PROJECTS[one.project][0]])
        day = one.completed_at.astimezone(zone).date()
        found["psa", one.id] = (line, day, method == "milestone" and line != DRAFTED, one.amount)
    return found


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Line], list[Milestone]]:
    methods = st.sampled_from(["milestone", "milestone", "percent_complete", "straight_line"])
    lines = [
        Line(f"l{number}", draw(st.sampled_from(sorted(PROJECTS))), draw(methods))
        for number in range(draw(st.integers(0, 5)))
    ]
    # the clocks change on 29 March and 25 October in Berlin, on other days elsewhere; every hour of the day is drawn
    start = datetime(2026, 3, 1, tzinfo=UTC)
    moments = st.integers(0, 24 * 400).map(lambda number: start + timedelta(hours=number))
    milestones = [
        Milestone(
            id=f"m{number}",
            project=draw(st.sampled_from(sorted(PROJECTS))),
            line=draw(st.sampled_from([None, None, *(one.key for one in lines), "of-nobody", DRAFTED])),
            completed_at=draw(st.one_of(st.none(), moments)),
            amount=draw(st.decimals(min_value=-500, max_value=90_000, places=2)),
            status=draw(st.sampled_from(["completed", "completed", "planned", "cancelled"])),
            is_deleted=draw(st.integers(0, 5)) == 0,
        )
        for number in range(draw(st.integers(1, 8)))
    ]
    return lines, milestones


@CAREFUL
@given(world=worlds())
def test_milestones_earn_what_a_loop_over_them_says(run: Run, world: tuple[list[Line], list[Milestone]]) -> None:
    lines, milestones = world
    models = dict(PROJECTS.values())
    ids = [("project", "psa", name, date(1900, 1, 1), FOREVER, name) for name in PROJECTS]
    named = [*(one.key for one in lines), DRAFTED]
    ids += [("contract_line", "psa", key, date(1900, 1, 1), FOREVER, key) for key in named]
    found = run(
        "select source_system, origin_id, contract_line_key, transaction_date, is_earned, amount"
        " from {int_revenue_milestones}",
        {
            "stg_psa__milestones": (
                MILESTONES,
                [
                    ("psa", one.id, one.project, one.line, one.completed_at, None, one.amount, "EUR", one.status,
                     one.is_deleted, 1, "f", 1)
                    for one in milestones
                ],
            ),
            "int_revenue_lines": (
                LINES,
                [
                    (one.key, one.project, PROJECTS[one.project][0], "c", "x", models[PROJECTS[one.project][0]],
                     one.method)
                    for one in lines
                ],
            ),
            "int_contract_lines": ("contract_line_key text, contract_status text", [(DRAFTED, "draft")]),
            "int_legal_entities": ("legal_entity_key text, time_zone text", list(ZONES.items())),
            "int_projects": (
                "project_key text, legal_entity_key text, customer_key text, practice text, billing_model text",
                [(name, entity, "c", "x", model) for name, (entity, model) in PROJECTS.items()],
            ),
            "int_id_map": (
                "entity_type text, system text, source_id text, valid_from date, valid_to date, key text", ids,
            ),
        },
    )  # fmt: skip
    assert {(system, name): tuple(rest) for system, name, *rest in found} == earned(milestones, lines)
