-- Plan of every period, and the forecast of the running and coming ones: the running period's is what was
-- earned in it so far and what is left to earn in it.
with running as (
    select days.legal_entity_key, days.period_id, days.end_date
    from {{ ref('int_period_days') }} as days
    inner join {{ ref('int_today') }} as build on days.legal_entity_key = build.legal_entity_key and days.day = build.build_date
),

plan as (
    select
        plan.period_id,
        plan.legal_entity_key,
        projects.practice,
        projects.customer_key,
        plan.project_key,
        projects.billing_model,
        plan.plan_revenue_group as plan_revenue,
        cast(0 as decimal(18, 2)) as forecast_revenue
    from {{ ref('int_project_plan') }} as plan
    inner join {{ ref('int_projects') }} as projects on plan.project_key = projects.project_key
),

forecast as (
    select
        period_id, legal_entity_key, practice, customer_key, project_key, billing_model,
        cast(0 as decimal(18, 2)) as plan_revenue,
        amount_group as forecast_revenue
    from {{ ref('int_revenue_forecast') }}
),

earned as (
    select
        money.period_id, money.legal_entity_key, money.practice, money.customer_key, money.project_key,
        money.billing_model,
        cast(0 as decimal(18, 2)) as plan_revenue,
        money.amount_group as forecast_revenue
    from {{ ref('int_metric_money') }} as money
    inner join running
        on
            money.legal_entity_key = running.legal_entity_key
            and money.period_id = running.period_id
    where money.basis = 'operational' and money.flow = 'revenue' and money.revenue_stream = 'services'
),

stacked as (
    select * from plan
    union all
    select * from forecast
    union all
    select * from earned
)

select
    stacked.period_id,
    stacked.legal_entity_key,
    coalesce(entities.region, 'none') as region,
    stacked.practice,
    cast(null as string) as role,
    stacked.customer_key,
    stacked.project_key,
    coalesce(stacked.billing_model, 'none') as billing_model,
    cast(sum(stacked.plan_revenue) as decimal(18, 2)) as plan_revenue,
    cast(sum(stacked.forecast_revenue) as decimal(18, 2)) as forecast_revenue
from stacked
left join {{ ref('int_legal_entities') }} as entities on stacked.legal_entity_key = entities.legal_entity_key
group by 1, 2, 3, 4, 6, 7, 8
