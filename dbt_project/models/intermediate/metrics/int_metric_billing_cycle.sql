{{ config(materialized='keyed', key=['period_id'], touched='int_touched_periods') }}
-- depends_on: {{ ref('int_touched_periods') }}
-- What issued invoices bill, with the days from approval or completion to issue weighted by amount. Credit
-- notes and voided invoices are left out.
with ready as (
    select 'time_entry' as origin_type, source_system, time_entry_id as origin_id, approved_at as ready_at
    from {{ ref('int_time_priced') }}
    union all
    select 'expense' as origin_type, source_system, expense_id as origin_id, approved_at as ready_at
    from {{ ref('int_expense_priced') }}
    union all
    select 'milestone' as origin_type, source_system, origin_id, completed_at as ready_at
    from {{ ref('int_revenue_milestones') }}
    union all
    select 'billing_event' as origin_type, events.source_system, events.billing_event_id as origin_id,
        milestones.completed_at as ready_at
    from {{ ref('int_billing_events_due') }} as events
    -- the event's own system is not the milestone's: its id must be one system's alone
    inner join (
        select
            origin_id,
            min(completed_at) as completed_at
        from {{ ref('int_revenue_milestones') }}
        group by origin_id
        having count(*) = 1
    ) as milestones on events.milestone_id = milestones.origin_id
),

invoices as (
    select source_system, invoice_line_id, issued_at
    from {{ ref('int_invoice_lines') }}
    where status = 'issued' and document_type = 'invoice' and issued_at is not null
),

billed as (
    select
        ledger.*,
        {{ seconds_apart('ready.ready_at', 'invoices.issued_at') }} as cycle_seconds
    from {{ ref('fct_project_ledger') }} as ledger
    inner join invoices
        on
            ledger.source_system = invoices.source_system
            and ledger.invoice_line_id = invoices.invoice_line_id
    inner join ready
        on
            ledger.origin_type = ready.origin_type
            and ledger.origin_system = ready.source_system
            and ledger.origin_id = ready.origin_id
    where ledger.flow = 'billing' and ledger.basis = 'finance_posted' and ready.ready_at is not null
        and ledger.amount_group is not null
        {{ of_touched_periods('ledger.period_id') }}
)

select
    billed.period_id,
    billed.legal_entity_key,
    coalesce(billed.region, 'none') as region,
    coalesce(nullif(projects.practice, 'none'), billed.practice, 'none') as practice,
    cast(null as string) as role,
    billed.customer_key,
    billed.project_key,
    coalesce(projects.billing_model, billed.billing_model, 'none') as billing_model,
    {{ nearest_whole('billed.cycle_seconds', 86400) }} as cycle_days,
    cast(sum(billed.amount_group) as decimal(18, 2)) as amount_group,
    {{ divide('sum(' ~ wide('billed.amount_group') ~ ' * billed.cycle_seconds)', '86400', 6) }} as amount_days
from billed
left join {{ ref('int_projects') }} as projects on billed.project_key = projects.project_key
group by 1, 2, 3, 4, 6, 7, 8, 9
