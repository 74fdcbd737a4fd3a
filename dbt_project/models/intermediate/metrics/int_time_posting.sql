{{ config(materialized='view') }}
-- Grain: one row an approved entry of an employee's time: when it had to be posted by, and when it first was.
-- A row that a summary posting covers counts as posted with that posting.
with entries as (
    select * from {{ ref('int_time_priced') }}
    where
        not is_deleted
        and status = 'approved'
        and approved_at is not null
        and worker_type = 'employee'
        {{ of_touched_periods('period_id') }}
),

limits as (
    select
        legal_entity_key,
        hours as sla_hours
    from {{ ref('int_posting_deadlines') }}
    where flow = 'labor_cost'
),

direct as (
    select ledger.origin_system, ledger.origin_id, min(ledger.posted_at) as posted_at
    from {{ ref('fct_project_ledger') }} as ledger
    inner join entries
        on
            ledger.origin_system = entries.source_system
            and ledger.origin_id = entries.time_entry_id
    where ledger.basis = 'finance_posted' and ledger.flow = 'labor_cost' and ledger.origin_type = 'time_entry'
    group by ledger.origin_system, ledger.origin_id
),

pooled as (
    select ledger_id, min(posted_at) as posted_at
    from {{ ref('int_recon_pool_members') }}
    group by ledger_id
),

due as (
    select
        entries.*,
        {{ add_hours('entries.approved_at', 'limits.sla_hours') }} as sla_at,
        periods.close_due_at
    from entries
    inner join limits on entries.legal_entity_key = limits.legal_entity_key
    left join {{ ref('int_periods') }} as periods
        on
            entries.legal_entity_key = periods.legal_entity_key
            and entries.period_id = periods.period_id
)

select
    due.source_system,
    due.time_entry_id,
    due.legal_entity_key,
    due.region,
    due.practice,
    due.customer_key,
    due.project_key,
    due.billing_model,
    due.period_id,
    due.hours,
    due.approved_at,
    case when due.approved_at <= due.close_due_at then least(due.sla_at, due.close_due_at) else due.sla_at end as deadline,
    -- what a summary covered first and a correction named later was posted with the summary
    coalesce(least(direct.posted_at, pooled.posted_at), direct.posted_at, pooled.posted_at) as posted_at
from due
left join direct
    on
        due.source_system = direct.origin_system
        and due.time_entry_id = direct.origin_id
left join pooled on 'labor_cost:time_entry:' || due.source_system || ':' || due.time_entry_id = pooled.ledger_id
