with claims as (
    select
        project_ids.key as project_key,
        {{ resolved_key('rates.employee_id', 'worker_ids') }} as worker_key,
        -- a rate for a person is for that person in any role
        case when rates.employee_id is null then coalesce(rates.role, 'none') else 'none' end as role,
        greatest(rates.valid_from, project_ids.valid_from) as valid_from,
        least(coalesce(rates.valid_to, {{ open_end() }}), project_ids.valid_to) as valid_to,
        rates.valid_from as agreed_from,
        rates.rate_id,
        rates.hourly_rate,
        rates.currency,
        rates.source_system,
        rates._batch_id
    from {{ ref('stg_psa__bill_rates') }} as rates
    {{ keyed_range_join('project', 'project_ids', 'rates', 'project_id') }}
    {{ resolve_join('employee', 'worker_ids', 'rates.source_system', 'rates.employee_id', 'rates.valid_from') }}
    where
        not rates.is_deleted
        and coalesce(rates.valid_to, {{ open_end() }}) > rates.valid_from
),

priced_claims as (
    -- a rate for somebody unknown must not price everybody unknown
    select * from claims
    where worker_key <> 'unmapped'
)

{{ winning_ranges(
    'priced_claims',
    key=['project_key', 'worker_key', 'role'],
    columns=['rate_id', 'hourly_rate', 'currency', '_batch_id'],
    priority='claims.agreed_from desc, claims.source_system, claims.rate_id desc',
) }}
