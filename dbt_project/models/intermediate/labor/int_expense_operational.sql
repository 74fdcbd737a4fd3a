{{ config(materialized='view') }}

with claimed as (
    select
        *,
        'expense_cost:expense:' || source_system || ':' || expense_id as ledger_id,
        'expense_cost' as flow,
        'expense' as origin_type,
        source_system as origin_system,
        expense_id as origin_id,
        'line' as origin_level,
        'expense' as source_entity,
        expense_id as source_id,
        expense_date as transaction_date,
        status as source_status
    from {{ ref('int_expense_priced') }}
    where
        not is_deleted
        and status in ('submitted', 'approved')
)

select {{ ledger_columns(
    'operational',
    absent=['component', 'counterparty_entity_key', 'vendor_key', 'revenue_stream', 'hours', 'billable_hours'],
) }}
from claimed
