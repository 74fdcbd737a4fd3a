-- What each project's estimate, plan and forecast say of a period, beside what it cost and earned.
with ahead as (
    select project_key, period_id, sum(amount_group) as forecast_revenue
    from {{ ref('int_revenue_forecast') }}
    group by project_key, period_id
),

joined as (
    select
        placed.*,
        coalesce(entities.region, 'none') as region,
        coalesce(projects.practice, 'none') as practice,
        coalesce(projects.customer_key, 'none') as customer_key,
        coalesce(projects.billing_model, 'none') as billing_model,
        coalesce(actuals.cost_of_period, 0) as actual_cost,
        coalesce(actuals.cost_to_date, 0) as cost_to_date,
        coalesce(actuals.revenue_of_period, 0) as actual_revenue,
        coalesce(actuals.revenue_to_date, 0) as revenue_to_date,
        coalesce(actuals.recharged_to_date, 0) as recharged_to_date,
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
                then coalesce(actuals.cost_of_period, 0) + coalesce(forecast.forecast_cost, 0)
        end as forecast_cost,
        case
            when placed.period_state = 'running'
                then coalesce(actuals.revenue_of_period, 0) + coalesce(ahead.forecast_revenue, 0)
            else ahead.forecast_revenue
        end as forecast_revenue,
        placed.period_state <> 'coming'
        and coalesce(projects.start_date, placed.period_end) <= placed.period_end
        and (
            coalesce(projects.end_date, placed.period_end) >= placed.period_start
            or projects.status in ('active', 'on_hold')
            or coalesce(actuals.cost_of_period, 0) <> 0
        ) as is_open
    from {{ ref('int_forecast_periods') }} as placed
    inner join {{ ref('int_projects') }} as projects on placed.project_key = projects.project_key
    left join {{ ref('int_legal_entities') }} as entities on placed.legal_entity_key = entities.legal_entity_key
    left join ahead on placed.project_key = ahead.project_key and placed.period_id = ahead.period_id
    {%- for alias, model in [
        ('actuals', 'int_forecast_actuals'), ('estimates', 'int_project_estimates'), ('plan', 'int_project_plan'),
        ('forecast', 'int_cost_forecast'), ('contracts', 'int_project_contracts')
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
    -- what was spent and what is forecast to be: over all periods of a project its estimate at completion
    cast(case when period_state = 'ended' then actual_cost else forecast_cost end as decimal(18, 2)) as outlook_cost,
    cast(forecast_revenue as decimal(18, 2)) as forecast_revenue,
    -- how far the forecast made before an ended period agreed with its cost, and the larger of the two
    case when period_state = 'ended' and forecast_cost is not null then cast(
        greatest(abs(forecast_cost), abs(actual_cost)) - abs(forecast_cost - actual_cost) as decimal(18, 2)
    ) end as forecast_agreed,
    case when period_state = 'ended' and forecast_cost is not null then
        cast(greatest(abs(forecast_cost), abs(actual_cost)) as decimal(18, 2)) end as forecast_larger
from completed
