-- Grain: one row a contract line and period in which its revenue to date changed, for the methods that earn
-- by the period: cost to cost, straight line and ratable. No entry stands behind such a row, so its origin
-- is the line and the period.
with lines as (
    select * from {{ ref('int_revenue_lines') }}
),

earned as (
    select
        contract_line_key,
        period_id,
        measured_to,
        revenue_amount as amount
    from {{ ref('int_revenue_cost_to_cost') }}
    union all
    select
        contract_line_key,
        period_id,
        measured_to,
        amount
    from {{ ref('int_revenue_spread') }}
)

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
    lines.revenue_stream,
    earned.measured_to as transaction_date,
    cast(null as timestamp with time zone) as first_known_at,
    earned.period_id as given_period_id,
    lines.currency,
    earned.amount,
    cast(0 as decimal(18, 2)) as hours,
    'approved' as status,
    cast(null as timestamp with time zone) as submitted_at,
    cast(null as timestamp with time zone) as approved_at,
    cast(null as string) as reverses_id,
    {{ unmapped_members({'project': 'lines.named_project_key', 'customer': 'lines.customer_key'}) }}
        as unmapped_members,
    lines._batch_id,
    cast(null as string) as _file,
    cast(null as bigint) as _row
from earned
inner join lines on earned.contract_line_key = lines.contract_line_key
where earned.amount <> 0
