with build as (
    select * from {{ ref('int_today') }}
),

projects as (
    select * from {{ ref('int_projects') }}
),

costs as (
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

ahead as (
    select project_key, period_id, sum(amount_group) as forecast_revenue
    from {{ ref('int_revenue_forecast') }}
    group by project_key, period_id
),

keys as (
    select project_key, legal_entity_key, period_id from {{ ref('int_project_estimates') }}
    union
    select project_key, legal_entity_key, period_id from {{ ref('int_project_plan') }}
    union
    select project_key, legal_entity_key, period_id from {{ ref('int_cost_forecast') }}
    union
    -- what is still to be earned without a plan or an estimate of cost
    select ahead.project_key, projects.legal_entity_key, ahead.period_id
    from ahead
    inner join projects on ahead.project_key = projects.project_key
),

placed as (
    select
        keys.project_key,
        keys.legal_entity_key,
        keys.period_id,
        periods.start_date as period_start,
        periods.end_date as period_end,
        least(periods.end_date, build.build_date) as measured_to,
        case
            when periods.end_date < build.build_date then 'ended'
            when periods.start_date <= build.build_date then 'running'
            else 'coming'
        end as period_state
    from keys
    inner join build on keys.legal_entity_key = build.legal_entity_key
    inner join {{ ref('int_periods') }} as periods
        on
            keys.legal_entity_key = periods.legal_entity_key
            and keys.period_id = periods.period_id
),

actual as (
    select
        placed.project_key,
        placed.period_id,
        sum(costs.cost) as cost_to_date,
        sum(case when costs.period_end >= placed.period_start then costs.cost else 0 end) as cost_of_period
    from placed
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
    from placed
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
),

joined as (
    select
        placed.*,
        coalesce(entities.region, 'none') as region,
        coalesce(projects.practice, 'none') as practice,
        coalesce(projects.customer_key, 'none') as customer_key,
        coalesce(projects.billing_model, 'none') as billing_model,
        cast(coalesce(actual.cost_of_period, 0) as decimal(18, 2)) as actual_cost,
        cast(coalesce(actual.cost_to_date, 0) as decimal(18, 2)) as cost_to_date,
        cast(coalesce(earned.revenue_of_period, 0) as decimal(18, 2)) as actual_revenue,
        cast(coalesce(earned.revenue_to_date, 0) as decimal(18, 2)) as revenue_to_date,
        cast(coalesce(earned.recharged_to_date, 0) as decimal(18, 2)) as recharged_to_date,
        estimates.forecast_date,
        estimates.remaining_cost_group as remaining_cost,
        estimates.remaining_hours,
        estimates.budget_cost_group as budget_cost,
        estimates.budget_revenue_group as budget_revenue,
        estimates.budget_hours,
        case
            when placed.period_state = 'coming' then 'none'
            when estimates.remaining_cost_group is not null then 'forecast'
            when estimates.budget_cost_group is not null then 'budget'
            else 'none'
        end as estimate_source,
        contracts.contract_amount,
        contracts.is_uncapped,
        contracts.quoted_revenue,
        contracts.quoted_cost,
        contracts.quoted_hours,
        coalesce(plan.plan_revenue_group, 0) as plan_revenue,
        coalesce(plan.plan_cost_group, 0) as plan_cost,
        case
            when placed.period_state <> 'running' then forecast.forecast_cost
            when estimates.remaining_cost_group is not null
                then coalesce(actual.cost_of_period, 0) + coalesce(forecast.forecast_cost, 0)
        end as forecast_cost,
        case
            when placed.period_state = 'running'
                then coalesce(earned.revenue_of_period, 0) + coalesce(ahead.forecast_revenue, 0)
            else ahead.forecast_revenue
        end as forecast_revenue,
        placed.period_state <> 'coming'
        and coalesce(projects.start_date, placed.period_end) <= placed.period_end
        and (
            coalesce(projects.end_date, placed.period_end) >= placed.period_start
            or projects.status in ('active', 'on_hold')
            or coalesce(actual.cost_of_period, 0) <> 0
        ) as is_open
    from placed
    inner join projects on placed.project_key = projects.project_key
    left join {{ ref('int_legal_entities') }} as entities on placed.legal_entity_key = entities.legal_entity_key
    left join actual on placed.project_key = actual.project_key and placed.period_id = actual.period_id
    left join earned on placed.project_key = earned.project_key and placed.period_id = earned.period_id
    left join ahead on placed.project_key = ahead.project_key and placed.period_id = ahead.period_id
    {%- for alias, model in [
        ('estimates', 'int_project_estimates'), ('plan', 'int_project_plan'), ('forecast', 'int_cost_forecast'),
        ('contracts', 'int_project_contracts')
    ] %}
    left join {{ ref(model) }} as {{ alias }}
        on placed.project_key = {{ alias }}.project_key and placed.period_id = {{ alias }}.period_id
    {%- endfor %}
),

completed as (
    select
        joined.*,
        case
            when estimate_source = 'forecast' then cost_to_date + remaining_cost
            when estimate_source = 'budget' then greatest(cost_to_date, budget_cost)
        end as estimate_at_completion,
        case
            when period_state = 'coming' then null
            when is_uncapped
                then greatest(coalesce(budget_revenue, 0), revenue_to_date, contract_amount) + recharged_to_date
            else contract_amount + recharged_to_date
        end as revenue_at_completion
    from joined
)

select
    project_key,
    legal_entity_key,
    region,
    practice,
    customer_key,
    billing_model,
    period_id,
    period_end,
    period_state,
    is_open,
    actual_cost,
    actual_revenue,
    cost_to_date,
    revenue_to_date,
    recharged_to_date,
    forecast_date,
    remaining_cost,
    remaining_hours,
    estimate_source,
    cast(estimate_at_completion as decimal(18, 2)) as estimate_at_completion,
    cast(revenue_at_completion as decimal(18, 2)) as revenue_at_completion,
    cast(revenue_at_completion - estimate_at_completion as decimal(18, 2)) as margin_at_completion,
    budget_cost,
    budget_revenue,
    budget_hours,
    quoted_revenue,
    quoted_cost,
    quoted_hours,
    cast(quoted_revenue - quoted_cost as decimal(18, 2)) as quoted_margin,
    cast(plan_cost as decimal(18, 2)) as plan_cost,
    cast(plan_revenue as decimal(18, 2)) as plan_revenue,
    cast(forecast_cost as decimal(18, 2)) as forecast_cost,
    cast(forecast_revenue as decimal(18, 2)) as forecast_revenue,
    -- how far the forecast made before an ended period agreed with its cost, and the larger of the two
    case when period_state = 'ended' and forecast_cost is not null then cast(
        greatest(abs(forecast_cost), abs(actual_cost)) - abs(forecast_cost - actual_cost) as decimal(18, 2)
    ) end as forecast_agreed,
    case when period_state = 'ended' and forecast_cost is not null then
        cast(greatest(abs(forecast_cost), abs(actual_cost)) as decimal(18, 2)) end as forecast_larger
from completed
