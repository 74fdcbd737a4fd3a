-- Grain: one row a project and period of its books that an estimate, a plan or a forecast says something about, and
-- whether the period has ended, is running or is still to come.
with keys as (
    select project_key, legal_entity_key, period_id from {{ ref('int_project_estimates') }}
    union
    select project_key, legal_entity_key, period_id from {{ ref('int_project_plan') }}
    union
    select project_key, legal_entity_key, period_id from {{ ref('int_cost_forecast') }}
    union
    -- what is still to be earned without a plan or an estimate of cost
    select ahead.project_key, projects.legal_entity_key, ahead.period_id
    from {{ ref('int_revenue_forecast') }} as ahead
    inner join {{ ref('int_projects') }} as projects on ahead.project_key = projects.project_key
)

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
inner join {{ ref('int_today') }} as build on keys.legal_entity_key = build.legal_entity_key
inner join {{ ref('int_periods') }} as periods
    on
        keys.legal_entity_key = periods.legal_entity_key
        and keys.period_id = periods.period_id
