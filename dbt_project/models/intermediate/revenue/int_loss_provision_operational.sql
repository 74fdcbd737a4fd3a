{{ config(materialized='view') }}
-- One row a percent-complete line and period in which the provision for an expected loss changed.
with lines as (
    select * from {{ ref('int_revenue_lines') }}
),

pieces as (
    select
        'contract_line' as source_entity,
        'revenue_schedule' as origin_type,
        lines.source_system,
        lines.contract_line_id || ':' || earned.period_id as origin_id,
        lines.legal_entity_key,
        lines.project_key,
        lines.contract_line_key,
        lines.customer_key,
        'none' as worker_key,
        lines.practice,
        cast(null as string) as role,
        lines.billing_model,
        cast(null as string) as revenue_stream,
        earned.measured_to as transaction_date,
        cast(null as timestamp with time zone) as first_known_at,
        earned.period_id as given_period_id,
        lines.currency,
        earned.provision_amount as amount,
        cast(0 as decimal(18, 2)) as hours,
        'approved' as status,
        cast(null as timestamp with time zone) as submitted_at,
        cast(null as timestamp with time zone) as approved_at,
        cast(null as string) as reverses_id,
        '' as unmapped_members,
        lines._batch_id,
        cast(null as string) as _file,
        cast(null as bigint) as _row
    from {{ ref('int_revenue_cost_to_cost') }} as earned
    inner join lines on earned.contract_line_key = lines.contract_line_key
    where earned.provision_amount <> 0
),

translated as (
    {{ translated_pieces('pieces') }}
)

select {{ ledger_columns('operational', absent=['component', 'counterparty_entity_key', 'vendor_key']) }}
from (
    select
        *,
        'loss_provision' as flow,
        'loss_provision:' || source_entity || ':' || source_system || ':' || origin_id as ledger_id
    from translated
) as final
