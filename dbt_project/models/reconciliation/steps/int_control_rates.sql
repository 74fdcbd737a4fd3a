-- Cost rates that were changed after a close for days of the closed period: what the period's time costs is no longer
-- what was closed. A person of whom no rate was known at the close is a first load, not a change.

with landed as (

    select
        *,
        coalesce(valid_to, {{ open_end() }}) as valid_until
    from {{ source('lake', 'employee_cost_rate') }}
    where
        _batch_id in (select batch_id from {{ ref('stg_lake__committed_batches') }})
        {{ known_at('updated_at', clock='data') }}

),

rates as (

    select
        landed.*,
        {{ resolved_key('landed.employee_id', 'worker_ids') }} as worker_key
    from landed
    {{ resolve_join('employee', 'worker_ids', 'landed.source_system', 'landed.employee_id', 'landed.valid_from') }}

),

closures as (

    select
        legal_entity_key,
        period_id,
        closed_from,
        coalesce(closed_until, {{ open_end_ts() }}) as closed_until
    from {{ ref('int_period_closures') }}

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

touched as (

    select
        costed.worker_key,
        costed.legal_entity_key,
        costed.period_id,
        costed.first_day,
        costed.last_day,
        closures.closed_from,
        closures.closed_until,
        max(rates.updated_at) as changed_at
    from costed
    inner join closures
        on
            costed.legal_entity_key = closures.legal_entity_key
            and costed.period_id = closures.period_id
    inner join rates
        on
            costed.worker_key = rates.worker_key
            and rates.updated_at > closures.closed_from
            and rates.updated_at < closures.closed_until
    group by
        costed.worker_key, costed.legal_entity_key, costed.period_id, costed.first_day, costed.last_day,
        closures.closed_from, closures.closed_until

),

-- the newest version of each rate at the close, and while the period stayed closed
{%- for state, moment in [('before', 'closed_from'), ('after', 'closed_until')] %}
{{ state }}_versions as (

    select
        touched.worker_key,
        touched.legal_entity_key,
        touched.period_id,
        touched.closed_from,
        touched.first_day,
        touched.last_day,
        rates.valid_from,
        rates.valid_until,
        rates.rate_basis,
        rates.hourly_cost,
        rates.currency,
        coalesce(rates.is_deleted, false) as is_deleted,
        row_number() over (
            partition by
                touched.worker_key, touched.legal_entity_key, touched.period_id, touched.closed_from,
                rates.source_system, rates.employee_id, rates.valid_from, rates.rate_basis
            order by rates.updated_at desc, rates._batch_id desc, rates._file desc, rates._row desc
        ) as newest
    from touched
    inner join rates
        on
            touched.worker_key = rates.worker_key
            and rates.updated_at <= touched.{{ moment }}

),

{{ state }}_close as (

    select
        worker_key,
        legal_entity_key,
        period_id,
        closed_from,
        array_to_string(list_sort(array_agg(concat_ws(
            '|', cast(greatest(valid_from, first_day) as varchar), cast(least(valid_until, last_day + 1) as varchar),
            coalesce(rate_basis, ''), cast(hourly_cost as varchar), currency
        ))), ', ') as figures
    from {{ state }}_versions
    where newest = 1 and not is_deleted and valid_from <= last_day and valid_until > first_day
    group by worker_key, legal_entity_key, period_id, closed_from

){{ ',' if not loop.last }}
{%- endfor %}

select
    'changed_after_close' as rule,
    cast(null as varchar) as flow,
    touched.legal_entity_key,
    cast(null as varchar) as project_key,
    touched.period_id,
    'cost_rate' as subject_type,
    'canonical' as subject_system,
    touched.worker_key as subject_id,
    cast(null as decimal(18, 2)) as amount_group,
    max(touched.changed_at) as breached_at,
    'a cost rate of a closed period changed at the source' as detail
from touched
inner join before_close
    on
        touched.worker_key = before_close.worker_key
        and touched.legal_entity_key = before_close.legal_entity_key
        and touched.period_id = before_close.period_id
        and touched.closed_from = before_close.closed_from
left join after_close
    on
        touched.worker_key = after_close.worker_key
        and touched.legal_entity_key = after_close.legal_entity_key
        and touched.period_id = after_close.period_id
        and touched.closed_from = after_close.closed_from
where before_close.figures is distinct from after_close.figures
group by touched.worker_key, touched.legal_entity_key, touched.period_id
