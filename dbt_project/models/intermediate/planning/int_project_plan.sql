-- Grain: one row a project and period of its dates: the budget of the baseline that was newest when the period
-- (or, in it, the project) began, spread by the working days of the project's dates.
with projects as (
    select
        projects.*,
        entities.time_zone
    from {{ ref('int_projects') }} as projects
    inner join {{ ref('int_legal_entities') }} as entities on projects.legal_entity_key = entities.legal_entity_key
    where projects.start_date is not null and projects.end_date >= projects.start_date
),

days as (
    select
        legal_entity_key,
        day,
        working_days_to_date as days_to,
        working_days_to_date - case when is_working_day then 1 else 0 end as days_before
    from {{ ref('int_working_days') }}
),

baselines as (
    select
        {{ resolved_key('baselines.project_id', 'project_ids') }} as project_key,
        baselines.*
    from {{ ref('stg_psa__project_baselines') }} as baselines
    {{ resolve_join('project', 'project_ids', 'baselines.source_system', 'baselines.project_id', 'cast(baselines.approved_at as date)') }}
    where not baselines.is_deleted
),

stretches as (
    select
        projects.project_key,
        projects.legal_entity_key,
        projects.time_zone,
        projects.start_date,
        projects.end_date,
        periods.period_id,
        greatest(periods.start_date, projects.start_date) as stretch_from,
        least(periods.end_date, projects.end_date) as stretch_to
    from projects
    inner join {{ ref('int_periods') }} as periods
        on
            projects.legal_entity_key = periods.legal_entity_key
            and projects.start_date <= periods.end_date
            and projects.end_date >= periods.start_date
),

planned as (
    select
        stretches.*,
        baselines.currency,
        baselines.baseline_no,
        baselines.budget_revenue,
        baselines.budget_cost,
        row_number() over (
            partition by stretches.project_key, stretches.period_id
            order by baselines.approved_at desc, baselines.baseline_no desc
        ) as newness
    from stretches
    inner join baselines
        on
            stretches.project_key = baselines.project_key
            and {{ local_date('baselines.approved_at', 'stretches.time_zone') }} <= stretches.stretch_from
),

spread as (
    select
        planned.*,
        {%- for amount in ['revenue', 'cost'] %}
        {{ share_of('planned.budget_' ~ amount, 'stretch_end.days_to - first_day.days_before', 'last_day.days_to - first_day.days_before') }}
        - {{ share_of('planned.budget_' ~ amount, 'stretch_start.days_before - first_day.days_before', 'last_day.days_to - first_day.days_before') }}
            as plan_{{ amount }}{{ ',' if not loop.last }}
        {%- endfor %}
    from planned
    {%- for alias, day in [
        ('first_day', 'start_date'), ('last_day', 'end_date'),
        ('stretch_start', 'stretch_from'), ('stretch_end', 'stretch_to')
    ] %}
    inner join days as {{ alias }}
        on planned.legal_entity_key = {{ alias }}.legal_entity_key and planned.{{ day }} = {{ alias }}.day
    {%- endfor %}
    where planned.newness = 1
)

select
    spread.project_key,
    spread.legal_entity_key,
    spread.period_id,
    spread.baseline_no,
    spread.currency,
    cast(spread.plan_revenue as decimal(18, 2)) as plan_revenue,
    cast(spread.plan_cost as decimal(18, 2)) as plan_cost,
    {{ translate('spread.plan_revenue', 'group_rates.average_rate') }} as plan_revenue_group,
    {{ translate('spread.plan_cost', 'group_rates.average_rate') }} as plan_cost_group
from spread
{{ group_rate_join('group_rates', 'spread.legal_entity_key', 'spread.period_id', 'spread.currency') }}
