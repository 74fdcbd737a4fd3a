"""The steps by which changes are found and attributed, in their order; `arrived` lists the rows that came between."""

from __future__ import annotations

from lake import restatement_causes, restatement_items

AMOUNTS = ("transaction", "functional", "group")
_CELL = "flow, legal_entity_key, project_key, period_id, currency"


def _signed(table: str, columns: str, prefix: str, where: str = "true") -> str:
    """Rows of the later mart as they are and of the earlier with the opposite sign, in one heap."""
    parts = []
    for mart, sign in (("after", ""), ("before", "-")):
        amounts = ", ".join(f"{sign}coalesce({prefix}_{a}, 0) as change_{a}" for a in AMOUNTS)
        parts.append(f"select {columns}, '{mart}' as side, {amounts} from {mart}_mart.{table} where {where}")
    return " union all ".join(parts)


def _summed(keys: str) -> str:
    """Sum what is in the heap by `keys` and keep what does not cancel out."""
    sums = ", ".join(f"sum(change_{a})::decimal(18, 2) as change_{a}" for a in AMOUNTS)
    return (
        f"select {keys}, {sums}, bool_or(side = 'before') as was, bool_or(side = 'after') as is_now from heap"
        f" group by {keys} having change_transaction <> 0 or change_functional <> 0 or change_group <> 0"
    )


_LEDGER_CELL = (
    "flow, legal_entity_key, coalesce(project_key, 'none') as project_key, coalesce(period_id, 'none') as period_id,"
    " coalesce(currency, 'none') as currency"
)
#: Ledger rows and differences whose amount in a cell changed.
CHANGES = f"""
create temp table changes as
with heap as ({_signed("fct_project_ledger", f"basis as measure, ledger_id as subject_id, {_LEDGER_CELL}", "amount")})
select '' as category, {_summed(f"measure, subject_id, {_CELL}")[len("select ") :]}
"""
ITEM_CHANGES = f"""
insert into changes by name
with heap as ({
    _signed("recon_item", f"item_id as subject_id, category, {_LEDGER_CELL}", "difference", "status <> 'resolved'")
})
select 'break' as measure, {_summed(f"category, subject_id, {_CELL}")[len("select ") :]}
"""
NUMBERED = """
create temp table numbered as
select
    row_number() over (
        order by measure, subject_id, category, period_id, currency, legal_entity_key, project_key
    ) as change_id, *
from changes
"""

_CAUSE = """
case
    when by_time.change_id is not null then 'time passed'
    else coalesce(causes.cause, 'unattributed')
end
"""
RESULT = f"""
create table made_mart.recon_restatement as
with summed as (
    select change_id, any_value(cause) as cause, count(*) as cause_rows, min(n) as n from causes group by change_id
)
select
    numbered.change_id, measure, nullif(category, '') as category, flow, legal_entity_key, project_key, period_id,
    currency, subject_id, change_transaction, change_functional, change_group,
    {_CAUSE} as cause, coalesce(causes.cause_rows, 0) as cause_rows,
    arrived.entity as cause_entity, arrived.source_system as cause_system, arrived.source_id as cause_id,
    arrived.version as cause_version, arrived.batch_id as cause_batch_id, arrived.file as cause_file,
    arrived.file_row as cause_row
from numbered
left join (select distinct change_id from by_time) as by_time using (change_id)
left join summed as causes on numbered.change_id = causes.change_id
left join arrived on causes.n = arrived.n
order by numbered.change_id
"""
#: The whole change of each total, from the tables that reports are made of; less what the changes come to.
REMAINDER = f"""
insert into made_mart.recon_restatement by name
with heap as (
    {
    " union all ".join(
        f"select '{measure}' as measure, null as category, flow, legal_entity_key, project_key, period_id, "
        f"{sign}{side}_functional as change_functional, {sign}{side}_group as change_group"
        f" from {mart}_mart.recon_bridge_total"
        for measure, side in (("operational", "operational"), ("finance_posted", "posted"))
        for mart, sign in (("after", ""), ("before", "-"))
    )
}
    union all
    {
    " union all ".join(
        "select 'break' as measure, category, flow, legal_entity_key, project_key, period_id,"
        f" {sign}amount_functional, {sign}amount_group from {mart}_mart.recon_bridge"
        for mart, sign in (("after", ""), ("before", "-"))
    )
}
    union all
    select measure, category, flow, legal_entity_key, project_key, period_id, -change_functional, -change_group
    from made_mart.recon_restatement
)
select
    measure, category, flow, legal_entity_key, project_key, period_id, 'remainder' as cause, 0 as cause_rows,
    sum(change_functional)::decimal(18, 2) as change_functional, sum(change_group)::decimal(18, 2) as change_group
from heap group by all having change_functional <> 0 or change_group <> 0
"""
CAUSES = """
create table made_mart.recon_restatement_cause as
select causes.change_id, arrived.* exclude (n, bears_on) from causes inner join arrived using (n)
order by change_id, entity, source_id, version
"""

#: The newest certificates that the earlier mart could have been published with, its own run's first.
CERTIFICATES = """
create table made_mart.recon_restatement_certificate as
with chosen as (
    select certificate.run_id from lake.certificate as certificate cross join before_build
    where certificate.build_time <= before_build.build_time
    order by certificate.run_id = before_build.run_id desc, certificate.recorded_at desc limit 1
), sealed as (
    select *, unnest(json_keys(content -> '$.totals')) as flow
    from lake.certificate where run_id in (select run_id from chosen)
), was as (
    select legal_entity_key, period_id, flow, sum(operational_group) as operational, sum(posted_group) as posted
    from before_mart.recon_bridge_total group by all
), moved as (
    select
        legal_entity_key, period_id, flow,
        coalesce(sum(change_group) filter (where measure = 'operational'), 0) as operational,
        coalesce(sum(change_group) filter (where measure = 'finance_posted'), 0) as posted
    from made_mart.recon_restatement group by all
)
select
    sealed.legal_entity_key, sealed.period_id, sealed.flow, sealed.run_id, sealed.is_certified, sealed.seal,
    (content ->> ('$.totals.' || flow || '.operational_group'))::decimal(18, 2) as sealed_operational,
    (content ->> ('$.totals.' || flow || '.posted_group'))::decimal(18, 2) as sealed_posted,
    was.operational is not distinct from sealed_operational
        and was.posted is not distinct from sealed_posted as is_reproduced,
    coalesce(moved.operational, 0)::decimal(18, 2) as change_operational,
    coalesce(moved.posted, 0)::decimal(18, 2) as change_posted
from sealed
left join was using (legal_entity_key, period_id, flow)
left join moved using (legal_entity_key, period_id, flow)
order by all
"""

STEPS = (
    CHANGES,
    ITEM_CHANGES,
    NUMBERED,
    *restatement_causes.STEPS,
    *restatement_items.STEPS,
    RESULT,
    REMAINDER,
    CAUSES,
    CERTIFICATES,
)
