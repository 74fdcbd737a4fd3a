-- A person has one cost rate a day, whatever system tells it (`rated_by` any). Where several do, the rate of each counts too:
-- for somebody who is employed in two of them at once.
with told as (
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
),

claims as (
    select
        *,
        'any' as rated_by
    from told
    union all
    select
        *,
        source_system as rated_by
    from told
    qualify min(source_system) over (partition by worker_key) <> max(source_system) over (partition by worker_key)
)

{{ winning_ranges(
    'claims',
    key=['worker_key', 'rated_by'],
    columns=['rate_basis', 'hourly_cost', 'currency', '_batch_id'],
    priority="claims.rate_basis = 'burdened' desc, claims.agreed_from desc, claims.source_system",
    rival_key=['rate_basis'],
) }}
