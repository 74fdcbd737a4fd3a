"""The extracts of the firm made by hand: what each of its systems would export."""

from __future__ import annotations

from tests.metrics import world
from tests.metrics.world import CARDS, ENTITIES, FOREVER, MILESTONES, NAMED_ELSEWHERE, POSTS, PROJECTS, Post

Row = dict[str, object]


def extracts() -> dict[str, list[Row]]:
    """Return `feed/entity` with its rows."""
    return erp() | people() | deals() | work() | mappings()


def erp() -> dict[str, list[Row]]:
    """Return entities, their periods and what a unit of their currency was worth in each."""
    entities: list[Row] = [
        {"legal_entity_id": key, "name": key, "functional_currency": one.currency, "region": one.region,
         "time_zone": one.zone, "work_week": one.calendar.work_week}
        for key, one in ENTITIES.items()
    ]  # fmt: skip
    periods: list[Row] = [
        {"legal_entity_id": key, "period_id": name, "start_date": first, "end_date": last, "status": "open"}
        for key, one in ENTITIES.items() for name, first, last in one.calendar.periods
    ]  # fmt: skip
    rates: list[Row] = [
        {"from_currency": one.currency, "to_currency": "EUR", "rate_date": last, "rate_type": kind,
         "rate": one.rate(name)}
        for one in ENTITIES.values() if one.currency != "EUR"
        for name, _, last in one.calendar.periods for kind in ("average", "closing")
    ]  # fmt: skip
    return {"erp/legal_entity": entities, "erp/accounting_period": periods, "erp/fx_rate": rates}


def _id(post: Post) -> str:
    return NAMED_ELSEWHERE[post.id] if post.system == "hcm2" else post.id


def people() -> dict[str, list[Row]]:
    """Return people, their terms, what they cost, and days off, as two HR systems tell them."""
    found: dict[str, list[Row]] = {}
    for post in POSTS:
        terms, person = post.terms, _id(post)
        employees = found.setdefault(f"{post.system}/employee", [])
        if person not in {row["employee_id"] for row in employees}:
            employees.append({"employee_id": person, "worker_type": post.worker_type, "hire_date": terms.hired,
                              "termination_date": terms.left or ""})  # fmt: skip
        # an HR system that lost a person to another one goes on telling the terms that it knew
        until = "" if terms.until == FOREVER or post.id in NAMED_ELSEWHERE else terms.until
        found.setdefault(f"{post.system}/employee_assignment", []).append({
            "employee_id": person, "valid_from": terms.since, "valid_to": until, "legal_entity_id": terms.entity,
            "practice": post.practice, "role": post.role, "fte": terms.fte, "weekly_hours": terms.weekly_hours,
            "billable_target": "" if terms.target is None else terms.target,
        })  # fmt: skip
        if post.worker_type == "employee":
            found.setdefault(f"{post.system}/employee_cost_rate", []).append({
                "employee_id": person, "valid_from": terms.since, "rate_basis": "burdened", "valid_to": until,
                "hourly_cost": post.cost, "currency": ENTITIES[terms.entity].currency,
            })  # fmt: skip
    found["hcm/absence"] = [
        {"absence_id": f"A{number}", "employee_id": person, "absence_date": day, "hours": hours, "status": status}
        for number, (person, day, hours, status) in enumerate(world.ABSENCES)
    ]
    found["hcm/holiday"] = [
        {"legal_entity_id": key, "holiday_date": day}
        for key, one in ENTITIES.items()
        for day in sorted(one.calendar.holidays)
    ]
    return found


