"""Other calendars, zones and people who move, through a whole mart: a firm made by hand, landed, built and compared.

Every figure is the one that loops over days and entries give, exact to the cent.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from dashboards.entitlement import LOCAL
from dashboards.mart import Run
from dashboards.measure import definitions_of, members_of, series_of
from dashboards.queries import metrics as app
from dashboards.queries import projects
from dashboards.scope import Filters, Scope
from lake.figures import metric, roll_up
from tests.firm import Firm, configure
from tests.metrics import world, world_twin
from tests.metrics.world_rows import extracts
from tests.metrics.world_twin import Sums

ROLE, PROJECT = "practice || ', ' || role", "split_part(project_key, ':', 2)"


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    made = Firm(folder=tmp_path_factory.mktemp("world"))
    configure(made.folder, feeds=world.write(made.extracts, extracts()))
    made.run("run")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{made.mart.resolve()}' as mart (read_only)")
        yield connection


def told(mart: duckdb.DuckDBPyConnection, name: str, member: str, side: str = "numerator") -> Sums:
    """Return one side of an operational metric by entity, period and member."""
    found = mart.execute(
        f"select split_part(legal_entity_key, ':', 2), period_id, {member}, sum({side}) from mart.fct_metric"
        " where metric_id = ? and basis = 'operational' group by all",
        [name],
    ).fetchall()
    return {(entity, period, one): amount for entity, period, one, amount in found if amount}


def known(sums: Sums) -> Sums:
    return {cell: amount for cell, amount in sums.items() if amount}


def test_capacity_and_absence_follow_each_persons_calendar(mart: duckdb.DuckDBPyConnection) -> None:
    full, free = world_twin.capacity()
    assert told(mart, "capacity_hours", ROLE) == known(full)
    assert told(mart, "available_hours", ROLE) == known(free)
    # by head: Bo works three of five days; in Riyadh's P02, from 30 January to 26 February, Eli is there from the 15th
    assert full["BER", "2028-02", "Cloud, Consultant"] == 21 * Decimal("4.8") + 21 * 8
    assert free["RUH", "P02", "Advisory, Manager"] == (8 - 1) * 8 - 8


def test_utilization_is_billable_hours_over_available_ones_in_the_period_of_the_work(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    full, free = world_twin.capacity()
    by_role, by_project, client = world_twin.employee_hours()
    for name, above, below in (
        ("utilization_billable", by_role, free), ("utilization_gross", by_role, full),
        ("utilization_productive", client, free),
    ):  # fmt: skip
        assert told(mart, name, ROLE) == known(above), name
        assert told(mart, name, ROLE, "denominator") == known(below), name
    assert told(mart, "billable_hours", PROJECT) == known(by_project)


def test_revenue_of_every_method_falls_in_the_periods_of_the_projects_own_books(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    expected = known(world_twin.revenue())
    found = told(mart, "services_revenue", PROJECT) | told(mart, "recurring_revenue", PROJECT)
    assert found == expected
    assert {project for _, _, project in expected} == {"tm", "tn", "re", "mi", "pc", "su"}
    assert expected["BER", "2028-02", "su"] == Decimal(2_900)  # a hundred a day, and the leap year's February has 29
    assert {period for _, period, project in expected if project == "mi"} == {"P01", "P03", "P04"}


def test_both_caps_were_reached_else_the_firm_would_prove_nothing_about_them(mart: duckdb.DuckDBPyConnection) -> None:
    (_, first), (amended, second) = world.PROJECTS["tm"].caps
    assert first is not None
    assert world_twin.earned_before_caps("tm", until=amended) > first
    found = told(mart, "services_revenue", PROJECT)
    assert sum(amount for (_, _, project), amount in found.items() if project == "tm") == second


def test_labor_stands_in_the_books_of_whoever_worked(mart: duckdb.DuckDBPyConnection) -> None:
    assert told(mart, "labor_cost", PROJECT) == known(world_twin.labor_cost())


def test_a_person_in_two_hr_systems_is_one_person(mart: duckdb.DuckDBPyConnection) -> None:
    keys = mart.execute("select distinct worker_key from mart.fct_capacity").fetchall()
    assert {key for (key,) in keys} == {f"hcm:{post.id}" for post in world.POSTS}
    twice = mart.execute(
        "select legal_entity_key, sum(capacity_hours) from mart.fct_capacity where worker_key = 'hcm:ivy'"
        " and period_id in ('2028-02', 'P02') group by all order by all"
    ).fetchall()
    # 21 days of 0.4 × 8 hours in Berlin; in New York 19 of half a day from 31 January to 27 February
    assert twice == [("erp:BER", 21 * Decimal("3.2")), ("erp:NYC", 19 * Decimal(4))]
    left_out = mart.execute("select subject_id from mart.control_exception where rule = 'overlapping_terms'").fetchall()
    assert left_out == [("hcm:fay",)]  # whose old system never ended what it knew


def test_the_app_counts_every_entitys_last_period_whatever_it_is_called(mart: duckdb.DuckDBPyConnection) -> None:
    (path,) = mart.execute("select path from duckdb_databases() where database_name = 'mart'").fetchall()[0]
    chosen = tuple(
        period for (period,) in mart.execute(
            "select period_id from mart.dim_period where has_begun"
            " and legal_entity_key not in ('none', 'unmapped') group by period_id order by max(end_date), period_id"
        ).fetchall()
    )  # fmt: skip
    assert {"2028-04", "P04"} <= set(chosen)
    scope = Scope(Run(path=str(path), run_id="world"), LOCAL, Filters(periods=chosen))
    definition = definitions_of(app.definitions(scope))["wip_unbilled", "cross_basis"]
    shown = series_of(app.by_period(scope, ("wip_unbilled",)), definition, chosen)
    wanted = metric(mart, "wip_unbilled", "cross_basis")
    (rolled,) = roll_up(mart, wanted)
    by_entity = {one.members[0][1]: one.value for one in roll_up(mart, wanted, by=["legal_entity_key"])}
    assert len([value for value in by_entity.values() if value]) > 1
    assert shown.latest == shown.total == rolled.value
    assert shown.latest != shown.at(-1)  # the last name alone is not every entity's
    assert shown.change is None
    members = members_of(app.by_member(scope, ("wip_unbilled",), "legal_entity_key"), definition, chosen)
    assert {name: one.total for name, one in members.items()} == by_entity


def test_the_run_off_of_bookings_holds_every_entity_whatever_its_running_period_is_called(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    (path,) = mart.execute("select path from duckdb_databases() where database_name = 'mart'").fetchall()[0]
    scope = Scope(Run(path=str(path), run_id="world"), LOCAL, Filters(periods=("2028-04",)))
    ahead = projects.runoff(scope)
    assert set(ahead["quarter"]) == {"2028 Q2"}
    for name, kind in (("backlog_scheduled", "scheduled"), ("backlog_soft", "soft")):
        by_entity = {one.members[0][1]: one.value for one in roll_up(
            mart, metric(mart, name, "operational"), by=["legal_entity_key"]
        )}  # fmt: skip
        assert {entity for entity, value in by_entity.items() if value} == {"erp:BER", "erp:NYC"}
        assert sum(ahead.filter(ahead["backlog_type"] == kind)["amount"]) == sum(
            value for value in by_entity.values() if value
        )
