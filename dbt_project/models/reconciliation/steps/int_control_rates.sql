-- Cost rates that were changed after a close for days of the closed period: what the period's time costs is no longer
-- what was closed. A person of whom no rate was known at the close is a first load, not a change.

with landed as ({{ landed_versions('employee_cost_rate') }}),

rates as (

    select
        landed.*,
        coalesce(landed.valid_to, {{ open_end() }}) as valid_until,
        {{ resolved_key('landed.employee_id', 'worker_ids') }} as worker_key
    from landed
    {{ resolve_join('employee', 'worker_ids', 'landed.source_system', 'landed.employee_id', 'landed.valid_from') }}

),

costed as (

    select
        worker_key,
        legal_entity_key,
        period_id,
        min(work_date) as first_day,
        max(work_date) as last_day
    from {{ ref('int_time_priced') }}
    where worker_type = 'employee' and not is_deleted and status in ('submitted', 'approved')
    group by worker_key, legal_entity_key, period_id

),

told as (
    {{ around_close(
        'costed', 'rates',
        thing=['worker_key'],
        record=['source_system', 'employee_id', 'valid_from', 'rate_basis'],
        carried=['valid_from', 'valid_until', 'rate_basis', 'hourly_cost', 'currency'],
        fits='stood.worker_key = versions.worker_key'
    ) }}
),

stated as (

    select
        *,
        concat_ws(
            '|', cast(greatest(valid_from, first_day) as varchar), cast(least(valid_until, last_day + 1) as varchar),
            coalesce(rate_basis, ''), cast(hourly_cost as varchar), currency
        ) as cost
    from told
    where valid_from <= last_day and valid_until > first_day

),

compared as (

    select
        worker_key,
        legal_entity_key,
        period_id,
        closed_from,
        any_value(changed_at) as changed_at,
        {{ before_and_after("string_agg(cost, ', ' order by cost)") }}
    from stated
    group by worker_key, legal_entity_key, period_id, closed_from

)

{{ changed_after_close(
    "'cost_rate'", 'worker_key',
    detail="'a cost rate of a closed period changed at the source'",
    project_key='cast(null as varchar)'
) }}
