-- Grain: one row a project and ended or running period: what it cost and earned in it and to date, in group currency.
with costs as (
    select
        project_key,
        period_end,
        sum(cost_group) as cost
    from {{ ref('int_project_cost_by_period') }}
    group by project_key, period_end
),

revenue as (
    select
        ledger.project_key,
        ledger.contract_line_key,
        periods.end_date as period_end,
        sum(case when ledger.revenue_stream = 'services' then ledger.amount_group else 0 end) as amount,
        sum(case when ledger.revenue_stream = 'reimbursable' then ledger.amount_group else 0 end) as recharged
    from {{ ref('fct_project_ledger') }} as ledger
    inner join {{ ref('int_periods') }} as periods
        on
            ledger.legal_entity_key = periods.legal_entity_key
            and ledger.period_id = periods.period_id
    where
        ledger.basis = 'operational'
        and ledger.flow = 'revenue'
        and ledger.revenue_stream in ('services', 'reimbursable')
    group by ledger.project_key, ledger.contract_line_key, periods.end_date
),

actual as (
    select
        placed.project_key,
        placed.period_id,
        sum(costs.cost) as cost_to_date,
        sum(case when costs.period_end >= placed.period_start then costs.cost else 0 end) as cost_of_period
    from {{ ref('int_forecast_periods') }} as placed
    inner join costs
        on
            placed.project_key = costs.project_key
            and placed.period_end >= costs.period_end
    where placed.period_state <> 'coming'
    group by placed.project_key, placed.period_id
),

-- Expenses charged on earn what they cost, beside the lines' amounts unless the cap in force has all of them inside.
earned as (
    select
        placed.project_key,
        placed.period_id,
        sum(revenue.amount) as revenue_to_date,
        sum(
            case when terms.amount is not null and coalesce(terms.cap_includes_expenses, false) then 0 else revenue.recharged end
        ) as recharged_to_date,
        sum(case when revenue.period_end >= placed.period_start then revenue.amount else 0 end) as revenue_of_period
    from {{ ref('int_forecast_periods') }} as placed
    inner join revenue
        on
            placed.project_key = revenue.project_key
            and placed.period_end >= revenue.period_end
    left join {{ ref('int_contract_line_terms') }} as terms
        on
            revenue.contract_line_key = terms.contract_line_key
            and placed.measured_to >= terms.effective_from
            and placed.measured_to < terms.effective_to
    where placed.period_state <> 'coming'
    group by placed.project_key, placed.period_id
)

select
    placed.project_key,
    placed.period_id,
    cast(coalesce(actual.cost_of_period, 0) as decimal(18, 2)) as cost_of_period,
    cast(coalesce(actual.cost_to_date, 0) as decimal(18, 2)) as cost_to_date,
    cast(coalesce(earned.revenue_of_period, 0) as decimal(18, 2)) as revenue_of_period,
    cast(coalesce(earned.revenue_to_date, 0) as decimal(18, 2)) as revenue_to_date,
    cast(coalesce(earned.recharged_to_date, 0) as decimal(18, 2)) as recharged_to_date
from {{ ref('int_forecast_periods') }} as placed
left join actual on placed.project_key = actual.project_key and placed.period_id = actual.period_id
left join earned on placed.project_key = earned.project_key and placed.period_id = earned.period_id
where placed.period_state <> 'coming'
