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

closures as ({{ closed_windows() }}),

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
    group by all

),

told as (
    {{ around_close(
        'touched', 'rates',
        window=['worker_key', 'legal_entity_key', 'period_id', 'closed_from'],
        record=['source_system', 'employee_id', 'valid_from', 'rate_basis'],
        carried=['valid_from', 'valid_until', 'rate_basis', 'hourly_cost', 'currency'],
        fits='touched.worker_key = rates.worker_key'
    ) }}
),

compared as (

    select
        worker_key,
        legal_entity_key,
        period_id,
        closed_from,
        any_value(changed_at) as changed_at,
        {%- for state in ['before', 'after'] %}
        array_to_string(list_sort(array_agg(concat_ws(
            '|', cast(greatest(valid_from, first_day) as varchar), cast(least(valid_until, last_day + 1) as varchar),
            coalesce(rate_basis, ''), cast(hourly_cost as varchar), currency
        )) filter (where state = '{{ state }}')), ', ') as figures_{{ state }}{{ ',' if not loop.last }}
        {%- endfor %}
    from told
    where valid_from <= last_day and valid_until > first_day
    group by worker_key, legal_entity_key, period_id, closed_from

)

select
    'changed_after_close' as rule,
    cast(null as varchar) as flow,
    legal_entity_key,
    cast(null as varchar) as project_key,
    period_id,
    'cost_rate' as subject_type,
    'canonical' as subject_system,
    worker_key as subject_id,
    cast(null as decimal(18, 2)) as amount_group,
    max(changed_at) as breached_at,
    'a cost rate of a closed period changed at the source' as detail
from compared
where figures_before is not null and figures_before is distinct from figures_after
group by worker_key, legal_entity_key, period_id
