-- Grain: one row a project and ended or running period of its books: the forecast and the budget that were
-- newest at the period's end, in group currency at the period's average rate.
with build as (
    select * from {{ ref('int_build') }}
),

projects as (
    select
        int_projects.project_key,
        int_projects.legal_entity_key,
        coalesce(int_projects.billing_model, 'none') as billing_model,
        entities.time_zone,
        {{ local_date('build.build_time', "coalesce(entities.time_zone, 'UTC')") }} as known_to_date
    from {{ ref('int_projects') }} as int_projects
    left join {{ ref('int_legal_entities') }} as entities
        on int_projects.legal_entity_key = entities.legal_entity_key
    cross join build
),

-- A project without any estimate keeps its rows: the percentage that needs one is then stale.
measured as (
    select
        projects.project_key,
        projects.legal_entity_key,
        projects.time_zone,
        periods.period_id,
        periods.end_date as period_end,
        least(periods.end_date, projects.known_to_date) as measured_to
    from projects
    inner join {{ ref('int_periods') }} as periods
        on
            projects.legal_entity_key = periods.legal_entity_key
            and projects.known_to_date >= periods.start_date
    where
        projects.billing_model <> 'non_billable'
        or projects.project_key in (
            select project_key from {{ ref('int_revenue_lines') }} where recognition_method = 'percent_complete'
        )
),

forecasts as (
    select
        {{ resolved_key('forecasts.project_id', 'project_ids') }} as project_key,
        forecasts.as_of_date,
        forecasts.updated_at,
        forecasts.remaining_cost,
        forecasts.remaining_hours,
        forecasts.currency
    from {{ ref('stg_psa__project_forecasts') }} as forecasts
    {{ resolve_join('project', 'project_ids', 'forecasts.source_system', 'forecasts.project_id', 'forecasts.as_of_date') }}
    where not forecasts.is_deleted
),

newest_forecasts as (
    select * from (
        select
            measured.project_key,
            measured.period_id,
            forecasts.as_of_date,
            forecasts.remaining_cost,
            forecasts.remaining_hours,
            forecasts.currency,
            row_number() over (
                partition by measured.project_key, measured.period_id
                order by forecasts.as_of_date desc, forecasts.updated_at desc
            ) as newness
        from measured
        inner join forecasts
            on
                measured.project_key = forecasts.project_key
                and measured.measured_to >= forecasts.as_of_date
    ) as ranked
    where newness = 1
),

baselines as (
    select
        {{ resolved_key('baselines.project_id', 'project_ids') }} as project_key,
        baselines.approved_at,
        baselines.baseline_no,
        baselines.budget_cost,
        baselines.budget_revenue,
        baselines.budget_hours,
        baselines.currency
    from {{ ref('stg_psa__project_baselines') }} as baselines
    {{ resolve_join('project', 'project_ids', 'baselines.source_system', 'baselines.project_id', 'cast(baselines.approved_at as date)') }}
    where not baselines.is_deleted and baselines.budget_cost is not null
),

newest_baselines as (
    select * from (
        select
            measured.project_key,
            measured.period_id,
            baselines.budget_cost,
            baselines.budget_revenue,
            baselines.budget_hours,
            baselines.currency,
            row_number() over (
                partition by measured.project_key, measured.period_id
                order by baselines.approved_at desc, baselines.baseline_no desc
            ) as newness
        from measured
        inner join baselines
            on
                measured.project_key = baselines.project_key
                and measured.measured_to
                >= {{ local_date('baselines.approved_at', "coalesce(measured.time_zone, 'UTC')") }}
    ) as ranked
    where newness = 1
)

select
    measured.project_key,
    measured.legal_entity_key,
    measured.period_id,
    measured.period_end,
    measured.measured_to,
    newest_forecasts.as_of_date as forecast_date,
    {{ translate('newest_forecasts.remaining_cost', 'forecast_rates.average_rate') }} as remaining_cost_group,
    newest_forecasts.remaining_hours,
    {{ translate('newest_baselines.budget_cost', 'budget_rates.average_rate') }} as budget_cost_group,
    {{ translate('newest_baselines.budget_revenue', 'budget_rates.average_rate') }} as budget_revenue_group,
    newest_baselines.budget_hours
from measured
left join newest_forecasts
    on
        measured.project_key = newest_forecasts.project_key
        and measured.period_id = newest_forecasts.period_id
left join newest_baselines
    on
        measured.project_key = newest_baselines.project_key
        and measured.period_id = newest_baselines.period_id
{{ group_rate_join('forecast_rates', 'measured.legal_entity_key', 'measured.period_id', 'newest_forecasts.currency') }}
{{ group_rate_join('budget_rates', 'measured.legal_entity_key', 'measured.period_id', 'newest_baselines.currency') }}
