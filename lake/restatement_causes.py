"""The steps that attribute the ledger's changes to the rows that arrived in between, the closest first, or to time."""

from __future__ import annotations

from lake.restatement_rows import bare, pair

#: How a cause is told, the closest first.
CLOSEST_FIRST = (
    "its own record", "an exchange rate", "a record that names it", "its account", "an intercompany rule",
    "its contract line", "terms of the worker", "its project", "its period", "its match", "its cell",
    "the rate of its estimate",
)  # fmt: skip
#: The place of the words in the column `cause`, as SQL.
PLACE = "list_position([" + ", ".join(f"'{words}'" for words in CLOSEST_FIRST) + "], cause)"

#: What is sent or posted says nothing of what operations did.
_POSTED = "('gl_line', 'posting_link', 'invoice', 'invoice_line', 'invoice_line_source', 'integration_message')"
_COSTS = "('labor_cost', 'expense_cost', 'vendor_cost', 'intercompany')"

#: What each ledger row stands on, from the mart that knows it best, and every project that it has stood on.
SUBJECTS = f"""
create temp table subjects as
with known as (
    select *, 1 as preference from after_mart.fct_project_ledger
    union all
    select *, 2 from before_mart.fct_project_ledger
), standing as (
    select * from known where ledger_id in (select subject_id from numbered where measure <> 'break')
    qualify row_number() over (partition by ledger_id order by preference) = 1
), stood as (
    select
        subject_id as ledger_id, list(distinct project_key) as project_keys,
        bool_or(was) <> bool_or(is_now) as came_or_went
    from numbered where measure <> 'break' group by subject_id
), invoices as (
    select invoice_line_id, max(invoice_id) as invoice_id from lake.invoice_line group by invoice_line_id
), contracts as (
    select source_system || ':' || contract_line_id as contract_line_key, max(contract_id) as contract_id
    from lake.contract_line group by 1
)
select
    standing.*, stood.project_keys, stood.came_or_went, invoices.invoice_id, contracts.contract_id,
    flow in {_COSTS} as is_cost,
    transaction_date > cast((select build_time from before_build) as date) as fell_due
from standing
inner join stood using (ledger_id)
left join invoices using (invoice_line_id)
left join contracts using (contract_line_key)
"""

#: Everything that bears upon a changed ledger row.
LEDGER_REFS = f"""
create temp table ledger_refs as
with subject as (
    select
        numbered.change_id, numbered.measure, numbered.change_transaction, numbered.was, numbered.is_now, subjects.*
    from numbered inner join subjects on numbered.subject_id = subjects.ledger_id where numbered.measure <> 'break'
)
select
    change_id, 'its own record' as cause, 'record:' || concat_ws('|', source_entity, source_system, source_id) as ref
from subject
union all
select change_id, 'a record that names it', unnest([
    'line:' || coalesce(gl_line_id, invoice_line_id), 'invoice:' || invoice_id, 'event:' || posting_event_id,
    'origin:' || origin_type || '|' || origin_id
]) from subject
union all
select change_id, 'an exchange rate', {pair("rate", "a", "b")} from (
    select change_id, unnest([currency, functional_currency]) as a,
        unnest([functional_currency, (select group_currency from after_mart.build_info)]) as b
    from subject where change_transaction = 0 and was and is_now
) where a <> b
-- an account says which flow a line belongs to: it makes lines come and go
union all
select change_id, 'its account', 'account:' || {bare("account_key")} from subject where came_or_went
union all
select change_id, 'an intercompany rule', {pair("parties", bare("legal_entity_key"), bare("counterparty_entity_key"))}
from subject where flow = 'intercompany' and measure = 'operational'
union all
select change_id, 'its contract line', unnest([
    'contract_line:' || {bare("contract_line_key")}, 'contract:' || contract_id
]) from subject where not is_cost
union all select change_id, 'terms of the worker', 'worker:' || {bare("worker_key")} from subject where is_cost
union all
select change_id, 'its project', 'project:' || {bare("project_key")}
from (select change_id, unnest(project_keys) as project_key from subject)
union all
select change_id, 'its period', unnest(['period:' || books || '|' || p, 'books:' || books]) from (
    select change_id, {bare("legal_entity_key")} as books, unnest([period_id, work_period_id]) as p from subject
)
"""
#: Costs depend on terms of the worker and on what the project is; not on other people's entries.
LEDGER_CAUSES = f"""
create temp table causes as
with bearing as (select n, entity, unnest(bears_on) as ref from arrived),
found as (
    select distinct refs.change_id, refs.cause, bearing.n
    from ledger_refs as refs
    inner join bearing on refs.ref = bearing.ref
    inner join numbered using (change_id)
    where case refs.cause
        when 'a record that names it'
            then bearing.entity <> 'integration_message' and (numbered.measure = 'finance_posted'
                or bearing.entity not in {_POSTED} or (bearing.entity = 'invoice' and numbered.flow = 'billing'))
        when 'its contract line' then numbered.measure = 'finance_posted' or bearing.entity not in {_POSTED}
        when 'terms of the worker'
            then bearing.entity in ('employee', 'employee_assignment', 'employee_cost_rate', 'xref')
        when 'its project'
            then bearing.entity in ('project', 'xref', 'contract_line', 'purchase_order_line')
                or (numbered.flow not in {_COSTS}
                    and (numbered.measure = 'finance_posted' or bearing.entity not in {_POSTED}))
        else true
    end
)
select change_id, n, cause from found
qualify {PLACE} = min({PLACE}) over (partition by change_id)
"""
FELL_DUE = """
create temp table by_time as
select numbered.change_id
from numbered inner join subjects on numbered.subject_id = subjects.ledger_id
where numbered.measure <> 'break' and not numbered.was and subjects.fell_due
    and numbered.change_id not in (
        select change_id from causes where cause in ('its own record', 'an exchange rate', 'a record that names it')
    )
"""
#: What is earned with cost moves with the cost of its project, whatever moved that.
BY_COST = """
insert into causes
select distinct mine.change_id, causes.n, 'its project'
from numbered as mine
inner join numbered as cost
    on mine.project_key = cost.project_key and mine.flow in ('revenue', 'loss_provision')
    and mine.measure = 'operational' and cost.measure = 'operational'
    and cost.flow in ('labor_cost', 'expense_cost', 'vendor_cost')
inner join causes on cost.change_id = causes.change_id
where mine.change_id not in (select change_id from causes) and mine.change_id not in (select change_id from by_time)
"""
#: An estimate at completion is in the group's currency: where no cost moved, the rate to the line's own currency did.
BY_RATE = f"""
insert into causes
select mine.change_id, arrived.n, 'the rate of its estimate'
from numbered as mine
inner join subjects on mine.subject_id = subjects.ledger_id
inner join (select n, unnest(bears_on) as ref from arrived where entity = 'fx_rate') as arrived
    on arrived.ref = {pair("rate", "subjects.currency", "(select group_currency from after_mart.build_info)")}
where mine.measure = 'operational' and mine.flow in ('revenue', 'loss_provision')
    and subjects.source_entity = 'contract_line'
    and subjects.contract_line_key in (
        select source_system || ':' || contract_line_id from lake.contract_line
        where recognition_method = 'percent_complete' or (recognition_method is null and billing_model = 'fixed_fee')
    )
    and mine.change_id not in (select change_id from causes) and mine.change_id not in (select change_id from by_time)
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

STEPS = (SUBJECTS, LEDGER_REFS, LEDGER_CAUSES, FELL_DUE, BY_COST, BY_RATE, BY_DAY, NOT_BOTH)
