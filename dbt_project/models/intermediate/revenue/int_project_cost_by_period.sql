-- Grain: one row a project, contract line, last day of a period and whether its records earn by themselves: approved cost
-- in group currency. Cost stands in the books of whoever worked, so its period's end, not its name, places it in time.
with costs as (
    select
        legal_entity_key, project_key, contract_line_key, period_id, source_status, amount_group, origin_type,
        origin_system, origin_id
    from {{ ref('int_labor_operational') }}
    union all
    select
        legal_entity_key, project_key, contract_line_key, period_id, source_status, amount_group, origin_type,
        origin_system, origin_id
    from {{ ref('int_expense_operational') }}
    union all
    select
        legal_entity_key, project_key, contract_line_key, period_id, source_status, amount_group, origin_type,
        origin_system, origin_id
    from {{ ref('int_vendor_operational') }}
),

-- An entry that tells no line may be sold by the hour or at cost all the same: by what it costs it must not earn once more.
sold as (
    select
        origin_type,
        source_system,
        origin_id
    from {{ ref('int_revenue_time_steps') }}
    where contract_line_key in ('none', 'unmapped')
)

select
    costs.project_key,
    costs.contract_line_key,
    periods.end_date as period_end,
    sold.origin_id is not null as earns_itself,
    cast(sum(costs.amount_group) as decimal(18, 2)) as cost_group
from costs
inner join {{ ref('int_periods') }} as periods
    on
        costs.legal_entity_key = periods.legal_entity_key
        and costs.period_id = periods.period_id
left join sold
    on
        costs.origin_type = sold.origin_type
        and costs.origin_system = sold.source_system
        and costs.origin_id = sold.origin_id
where costs.source_status = 'approved'
group by 1, 2, 3, 4
