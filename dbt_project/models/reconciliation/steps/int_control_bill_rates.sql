-- Bill rates that were changed after a close for work of the closed period, in the project's books: what the period's
-- time is worth is no longer what was closed. Work of which no rate was known at the close is a first load, as with cost.

with closures as ({{ closed_windows() }}),

landed as ({{ landed_versions('bill_rate') }}),

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

-- only projects whose rates moved after some close are looked at day by day
moved_projects as (

    select distinct project_key
    from rates
    where updated_at > (select min(closed_from) from closures)

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
    from {{ ref('int_time_priced') }} as entries
    inner join moved_projects on entries.project_key = moved_projects.project_key
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

closed as (

    select
        priced.*,
        closures.closed_from,
        closures.closed_until
    from priced
    inner join closures
        on
            priced.legal_entity_key = closures.legal_entity_key
            and priced.period_id = closures.period_id

),

windows as (

    select distinct
        project_key,
        closed_from,
        closed_until
    from closed

),

told as (
    {{ around_close(
        'windows', 'rates',
        window=['project_key', 'closed_from', 'closed_until'],
        record=['source_system', 'rate_id'],
        carried=[
            'source_system', 'rate_id', 'worker_key', 'role_named', 'valid_from', 'valid_until', 'hourly_rate', 'currency',
            'updated_at',
        ],
        fits='windows.project_key = rates.project_key'
    ) }}
),

-- of the rates that fit an entry the person's own comes before the role's, and that before the project's
priced_twice as (

    select
        closed.legal_entity_key,
        closed.project_key,
        closed.period_id,
        closed.source_system,
        closed.time_entry_id,
        closed.closed_from,
        max(told.updated_at) filter (where told.state = 'after') as changed_at,
        {%- for state in ['before', 'after'] %}
        min_by(
            struct_pack(rate_id := told.rate_id, hourly_rate := told.hourly_rate, currency := told.currency),
            (
                told.worker_key = 'none', told.role_named = 'none',
                -date_diff('day', date '1900-01-01', told.valid_from), told.source_system, told.rate_id
            )
        ) filter (where told.state = '{{ state }}') as price_{{ state }}{{ ',' if not loop.last }}
        {%- endfor %}
    from closed
    inner join told
        on
            closed.project_key = told.project_key
            and closed.closed_from = told.closed_from
            and closed.closed_until = told.closed_until
            and closed.work_date >= told.valid_from
            and closed.work_date < told.valid_until
    where
        told.worker_key = closed.worker_key
        or (told.worker_key = 'none' and told.role_named in (closed.role, 'none'))
    group by
        closed.legal_entity_key, closed.project_key, closed.period_id, closed.source_system, closed.time_entry_id,
        closed.closed_from

),

changed as (

    select
        legal_entity_key,
        project_key,
        period_id,
        coalesce(price_after.rate_id, price_before.rate_id) as rate_id,
        changed_at
    from priced_twice
    where
        price_before is not null
        and (
            price_before.hourly_rate is distinct from price_after.hourly_rate
            or price_before.currency is distinct from price_after.currency
        )

)

select
    'changed_after_close' as rule,
    cast(null as varchar) as flow,
    legal_entity_key,
    project_key,
    period_id,
    'bill_rate' as subject_type,
    'canonical' as subject_system,
    rate_id as subject_id,
    cast(null as decimal(18, 2)) as amount_group,
    max(changed_at) as breached_at,
    'the bill rate of ' || cast(count(*) as varchar) || ' entries of a closed period changed at the source' as detail
from changed
group by legal_entity_key, project_key, period_id, rate_id
