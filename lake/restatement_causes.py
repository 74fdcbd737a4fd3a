"""The steps that attribute the ledger's changes to the rows that arrived in between, the closest first, or to time."""

from __future__ import annotations

#: What each ledger row stands on, from the mart that knows it best.
SUBJECTS = """
create temp table subjects as
with known as (
    select *, 1 as preference from after_mart.fct_project_ledger
    union all
    select *, 2 from before_mart.fct_project_ledger
), standing as (
    select * from known where ledger_id in (select subject_id from numbered where measure <> 'break')
    qualify row_number() over (partition by ledger_id order by preference) = 1
), invoices as (
    select invoice_line_id, max(invoice_id) as invoice_id from lake.invoice_line group by invoice_line_id
)
select
    standing.*, invoices.invoice_id,
    flow in ('labor_cost', 'expense_cost', 'vendor_cost', 'intercompany') as is_cost,
    transaction_date > cast((select build_time from before_build) as date) as fell_due
from standing left join invoices using (invoice_line_id)
"""

#: Everything that bears upon a changed ledger row, the closest first.
LEDGER_REFS = """
create temp table ledger_refs as
with subject as (
    select numbered.change_id, numbered.change_transaction, numbered.was, numbered.is_now, subjects.*
    from numbered inner join subjects on numbered.subject_id = subjects.ledger_id where numbered.measure <> 'break'
)
select change_id, 1 as closeness, 'record:' || concat_ws('|', source_entity, source_system, source_id) as ref
from subject
union all select change_id, 3, 'line:' || coalesce(gl_line_id, invoice_line_id) from subject
union all select change_id, 3, 'invoice:' || invoice_id from subject
union all select change_id, 3, 'event:' || posting_event_id from subject
union all select change_id, 3, 'origin:' || origin_type || '|' || origin_id from subject
union all
select change_id, 2, 'rate:' || least(a, b) || '|' || greatest(a, b) from (
    select change_id, unnest([currency, functional_currency]) as a,
        unnest([functional_currency, (select group_currency from after_mart.build_info)]) as b
    from subject where change_transaction = 0 and was and is_now
) where a <> b
union all
select change_id, 5, 'contract_line:' || split_part(contract_line_key, ':', -1) from subject where not is_cost
union all select change_id, 6, 'worker:' || split_part(worker_key, ':', -1) from subject where is_cost
union all select change_id, 7, 'project:' || split_part(project_key, ':', -1) from subject
union all select change_id, 8, 'period:' || split_part(legal_entity_key, ':', -1) || '|' || p from (
    select change_id, legal_entity_key, unnest([period_id, work_period_id]) as p from subject
)
"""
#: Costs depend on terms of the worker and on what the project is; not on other people's entries.
LEDGER_CAUSES = """
create temp table causes as
with bearing as (select n, entity, unnest(bears_on) as ref from arrived),
found as (
    select distinct refs.change_id, refs.closeness, bearing.n
    from ledger_refs as refs
    inner join bearing on refs.ref = bearing.ref
    inner join numbered using (change_id)
    where refs.closeness not in (3, 6, 7)
        -- what is sent or posted says nothing of what operations did
        or (refs.closeness = 3 and bearing.entity <> 'integration_message' and (numbered.measure = 'finance_posted'
            or bearing.entity not in ('gl_line', 'posting_link', 'invoice', 'invoice_line', 'invoice_line_source')
            or (bearing.entity = 'invoice' and numbered.flow = 'billing')))
        or (refs.closeness = 6 and bearing.entity in ('employee', 'employee_assignment', 'employee_cost_rate', 'xref'))
        or (refs.closeness = 7 and (
            numbered.flow not in ('labor_cost', 'expense_cost', 'vendor_cost', 'intercompany')
            or bearing.entity in ('project', 'xref', 'contract_line', 'purchase_order_line')
        ))
)
select change_id, n, closeness from found
qualify closeness = min(closeness) over (partition by change_id)
"""
FELL_DUE = """
create temp table by_time as
select numbered.change_id
from numbered inner join subjects on numbered.subject_id = subjects.ledger_id
where numbered.measure <> 'break' and not numbered.was and subjects.fell_due
    and numbered.change_id not in (select change_id from causes where closeness <= 3)
"""
#: What is earned with cost moves with the cost of its project, whatever moved that.
BY_COST = """
insert into causes
select distinct mine.change_id, causes.n, 7
from numbered as mine
inner join numbered as cost
    on mine.project_key = cost.project_key and mine.flow in ('revenue', 'loss_provision')
    and mine.measure = 'operational' and cost.measure = 'operational'
    and cost.flow in ('labor_cost', 'expense_cost', 'vendor_cost')
inner join causes on cost.change_id = causes.change_id
where mine.change_id not in (select change_id from causes) and mine.change_id not in (select change_id from by_time)
"""
#: What is earned evenly grows with the days.
BY_DAY = """
insert into by_time
with lines as (
    select source_system || ':' || contract_line_id as contract_line_key from lake.contract_line
    where coalesce(recognition_method, '') in ('straight_line', 'ratable')
        or (recognition_method is null and billing_model in ('retainer', 'subscription'))
)
select numbered.change_id
from numbered inner join subjects on numbered.subject_id = subjects.ledger_id
inner join after_mart.dim_period as period
    on numbered.legal_entity_key = period.legal_entity_key and numbered.period_id = period.period_id
where numbered.measure = 'operational' and subjects.source_entity = 'contract_line'
    and period.end_date >= cast((select build_time from before_build) as date)
    and subjects.contract_line_key in (select contract_line_key from lines)
    and numbered.change_id not in (select change_id from causes)
"""
NOT_BOTH = "delete from causes where change_id in (select change_id from by_time)"

STEPS = (SUBJECTS, LEDGER_REFS, LEDGER_CAUSES, FELL_DUE, BY_COST, BY_DAY, NOT_BOTH)
