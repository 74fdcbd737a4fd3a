-- Bill rates that were changed after a close for work of the closed period, in the project's books: what the period's
-- time is worth is no longer what was closed. Work of which no rate was known at the close is a first load, as with cost.

with landed as ({{ landed_versions('bill_rate') }}),

rates as (

    select
        landed.*,
        coalesce(landed.valid_to, {{ open_end() }}) as valid_until,
        {{ resolved_key('landed.project_id', 'project_ids') }} as project_key,
        {{ resolved_key('landed.employee_id', 'worker_ids') }} as worker_key,
        case when landed.employee_id is null then coalesce(landed.role, 'none') else 'none' end as role_named
    from landed
    {{ resolve_join('project', 'project_ids', 'landed.source_system', 'landed.project_id', 'landed.valid_from') }}
    {{ resolve_join('employee', 'worker_ids', 'landed.source_system', 'landed.employee_id', 'landed.valid_from') }}

),

-- how far back a rate reached in any of its versions: work before that it never priced
reaching as (

    select
        project_key,
        updated_at,
        min(valid_from) over (partition by source_system, rate_id) as reaches_back_to
    from rates

),

-- only projects of which a rate moved that reaches into a period then closed are looked at day by day
moved_projects as (

    select distinct reaching.project_key
    from reaching
    inner join {{ ref('int_period_closures') }} as closures
        on
            reaching.updated_at > closures.closed_from
            and reaching.updated_at < coalesce(closures.closed_until, {{ open_end_ts() }})
    inner join {{ ref('int_periods') }} as periods
        on
            closures.legal_entity_key = periods.legal_entity_key
            and closures.period_id = periods.period_id
            and reaching.reaches_back_to <= periods.end_date

),

-- picked first, since most days ask for none: left to itself the engine joins every entry with what its source stated
asked as materialized (

    select * from {{ ref('int_time_priced') }}
    where project_key in (select project_key from moved_projects)

),

priced as (

    select
        entries.source_system,
        entries.time_entry_id,
        entries.project_key,
        entries.worker_key,
        entries.role,
        entries.work_date,
        entries.project_entity_key as legal_entity_key,
        {{ shifted_period('work_periods', 'shifts') }} as period_id
    from asked as entries
    inner join {{ ref('stg_psa__time_entries') }} as stated
        on
            entries.source_system = stated.source_system
            and entries.time_entry_id = stated.time_entry_id
    {{ work_period_join('work_periods', 'entries.project_entity_key', 'entries.work_date') }}
    {{ period_shift_join('shifts', 'work_periods', 'entries.project_entity_key', 'entries.first_submitted_at') }}
    where
        entries.is_billable
        and not entries.is_deleted
        and entries.status in ('submitted', 'approved')
        and stated.bill_rate is null

),

standing as (

    select distinct
        project_key,
        legal_entity_key,
        period_id
    from priced

),

told as (
    {{ around_close(
        'standing', 'rates',
        thing=['project_key'],
        record=['source_system', 'rate_id'],
        carried=[
            'source_system', 'rate_id', 'worker_key', 'role_named', 'valid_from', 'valid_until', 'hourly_rate', 'currency',
            'updated_at',
        ],
        fits='stood.project_key = versions.project_key'
    ) }}
),

-- of the rates that fit an entry the person's own comes before the role's, and that before the project's
{% set first -%}
    (
                told.worker_key = 'none', told.role_named = 'none',
                -date_diff('day', date '1900-01-01', told.valid_from), told.source_system, told.rate_id
            )
{%- endset -%}
compared as (

    select
        priced.legal_entity_key,
        priced.project_key,
        priced.period_id,
        priced.source_system,
        priced.time_entry_id,
        told.closed_from,
        -- a rate that was taken away leaves none, or an older one: then when the project's rates last moved
        coalesce(
            max(told.updated_at) filter (where told.state = 'after' and told.updated_at > told.closed_from),
            any_value(told.changed_at)
        ) as changed_at,
        {{ before_and_after('min_by((told.hourly_rate, told.currency), ' ~ first ~ ')') }},
        {{ before_and_after('min_by(told.rate_id, ' ~ first ~ ')', 'rate') }}
    from priced
    inner join told
        on
            priced.project_key = told.project_key
            and priced.legal_entity_key = told.legal_entity_key
            and priced.period_id = told.period_id
            and priced.work_date >= told.valid_from
            and priced.work_date < told.valid_until
    where
        told.worker_key = priced.worker_key
        or (told.worker_key = 'none' and told.role_named in (priced.role, 'none'))
    group by
        priced.legal_entity_key, priced.project_key, priced.period_id, priced.source_system, priced.time_entry_id,
        told.closed_from

)

{{ changed_after_close(
    "'bill_rate'", 'coalesce(rate_after, rate_before)',
    detail="'the bill rate of ' || cast(count(*) as varchar) || ' entries of a closed period changed at the source'"
) }}
