-- Bill rates that were changed after a close for work of the closed period, in the project's books: what the period's
-- time is worth is no longer what was closed. Work of which no rate was known at the close is a first load, as with cost.

with closures as (

    select
        legal_entity_key,
        period_id,
        closed_from,
        coalesce(closed_until, {{ open_end_ts() }}) as closed_until
    from {{ ref('int_period_closures') }}

),

landed as (

    select
        *,
        coalesce(valid_to, {{ open_end() }}) as valid_until
    from {{ source('lake', 'bill_rate') }}
    where
        _batch_id in (select batch_id from {{ ref('stg_lake__committed_batches') }})
        {{ known_at('updated_at', clock='data') }}

),

rates as (

    select
        landed.*,
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

-- the newest version of each rate at the close, and while the period stayed closed; of those that fit an entry the
-- person's own comes before the role's, and that before the project's
{%- for state, moment in [('before', 'closed_from'), ('after', 'closed_until')] %}
{{ state }}_versions as (

    select
        rates.*,
        windows.closed_from,
        row_number() over (
            partition by rates.project_key, windows.closed_from, windows.closed_until, rates.source_system, rates.rate_id
            order by rates.updated_at desc, rates._batch_id desc, rates._file desc, rates._row desc
        ) as newest
    from windows
    inner join rates
        on
            windows.project_key = rates.project_key
            and rates.updated_at <= windows.{{ moment }}

),

{{ state }}_prices as (

    select
        closed.source_system,
        closed.time_entry_id,
        closed.closed_from,
        min_by(
            struct_pack(rate_id := versions.rate_id, hourly_rate := versions.hourly_rate, currency := versions.currency),
            (
                versions.worker_key = 'none', versions.role_named = 'none',
                -date_diff('day', date '1900-01-01', versions.valid_from), versions.source_system, versions.rate_id
            )
        ) as price,
        max(versions.updated_at) as changed_at
    from closed
    inner join {{ state }}_versions as versions
        on
            closed.project_key = versions.project_key
            and closed.closed_from = versions.closed_from
            and closed.work_date >= versions.valid_from
            and closed.work_date < versions.valid_until
    where
        versions.newest = 1
        and not coalesce(versions.is_deleted, false)
        and (
            versions.worker_key = closed.worker_key
            or (versions.worker_key = 'none' and versions.role_named in (closed.role, 'none'))
        )
    group by closed.source_system, closed.time_entry_id, closed.closed_from

),
{%- endfor %}

changed as (

    select
        closed.legal_entity_key,
        closed.project_key,
        closed.period_id,
        coalesce(after_prices.price.rate_id, before_prices.price.rate_id) as rate_id,
        after_prices.changed_at
    from closed
    inner join before_prices
        on
            closed.source_system = before_prices.source_system
            and closed.time_entry_id = before_prices.time_entry_id
            and closed.closed_from = before_prices.closed_from
    left join after_prices
        on
            closed.source_system = after_prices.source_system
            and closed.time_entry_id = after_prices.time_entry_id
            and closed.closed_from = after_prices.closed_from
    where
        before_prices.price.hourly_rate is distinct from after_prices.price.hourly_rate
        or before_prices.price.currency is distinct from after_prices.price.currency

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
