from __future__ import annotations

import polars as pl

from simulator.firm import ENTITIES

from .books import Books, cents


def test_utilization_margin_and_growth_are_believable(books: Books) -> None:
    labour = books.labour()
    hours = labour.select(cents("hours").sum(), cents("billable_hours").sum())
    assert 0.65 <= hours["billable_hours"][0] / hours["hours"][0] <= 0.80
    closed = pl.col("period_id") < "2026-10"
    cost = labour.filter(closed)["group"].sum() + books.vendors().filter(closed)["group"].sum()
    revenue = books.posted("services_revenue", sign=-1).filter(closed)["group"].sum()
    assert 0.30 <= 1 - cost / revenue <= 0.45


def test_customers_pay_after_seven_to_nine_weeks(books: Books) -> None:
    issued = books("invoice").filter(pl.col("status") == "issued").select("invoice_id", "currency")
    lines = books("invoice_line").join(issued, on="invoice_id")
    billed = lines.group_by("currency").agg(billed=(cents("amount") + cents("tax_amount")).sum())
    paid = books("cash_receipt").group_by("currency").agg(paid=cents("amount").sum())
    both = billed.join(paid, on="currency")
    days = (both["billed"].sum() - both["paid"].sum()) / both["billed"].sum() * 365
    assert 45 <= days <= 65


def test_most_time_is_posted_within_two_days(books: Books) -> None:
    messages = books("integration_message").filter(pl.col("flow") == "time_to_erp")
    done = messages.filter(pl.col("status") == "succeeded").select("origin_id", "finished_at")
    time = books("time_entry").filter(pl.col("status") == "approved").select("time_entry_id", "approved_at")
    now = messages["updated_at"].max()
    due = time.filter(pl.col("approved_at") + pl.duration(hours=48) < now)
    joined = due.join(done, left_on="time_entry_id", right_on="origin_id", how="left")
    late = joined.filter(
        pl.col("finished_at").is_null() | (pl.col("finished_at") > pl.col("approved_at") + pl.duration(hours=48))
    )
    assert 0.90 <= 1 - late.height / joined.height <= 0.97


def test_what_was_planned_meets_what_was_earned(books: Books) -> None:
    over = books("project").filter(pl.col("end_date") < pl.date(2026, 9, 30)).select(project="project_id")
    first = books("project_baseline").filter(pl.col("baseline_no") == 1).rename({"project_id": "project"})
    home = books("project").select("legal_entity_id", project="project_id")
    planned = first.join(over, on="project").join(home, on="project").group_by("legal_entity_id")
    plan = dict(planned.agg(cents("budget_revenue").sum()).iter_rows())
    posted = books.posted("services_revenue", sign=-1).join(over, on="project").group_by("legal_entity")
    earned = dict(posted.agg(pl.col("functional").sum()).iter_rows())
    assert len(plan) == len(earned) == len(ENTITIES)
    for entity, amount in earned.items():
        assert 0.8 <= plan[entity] / amount <= 1.2


def test_customers_bear_different_names(books: Books) -> None:
    names = books("customer")["name"]
    assert names.n_unique() == names.len()


def test_people_join_leave_move_and_work_part_time(books: Books) -> None:
    people = books("employee")
    assert people["termination_date"].drop_nulls().len() > 0
    assert (people["hire_date"] > pl.Series([books.periods["start_date"].min()])).sum() > 0
    assert set(people["worker_type"]) == {"employee", "contractor"}
    places = books("employee_assignment")
    assert places["valid_to"].drop_nulls().len() > 0
    assert places["fte"].n_unique() > 1


def test_every_billing_model_is_sold_and_terms_change(books: Books) -> None:
    lines = books("contract_line")
    assert set(lines["billing_model"]) == {"time_and_materials", "fixed_fee", "milestone", "retainer", "subscription"}
    assert lines["amendment_no"].max() == 1
    assert books("project_baseline")["baseline_no"].max() == 2
    assert books("time_entry")["reverses_id"].drop_nulls().len() > 0
