with claims as (
    select
        worker_ids.key as worker_key,
        greatest(rates.valid_from, worker_ids.valid_from) as valid_from,
        least(coalesce(rates.valid_to, {{ open_end() }}), worker_ids.valid_to) as valid_to,
        rates.valid_from as agreed_from,
        rates.rate_basis,
        rates.hourly_cost,
        rates.currency,
        rates.source_system,
        rates._batch_id
    from {{ ref('stg_hcm__employee_cost_rates') }} as rates
    {{ keyed_range_join('employee', 'worker_ids', 'rates', 'employee_id') }}
    where
        not rates.is_deleted
        and coalesce(rates.valid_to, {{ open_end() }}) > rates.valid_from
)

{{ winning_ranges(
    'claims',
    key=['worker_key'],
    columns=['rate_basis', 'hourly_cost', 'currency', '_batch_id'],
    priority="claims.rate_basis = 'burdened' desc, claims.agreed_from desc, claims.source_system",
    rival_key=['rate_basis'],
) }}
