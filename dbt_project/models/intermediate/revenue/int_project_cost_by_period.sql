-- Grain: one row a project, contract line and last day of a period: approved cost in group currency. Cost
-- stands in the books of whoever worked, so its period's end, not its name, places it in time.
with costs as (
    select legal_entity_key, project_key, contract_line_key, period_id, source_status, amount_group
    from {{ ref('int_labor_operational') }}
    union all
    select legal_entity_key, project_key, contract_line_key, period_id, source_status, amount_group
    from {{ ref('int_expense_operational') }}
    union all
    select legal_entity_key, project_key, contract_line_key, period_id, source_status, amount_group
    from {{ ref('int_vendor_operational') }}
)

select
    costs.project_key,
    costs.contract_line_key,
    periods.end_date as period_end,
    cast(sum(costs.amount_group) as decimal(18, 2)) as cost_group
from costs
inner join {{ ref('int_periods') }} as periods
    on
        costs.legal_entity_key = periods.legal_entity_key
        and costs.period_id = periods.period_id
where costs.source_status = 'approved'
group by costs.project_key, costs.contract_line_key, periods.end_date
