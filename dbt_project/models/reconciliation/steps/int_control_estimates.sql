-- Estimates that were changed after a close though a closed period stands on them: another newest forecast or budget at
-- the period's end, so that the percentage, and what was earned by it, is no longer what was closed. A project without
-- any estimate at the close was not closed on one.

with projects as (

    select
        terms.project_key,
        terms.legal_entity_key,
        coalesce(entities.time_zone, 'UTC') as time_zone
    from {{ ref('int_projects') }} as terms
    left join {{ ref('int_legal_entities') }} as entities on terms.legal_entity_key = entities.legal_entity_key

),

forecasts as ({{ landed_versions('project_forecast') }}),

baselines as ({{ landed_versions('project_baseline') }}),

estimates as (

    select
        'forecast' as kind,
        source_system,
        project_id,
        cast(as_of_date as varchar) as estimate_id,
        as_of_date as resolved_on,
        as_of_date as stated_on,
        cast(null as timestamp with time zone) as stated_at,
        0 as ordinal,
        concat_ws('|', remaining_cost, remaining_hours, currency) as figures,
        updated_at,
        is_deleted,
        _batch_id,
        _file,
        _row
    from forecasts

    union all

    select
        'budget',
        source_system,
        project_id,
        cast(baseline_no as varchar),
        cast(approved_at as date),
        null,
        approved_at,
        baseline_no,
        concat_ws('|', budget_cost, coalesce(cast(budget_revenue as varchar), ''), coalesce(cast(budget_hours as varchar), ''), currency),
        updated_at,
        coalesce(is_deleted, false) or budget_cost is null,
        _batch_id,
        _file,
        _row
    from baselines

),

versions as (

    select
        {{ all_but(['stated_on'], 'estimates') }},
        projects.project_key,
        projects.legal_entity_key,
        -- a budget is known from the day of its approval in the books' own time zone
        coalesce(estimates.stated_on, {{ local_date('estimates.stated_at', 'projects.time_zone') }}) as stated_on
    from estimates
    {{ resolve_join('project', 'project_ids', 'estimates.source_system', 'estimates.project_id', 'estimates.resolved_on') }}
    inner join projects on {{ resolved_key('estimates.project_id', 'project_ids') }} = projects.project_key

),

-- what a period of a project can stand on
standing as (

    select distinct
        versions.kind,
        versions.project_key,
        versions.legal_entity_key,
        periods.period_id,
        periods.end_date as last_day
    from versions
    inner join {{ ref('int_periods') }} as periods on versions.legal_entity_key = periods.legal_entity_key

),

told as (
    {{ around_close(
        'standing', 'versions',
        thing=['kind', 'project_key'],
        record=['source_system', 'project_id', 'estimate_id'],
        carried=['stated_on', 'stated_at', 'ordinal', 'figures'],
        fits='stood.kind = versions.kind and stood.project_key = versions.project_key'
        ~ ' and versions.stated_on <= stood.last_day'
    ) }}
),

compared as (

    select
        kind,
        legal_entity_key,
        project_key,
        period_id,
        closed_from,
        any_value(changed_at) as changed_at,
        {{ before_and_after(
            'max_by(figures, (stated_on, coalesce(stated_at, ' ~ open_end_ts() ~ '), ordinal))'
        ) }}
    from told
    group by kind, legal_entity_key, project_key, period_id, closed_from

)

{{ changed_after_close(
    'kind', 'project_key',
    detail="'the ' || kind || ' that a closed period stands on changed at the source'"
) }}
