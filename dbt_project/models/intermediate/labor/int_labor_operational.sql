{{ config(materialized='view') }}

with employee_time as (
    select
        *,
        'labor_cost:time_entry:' || source_system || ':' || time_entry_id as ledger_id,
        'labor_cost' as flow,
        'time_entry' as origin_type,
        source_system as origin_system,
        time_entry_id as origin_id,
        'line' as origin_level,
        'time_entry' as source_entity,
        time_entry_id as source_id,
        work_date as transaction_date,
        cost_currency as currency,
        cost_transaction as amount_transaction,
        cost_functional as amount_functional,
        cost_group as amount_group,
        status as source_status
    from {{ ref('int_time_priced') }}
    where
        not is_deleted
        and status in ('submitted', 'approved')
        -- contractor time is vendor cost, never labour
        and worker_type = 'employee'
)

select {{ ledger_columns(
    'operational', absent=['component', 'counterparty_entity_key', 'vendor_key', 'revenue_stream']
) }}
from employee_time