def deals() -> dict[str, list[Row]]:
    """Return the customer, its contracts and their lines with every amendment."""
    sold = {key: one for key, one in PROJECTS.items() if one.method is not None}
    contracts: list[Row] = [
        {"contract_id": f"C-{key}", "customer_id": "K1", "legal_entity_id": one.entity,
         "currency": ENTITIES[one.entity].currency, "signed_date": "2027-12-15", "status": "active"}
        for key, one in sold.items()
    ]  # fmt: skip
    lines: list[Row] = []
    for key, one in sold.items():
        shared = {"contract_line_id": f"L-{key}", "contract_id": f"C-{key}", "project_id": key,
                  "billing_model": one.billing_model, "recognition_method": one.method}  # fmt: skip
        terms = [(t.amount, t.start, t.end, t.effective_from) for t in one.lines]
        terms += [("" if cap is None else cap, "2028-01-01", "2028-12-31", day) for day, cap in one.caps]
        if one.method == "milestone":
            worth = sum(amount for _, amount in MILESTONES.values())
            terms.append((worth, "2028-01-01", "2028-06-30", "2028-01-01"))
        lines += [
            {**shared, "amendment_no": number, "amount": amount, "start_date": start, "end_date": end,
             "signed_date": day, "effective_date": day}
            for number, (amount, start, end, day) in enumerate(terms, start=1)
        ]  # fmt: skip
    return {
        "crm/customer": [{"customer_id": "K1", "name": "K1"}],
        "crm/contract": contracts,
        "crm/contract_line": lines,
    }


def work() -> dict[str, list[Row]]:
    """Return projects, prices, milestones, forecasts and the time of two project tools."""
    projects: list[Row] = [
        {"project_id": key, "project_code": key, "name": key, "customer_id": "" if one.method is None else "K1",
         "contract_id": "" if one.method is None else f"C-{key}", "legal_entity_id": one.entity,
         "billing_model": one.billing_model, "status": "active", "start_date": "2028-01-01", "end_date": "2028-06-30",
         "currency": ENTITIES[one.entity].currency, "practice": one.practice}
        for key, one in PROJECTS.items()
    ]  # fmt: skip
    cards: list[Row] = [
        {"rate_id": f"R-{key}-{number}", "project_id": key, "employee_id": person or "", "role": role or "",
         "valid_from": since, "hourly_rate": price, "currency": ENTITIES[PROJECTS[key].entity].currency}
        for key, known in CARDS.items() for number, (person, role, since, price) in enumerate(known)
    ]  # fmt: skip
    reached: list[Row] = [
        {"milestone_id": key, "project_id": "mi", "name": key, "completed_at": moment.isoformat(), "amount": amount,
         "currency": "USD", "status": "completed"}
        for key, (moment, amount) in MILESTONES.items()
    ]  # fmt: skip
    looks: list[Row] = [
        {"project_id": "pc", "as_of_date": day, "remaining_hours": 100, "remaining_cost": cost, "currency": "EUR"}
        for day, cost in world.FORECASTS.items()
    ]
    booked: list[Row] = [
        {"allocation_id": f"B-{project}-{kind}", "project_id": project, "employee_id": person,
         "start_date": "2028-05-22", "end_date": "2028-06-02", "hours": 40, "booking_type": kind}
        for project, person in world.BOOKED.items() for kind in ("hard", "soft")
    ]  # fmt: skip
    files = {"psa/project": projects, "psa/bill_rate": cards, "psa/milestone": reached, "psa/project_forecast": looks,
             "psa/resource_allocation": booked}  # fmt: skip
    for entry in world.work():
        files.setdefault(f"{entry.system}/time_entry", []).append({
            "time_entry_id": entry.id, "project_id": entry.project, "employee_id": _id(entry.post),
            "work_date": entry.day, "hours": entry.hours, "is_billable": str(entry.project != "be").lower(),
            "billable_hours": entry.billable, "status": entry.status,
            "submitted_at": f"{entry.day}T20:00:00Z",
            "approved_at": entry.approved_at.isoformat() if entry.approved_at else "",
            "bill_rate": "" if entry.rate is None else entry.rate, "currency": "" if entry.rate is None else "EUR",
        })  # fmt: skip
    return files


def mappings() -> dict[str, list[Row]]:
    """Return who in the acquired entity's systems is whom."""
    return {
        "governance/xref": [
            {"entity_type": "employee", "system": system, "source_id": elsewhere, "valid_from": "2015-01-01",
             "canonical_id": person}
            for person, elsewhere in NAMED_ELSEWHERE.items() for system in ("hcm2", "psa2")
        ]
    }  # fmt: skip
